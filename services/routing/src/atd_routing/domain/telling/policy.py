"""What a company tells customers who wait."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from atd_routing.domain.customers import DEFAULT_LANGUAGE, Language
from atd_routing.domain.items import StoredSettings

TELLING = "telling"
"""The name of the policy."""


@dataclass(frozen=True, slots=True)
class Telling:
    """None: nothing is said.

    Attributes:
        position_every: the least time between two messages about the place in the queue.
        position_texts: with `{{position}}` and `{{wait}}`, by language; the product's own where one is absent.
        overdue_after: the time in the queue after which the customer is told once that it takes longer.
        overdue_texts: what they are told then.
        language: of customers whose language is not known.
    """

    position_every: timedelta | None = None
    position_texts: Mapping[str, str] = field(default_factory=dict)
    overdue_after: timedelta | None = None
    overdue_texts: Mapping[str, str] = field(default_factory=dict)
    language: Language = DEFAULT_LANGUAGE

    @property
    def silent(self) -> bool:
        """Whether nothing is said to anybody who waits."""
        return self.position_every is None and self.overdue_after is None


NOTHING_TOLD = Telling()


def telling_of(stored: StoredSettings) -> Telling:
    """The company's policy, with the defaults of what nobody has set."""
    values = stored.policy(TELLING)
    if not values:
        return NOTHING_TOLD
    return Telling(
        position_every=_minutes(values.get("position_minutes")),
        position_texts=values.get("position") or {},
        overdue_after=_minutes(values.get("overdue_minutes")),
        overdue_texts=values.get("overdue") or {},
        language=values.get("language", DEFAULT_LANGUAGE),
    )


def _minutes(value: int | None) -> timedelta | None:
    return None if value is None else timedelta(minutes=value)
