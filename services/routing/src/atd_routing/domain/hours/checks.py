"""What cannot be saved as hours. Shapes are checked by the body of the API; this is what stands between its fields."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from atd_routing.domain.hours.holidays import states_of
from atd_routing.domain.hours.schedule import MIDNIGHT, WEEKDAYS, Shift
from atd_routing.domain.hours.stored import HOURS, shift_of
from atd_routing.domain.hours.wall import zone_names
from atd_routing.domain.hours.words import LANGUAGES
from atd_routing.domain.items import Item, Refused, StoredSettings, Values
from atd_routing.domain.variables import check_text

MAX_INTERVALS = 35
"""Intervals of one week: five a day."""

MAX_INTERVALS_OF_A_DAY = 5

MAX_EXCEPTIONS = 400
"""Days of one schedule that are not as their weekday: a year and more."""

MAX_ACCOUNTS = 500
"""Channel accounts that one schedule is for."""

MAX_TEXT = 2000
"""Characters of what customers are told outside hours."""

HOURS_VARIABLES = ("next_opening", "hours", "holiday")
"""What the text of a schedule can say beside what every text can."""

WEEK = 7 * MIDNIGHT


def check_hours(item: Item, settings: StoredSettings) -> None:
    """Raises `Refused` for hours that contradict themselves, or others."""
    check_schedule(item.values)
    for number, account_id in enumerate(item.values["account_ids"]):
        for other in settings.of(HOURS):
            if other.id != item.id and account_id in other.values["account_ids"]:
                words = f"this channel account has the hours {other.values['name']} already"
                raise Refused("invalid", words, f"account_ids[{number}]", reason="repeated")


def check_schedule(values: Values) -> None:
    """Raises `Refused` for hours that contradict themselves."""
    if values["zone"] not in zone_names():
        raise Refused("invalid", "there is no such time zone", "zone", reason="not_there")
    _check_week(values["intervals"])
    _check_exceptions(values["exceptions"])
    _check_holidays(values["holidays"])
    _check_message(values["message"])
    _check_once(values["account_ids"], "account_ids")


def _check_week(intervals: Sequence[Mapping[str, Any]]) -> None:
    shifts = [_later(shift_of(one), WEEKDAYS.index(one["day"]) * MIDNIGHT) for one in intervals]
    for number, other in _overlaps(shifts, around=WEEK):
        raise Refused("invalid", _overlaps_with(intervals[other]), f"intervals[{number}].start", reason="overlaps")


def _check_exceptions(exceptions: Sequence[Mapping[str, Any]]) -> None:
    _check_once([one["date"] for one in exceptions], "exceptions", "date")
    for number, one in enumerate(exceptions):
        field, intervals = f"exceptions[{number}].intervals", one["intervals"]
        if one["kind"] == "hours" and not intervals:
            raise Refused("invalid", "other hours need at least one interval", field, reason="required")
        if one["kind"] != "hours" and intervals:
            raise Refused("invalid", f"a day that is {one['kind'].replace('_', ' ')} has no intervals", field)
        for place, other in _overlaps([shift_of(interval) for interval in intervals]):
            raise Refused("invalid", _overlaps_with(intervals[other]), f"{field}[{place}].start", reason="overlaps")


def _check_holidays(holidays: Mapping[str, Any] | None) -> None:
    if holidays is None:
        return
    states = states_of(holidays["country"])
    if states is None:
        raise Refused("invalid", "the holidays of this country are not known", "holidays.country", reason="not_there")
    if holidays["state"] is not None and holidays["state"] not in states:
        raise Refused("invalid", "the holidays of this state are not known", "holidays.state", reason="not_there")


def _check_message(message: Mapping[str, Any]) -> None:
    for language in LANGUAGES:
        check_text(message["texts"].get(language) or "", f"message.texts.{language}", HOURS_VARIABLES)
    if message["enabled"] and not message["texts"].get(message["language"]):
        raise Refused(
            "invalid", "is said, so it needs a text", f"message.texts.{message['language']}", reason="required"
        )


def _check_once(values: Sequence[str], field: str, part: str | None = None) -> None:
    for number, value in enumerate(values):
        if value in values[:number]:
            path = f"{field}[{number}]" if part is None else f"{field}[{number}].{part}"
            raise Refused("invalid", f"{value} is there already", path, reason="repeated")


def _overlaps(shifts: Sequence[Shift], around: int | None = None) -> Iterator[tuple[int, int]]:
    """Places of shifts that begin while another one runs, each with the other's place; `around`: what comes again."""
    for number, one in enumerate(shifts):
        for other, running in enumerate(shifts):
            begun = one.start - running.start
            if around is not None:
                begun %= around
            same = begun == 0 and number > other
            if same or 0 < begun < running.end - running.start:
                yield number, other


def _overlaps_with(interval: Mapping[str, Any]) -> str:
    day = f"{interval['day']} " if "day" in interval else ""
    return f"overlaps {day}{interval['start']} to {interval['end']}"


def _later(shift: Shift, minutes: int) -> Shift:
    return Shift(shift.start + minutes, shift.end + minutes)
