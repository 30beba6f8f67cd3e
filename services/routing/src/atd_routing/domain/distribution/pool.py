"""What a tenant's distribution remembers from one decision to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Turns:
    """Whose turn it is in a team: `given` counts what each member got, who was `present` when it was last looked at.

    The counts are made equal for who comes (back): they begin where the others are, so nobody is flooded.
    """

    given: Mapping[str, int] = field(default_factory=dict)
    present: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pool:
    """One tenant's.

    Attributes:
        open: how many conversations of a team are with somebody, by team.
        turns: of round robin, by team.
        idle_since: since when an attendant has got nothing and ended nothing.
        counted: what attendants had before the company set anything is counted.
        due: the queues are to be looked at: somebody left a mark.
        marked: it was so when it was read.
        revision: of the settings by which things are given away; earlier ones are old.
        version: counts the saves; 0: not stored yet.
    """

    tenant_id: str
    open: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, Turns] = field(default_factory=dict)
    idle_since: Mapping[str, datetime] = field(default_factory=dict)
    counted: bool = False
    due: bool = False
    marked: bool = False
    revision: int = 0
    version: int = 0
