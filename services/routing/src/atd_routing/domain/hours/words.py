"""Hours in the words of a language, as they stand in a sentence to a customer: "voltamos amanhã às 09:00"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from atd_routing.domain.hours.schedule import MIDNIGHT, Schedule, Shift

Language = Literal["pt-BR", "en", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

DAYS_BY_NAME = 6
"""So many days ahead a weekday's name alone says which day is meant; later ones have their date."""


@dataclass(frozen=True, slots=True)
class _Words:
    """`days` from Monday; `on_day`: with what stands before each in a sentence. `one_oclock`: at 01:00, else `at`."""

    today: str
    tomorrow: str
    days: Sequence[str]
    on_day: Sequence[str]
    on_date: str
    on_date_of_year: str
    at: str
    one_oclock: str
    to: str
    and_: str
    every_day: str
    all_day: str
    between: str
    open_until: str
    always_open: str
    closed_until: str
    closed: str
    months: Sequence[str] = ()


_PT_DAYS = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")
_EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ES_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")

_EN_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ES_MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)

_WORDS: Mapping[Language, _Words] = {
    "pt-BR": _Words(
        today="hoje",
        tomorrow="amanhã",
        days=_PT_DAYS,
        on_day=tuple(f"{'no' if day in ('sábado', 'domingo') else 'na'} {day}" for day in _PT_DAYS),
        on_date="{on_day}, dia {day:02}/{month:02},",
        on_date_of_year="{on_day}, dia {day:02}/{month:02}/{year},",
        at="às",
        one_oclock="à",
        to="a",
        and_="e",
        every_day="todos os dias",
        all_day="24 horas",
        between="das {start} às {end}",
        open_until="Aberto agora. Fecha {when}.",
        always_open="Aberto agora.",
        closed_until="Fechado agora. Abre {when}.",
        closed="Fechado agora.",
    ),
    "en": _Words(
        today="today",
        tomorrow="tomorrow",
        days=_EN_DAYS,
        on_day=tuple(f"on {day}" for day in _EN_DAYS),
        on_date="{on_day}, {day} {month_name},",
        on_date_of_year="{on_day}, {day} {month_name} {year},",
        at="at",
        one_oclock="at",
        to="to",
        and_="and",
        every_day="every day",
        all_day="24 hours",
        between="{start} to {end}",
        open_until="Open now. Closes {when}.",
        always_open="Open now.",
        closed_until="Closed now. Opens {when}.",
        closed="Closed now.",
        months=_EN_MONTHS,
    ),
    "es": _Words(
        today="hoy",
        tomorrow="mañana",
        days=_ES_DAYS,
        on_day=tuple(f"el {day}" for day in _ES_DAYS),
        on_date="{on_day} {day} de {month_name}",
        on_date_of_year="{on_day} {day} de {month_name} de {year}",
        at="a las",
        one_oclock="a la",
        to="a",
        and_="y",
        every_day="todos los días",
        all_day="24 horas",
        between="de {start} a {end}",
        open_until="Abierto ahora. Cierra {when}.",
        always_open="Abierto ahora.",
        closed_until="Cerrado ahora. Abre {when}.",
        closed="Cerrado ahora.",
        months=_ES_MONTHS,
    ),
}


def when_in_words(moment: datetime, now: datetime, zone: str, language: Language) -> str:
    """A coming moment, by the clock of the zone: "hoje às 13:00", "na segunda-feira às 09:00"."""
    words, place = _WORDS[language], ZoneInfo(zone)
    local = moment.astimezone(place)
    day = _day_in_words(local.date(), now.astimezone(place).date(), words)
    return f"{day} {words.one_oclock if local.hour == 1 else words.at} {local:%H:%M}"


def week_in_words(schedule: Schedule, language: Language) -> str | None:
    """The hours of the week, days with the same hours together; None where there are none."""
    words = _WORDS[language]
    runs: list[tuple[int, int, tuple[Shift, ...]]] = []
    for day, shifts in enumerate(schedule.week):
        if runs and runs[-1][2] == shifts:
            runs[-1] = (runs[-1][0], day, shifts)
        else:
            runs.append((day, day, shifts))
    said = [
        f"{_days_in_words(first, last, words)} {_shifts_in_words(shifts, words)}"
        for first, last, shifts in runs
        if shifts
    ]
    return "; ".join(said) or None


def state_in_words(*, is_open: bool, change: datetime | None, now: datetime, zone: str, language: Language) -> str:
    """Whether it is open, and when that changes, as whole sentences."""
    words = _WORDS[language]
    if change is None:
        return words.always_open if is_open else words.closed
    when = when_in_words(change, now, zone, language)
    return (words.open_until if is_open else words.closed_until).format(when=when)


def _day_in_words(day: date, today: date, words: _Words) -> str:
    ahead = (day - today) // timedelta(days=1)
    if ahead <= 1:
        return words.tomorrow if ahead == 1 else words.today
    on_day = words.on_day[day.weekday()]
    if ahead <= DAYS_BY_NAME:
        return on_day
    pattern = words.on_date if day.year == today.year else words.on_date_of_year
    month_name = words.months[day.month - 1] if words.months else ""
    return pattern.format(on_day=on_day, day=day.day, month=day.month, month_name=month_name, year=day.year)


def _days_in_words(first: int, last: int, words: _Words) -> str:
    if (first, last) == (0, 6):
        return words.every_day
    if first == last:
        return words.days[first]
    joint = words.and_ if last == first + 1 else words.to
    return f"{words.days[first]} {joint} {words.days[last]}"


def _shifts_in_words(shifts: Sequence[Shift], words: _Words) -> str:
    if shifts == (Shift(0, MIDNIGHT),):
        return words.all_day
    said = [words.between.format(start=_clock(one.start), end=_clock(one.end)) for one in sorted(shifts)]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {words.and_} {said[-1]}"


def _clock(minutes: int) -> str:
    """24:00 stays 24:00; later ones are of the next day."""
    hour, minute = divmod(minutes if minutes <= MIDNIGHT else minutes - MIDNIGHT, 60)
    return f"{hour:02}:{minute:02}"
