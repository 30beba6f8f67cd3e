"""What a part of routing is given to decide on, and how the parts are put together.

Every event of a conversation, and every timer of it, makes one `Scene`. The parts (`Part`) look at it in turn, each in
its own module: hours, rules, service levels, timers, availability. A part may change routing's own fields of the
conversation (its timers, what was said, the state of its clocks), and answers with decisions. Who gets a conversation
that waits is decided after that, for the whole queue at once (`domain/distribution`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.customers import UNKNOWN, Customer
from atd_routing.domain.decisions import Decision
from atd_routing.domain.telling.standing import Standing
from atd_routing.domain.tenant import Tenant
from atd_schemas.conversation import ConversationChanged, MessageChanged
from atd_schemas.views import ConversationStatus


@dataclass(frozen=True, slots=True)
class Before:
    """How the conversation was before the event, as far as parts compare it."""

    known: bool
    status: ConversationStatus | None = None
    team_id: str | None = None
    assignee_id: str | None = None
    placement: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """`conversation` is as the event leaves it. `now` is the database's time. `event` is None for a timer.

    `customer` is what is kept of the customer's record; it is read where the company has rules or tells anything.
    `standing` is its place in the queue, when the timer rings that tells it.
    """

    conversation: RoutedConversation
    before: Before
    tenant: Tenant
    now: datetime
    event: ConversationChanged | MessageChanged | None = None
    timer: str | None = None
    customer: Customer = UNKNOWN
    standing: Standing | None = None

    @property
    def is_customers_message(self) -> bool:
        """Whether the event is that the customer wrote."""
        return self.event is not None and self.event.type == "message.received"

    @property
    def moved(self) -> bool:
        """Whether the event changed its status, team or assignee."""
        return not self.before.known or self.conversation.placement != self.before.placement


class Part(Protocol):
    """One concern of routing."""

    def __call__(self, scene: Scene) -> Sequence[Decision]: ...
