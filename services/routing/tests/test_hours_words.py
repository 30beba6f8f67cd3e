"""Hours in words, as they stand in a sentence to a customer."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from atd_routing.domain.hours.calendar import ScheduleCalendar
from atd_routing.domain.hours.holidays import HolidayChoice, all_holidays
from atd_routing.domain.hours.schedule import Schedule, Shift
from atd_routing.domain.hours.views import SPANISH_NAMES, name_of_day, state_at
from atd_routing.domain.hours.words import LANGUAGES, Language, week_in_words, when_in_words

ZONE = "America/Sao_Paulo"
NOW = "2027-03-05 18:30"  # a Friday


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("moment", "pt", "en", "es"),
    [
        ("2027-03-05 20:00", "hoje às 20:00", "today at 20:00", "hoy a las 20:00"),
        ("2027-03-06 09:00", "amanhã às 09:00", "tomorrow at 09:00", "mañana a las 09:00"),
        ("2027-03-06 01:00", "amanhã à 01:00", "tomorrow at 01:00", "mañana a la 01:00"),
        ("2027-03-07 10:00", "no domingo às 10:00", "on Sunday at 10:00", "el domingo a las 10:00"),
        ("2027-03-08 09:00", "na segunda-feira às 09:00", "on Monday at 09:00", "el lunes a las 09:00"),
        ("2027-03-11 09:00", "na quinta-feira às 09:00", "on Thursday at 09:00", "el jueves a las 09:00"),
        (
            "2027-03-12 09:00",
            "na sexta-feira, dia 12/03, às 09:00",
            "on Friday, 12 March, at 09:00",
            "el viernes 12 de marzo a las 09:00",
        ),
        (
            "2028-01-03 09:00",
            "na segunda-feira, dia 03/01/2028, às 09:00",
            "on Monday, 3 January 2028, at 09:00",
            "el lunes 3 de enero de 2028 a las 09:00",
        ),
    ],
)
def test_opening_is_said_as_people_say_it(moment: str, pt: str, en: str, es: str) -> None:
    assert [when_in_words(local(moment), local(NOW), ZONE, one) for one in LANGUAGES] == [pt, en, es]


def test_tomorrow_is_by_the_clock_of_the_hours_and_not_by_utc() -> None:
    late = local("2027-03-05 22:30")  # the 6th in UTC
    assert when_in_words(local("2027-03-06 09:00"), late, ZONE, "pt-BR") == "amanhã às 09:00"


def week(*days: tuple[Shift, ...]) -> Schedule:
    return Schedule(week=days)


OFFICE = (Shift(9 * 60, 18 * 60),)
LUNCH = (Shift(9 * 60, 12 * 60), Shift(13 * 60, 18 * 60))
NIGHT = (Shift(21 * 60, 26 * 60),)


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (week(*[OFFICE] * 5, (), ()), "segunda-feira a sexta-feira das 09:00 às 18:00"),
        (week(*[LUNCH] * 5, (), ()), "segunda-feira a sexta-feira das 09:00 às 12:00 e das 13:00 às 18:00"),
        (week(*[()] * 5, NIGHT, NIGHT), "sábado e domingo das 21:00 às 02:00"),
        (week(*[OFFICE] * 7), "todos os dias das 09:00 às 18:00"),
        (week(*[(Shift(0, 1440),)] * 7), "todos os dias 24 horas"),
        (
            week(OFFICE, (), LUNCH, *[()] * 4),
            "segunda-feira das 09:00 às 18:00; quarta-feira das 09:00 às 12:00 e das 13:00 às 18:00",
        ),
        (week(*[()] * 4, (Shift(1080, 1440),), (), ()), "sexta-feira das 18:00 às 24:00"),
        (week(*[()] * 7), None),
    ],
)
def test_days_with_the_same_hours_are_said_together(schedule: Schedule, said: str | None) -> None:
    assert week_in_words(schedule, "pt-BR") == said


def test_week_is_said_in_other_languages() -> None:
    schedule = week(*[LUNCH] * 5, (), ())
    assert week_in_words(schedule, "en") == "Monday to Friday 09:00 to 12:00 and 13:00 to 18:00"
    assert week_in_words(schedule, "es") == "lunes a viernes de 09:00 a 12:00 y de 13:00 a 18:00"


@pytest.mark.parametrize(
    ("at", "pt", "en", "es"),
    [
        (
            "2027-03-05 12:00",
            "Aberto agora. Fecha hoje às 18:00.",
            "Open now. Closes today at 18:00.",
            "Abierto ahora. Cierra hoy a las 18:00.",
        ),
        (
            "2027-03-06 12:00",
            "Fechado agora. Abre na segunda-feira às 09:00.",
            "Closed now. Opens on Monday at 09:00.",
            "Cerrado ahora. Abre el lunes a las 09:00.",
        ),
    ],
)
def test_state_is_said_with_its_next_change(at: str, pt: str, en: str, es: str) -> None:
    calendar = ScheduleCalendar(week(*[OFFICE] * 5, (), ()))
    assert [state_at(calendar, local(at), one) for one in LANGUAGES] == [pt, en, es]


def test_what_never_changes_is_said_without_a_time() -> None:
    always, never = (ScheduleCalendar(week(*[shifts] * 7)) for shifts in ((Shift(0, 1440),), ()))
    at = local("2027-03-05 12:00")
    assert [state_at(one, at, "pt-BR") for one in (always, never)] == ["Aberto agora.", "Fechado agora."]


@pytest.mark.parametrize(
    ("language", "name"), [("pt-BR", "Sexta-feira Santa"), ("en", "Good Friday"), ("es", "Viernes Santo")]
)
def test_holiday_is_named_in_the_customers_language(language: Language, name: str) -> None:
    schedule = Schedule(holidays=HolidayChoice("BR"))
    assert name_of_day(schedule, schedule.day(local("2027-03-26").date()), language) == name


def test_every_holiday_of_brazil_has_a_spanish_name() -> None:
    names = {name for year in range(2026, 2032) for name in all_holidays("BR", None, year, optional=True).values()}
    single = {part for name in names for part in name.split("; ")}
    assert single <= set(SPANISH_NAMES)
