"""Holidays of a country and its states, from the `holidays` library (https://holidays.readthedocs.io)."""

import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.util import find_spec, module_from_spec
from typing import Final

import holidays as library
from holidays.registry import EntityLoader

_COUNTRIES: Final = "holidays.countries"
if _COUNTRIES not in sys.modules and (_package := find_spec(_COUNTRIES)) is not None:
    # Its own code is not run, which loads 250 countries: half a second. One alone takes 20 ms, when it is asked for.
    sys.modules[_COUNTRIES] = module_from_spec(_package)

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
    """The countries that may be chosen, by ISO code, with the codes of their states. Loads them all: 0.3 s, once."""
    known = library.list_supported_countries(include_aliases=False)
    return {country: tuple(sorted(states)) for country, states in sorted(known.items())}


def states_of(country: str) -> frozenset[str] | None:
    """The codes of a country's states; None for a country that may not be chosen."""
    return frozenset(library.country_holidays(country).subdivisions) if country in _codes() else None


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(EntityLoader.get_country_codes(include_aliases=False))


@lru_cache(maxsize=1024)
def _without(choice: HolidayChoice, year: int) -> Mapping[date, str]:
    found = all_holidays(choice.country, choice.state, year, optional=choice.optional)
    return {day: name for day, name in found.items() if name not in choice.worked}
