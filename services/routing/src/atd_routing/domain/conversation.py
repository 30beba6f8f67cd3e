"""Routing's own copy of a conversation: what its events told, and what routing has decided on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from atd_routing.domain.customers import Language
from atd_schemas.views import ChannelKind, ConversationStatus, Named, Priority, TransferView

Spoke = Literal["customer", "attendant", "bot", "system"]

MAX_FIRST_TEXT = 500
"""Characters of the customer's first message that are kept: rules look for words in it."""

RULES_TIMER = "rules"
"""The timer of a conversation whose rules wait for what the customer wrote."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A placement that was decided and not heard back of. It holds room: nobody else gets that.

    It ends by the conversation's next change of placement, whoever made it, or by `expires_at`: then the decision is
    looked at again.
    """

    decision_id: str
    decided_on: int
    attendant_id: str | None
    team_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Charge:
    """What the conversation weighs on an attendant's load, where it is counted, and as one of which kind of channel.

    None: by a version that did not count kinds of channel.
    """

    attendant_id: str
    team_id: str | None
    weight: float
    channel: ChannelKind | None = None


@dataclass(slots=True)
class RoutedConversation:
    """What routing knows of a conversation. The first part is told by events, the second is routing's own.

    `placement` and `sequence` are those of the last event that was heard. `last_spoke`: who spoke last to the other
    side; notes and automatic messages are not speaking. `not_for`: attendants who get it only by hand, in this stay in
    the queue: they handed it over, or did not answer it. `timers`: when something is due, by the timer's name; the
    store finds conversations by the earliest. `said`: the last `once` of each purpose. `service_level`: the state of
    its clocks, owned by `domain/service_levels`, `inactivity` that of silence, owned by `domain/inactivity`. `ruled`:
    the rules that were applied in the present chain. `knew`: the attendant who knows the customer: who had them last.
    `revision`: that of the company's settings under which it was looked at. `order` is its place in the outbox.
    `language`: the customer's, where it was looked at. `wanted`: whom a rule wants to have it; it goes to them where
    they can take it, else as its team gives it away.
    `version` counts the saves: the store saves only over what was read.
    """

    id: str
    tenant_id: str
    number: int
    status: ConversationStatus
    channel: ChannelKind
    account_id: str
    contact_id: str
    opened_at: datetime
    contact_name: str | None = None
    label_ids: tuple[str, ...] = ()
    type_id: str | None = None
    priority: Priority = "normal"
    team_id: str | None = None
    assignee_id: str | None = None
    placement: int = 0
    sequence: int = 0
    queued_at: datetime | None = None
    waiting_since: datetime | None = None
    first_response_at: datetime | None = None
    snoozed_until: datetime | None = None
    closed_at: datetime | None = None
    transfer: TransferView | None = None
    public: bool = False
    unread_count: int = 0
    last_customer_at: datetime | None = None
    last_answer_at: datetime | None = None
    last_spoke: Spoke | None = None
    assigned_at: datetime | None = None
    first_text: str = ""

    pending: Pending | None = None
    charge: Charge | None = None
    not_for: frozenset[str] = frozenset()
    timers: Mapping[str, datetime] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    service_level: Mapping[str, Any] = field(default_factory=dict)
    inactivity: Mapping[str, Any] = field(default_factory=dict)
    ruled: frozenset[str] = frozenset()
    wanted: str | None = None
    language: Language | None = None
    knew: str | None = None
    revision: int = 0
    order: int = 0
    version: int = 0

    @property
    def active(self) -> bool:
        """Whether anything can be due here."""
        return self.status != "closed"

    @property
    def waits(self) -> bool:
        """Whether it waits in a queue for somebody."""
        return self.status == "queued" and self.assignee_id is None

    @property
    def awaits_rules(self) -> bool:
        """Whether its rules are looked at in a moment: nobody gets it before that."""
        return RULES_TIMER in self.timers

    def set_timer(self, name: str, due: datetime | None) -> None:
        """Have the timer ring at `due` instead of when it would have; None: not at all."""
        rest = {one: at for one, at in self.timers.items() if one != name}
        self.timers = rest if due is None else {**rest, name: due}

    @property
    def next_due(self) -> datetime | None:
        """When the earliest timer rings."""
        return min(self.timers.values(), default=None)

    def team_named(self, name: str | None) -> Named | None:
        """Its team with what it is called."""
        return None if self.team_id is None else Named(id=self.team_id, name=name)
