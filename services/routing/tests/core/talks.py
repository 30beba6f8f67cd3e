"""Conversations as conversation tells of them, for tests of routing: a small stand-in for that service."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from atd_schemas.attendants import DeviceData, DeviceSeen
from atd_schemas.conversation import (
    ConversationChanged,
    ConversationData,
    ConversationEventType,
    MessageChanged,
    MessageData,
)
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import uuid7
from atd_schemas.routing import Assigned, Closed, Queued, RoutingDecision, Said, ServiceLevelSet
from atd_schemas.views import (
    AuthorView,
    AutomaticRef,
    ChannelKind,
    ChannelRef,
    ContactRef,
    ConversationState,
    ConversationStatus,
    ConversationView,
    LabelRef,
    MessageView,
    Named,
    Priority,
    TransferView,
)

NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""A Monday, noon in São Paulo."""

CUSTOMER = Actor(type="contact", id="customer")
PERSON = Actor(type="attendant", id="somebody")


def device(tenant_id: str, attendant_id: str) -> DeviceSeen:
    """A browser of an attendant is there: they are online, until it is silent for long."""
    now = datetime.now(UTC)
    return DeviceSeen(
        id=uuid7(),
        tenant_id=tenant_id,
        occurred_at=now,
        recorded_at=now,
        source="gateway",
        subject=attendant_id,
        data=DeviceData(attendant_id=attendant_id, device_id=f"browser-{attendant_id}", used_at=now),
    )


@dataclass(slots=True)
class Talk:
    """One conversation, as conversation has it. Its deeds answer with the event that conversation would publish."""

    tenant_id: str
    number: int = 1
    at: datetime = NOON
    id: str = field(default_factory=uuid7)
    status: ConversationStatus = "queued"
    team_id: str | None = None
    assignee_id: str | None = None
    priority: Priority = "normal"
    channel: ChannelKind = "whatsapp"
    account_id: str = "acc"
    contact_id: str = ""
    labels: tuple[str, ...] = ()
    sequence: int = 0
    placement: int = 0
    queued_at: datetime | None = None
    waiting_since: datetime | None = None
    opened_at: datetime = NOON
    closed_at: datetime | None = None
    transfer: TransferView | None = None

    def after(self, **passed: float) -> "Talk":
        """The same conversation, so much later."""
        self.at += timedelta(**passed)
        return self

    @property
    def who(self) -> str | None:
        """The name of who has it: the ids of attendants are `name:company`."""
        return self.assignee_id.partition(":")[0] if self.assignee_id else None

    def view(self) -> ConversationView:
        return ConversationView(
            id=self.id,
            number=self.number,
            status=self.status,
            channel=ChannelRef(kind=self.channel, account_id=self.account_id, name="Loja"),
            contact=ContactRef(
                id=self.contact_id or f"c-{self.id}",
                name="Ana",
                labels=tuple(LabelRef(id=one, name=one, color="#000000") for one in self.labels),
            ),
            assignee=_named(self.assignee_id),
            team=_named(self.team_id),
            priority=self.priority,
            waiting_since=self.waiting_since,
            opened_at=self.opened_at,
            closed_at=self.closed_at,
            queued_at=self.queued_at,
            transfer=self.transfer,
            last_activity_at=self.at,
            placement=self.placement,
            sequence=self.sequence,
        )

    def opened(self, **fields: Any) -> ConversationChanged:
        """The customer wrote, and it waits in a queue."""
        self.opened_at = self.at
        self.waiting_since = self.at
        return self.becomes("conversation.opened", CUSTOMER, **{"status": "queued", **fields})

    def assigned(self, attendant_id: str, actor: Actor = SYSTEM, **fields: Any) -> ConversationChanged:
        return self.becomes("conversation.assigned", actor, status="open", assignee_id=attendant_id, **fields)

    def transferred(self, giver: str, to: str) -> ConversationChanged:
        """Somebody hands it over to somebody, who has not accepted it yet."""
        one, other = _named(giver), _named(to)
        self.transfer = TransferView(
            by=one, from_attendant=one, from_team=_named(self.team_id), to_attendant=other, at=self.at
        )
        return self.becomes("conversation.transferred", PERSON, status="open", assignee_id=to)

    def queued(self, team_id: str | None, actor: Actor = SYSTEM) -> ConversationChanged:
        kind: ConversationEventType = "conversation.unassigned" if self.assignee_id else "conversation.queued"
        return self.becomes(kind, actor, status="queued", assignee_id=None, team_id=team_id)

    def closed(self, actor: Actor | None = None) -> ConversationChanged:
        self.closed_at, self.waiting_since = self.at, None
        return self.becomes("conversation.closed", actor or PERSON, status="closed")

    def snoozed(self, actor: Actor | None = None) -> ConversationChanged:
        return self.becomes("conversation.snoozed", actor or PERSON, status="snoozed")

    def reopened(self, actor: Actor = CUSTOMER) -> ConversationChanged:
        self.closed_at = None
        self.waiting_since = self.at if actor.type == "contact" else None
        status: ConversationStatus = "open" if self.assignee_id else "queued"
        return self.becomes("conversation.reopened", actor, status=status)

    def becomes(self, kind: ConversationEventType, actor: Actor, **fields: Any) -> ConversationChanged:
        """The event of a change by somebody."""
        before = (self.status, self.team_id, self.assignee_id)
        for name, value in fields.items():
            setattr(self, name, value)
        self.sequence += 1
        if (self.status, self.team_id, self.assignee_id) != before or self.sequence == 1:
            self.placement = self.sequence
            self.queued_at = self.at if self.status == "queued" else None
        return ConversationChanged(
            id=uuid7(),
            type=kind,
            tenant_id=self.tenant_id,
            occurred_at=self.at,
            recorded_at=self.at,
            source="conversation",
            subject=self.id,
            sequence=self.sequence,
            actor=actor,
            data=ConversationData(conversation=self.view(), changed=tuple(fields)),
        )

    def said(
        self, text: str = "Oi", by: str = "contact", *, automatic: Any = None, note: bool = False
    ) -> MessageChanged:
        """The event of a new message."""
        self.sequence += 1
        if by == "contact":
            self.waiting_since = self.waiting_since or self.at
        elif by == "attendant" and not note and not automatic:
            self.waiting_since = None
        author = AuthorView(type=by, id=by)  # type: ignore[arg-type]
        message = MessageView(
            id=uuid7(),
            conversation_id=self.id,
            direction="note" if note else ("inbound" if by == "contact" else "outbound"),
            kind="text",
            text=text,
            author=author,
            automatic=AutomaticRef(kind="reply" if automatic is True else automatic) if automatic else None,
            occurred_at=self.at,
            recorded_at=self.at,
        )
        state = ConversationState(unread_count=0, waiting_since=self.waiting_since, last_activity_at=self.at)
        return MessageChanged(
            id=uuid7(),
            type="message.received" if by == "contact" else "message.sent",
            tenant_id=self.tenant_id,
            occurred_at=self.at,
            recorded_at=self.at,
            source="conversation",
            subject=self.id,
            sequence=self.sequence,
            actor=Actor(type=by, id=by),  # type: ignore[arg-type]
            data=MessageData(conversation_id=self.id, message=message, conversation_state=state),
        )

    def hear(
        self, decision: RoutingDecision, now: datetime | None = None
    ) -> ConversationChanged | MessageChanged | None:
        """What conversation does with a decision; None: it was overtaken, or changes nothing."""
        condition = decision.data.condition
        if condition.placement not in (None, self.placement) or condition.sequence not in (None, self.sequence):
            return None
        self.at = now or self.at
        if isinstance(decision, Assigned):
            self.transfer = None
            team = decision.data.team.id if decision.data.team else self.team_id
            return self.assigned(decision.data.attendant.id, team_id=team)
        if isinstance(decision, Queued):
            self.transfer = None
            return self.queued(decision.data.team.id if decision.data.team else None)
        if isinstance(decision, Closed):
            return self.closed(SYSTEM)
        if isinstance(decision, ServiceLevelSet):
            return self.becomes("conversation.updated", SYSTEM)
        if isinstance(decision, Said) and any(one.purpose == "silence_reminder" for one in decision.data.say):
            return self.said(by="system", automatic="silence_reminder")
        return None


def _named(one: str | None) -> Named | None:
    return None if one is None else Named(id=one, name=one.title())
