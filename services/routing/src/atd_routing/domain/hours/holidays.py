"""Holidays of a country and its states, from the `holidays` library (https://holidays.readthedocs.io)."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import holidays as library
import holidays.countries  # the first question would load them all: half a second

OFFICIAL: Final = "public"
OPTIONAL: Final = "optional"
"""In Brazil *pontos facultativos*: Carnaval, Corpus Christi, Ash Wednesday and others, which are no holidays by law."""


@dataclass(frozen=True, slots=True)
class HolidayChoice:
    """Which holidays a schedule is closed on.

    Attributes:
        country: ISO 3166-1 alpha-2.
        state: the part after the hyphen of ISO 3166-2 (`SP`); None: those of the whole country alone.
        optional: whether it is closed on optional ones too.
        worked: names, in the country's own language, of holidays on which it is open as on any such weekday.
    """

    country: str = "BR"
    state: str | None = None
    optional: bool = False
    worked: frozenset[str] = frozenset()


def holidays_of(choice: HolidayChoice, year: int) -> Mapping[date, str]:
    """The chosen holidays of a year by date, named in the country's own language."""
    found = all_holidays(choice.country, choice.state, year, optional=choice.optional)
    if not choice.worked:
        return found
    return _without(choice, year)


@lru_cache(maxsize=1024)
def all_holidays(
    country: str, state: str | None, year: int, *, optional: bool, language: str | None = None
) -> Mapping[date, str]:
    """Every holiday of a year by date, in a language that the library knows for the country, or the country's own.

    Two that fall on one day are one with both names.
    """
    known = library.country_holidays(country)
    categories = (OFFICIAL, OPTIONAL) if optional else (OFFICIAL,)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of years of which it knows only some holidays
        found = library.country_holidays(
            country,
            subdiv=state,
            years=year,
            expand=False,
            language=language or known.default_language,
            categories=tuple(one for one in categories if one in known.supported_categories),
        )
    return dict(found)


@lru_cache(maxsize=1)
def countries() -> Mapping[str, tuple[str, ...]]:
    """The countries that may be chosen, by ISO code, with the codes of their states."""
    known = library.list_supported_countries(include_aliases=False)
    return {country: tuple(sorted(states)) for country, states in sorted(known.items())}


@lru_cache(maxsize=1024)
def _without(choice: HolidayChoice, year: int) -> Mapping[date, str]:
    found = all_holidays(choice.country, choice.state, year, optional=choice.optional)
    return {day: name for day, name in found.items() if name not in choice.worked}
