"""What routing decides: requests to conversation. The store gives each its id and publishes it with the state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from atd_schemas.routing import AssignReason, AutomaticText, QueueReason
from atd_schemas.views import Named, Priority, ServiceLevelView


@dataclass(frozen=True, slots=True)
class Say:
    """A text to the customer: `text` with variables, `values` of those that only routing knows.

    `once`: said once for each value of it. See `atd_schemas.routing.Saying`.
    """

    purpose: AutomaticText
    text: str
    once: str
    values: Mapping[str, str] = field(default_factory=dict)
    rule: Named | None = None


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the conversation to an attendant, in a team; None: in the team where it is.

    `strict`: only if nothing at all has happened since.
    """

    attendant: Named
    reason: AssignReason
    team: Named | None = None
    say: tuple[Say, ...] = ()
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """Let it wait in the queue of a team (None: that of all), with nobody's name on it.

    `strict`: only if nothing at all has happened since: who has just answered, or accepted it, keeps it.
    """

    reason: QueueReason
    team: Named | None = None
    rule: Named | None = None
    say: tuple[Say, ...] = ()
    strict: bool = False


@dataclass(frozen=True, slots=True)
class SetFields:
    """Set fields; absent ones stay, and so do those that somebody has set by hand since."""

    priority: Priority | None = None
    type_id: str | None = None
    label_ids: tuple[str, ...] = ()
    rule: Named | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """End it after what is said, if nothing at all has happened since (as everything that is strict)."""

    reason: Literal["customer_silent"]
    type_id: str | None = None
    say: tuple[Say, ...] = ()


@dataclass(frozen=True, slots=True)
class SayOnly:
    """Say something and change nothing. `strict`: only if nothing at all has happened since.

    `placed`: only while it is where it is: what is said of a queue is not said when somebody has got it meanwhile.
    """

    say: tuple[Say, ...]
    strict: bool = False
    placed: bool = False


@dataclass(frozen=True, slots=True)
class ShowServiceLevel:
    """Show how the conversation stands against its targets."""

    service_level: ServiceLevelView | None
    happened: Literal["warning", "breach"] | None = None


Decision = Assign | Queue | SetFields | Close | SayOnly | ShowServiceLevel
"""Assign, Queue and what is `placed` are made on the conversation's `placement`; Close, and what is strict, on its
`sequence`."""
