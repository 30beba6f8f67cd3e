"""Whose hours count for a conversation: the most specific that are set."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from atd_routing.domain.hours.calendar import ALWAYS_OPEN, Calendar, ScheduleCalendar
from atd_routing.domain.hours.schedule import Schedule
from atd_routing.domain.hours.words import Language


@dataclass(frozen=True, slots=True)
class OutsideMessage:
    """What customers are told who write while it is closed, by language; `language` where theirs is not known."""

    texts: Mapping[Language, str]
    language: Language = "pt-BR"

    def text(self, language: str | None) -> tuple[Language, str] | None:
        """The text in a customer's language (`en` for `en-US`), or else in the usual one; None: there is neither."""
        short = (language or "").lower().partition("-")[0]
        theirs = next((one for one in self.texts if short and one.lower().startswith(short)), self.language)
        text = self.texts.get(theirs)
        return None if text is None else (theirs, text)


@dataclass(frozen=True, slots=True)
class Hours:
    """A schedule with its calendar. `message`: what is said while it is closed; None: nothing is."""

    id: str
    name: str
    schedule: Schedule
    calendar: ScheduleCalendar
    message: OutsideMessage | None = None


@dataclass(frozen=True, slots=True)
class HoursBook:
    """All hours of a company. `teams`: the hours that each team has chosen, by the ids of both.

    `default_team_id`: the team that gets what has none; its hours count for that.
    """

    by_id: Mapping[str, Hours] = field(default_factory=dict)
    accounts: Mapping[str, Hours] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    default: Hours | None = None
    default_team_id: str | None = None

    @property
    def speaks_languages(self) -> bool:
        """Whether something is said whose language depends on the customer."""
        messages = [hours.message for hours in self.by_id.values()]
        return any(len(message.texts) > 1 for message in messages if message is not None)

    def hours(self, *, account_id: str | None = None, team_id: str | None = None) -> Hours | None:
        """The hours of the channel account, or else of the team, or else of the company; None: none are set."""
        if account_id is not None and account_id in self.accounts:
            return self.accounts[account_id]
        chosen = self.teams.get(team_id or self.default_team_id or "")
        return self.default if chosen is None else self.by_id.get(chosen, self.default)

    def calendar(self, *, account_id: str | None = None, team_id: str | None = None) -> Calendar:
        """The working time that counts for a conversation: always, where no hours are set."""
        found = self.hours(account_id=account_id, team_id=team_id)
        return ALWAYS_OPEN if found is None else found.calendar
