"""Hours as people are shown them: how it is at a moment, and every day of a year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from atd_routing.domain.hours.calendar import ScheduleCalendar
from atd_routing.domain.hours.holidays import HolidayChoice, all_holidays
from atd_routing.domain.hours.schedule import Day, Schedule
from atd_routing.domain.hours.words import Language, state_in_words, week_in_words, when_in_words

DayKind = Literal["open", "closed", "holiday", "exception"]

HOLIDAY_LANGUAGES: Mapping[tuple[str, Language], str] = {("BR", "en"): "en_US"}
"""In which language of the library a country's holidays are named; in the country's own where there is none."""

SPANISH_NAMES: Mapping[str, str] = {
    "Confraternização Universal": "Año Nuevo",
    "Carnaval": "Carnaval",
    "Quarta-feira de Cinzas": "Miércoles de Ceniza",
    "Sexta-feira Santa": "Viernes Santo",
    "Tiradentes": "Tiradentes",
    "Dia do Trabalhador": "Día del Trabajador",
    "Corpus Christi": "Corpus Christi",
    "Independência do Brasil": "Independencia de Brasil",
    "Nossa Senhora Aparecida": "Nuestra Señora Aparecida",
    "Dia do Servidor Público": "Día del Empleado Público",
    "Finados": "Día de los Difuntos",
    "Proclamação da República": "Proclamación de la República",
    "Dia Nacional de Zumbi e da Consciência Negra": "Día Nacional de Zumbi y de la Conciencia Negra",
    "Véspera de Natal": "Nochebuena",
    "Natal": "Navidad",
    "Véspera de Ano-Novo": "Nochevieja",
}
"""Brazil's holidays of the whole country in Spanish, which the library does not have."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How it is at a moment. `day`: of the clock on the wall then; a shift that has begun the day before still runs."""

    at: datetime
    is_open: bool
    next_change: datetime | None
    next_opening: datetime | None
    closed_since: datetime | None
    day: Day


def moment_of(calendar: ScheduleCalendar, at: datetime) -> Moment:
    """How it is at a moment."""
    return Moment(
        at=at,
        is_open=calendar.is_open(at),
        next_change=calendar.next_change(at),
        next_opening=calendar.next_opening(at),
        closed_since=calendar.closed_since(at),
        day=calendar.schedule.day(at.astimezone(ZoneInfo(calendar.schedule.zone)).date()),
    )


def values_at(calendar: ScheduleCalendar, at: datetime, language: Language) -> dict[str, str]:
    """The values of `HOURS_VARIABLES` that there are at a moment, in words."""
    schedule, opening = calendar.schedule, calendar.next_opening(at)
    day = schedule.day(at.astimezone(ZoneInfo(schedule.zone)).date())
    values = {
        "next_opening": when_in_words(opening, at, schedule.zone, language) if opening is not None else None,
        "hours": week_in_words(schedule, language),
        "holiday": name_of_day(schedule, day, language),
    }
    return {name: value for name, value in values.items() if value}


def state_at(calendar: ScheduleCalendar, at: datetime, language: Language) -> str:
    """How it is at a moment, in sentences."""
    change, zone = calendar.next_change(at), calendar.schedule.zone
    return state_in_words(is_open=calendar.is_open(at), change=change, now=at, zone=zone, language=language)


def name_of_day(schedule: Schedule, day: Day, language: Language | None = None) -> str | None:
    """What a day is called that is not as others: by the company, or by the country in a language (None: its own)."""
    if day.exception is not None and day.exception.name:
        return day.exception.name
    if day.holiday is None or schedule.holidays is None:
        return None
    return holiday_name(schedule.holidays, day.date, language) or day.holiday


def holiday_name(choice: HolidayChoice, day: date, language: Language | None) -> str | None:
    """What a holiday is called in a language, or else in the country's own; None: the day is none."""
    known = None if language is None else HOLIDAY_LANGUAGES.get((choice.country, language))
    names = all_holidays(choice.country, choice.state, day.year, optional=choice.optional, language=known)
    name = names.get(day)
    if name is not None and choice.country == "BR" and language == "es":
        return SPANISH_NAMES.get(name, name)
    return name


def kind_of(day: Day) -> DayKind:
    """What a day is first of all."""
    if day.exception is not None:
        return "exception"
    if day.holiday is not None:
        return "holiday"
    return "open" if day.shifts else "closed"


def days_of(schedule: Schedule, year: int) -> list[Day]:
    """Every day of a year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return [schedule.day(first + timedelta(days=number)) for number in range((last - first).days + 1)]
