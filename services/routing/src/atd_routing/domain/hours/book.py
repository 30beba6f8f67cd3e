"""Whose hours count for a conversation: the most specific that are set."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from atd_routing.domain.hours.calendar import ALWAYS_OPEN, Calendar, ScheduleCalendar
from atd_routing.domain.hours.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Hours:
    """A schedule with what it is for."""

    id: str
    name: str
    schedule: Schedule
    calendar: ScheduleCalendar
    account_ids: frozenset[str] = frozenset()
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class HoursBook:
    """All hours of a company. `teams`: the hours that each team has chosen, by the ids of both."""

    by_id: Mapping[str, Hours] = field(default_factory=dict)
    accounts: Mapping[str, Hours] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    default: Hours | None = None

    def hours(self, *, account_id: str | None = None, team_id: str | None = None) -> Hours | None:
        """The hours of the channel account, or else of the team, or else of the company; None: none are set."""
        if account_id is not None and account_id in self.accounts:
            return self.accounts[account_id]
        chosen = None if team_id is None else self.teams.get(team_id)
        return self.by_id.get(chosen, self.default) if chosen is not None else self.default

    def calendar(self, *, account_id: str | None = None, team_id: str | None = None) -> Calendar:
        """The working time that counts for a conversation: always, where no hours are set."""
        found = self.hours(account_id=account_id, team_id=team_id)
        return ALWAYS_OPEN if found is None else found.calendar
