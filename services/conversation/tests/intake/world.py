"""The database as far as batches need it, and the events of the tests."""

from collections import Counter, defaultdict
from copy import deepcopy
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from atd_conversation.domain.automation.policies import Automation
from atd_conversation.domain.channels import CHANNEL_RULES, Channels
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.events import conversation_event
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.intake import Cause, Intake, apply_waiting_changes, numbers_needed, take_in, waiting
from atd_conversation.intake.batch import Batch
from atd_conversation.intake.loaded import Loaded, provider_key
from atd_conversation.intake.spellings import not_found, spell, spell_by_stored_ids, told_of
from atd_schemas.envelope import Actor, Envelope
from atd_schemas.inbound import SendFailure
from atd_schemas.topics import CONVERSATION_EVENTS, OUTBOUND_BY_CHANNEL, adapter, encode
from atd_servicekit.outbox import next_order
from atd_testing.inbound import NOON

T, A, B = "t1", "acc-a", "acc-b"
OLD_SPELLING, NEW_SPELLING = "551187654321", "5511987654321"
HOUR = timedelta(hours=1)
FAILURE = SendFailure(code="131026", reason="recipient_unreachable", detail="Message undeliverable")
BIA = Actor(type="attendant", id="bia", name="Bia")


class World:
    """The database, as far as batches need it: what is unique there is unique here."""

    def __init__(self, now: datetime | None = None, automation: Automation | None = None) -> None:
        """`now`: when every batch is taken in; by default when the last of its events happened, from noon on."""
        self.now = now
        self.automation = {T: automation} if automation else {}
        self.inbox: list[str] = []
        self.contacts: dict[str, Contact] = {}
        self.identities: dict[str, str] = {}
        self.conversations: dict[str, Conversation] = {}
        self.messages: dict[str, Message] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.waiting: dict[str, dict[str, Any]] = {}
        self.openings: dict[str, dict[str, Any]] = {}
        self.files: dict[str, Attachment] = {}
        self.commands: list[Any] = []
        self.numbers: Counter[str] = Counter()
        self.events: list[Any] = []
        self._ids = count(1)

    def load(self, batch: Batch) -> Loaded:
        held = deepcopy(self)
        loaded = Loaded(
            Channels(CHANNEL_RULES, OUTBOUND_BY_CHANNEL),
            handled=set(held.inbox),
            contact_ids=held.identities,
            contacts=held.contacts,
            messages=held.messages,
            early_receipts=held.receipts,
            early_changes=held.waiting,
            openings=held.openings,
            ids_of={contact_id: set() for contact_id in held.contacts},
        )
        for key, contact_id in held.identities.items():
            loaded.ids_of[contact_id].add(key)
        for conversation in held.conversations.values():
            loaded.add_conversation(conversation)
        for message in held.messages.values():
            for external_id in message.external_ids if message.direction == "outbound" else ():
                loaded.sent_as[message.account_id, external_id] = message
        for one in told_of(batch):
            spell(loaded, one, one.ids)
        spell_by_stored_ids(loaded, not_found(loaded, batch), held.identities)
        return loaded

    def batch(self, *events: Envelope, now: datetime | None = None) -> UnitOfWork:
        now = now or self.now or max([NOON, *(event.occurred_at for event in events)])
        batch = Batch.of(events)
        loaded = self.load(batch)
        loaded.take_stored_for_handled(batch)
        people = [event for event in batch.people if event.id not in loaded.handled]
        needed = numbers_needed(loaded, people, self.automation)
        numbers = {}
        for tenant_id, wanted in needed.items():
            first = self.numbers[tenant_id] + 1
            self.numbers[tenant_id] += wanted
            numbers[tenant_id] = iter(range(first, first + wanted))
        intake = Intake(loaded, numbers, now, lambda: f"id-{next(self._ids)}", automation=self.automation)
        unit = take_in(intake, [Cause(event) for event in events])
        self.save(unit)
        unit.outgoing += self._settle(batch, unit, now).outgoing
        return unit

    def _settle(self, batch: Batch, saved: UnitOfWork, now: datetime) -> UnitOfWork:
        keys = {provider_key(*name) for name in (*batch.names(), *saved.other_names)} | saved.early_changes.keys()
        rows = {key: row for key, row in deepcopy(self.waiting).items() if key in keys}
        waits = Batch.of([event for row in rows.values() for event in waiting(row)])
        unit = apply_waiting_changes(Intake(self.load(waits), {}, now, lambda: f"id-{next(self._ids)}"), rows)
        self.save(unit)
        return unit

    def save(self, unit: UnitOfWork) -> None:
        order = next_order(NOON, *(aggregate.order for aggregate in unit.aggregates()))
        for aggregate in unit.aggregates():
            aggregate.order = order
        self.inbox += unit.handled
        assert len(self.inbox) == len(set(self.inbox))
        assert not unit.new_identities.keys() & self.identities.keys()
        self.identities |= {key: contact_id for key, (_, contact_id) in unit.new_identities.items()}
        for key, (before, after) in unit.moved_identities.items():
            assert self.identities[key] == before
            self.identities[key] = after
        for key, before in unit.given_up.items():
            assert self.identities.pop(key) == before
        for contact in (*unit.new_contacts.values(), *(each for each, _ in unit.contacts.values())):
            self.contacts[contact.id] = contact
        for conversation in (*unit.new_conversations.values(), *(each for each, *_ in unit.conversations.values())):
            self.conversations[conversation.id] = conversation
        for message in unit.new_messages:
            assert message.id not in self.messages
            self.messages[message.id] = message
        self.messages |= {message.id: message for message, _ in unit.messages.values()}
        self._save_rows(self.receipts, unit.receipts)
        self._save_rows(self.waiting, unit.early_changes)
        self._save_rows(self.openings, unit.openings)
        assert not unit.new_attachments.keys() & self.files.keys()
        self.files |= {key: stored.attachment for key, stored in unit.new_attachments.items()}
        self.files |= unit.attachments
        for attachment_id in unit.removed_attachments:
            self.files.pop(attachment_id, None)
        self.events += told(unit)
        self.commands += asked(unit)
        self.check()

    @staticmethod
    def _save_rows(rows: dict[str, Any], changes: dict[str, tuple[Any, Any]]) -> None:
        for key, (row, before) in changes.items():
            assert rows.get(key) == before
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row

    def check(self) -> None:
        """What holds in every state."""
        places = [c.place for c in self.conversations.values() if c.current]
        assert len(places) == len(set(places))
        for contact in self.contacts.values():
            if contact.merged is not None:
                assert contact.id not in self.identities.values()
                assert all(c.contact.id != contact.id for c in self.conversations.values())
        numbers = [(c.tenant_id, c.number) for c in self.conversations.values()]
        assert len(numbers) == len(set(numbers))
        told = defaultdict(list)
        for event in self.events:
            told[event.subject].append(event.sequence)
        aggregates: list[Conversation | Contact] = [*self.conversations.values(), *self.contacts.values()]
        for aggregate in aggregates:
            assert told[aggregate.id] == list(range(1, aggregate.sequence + 1))
        for message in self.messages.values():
            conversation = self.conversations[message.conversation_id]
            assert conversation.tenant_id == message.tenant_id
            assert message.sequence in range(1, conversation.sequence + 1)
            held = () if message.deleted_at else message.attachments
            assert {one.id: one for one in held} == {one.id: self.files.get(one.id) for one in held}

    # --- what attendants do between batches

    def conversation(self, **about: Any) -> Conversation:
        (found,) = [
            c for c in self.conversations.values() if all(getattr(c, name) == value for name, value in about.items())
        ]
        return found

    def close(self, conversation: Conversation, now: datetime = NOON) -> None:
        self.tell(conversation, conversation.close(now))

    def send(self, conversation: Conversation, message_id: str) -> Message:
        changes = conversation.send(message_id, actor=BIA, text="Olá", now=NOON)
        self.tell(conversation, changes)
        message = changes[0].message
        assert message is not None
        self.messages[message_id] = message
        return message

    def tell(self, conversation: Conversation, changes: list[Any]) -> None:
        for change in changes:
            self.events.append(conversation_event(conversation, change, actor=BIA, now=NOON, causation_id=None))

    def shape(self) -> Any:
        """The state without the ids that were made up on the way."""
        contacts = defaultdict(set)
        for key, contact_id in self.identities.items():
            contacts[contact_id].add(key)
        threads = defaultdict(list)
        for message in sorted(self.messages.values(), key=lambda each: each.sequence):
            what = (message.direction, message.external_id, message.text, message.status, message.error)
            threads[message.conversation_id].append(what)
        return (
            sorted((sorted(keys), *self._of(self.contacts[k])) for k, keys in contacts.items()),
            sorted(
                (
                    c.tenant_id,
                    c.channel.account_id,
                    sorted(contacts[c.contact.id]),
                    c.current,
                    c.status,
                    c.unread_count,
                    c.sequence,
                    repr(threads[c.id]),
                    repr(c.reply_window_expires_at),
                )
                for c in self.conversations.values()
            ),
            sorted((key, row.get("status"), row.get("message_id")) for key, row in self.receipts.items()),
        )

    @staticmethod
    def _of(contact: Contact) -> tuple[str, ...]:
        return (contact.tenant_id, str(contact.name), str(contact.phone))


def told(unit: UnitOfWork) -> list[Any]:
    """The events of a unit."""
    topic = CONVERSATION_EVENTS
    return [adapter(topic).validate_json(encode(out.event)) for out in unit.outgoing if out.topic == topic]


def asked(unit: UnitOfWork) -> list[Any]:
    """The commands of a unit."""
    topics = OUTBOUND_BY_CHANNEL.values()
    return [adapter(out.topic).validate_json(encode(out.event)) for out in unit.outgoing if out.topic in topics]


def types(unit: UnitOfWork) -> list[str]:
    return [event.type for event in told(unit)]
