"""The state of one pass over a batch, and the events that every kind of change leads to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from atd_conversation.domain.automation.policies import Automation
from atd_conversation.domain.channels import ChannelRules
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.events import contact_event, conversation_event
from atd_conversation.domain.failure_texts import FailureTexts
from atd_conversation.domain.message import Message
from atd_conversation.domain.unit_of_work import Row, UnitOfWork
from atd_conversation.intake.loaded import Loaded
from atd_schemas.conversation import ContactEventType, MessageEventType
from atd_schemas.envelope import SYSTEM, Actor, Envelope


@dataclass(frozen=True, slots=True)
class Cause:
    """The event that is being taken in, and the trace that its consequences belong to."""

    event: Envelope
    traceparent: str | None = None


@dataclass(slots=True)
class Intake:
    """One pass over one batch. `numbers` has each tenant's reserved conversation numbers.

    `recipient_keys` are the keys of contacts that receipts contain: they identify them from the next batch on.
    `proofs` are those keys that prove who the customer is, with what told them: who has them already is that person.
    `automation` has what each tenant of the batch has decided of messages that nobody writes.
    """

    loaded: Loaded
    numbers: Mapping[str, Iterator[int]]
    now: datetime
    new_id: Callable[[], str]
    unit: UnitOfWork = field(default_factory=UnitOfWork)
    recipient_keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    proofs: dict[str, Cause] = field(default_factory=dict)
    automation: Mapping[str, Automation] = field(default_factory=dict)

    def moment(self, event: Envelope) -> datetime:
        """When it happened; a date of the future cannot be: it would open conversations and stand above all others."""
        return min(event.occurred_at, self.now)

    def rules(self, message: Message) -> ChannelRules:
        """The rules of the channel of a message whose conversation is loaded."""
        return self.loaded.channels.of(self.loaded.conversations[message.conversation_id].channel.kind)

    def texts(self, conversation: Conversation) -> FailureTexts:
        """The words for what fails on the channel of a conversation."""
        return self.loaded.channels.of(conversation.channel.kind).texts

    def identify(self, key: str, tenant_id: str, contact_id: str) -> bool:
        """Let a key name a contact from now on, unless it names one already; whether it is new."""
        if key in self.loaded.contact_ids:
            return False
        self.loaded.contact_ids[key] = contact_id
        if contact_id in self.loaded.ids_of:
            self.loaded.ids_of[contact_id].add(key)
        if (former := self.unit.given_up.pop(key, None)) is not None:
            self.unit.moved_identities[key] = (former, contact_id)
        else:
            self.unit.new_identities[key] = (tenant_id, contact_id)
        return True

    def hand_over(self, key: str, old: str, new: str) -> None:
        """Let a key that names a contact name another one from now on; both are known with all of their keys."""
        loaded, unit = self.loaded, self.unit
        loaded.contact_ids[key] = new
        loaded.ids_of[old].discard(key)
        loaded.ids_of.setdefault(new, set()).add(key)
        if key in unit.new_identities:
            unit.new_identities[key] = (unit.new_identities[key][0], new)
        else:
            unit.moved_identities[key] = (unit.moved_identities.get(key, (old, ""))[0], new)

    def give_up(self, key: str) -> None:
        """Let a key, which names a contact, name nobody from now on."""
        contact_id = self.loaded.contact_ids.pop(key)
        if contact_id in self.loaded.ids_of:
            self.loaded.ids_of[contact_id].discard(key)
        if self.unit.new_identities.pop(key, None) is None:
            self.unit.given_up[key] = self.unit.moved_identities.pop(key, (contact_id, ""))[0]

    def emit(
        self,
        conversation: Conversation,
        change: Change,
        cause: Cause,
        *,
        actor: Actor | None = None,
        occurred_at: datetime | None = None,
    ) -> None:
        """Tell a change of a conversation; unless said otherwise, its customer made it."""
        made = conversation_event(
            conversation,
            change,
            actor=actor or Actor(type="contact", id=conversation.contact.id, name=conversation.contact.name),
            now=self.now,
            causation_id=cause.event.id,
            occurred_at=occurred_at or (self.moment(cause.event) if change.message is not None else None),
        )
        self.unit.tell(made, cause.traceparent, change.details)
        if change.scheduled is not None:
            self.unit.cancelled_schedules.append(change.scheduled)

    def emit_contact(
        self,
        contact: Contact,
        event_type: ContactEventType,
        changed: tuple[str, ...],
        cause: Cause,
        actor: Actor = SYSTEM,
    ) -> None:
        """Tell that a contact was created or changed."""
        event = contact_event(contact, event_type, changed, now=self.now, causation_id=cause.event.id, actor=actor)
        self.unit.tell(event, cause.traceparent)

    def revised(
        self,
        message: Message,
        event_type: MessageEventType,
        changed: tuple[str, ...],
        cause: Cause,
        actor: Actor | None = SYSTEM,
    ) -> None:
        """Tell that a message has changed; no `actor`: by its customer."""
        conversation = self.loaded.conversations[message.conversation_id]
        self.unit.touch(conversation)
        change = conversation.revise(event_type, message, changed)
        self.emit(conversation, change, cause, actor=actor)

    def put_receipt(self, key: str, row: Row) -> None:
        """Leave a row of `early_receipts`."""
        read = self.unit.receipts[key][1] if key in self.unit.receipts else self.loaded.early_receipts.get(key)
        self.unit.receipts[key] = (row, read)
        self.loaded.early_receipts[key] = row

    def put_opening(self, key: str, row: Row) -> None:
        """Leave a row of `post_openings`."""
        rows = self.unit.openings
        read = rows[key][1] if key in rows else self.loaded.openings.get(key)
        rows[key] = (row, read)
        self.loaded.openings[key] = row

    def put_early_change(self, key: str, row: Row | None) -> None:
        """Leave a row of `early_changes`, or take it away."""
        rows, loaded = self.unit.early_changes, self.loaded.early_changes
        rows[key] = (row, rows[key][1] if key in rows else loaded.get(key))
        if row is None:
            loaded.pop(key, None)
        else:
            loaded[key] = row
