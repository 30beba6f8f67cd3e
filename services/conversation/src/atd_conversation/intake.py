"""What a batch of inbound events leads to: one pass over the batch, in order, changing what was loaded.

No I/O and no clock: the handler loads before and saves after.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Change, Conversation
from atd_conversation.domain.events import contact_event, conversation_event
from atd_conversation.domain.message import Message, later_status
from atd_conversation.store.documents import current_of, message_fields
from atd_conversation.store.inbound import Loaded, receipt_key, senders
from atd_conversation.store.unit import Unit
from atd_schemas.envelope import Actor
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundMessage, InboundReceipt, SendFailure
from atd_schemas.topics import CONVERSATION_EVENTS
from atd_servicekit.consuming import Record
from atd_servicekit.kafka import Outgoing


def numbers_needed(loaded: Loaded, messages: Sequence[InboundMessage]) -> dict[str, int]:
    """By tenant: how many new conversations these messages can open, at the most."""
    places: dict[str, set[str]] = {}
    for message, contact_id, _ in senders(loaded, messages):
        place = current_of(message.data.account_id, contact_id)
        current = loaded.current.get(place)
        if current is None or not current.takes(message.occurred_at):
            places.setdefault(message.tenant_id, set()).add(place)
    return {tenant_id: len(found) for tenant_id, found in places.items()}


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
        self._learn(conversation, event, traceparent)
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
        keys = self.loaded.keys(event)
        contact_id = self.loaded.contact_id_of(keys)
        if contact_id is None:
            contact = Contact.new(self.new_id(), event.tenant_id, event.data.contact, self.now)
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

    def _learn(self, conversation: Conversation, event: InboundMessage, traceparent: str | None) -> None:
        """Take over what the sender tells of themselves; only who may have news was loaded."""
        seen = event.data.contact
        contact = self.loaded.contacts.get(conversation.contact.id)
        if contact is None:
            return
        profile_name = contact.profile_name
        changed = contact.learn(seen)
        if changed or contact.profile_name != profile_name:
            self.unit.touch_contact(contact)
        conversation.rename_contact(contact.ref(), seen.name or conversation.profile_name)
        if changed:
            told = contact_event(contact, "contact.updated", changed, now=self.now, causation_id=event.id)
            self.unit.outgoing.append(Outgoing.of(CONVERSATION_EVENTS, told, traceparent))

    def _receipt(self, event: InboundReceipt, traceparent: str | None) -> None:
        data = event.data
        message = self._sent(event)
        if message is None:
            self._wait(event)
            return
        before = message_fields(message)
        changed = message.apply_receipt(data.status, data.external_id, data.failure)
        if message.external_id is not None:
            self.loaded.sent_as[message.account_id, message.external_id] = message
        changed += self._settle(event, message)
        if not changed:
            return
        self.unit.messages.setdefault(message.id, (message, before))
        conversation = self.loaded.conversations[message.conversation_id]
        self.unit.touch(conversation)
        change = conversation.receipt(message, tuple(dict.fromkeys(changed)))
        self._emit(conversation, change, event, traceparent, occurred_at=event.occurred_at)

    def _sent(self, event: InboundReceipt) -> Message | None:
        """The message of ours that a receipt is about; what a provider hands back is checked, not trusted."""
        data = event.data
        message = self.loaded.messages.get(data.message_id) if data.message_id else None
        if message is None and data.external_id:
            known = self.loaded.early_receipts.get(receipt_key(data.account_id, data.external_id), {})
            message = self.loaded.sent_as.get((data.account_id, data.external_id))
            message = message or self.loaded.messages.get(known.get("message_id", ""))
        if message is None or message.direction != "outbound":
            return None
        of_this_account = (message.tenant_id, message.account_id) == (event.tenant_id, data.account_id)
        return message if of_this_account else None

    def _wait(self, event: InboundReceipt) -> None:
        """A receipt for a message that is not known (yet): the highest one waits for the send to be recorded."""
        data = event.data
        if data.external_id is None:
            return
        key = receipt_key(data.account_id, data.external_id)
        known = self.loaded.early_receipts.get(key)
        if known is not None and (known["tenant_id"] != event.tenant_id or "message_id" in known):
            return
        status = later_status(known["status"], data.status) if known else data.status
        failure = None
        if status == "failed":
            failure = known["failure"] if known else None
            failure = failure or (data.failure.model_dump() if data.failure else None)
        self._put(key, {"status": status, "failure": failure, "tenant_id": event.tenant_id})

    def _settle(self, event: InboundReceipt, message: Message) -> tuple[str, ...]:
        """Remember what the provider calls the message, and apply the receipt that came before that was known."""
        data = event.data
        if data.external_id is None:
            return ()
        key = receipt_key(data.account_id, data.external_id)
        waiting = self.loaded.early_receipts.get(key)
        if waiting is not None and "message_id" in waiting:
            return ()
        self._put(key, {"message_id": message.id, "tenant_id": event.tenant_id})
        if waiting is None or waiting["tenant_id"] != event.tenant_id:
            return ()
        failure = SendFailure(**waiting["failure"]) if waiting["failure"] else None
        return message.apply_receipt(waiting["status"], data.external_id, failure)

    def _put(self, key: str, row: dict[str, Any]) -> None:
        read = self.unit.receipts[key][1] if key in self.unit.receipts else self.loaded.early_receipts.get(key)
        self.unit.receipts[key] = (row, read)
        self.loaded.early_receipts[key] = row

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
