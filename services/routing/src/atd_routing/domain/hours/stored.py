"""Hours as they are stored, and as they are kept in memory."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import orjson

from atd_routing.domain.distribution.policy import distribution_of
from atd_routing.domain.hours.book import Hours, HoursBook, OutsideMessage
from atd_routing.domain.hours.calendar import ScheduleCalendar
from atd_routing.domain.hours.holidays import HolidayChoice
from atd_routing.domain.hours.schedule import DEFAULT_ZONE, WEEKDAYS, DayException, Schedule, Shift
from atd_routing.domain.items import Item, ItemKind, StoredSettings, Values
from atd_routing.domain.teams import TEAM

HOURS = ItemKind("hours", limit=50, called="schedule")
"""A schedule. Its `name` is what the company calls it."""

CALENDARS_KEPT = 128
"""Calendars of a process that are kept, with the years that they have worked out: those used last."""


def minutes_of(clock: str) -> int:
    """Minutes after midnight of a time as it is stored: "09:30", up to "24:00"."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def shift_of(value: Mapping[str, Any]) -> Shift:
    """A stored interval."""
    return Shift.between(minutes_of(value["start"]), minutes_of(value["end"]))


def calendar_of(values: Values) -> ScheduleCalendar:
    """The calendar of stored hours. The same hours have the same one, with all that it has worked out."""
    parts = {name: values.get(name) for name in ("zone", "intervals", "exceptions", "holidays")}
    return _calendar(orjson.dumps(parts))


def schedule_of(values: Values) -> Schedule:
    """The schedule of stored hours."""
    week: dict[str, list[Shift]] = {day: [] for day in WEEKDAYS}
    for one in values.get("intervals") or ():
        week[one["day"]].append(shift_of(one))
    return Schedule(
        zone=values.get("zone") or DEFAULT_ZONE,
        week=tuple(tuple(sorted(week[day])) for day in WEEKDAYS),
        exceptions=dict(_exceptions(values.get("exceptions") or ())),
        holidays=_holidays(values.get("holidays")),
    )


def hours_of(item: Item) -> Hours:
    """The hours of a stored item."""
    values, calendar = item.values, calendar_of(item.values)
    return Hours(
        id=item.id,
        name=values["name"],
        schedule=calendar.schedule,
        calendar=calendar,
        message=_message(values.get("message")),
    )


def book_of(stored: StoredSettings) -> HoursBook:
    """All hours of a company, by what they are for."""
    items = stored.of(HOURS)
    by_id = {item.id: hours_of(item) for item in items}
    teams = {item.id: item.values.get("hours_id") for item in stored.of(TEAM)}
    return HoursBook(
        by_id=by_id,
        accounts={account: by_id[item.id] for item in items for account in item.values.get("account_ids") or ()},
        teams={team: hours_id for team, hours_id in teams.items() if hours_id is not None},
        default=next((by_id[item.id] for item in items if item.values.get("is_default")), None),
        default_team_id=distribution_of(stored).default_team_id,
    )


@lru_cache(maxsize=CALENDARS_KEPT)
def _calendar(parts: bytes) -> ScheduleCalendar:
    return ScheduleCalendar(schedule_of(orjson.loads(parts)))


def _exceptions(values: Sequence[Mapping[str, Any]]) -> Iterator[tuple[date, DayException]]:
    for one in values:
        shifts = tuple(sorted(shift_of(interval) for interval in one.get("intervals") or ()))
        yield (
            date.fromisoformat(one["date"]),
            DayException(one.get("name") or None, shifts, as_usual=one.get("kind") == "as_usual"),
        )


def _holidays(value: Mapping[str, Any] | None) -> HolidayChoice | None:
    if value is None:
        return None
    return HolidayChoice(
        value["country"], value.get("state"), bool(value.get("optional")), frozenset(value.get("open_on") or ())
    )


def _message(value: Mapping[str, Any] | None) -> OutsideMessage | None:
    if value is None or not value.get("enabled"):
        return None
    return OutsideMessage({language: text for language, text in value["texts"].items() if text}, value["language"])
