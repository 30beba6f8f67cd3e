"""What a company has set about being available: grace, untouched browsers, breaks, what becomes of work."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "America/Sao_Paulo"

Absence = Literal["away", "offline", "deactivated"]
"""Ways in which somebody does not take care of their conversations. Who is busy does."""


@dataclass(frozen=True, slots=True)
class AwayReason:
    """A reason for being away. `names` has it in other languages; `counts_as_break`: for reports, it is a break."""

    id: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    counts_as_break: bool = True


@dataclass(frozen=True, slots=True)
class Break:
    """A planned absence, every week on some days or once on a date. One that ends before it begins ends next day.

    It is for the attendants named, and for the members of the teams named; where neither is, for everybody. Times are
    those of the company's clocks.
    """

    start: time
    end: time
    days: frozenset[int] = frozenset()
    on: date | None = None
    reason_id: str | None = None
    attendant_ids: frozenset[str] = frozenset()
    team_ids: frozenset[str] = frozenset()

    def is_for(self, attendant_id: str, team_ids: frozenset[str]) -> bool:
        """Whether it is this attendant's."""
        if not self.attendant_ids and not self.team_ids:
            return True
        return attendant_id in self.attendant_ids or not self.team_ids.isdisjoint(team_ids)

    def windows(self, now: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """From when to when it is, at most a day before and after `now`. Past midnight belongs to the day before."""
        today = now.astimezone(zone).date()
        for day in (today + timedelta(days=shift) for shift in (-1, 0, 1)):
            if day != self.on and (self.on is not None or day.weekday() not in self.days):
                continue
            last = day if self.end > self.start else day + timedelta(days=1)
            yield _instant(day, self.start, zone), _instant(last, self.end, zone)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class PresencePolicy:
    """How a company treats devices and absences.

    Attributes:
        grace: after the last device was closed, its attendant still counts as there for so long.
        untouched: who has not touched any device for so long is away; None: never by itself.
        start_as: what somebody is who comes for the first time of a day and has chosen nothing.
        release: after so long in an absence, the attendant's open conversations go back to the queue of their team;
            they are kept where an absence is missing.
    """

    grace: timedelta = timedelta(seconds=90)
    untouched: timedelta | None = timedelta(minutes=15)
    start_as: Literal["online", "away"] = "online"
    release: Mapping[Absence, timedelta] = field(default_factory=dict)
    breaks: Sequence[Break] = ()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(DEFAULT_ZONE))
    reasons: Mapping[str, AwayReason] = field(default_factory=dict)

    def breaks_of(
        self, attendant_id: str, team_ids: frozenset[str], now: datetime
    ) -> list[tuple[datetime, datetime, Break]]:
        """The attendant's breaks about now, the earliest first."""
        found = [
            (begin, end, one)
            for one in self.breaks
            if one.is_for(attendant_id, team_ids)
            for begin, end in one.windows(now, self.zone)
        ]
        return sorted(found, key=lambda window: window[:2])
