"""One assignment rule: its conditions and what it does."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from atd_schemas.views import Named, Priority

About = Literal[
    "channel", "account", "label", "type", "word", "hours", "field", "language", "priority", "customer", "team"
]
"""What a condition looks at. `word`: words in what the customer wrote first. `hours`: whether it is inside the hours
of where the conversation is. `customer`: whether they have written before. `team`: where it is by now."""

Setting = Literal["team", "attendant", "priority", "type", "label"]
"""What a rule can change."""

Hours = Literal["inside", "outside"]
Match = Literal["all", "any"]
CustomerKind = Literal["new", "returning"]

MAX_RULES = 100
"""Assignment rules of a company."""

MAX_CONDITIONS = 20
"""Conditions of one rule."""

MAX_VALUES = 50
"""Values of one condition."""

MAX_LABELS = 10
"""Labels that one rule puts on."""

MAX_POSITION = 1_000_000


@dataclass(frozen=True, slots=True)
class Condition:
    """It holds where one of `values` is true of what it is `about`; `negated`: where none of them is.

    `field`: the key of the customer's own field, where it is about one.
    """

    about: About
    values: tuple[str, ...]
    field: str | None = None
    negated: bool = False


@dataclass(frozen=True)
class Rule:
    """A rule. Without conditions it is true of every conversation.

    `attendant_id`: whom it goes to where they can take it; else, and where it is absent, as its team gives
    conversations away. `goes_on`: the rules after it are looked at too.
    """

    id: str
    name: str
    position: int = 0
    enabled: bool = True
    match: Match = "all"
    conditions: tuple[Condition, ...] = ()
    team_id: str | None = None
    attendant_id: str | None = None
    priority: Priority | None = None
    type_id: str | None = None
    label_ids: tuple[str, ...] = ()
    goes_on: bool = False

    @property
    def named(self) -> Named:
        return Named(id=self.id, name=self.name)

    @cached_property
    def reads(self) -> frozenset[About]:
        """What it looks at."""
        return frozenset(one.about for one in self.conditions)

    @property
    def places(self) -> bool:
        """Whether it says who is to get the conversation."""
        return self.team_id is not None or self.attendant_id is not None


def in_order(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules that count, in the order in which they are looked at."""
    return tuple(sorted((one for one in rules if one.enabled), key=lambda one: (one.position, one.id)))
