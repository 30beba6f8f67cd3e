"""`/api/v1/hours`: when a company, a team or a channel account is open. `/api/v1/holidays`: those to choose from."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from atd_routing.api.items import ItemResource, items_router
from atd_routing.api.parts import Body, Parts, Reader
from atd_routing.api.teams import Id, Name
from atd_routing.domain.hours.calendar import ScheduleCalendar
from atd_routing.domain.hours.checks import (
    MAX_ACCOUNTS,
    MAX_EXCEPTIONS,
    MAX_INTERVALS,
    MAX_INTERVALS_OF_A_DAY,
    MAX_TEXT,
    check_hours,
    check_schedule,
)
from atd_routing.domain.hours.holidays import all_holidays, countries, states_of
from atd_routing.domain.hours.schedule import DEFAULT_ZONE, MIDNIGHT, Schedule, Shift, Weekday
from atd_routing.domain.hours.stored import HOURS, calendar_of
from atd_routing.domain.hours.views import (
    DayKind,
    days_of,
    kind_of,
    moment_of,
    name_of_day,
    state_at,
    values_at,
)
from atd_routing.domain.hours.words import LANGUAGES, Language
from atd_routing.domain.items import Item, Refused
from atd_routing.domain.teams import TEAM
from atd_routing.domain.variables import SAMPLE_VALUES
from atd_servicekit.identity import Identity
from atd_servicekit.problems import FieldError, Problem, not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_servicekit.text_variables import filled

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

FIRST_YEAR, LAST_YEAR = 2000, 2100

Start = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
End = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Year = Annotated[int, Query(ge=FIRST_YEAR, le=LAST_YEAR)]
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), lt=datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))
]
At = Annotated[Moment | None, Query(description="the moment; now if absent")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class HoursInterval(_Part):
    """From `start` to before `end`, by the clock on the wall; where `end` is not later, it is on the next day."""

    start: Start
    end: End


class WeekInterval(HoursInterval):
    """An interval that begins on this day of every week."""

    day: Weekday


class HoursException(_Part):
    """A day that is not as its weekday: closed, with other hours, or as usual though it is a holiday."""

    date: Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] | None = None
    kind: Literal["closed", "hours", "as_usual"] = "closed"
    intervals: list[HoursInterval] = Field(default=[], max_length=MAX_INTERVALS_OF_A_DAY)


class HoursHolidays(_Part):
    """Closed on the holidays of a country, and of a state of it; `optional`: on its optional ones too.

    `open_on`: names of holidays, in the country's language, on which it is open as on any such weekday.
    """

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "BR"
    state: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None
    optional: bool = False
    open_on: list[Annotated[str, StringConstraints(min_length=1, max_length=120)]] = Field(default=[], max_length=60)


class HoursMessage(_Part):
    """What customers are told who write outside hours, by language; `language` where theirs is not known."""

    enabled: bool = False
    texts: dict[Language, Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_TEXT)]] = {}
    language: Language = "pt-BR"


class HoursBody(Body):
    """A schedule. `account_ids`: the channel accounts that have these hours whatever the team.

    `is_default`: the company's, which count where neither account nor team has its own; setting it takes it from the
    others. A team chooses its hours by `hours_id`.
    """

    name: Name
    zone: Annotated[str, StringConstraints(max_length=64)] = DEFAULT_ZONE
    intervals: list[WeekInterval] = Field(default=[], max_length=MAX_INTERVALS)
    exceptions: list[HoursException] = Field(default=[], max_length=MAX_EXCEPTIONS)
    holidays: HoursHolidays | None = None
    account_ids: list[Id] = Field(default=[], max_length=MAX_ACCOUNTS)
    is_default: bool = False
    message: HoursMessage = HoursMessage()


class DayView(BaseModel):
    """A day of the year: intervals that begin on it, and what it is called where it is not as others."""

    date: date
    kind: DayKind
    name: str | None
    intervals: list[HoursInterval]


class YearView(BaseModel):
    """Every day of a year."""

    year: int
    days: list[DayView]


class HoursWords(BaseModel):
    """How it is, for people: `state` in sentences, `message` as a customer called Ana Souza would get it."""

    state: str
    next_opening: str | None
    message: str | None


class HoursPreview(BaseModel):
    """How it is at a moment. `next_opening`: when it opens next after being closed. `days`: of the year asked for."""

    at: datetime
    open: bool
    next_change: datetime | None
    next_opening: datetime | None
    closed_since: datetime | None
    holiday: str | None
    words: dict[Language, HoursWords]
    days: list[DayView] | None = None


class HoursDraft(Body):
    """Hours that need not be saved, a moment (now if absent), and a year to be shown."""

    hours: HoursBody
    at: Moment | None = None
    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)] | None = None


class HolidayView(BaseModel):
    """A holiday. `optional`: it is none by law, and many are closed."""

    date: date
    name: str
    optional: bool


class HolidaysView(BaseModel):
    """The holidays of a year in order."""

    items: list[HolidayView]


class CountryView(BaseModel):
    """A country whose holidays are known, and its states."""

    code: str
    states: list[str]


class CountriesView(BaseModel):
    """The countries whose holidays are known."""

    items: list[CountryView]


def hours_routers(parts: Parts) -> list[APIRouter]:
    """Reading and changing hours, how they are now and in a year, and the holidays to choose from."""

    async def fit_others(
        session: "Session", identity: Identity, before: Item | None, after: Item | None, now: datetime
    ) -> None:
        """The company has one schedule: setting another takes it from the one that was."""
        if after is None:
            _check_unused(before, await parts.items.of_kind(identity.tenant_id, TEAM, session))
        if after is None or not after.values["is_default"] or (before is not None and before.values["is_default"]):
            return
        for other in await parts.items.of_kind(identity.tenant_id, HOURS, session):
            if other.id != after.id and other.values["is_default"]:
                taken = other.changed({"is_default": False}, now)
                await parts.items.save(session, HOURS, taken, now, identity.actor())

    resource = ItemResource(HOURS, "hours", HoursBody, check=check_hours, effect=fit_others)
    return [_preview_router(parts), items_router(parts, resource), _holidays_router()]


def _check_unused(hours: Item | None, teams: Sequence[Item]) -> None:
    """Raises `Refused` `in_use` for hours that a team has chosen: others would count without a decision."""
    for team in teams:
        if hours is not None and team.values.get("hours_id") == hours.id:
            words = f"These are the hours of the team {team.values['name']}; choose others there first."
            raise Refused("in_use", words, status=409)


def _preview_router(parts: Parts) -> APIRouter:
    router = APIRouter(prefix="/api/v1/hours", tags=["hours"])

    async def stored(identity: Identity, hours_id: str) -> Item:
        item = await parts.items.one(identity.tenant_id, HOURS, hours_id)
        if item is None:
            raise not_found("Schedule not found.")
        return item

    @router.get("/{item_id}/preview", summary="Whether it is open at a moment", dependencies=[DECLARED_ONLY])
    async def get_preview(identity: Reader, item_id: str, at: At = None) -> HoursPreview:
        item = await stored(identity, item_id)
        return _preview(item.values, at or parts.runtime.clock.now())

    @router.get("/{item_id}/year", summary="Every day of a year", dependencies=[DECLARED_ONLY])
    async def get_year(identity: Reader, item_id: str, year: Year) -> YearView:
        item = await stored(identity, item_id)
        return YearView(year=year, days=_days(calendar_of(item.values).schedule, year))

    @router.post("/preview", summary="The same of hours that are not saved")
    async def post_preview(_identity: Reader, draft: HoursDraft) -> HoursPreview:
        values = draft.hours.model_dump(mode="json")
        try:
            check_schedule(values)
        except Refused as refused:
            errors = [FieldError(f"hours.{refused.field}", refused.message, refused.reason)]
            raise Problem(refused.status, refused.code, refused.message, errors=errors) from None
        return _preview(values, draft.at or parts.runtime.clock.now(), draft.year)

    return router


def _holidays_router() -> APIRouter:
    router = APIRouter(prefix="/api/v1/holidays", tags=["hours"])

    @router.get("", summary="The holidays of a year", dependencies=[DECLARED_ONLY])
    async def list_holidays(
        _identity: Reader,
        year: Year,
        country: Annotated[str, Query(max_length=2)] = "BR",
        state: Annotated[str | None, Query(max_length=40)] = None,
    ) -> HolidaysView:
        states = states_of(country)
        if states is None:
            raise _unknown("country")
        if state is not None and state not in states:
            raise _unknown("state")
        official = all_holidays(country, state, year, optional=False)
        found = sorted(all_holidays(country, state, year, optional=True).items())
        return HolidaysView(
            items=[HolidayView(date=day, name=name, optional=day not in official) for day, name in found]
        )

    @router.get("/countries", summary="The countries whose holidays are known", dependencies=[DECLARED_ONLY])
    async def list_countries(_identity: Reader) -> CountriesView:
        known = await asyncio.to_thread(countries)  # the first one to ask waits alone
        return CountriesView(items=[CountryView(code=code, states=list(states)) for code, states in known.items()])

    return router


def _unknown(field: str) -> Problem:
    message = f"the holidays of this {field} are not known"
    return Problem(422, "invalid", f"{field}: {message}", errors=[FieldError(field, message)])


def _preview(values: Any, at: datetime, year: int | None = None) -> HoursPreview:
    calendar = calendar_of(values)
    moment = moment_of(calendar, at)
    return HoursPreview(
        at=at.astimezone(UTC),
        open=moment.is_open,
        next_change=moment.next_change,
        next_opening=moment.next_opening,
        closed_since=moment.closed_since,
        holiday=name_of_day(calendar.schedule, moment.day),
        words={language: _words(values, calendar, at, language) for language in LANGUAGES},
        days=None if year is None else _days(calendar.schedule, year),
    )


def _words(values: Any, calendar: ScheduleCalendar, at: datetime, language: Language) -> HoursWords:
    known = values_at(calendar, at, language)
    text = values["message"]["texts"].get(language)
    return HoursWords(
        state=state_at(calendar, at, language),
        next_opening=known.get("next_opening"),
        message=filled(text, {**SAMPLE_VALUES, **known}).text if text else None,
    )


def _days(schedule: Schedule, year: int) -> list[DayView]:
    return [
        DayView(date=day.date, kind=kind_of(day), name=name_of_day(schedule, day), intervals=_intervals(day.shifts))
        for day in days_of(schedule, year)
    ]


def _intervals(shifts: Sequence[Shift]) -> list[HoursInterval]:
    return [HoursInterval(start=_clock(one.start), end=_clock(one.end)) for one in shifts]


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes if minutes <= MIDNIGHT else minutes - MIDNIGHT, 60)
    return f"{hour:02}:{minute:02}"
