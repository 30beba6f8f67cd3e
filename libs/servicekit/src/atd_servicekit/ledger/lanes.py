"""The data of the ready queue: lanes, groups, and what was read of them."""

from collections import deque
from dataclasses import dataclass, field

from atd_servicekit.ledger.rows import Gate, Row

OPEN_GATE = Gate()


@dataclass(frozen=True, slots=True)
class Entry:
    """A row's place, as the index of due rows has it."""

    lane: str
    order: int


@dataclass(slots=True)
class LoadedLanes:
    """The result of `add_loaded`. `orphans` are in `sending` although nobody here sends them."""

    orphans: list[Row]
    waiting: dict[str, int]
    """Lanes whose head must wait, with the head's order."""
    ready: int = 0
    """Lanes of which a row can be sent now."""


@dataclass(slots=True)
class Lane:
    """A lane whose head can be sent or is being sent: its untried rows in order."""

    rows: deque[Row]
    more: bool
    """Whether MongoDB has rows behind these."""


@dataclass(slots=True)
class Group:
    """What is throttled together."""

    ready: deque[Row] = field(default_factory=deque)
    running: int = 0
    """Rows being sent."""
    held: int = 0
    """Lanes here or being loaded."""
    backlog: bool = False
    """Whether MongoDB may have due rows that are not here."""
    gate: Gate = OPEN_GATE
    resumptions: int = 0
    """How often a suspension was lifted."""
    gated_lanes: set[str] = field(default_factory=set)
    """Lanes that were dropped because the gate is closed."""
