"""What a batch of inbound events leads to: one pass over the batch, in order, changing what was loaded.

No I/O and no clock: the handler loads before and saves after.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from atd_conversation.domain.contact import Contact, identity_keys
from atd_conversation.domain.conversation import Change, Conversation
from atd_conversation.domain.events import contact_event, conversation_event
from atd_conversation.domain.message import Message, later_status
from atd_conversation.store.documents import current_of
from atd_conversation.store.inbound import Loaded, receipt_key
from atd_conversation.store.unit import Unit
from atd_schemas.envelope import Actor
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundMessage, InboundReceipt, SendFailure
from atd_schemas.topics import CONVERSATION_EVENTS
from atd_servicekit.consuming import Record
from atd_servicekit.kafka import Outgoing


def numbers_needed(loaded: Loaded, messages: Sequence[InboundMessage]) -> dict[str, int]:
    """By tenant: how many new conversations these messages can open, at the most."""
    senders: dict[str, set[str]] = {}
    for message in messages:
        data = message.data
        keys = identity_keys(message.tenant_id, data.channel, data.account_id, data.contact)
        contact_id = loaded.contact_id_of(keys)
        current = loaded.current.get(current_of(data.account_id, contact_id)) if contact_id else None
        if current is None or not current.takes(message.occurred_at):
            senders.setdefault(message.tenant_id, set()).add(f"{data.account_id}:{contact_id or keys[0]}")
    return {tenant_id: len(found) for tenant_id, found in senders.items()}


@dataclass(slots=True)
class Intake:
    """One pass over one batch. `numbers` has each tenant's reserved conversation numbers."""

    loaded: Loaded
    numbers: Mapping[str, Iterator[int]]
    now: datetime
    new_id: Callable[[], str]
    unit: Unit = field(default_factory=Unit)

    def run(self, records: Sequence[Record[Any]]) -> Unit:
        """Take every event in that was not handled before, and return what must be saved."""
        seen = self.loaded.handled
        for record in records:
            event = record.event
            if event.id in seen:
                continue
            seen.add(event.id)
            self.unit.handled.append(event.id)
            if isinstance(event, InboundMessage):
                self._message(event, record.traceparent)
            else:
                self._receipt(event, record.traceparent)
        return self.unit

    def _message(self, event: InboundMessage, traceparent: str | None) -> None:
        data = event.data
        contact_id = self._contact(event, traceparent)
        place = current_of(data.account_id, contact_id)
        conversation = self.loaded.current.get(place)
        if conversation is None or not conversation.takes(event.occurred_at):
            conversation = self._open(event, contact_id, conversation, traceparent)
        self.unit.touch(conversation)
        self._rename(conversation, event, traceparent)
        changes = conversation.receive(
            event.id,
            data,
            occurred_at=event.occurred_at,
            now=self.now,
            reply_to=self._quoted(data.account_id, data.reply_to_external_id),
        )
        for change in changes:
            self._emit(conversation, change, event, traceparent)
            if change.message is not None:
                self.unit.new_messages.append(change.message)
                self.loaded.messages[change.message.id] = change.message

    def _quoted(self, account_id: str, external_id: str | None) -> str | None:
        """The id of a quoted message: one of ours by what the provider called it, else the customer's own."""
        if external_id is None:
            return None
        ours = self.loaded.sent_as.get((account_id, external_id))
        return ours.id if ours is not None else provider_event_id(account_id, external_id, "message")

    def _contact(self, event: InboundMessage, traceparent: str | None) -> str:
        """The id of the sender's record, made now if nobody knows them; new names of them are learnt."""
        data = event.data
        keys = identity_keys(event.tenant_id, data.channel, data.account_id, data.contact)
        contact_id = self.loaded.contact_id_of(keys)
        if contact_id is None:
            contact = Contact.new(self.new_id(), event.tenant_id, data.contact, self.now)
            contact_id = contact.id
            self.loaded.contacts[contact_id] = self.unit.new_contacts[contact_id] = contact
            created = contact_event(contact, "contact.created", (), now=self.now, causation_id=event.id)
            self.unit.outgoing.append(Outgoing.of(CONVERSATION_EVENTS, created, traceparent))
        for key in keys:
            if key not in self.loaded.contact_ids:
                self.loaded.contact_ids[key] = contact_id
                self.unit.new_identities[key] = (event.tenant_id, contact_id)
        return contact_id

    def _open(
        self, event: InboundMessage, contact_id: str, previous: Conversation | None, traceparent: str | None
    ) -> Conversation:
        if previous is not None:
            self.unit.touch(previous)
            previous.current = False
        contact = self.loaded.contacts.get(contact_id)
        ref = contact.ref() if contact is not None else previous.contact if previous is not None else None
        if ref is None:
            raise LookupError(f"contact {contact_id} has an identity and no record")
        number = next(self.numbers[event.tenant_id])
        conversation, change = Conversation.open(self.new_id(), number, event.tenant_id, ref, event.data, self.now)
        self.unit.new_conversations[conversation.id] = conversation
        self.loaded.add_conversation(conversation)
        self._emit(conversation, change, event, traceparent)
        return conversation

    def _rename(self, conversation: Conversation, event: InboundMessage, traceparent: str | None) -> None:
        name = event.data.contact.name
        contact = self.loaded.contacts.get(conversation.contact.id)
        if name is None or contact is None or name == conversation.profile_name == contact.profile_name:
            return
        self.unit.touch_contact(contact)
        changed = contact.learn(event.data.contact)
        conversation.rename_contact(contact.ref(), name)
        if changed:
            renamed = contact_event(contact, "contact.updated", changed, now=self.now, causation_id=event.id)
            self.unit.outgoing.append(Outgoing.of(CONVERSATION_EVENTS, renamed, traceparent))

    def _receipt(self, event: InboundReceipt, traceparent: str | None) -> None:
        data = event.data
        message = self.loaded.messages.get(data.message_id) if data.message_id else None
        if message is None and data.external_id:
            message = self.loaded.sent_as.get((data.account_id, data.external_id))
        if message is None or message.tenant_id != event.tenant_id:
            self._keep_for_later(event)
            return
        conversation = self.loaded.conversations[message.conversation_id]
        changed = message.apply_receipt(data.status, data.external_id, data.failure)
        if message.external_id is not None:
            self.loaded.sent_as[message.account_id, message.external_id] = message
        changed += self._settle_early(event, message)
        if not changed:
            return
        self.unit.touch(conversation)
        self.unit.messages[message.id] = message
        change = conversation.receipt(message, tuple(dict.fromkeys(changed)))
        self._emit(conversation, change, event, traceparent, occurred_at=event.occurred_at)

    def _keep_for_later(self, event: InboundReceipt) -> None:
        """A receipt for a message that is not known (yet): the highest one waits for the send to be recorded."""
        data = event.data
        if data.external_id is None:
            return
        key = receipt_key(data.account_id, data.external_id)
        known = self.unit.early_receipts.get(key) or self.loaded.early_receipts.get(key)
        status = later_status(known["status"], data.status) if known else data.status
        failure = None
        if status == "failed":
            failure = data.failure.model_dump() if data.failure else known and known["failure"]
        self.unit.early_receipts[key] = {"status": status, "failure": failure, "tenant_id": event.tenant_id}

    def _settle_early(self, event: InboundReceipt, message: Message) -> tuple[str, ...]:
        """Apply what came too early, now that the provider's id of the message is known."""
        data = event.data
        if data.external_id is None:
            return ()
        key = receipt_key(data.account_id, data.external_id)
        early = self.unit.early_receipts.get(key) or self.loaded.early_receipts.get(key)
        if early is None or key in self.unit.settled_receipts or early["tenant_id"] != event.tenant_id:
            return ()
        self.unit.settled_receipts.add(key)
        failure = SendFailure(**early["failure"]) if early["failure"] else None
        return message.apply_receipt(early["status"], data.external_id, failure)

    def _emit(
        self,
        conversation: Conversation,
        change: Change,
        event: InboundMessage | InboundReceipt,
        traceparent: str | None,
        occurred_at: datetime | None = None,
    ) -> None:
        actor = Actor(type="contact", id=conversation.contact.id, name=conversation.contact.name)
        made = conversation_event(
            conversation,
            change,
            actor=actor,
            now=self.now,
            causation_id=event.id,
            occurred_at=occurred_at or (event.occurred_at if change.message is not None else None),
        )
        self.unit.outgoing.append(Outgoing.of(CONVERSATION_EVENTS, made, traceparent))
