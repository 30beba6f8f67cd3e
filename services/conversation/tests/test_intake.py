"""What batches of inbound events lead to, on a model of the database: no servers."""

from collections import Counter, defaultdict
from copy import deepcopy
from datetime import datetime, timedelta
from itertools import count
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atd_conversation.batch import Batch
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import REOPEN_WITHIN, Conversation
from atd_conversation.domain.message import Attachment, Message
from atd_conversation.intake import Intake, numbers_needed, settle, take_in
from atd_conversation.store.documents import current_of
from atd_conversation.store.inbound import Loaded, provider_key
from atd_conversation.store.unit import Unit
from atd_schemas.envelope import Actor, Envelope
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundMessage, InboundReceipt, ReceiptStatus, SendFailure
from atd_schemas.topics import CONVERSATION_EVENTS, OUTBOUND_WHATSAPP, adapter
from atd_testing.inbound import NOON, customer_message, record_of, send_receipt

T, A, B = "t1", "acc-a", "acc-b"
OLD_SPELLING, NEW_SPELLING = "551187654321", "5511987654321"
HOUR = timedelta(hours=1)
FAILURE = SendFailure(code="131026", reason="recipient_unreachable", detail="Message undeliverable")
BIA = Actor(type="attendant", id="bia", name="Bia")


class World:
    """The database, as far as batches need it: what is unique there is unique here."""

    def __init__(self) -> None:
        self.inbox: list[str] = []
        self.contacts: dict[str, Contact] = {}
        self.identities: dict[str, str] = {}
        self.conversations: dict[str, Conversation] = {}
        self.messages: dict[str, Message] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.waiting: dict[str, dict[str, Any]] = {}
        self.files: dict[str, Attachment] = {}
        self.commands: list[Any] = []
        self.numbers: Counter[str] = Counter()
        self.events: list[Any] = []
        self._ids = count(1)

    def load(self) -> Loaded:
        held = deepcopy(self)
        loaded = Loaded(
            handled=set(held.inbox),
            contact_ids=held.identities,
            contacts=held.contacts,
            messages=held.messages,
            early_receipts=held.receipts,
            early_changes=held.waiting,
        )
        for conversation in held.conversations.values():
            loaded.add_conversation(conversation)
        for message in held.messages.values():
            if message.direction == "outbound" and message.external_id:
                loaded.sent_as[message.account_id, message.external_id] = message
        return loaded

    def batch(self, *events: Envelope, now: datetime = NOON) -> Unit:
        loaded, batch = self.load(), Batch.of(events)
        needed = numbers_needed(loaded, [event for event in batch.people if event.id not in loaded.handled])
        numbers = {}
        for tenant_id, wanted in needed.items():
            first = self.numbers[tenant_id] + 1
            self.numbers[tenant_id] += wanted
            numbers[tenant_id] = iter(range(first, first + wanted))
        intake = Intake(loaded, numbers, now, lambda: f"id-{next(self._ids)}")
        unit = take_in(intake, [record_of(event, offset) for offset, event in enumerate(events)])
        self.save(unit)
        unit.outgoing += self._settle(batch, now).outgoing
        return unit

    def _settle(self, batch: Batch, now: datetime) -> Unit:
        keys = {provider_key(*name) for name in batch.names()}
        rows = {key: row for key, row in deepcopy(self.waiting).items() if key in keys}
        unit = settle(Intake(self.load(), {}, now, lambda: f"id-{next(self._ids)}"), rows)
        self.save(unit)
        return unit

    def save(self, unit: Unit) -> None:
        unit.stamp(NOON)
        self.inbox += unit.handled
        assert len(self.inbox) == len(set(self.inbox))
        assert not unit.new_identities.keys() & self.identities.keys()
        self.identities |= {key: contact_id for key, (_, contact_id) in unit.new_identities.items()}
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
        places = [current_of(c.channel.account_id, c.contact.id) for c in self.conversations.values() if c.current]
        assert len(places) == len(set(places))
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
        self._tell(conversation, conversation.close(now))

    def send(self, conversation: Conversation, message_id: str) -> Message:
        changes = conversation.send(message_id, actor=BIA, text="Olá", now=NOON)
        self._tell(conversation, changes)
        message = changes[0].message
        assert message is not None
        self.messages[message_id] = message
        return message

    def _tell(self, conversation: Conversation, changes: list[Any]) -> None:
        for change in changes:
            self.events.append(_Told(conversation.id, change.sequence, change.type))

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


class _Told:
    def __init__(self, subject: str, sequence: int, kind: str) -> None:
        self.subject, self.sequence, self.type = subject, sequence, kind


def told(unit: Unit) -> list[Any]:
    """The events of a unit."""
    topic = CONVERSATION_EVENTS
    return [adapter(topic).validate_json(out.value) for out in unit.outgoing if out.topic == topic.name]


def asked(unit: Unit) -> list[Any]:
    """The commands of a unit."""
    topic = OUTBOUND_WHATSAPP
    return [adapter(topic).validate_json(out.value) for out in unit.outgoing if out.topic == topic.name]


def types(unit: Unit) -> list[str]:
    return [event.type for event in told(unit)]


@pytest.fixture
def world() -> World:
    return World()


# --- customers write


def test_a_first_message_makes_contact_conversation_and_message(world: World) -> None:
    unit = world.batch(customer_message(T, A, "w1"))
    assert types(unit) == ["contact.created", "conversation.opened", "message.received"]
    conversation = world.conversation()
    assert (conversation.number, conversation.status, conversation.unread_count) == (1, "queued", 1)
    assert conversation.contact.name == "Ana"
    assert [m.external_id for m in world.messages.values()] == ["w1"]


def test_a_batch_with_duplicates_is_each_event_once(world: World) -> None:
    first, second = customer_message(T, A, "w1"), customer_message(T, A, "w2")
    unit = world.batch(first, first, second, first, second)
    assert unit.handled == [first.id, second.id]
    assert world.conversation().unread_count == 2
    again = world.batch(second, first)
    assert (again.handled, again.outgoing, again.conversations) == ([], [], {})


def test_several_customers_in_one_batch_have_a_conversation_each(world: World) -> None:
    world.batch(*(customer_message(T, A, f"w{i}", customer=f"55119999900{i % 3:02}") for i in range(9)))
    assert sorted(c.number for c in world.conversations.values()) == [1, 2, 3]
    assert [c.unread_count for c in world.conversations.values()] == [3, 3, 3]


def test_one_customer_on_two_accounts_is_one_contact_with_two_conversations(world: World) -> None:
    world.batch(customer_message(T, A, "w1"), customer_message(T, B, "w2"))
    assert len(world.contacts) == 1
    assert {c.channel.account_id for c in world.conversations.values()} == {A, B}


def test_two_tenants_share_nothing(world: World) -> None:
    world.batch(customer_message("t1", A, "w1"), customer_message("t2", B, "w1"))
    assert {c.tenant_id for c in world.contacts.values()} == {"t1", "t2"}
    assert sorted((c.tenant_id, c.number) for c in world.conversations.values()) == [("t1", 1), ("t2", 1)]


def test_both_spellings_and_the_business_scoped_id_are_one_customer(world: World) -> None:
    world.batch(
        customer_message(T, A, "w1", customer=OLD_SPELLING),
        customer_message(T, A, "w2", customer=NEW_SPELLING, aliases=("BR.1",)),
        customer_message(T, A, "w3", customer="BR.1"),
    )
    assert world.conversation().unread_count == 3
    assert world.conversation().recipient == "BR.1"
    assert len(world.contacts) == 1
    world.batch(customer_message(T, A, "w4", customer="BR.1"))
    assert world.conversation().unread_count == 4


def test_a_name_learnt_in_the_batch_decides_about_a_later_message_of_it(world: World) -> None:
    """The second message tells the new name only, and on another account: the number for it must be there."""
    world.batch(customer_message(T, A, "w1", customer=NEW_SPELLING))
    world.batch(
        customer_message(T, A, "w2", customer=NEW_SPELLING, aliases=("BR.1",)),
        customer_message(T, B, "w3", customer="BR.1"),
    )
    assert len(world.contacts) == 1
    assert len(world.conversations) == 2


def test_an_id_learnt_in_the_batch_can_make_a_later_message_somebody_elses(world: World) -> None:
    """Before the batch the second message would belong to who has the other phone, and needs no number."""
    world.batch(
        customer_message(T, A, "w1", customer=NEW_SPELLING), customer_message(T, B, "w2", customer="5521912345678")
    )
    world.batch(
        customer_message(T, A, "w3", customer=NEW_SPELLING, aliases=("BR.1",)),
        customer_message(T, B, "w4", customer="BR.1", aliases=("5521912345678",)),
    )
    assert len(world.contacts) == 2
    assert len(world.conversations) == 3


def test_of_two_known_contacts_the_phone_decides(world: World) -> None:
    world.batch(
        customer_message(T, A, "w1", customer="BR.1", name="Só BR"),
        customer_message(T, A, "w2", customer=NEW_SPELLING, name="Só telefone"),
    )
    world.batch(customer_message(T, A, "w3", customer=NEW_SPELLING, aliases=("BR.1",), name="Só telefone"))
    assert len(world.contacts) == 2
    phone = next(c for c in world.contacts.values() if c.phone)
    assert world.conversation(contact=phone.ref()).unread_count == 2


def test_a_renamed_profile_renames_the_contact_in_the_conversation(world: World) -> None:
    world.batch(customer_message(T, A, "w1", name="Ana"))
    unit = world.batch(customer_message(T, A, "w2", name="Ana Maria"), customer_message(T, A, "w3", name="Ana M."))
    assert types(unit) == ["contact.updated", "message.received", "contact.updated", "message.received"]
    (contact,) = world.contacts.values()
    assert (contact.name, world.conversation().contact.name, contact.sequence) == ("Ana M.", "Ana M.", 3)
    assert next(m for m in world.messages.values() if m.external_id == "w2").author.name == "Ana Maria"


def test_a_phone_that_a_customer_shows_later_is_learnt_without_a_new_name(world: World) -> None:
    world.batch(customer_message(T, A, "w1", customer="BR.1"))
    unit = world.batch(customer_message(T, A, "w2", customer=NEW_SPELLING, aliases=("BR.1",)))
    (contact,) = world.contacts.values()
    assert contact.phone == f"+{NEW_SPELLING}"
    assert types(unit) == ["contact.updated", "message.received"]


# --- open, reopen, open anew


def test_a_message_within_24_hours_reopens(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    world.close(world.conversation())
    unit = world.batch(customer_message(T, A, "w2", occurred_at=NOON + REOPEN_WITHIN))
    assert types(unit) == ["conversation.reopened", "message.received"]
    assert world.conversation().status == "queued"


def test_a_later_message_opens_a_new_conversation_and_the_old_one_is_superseded(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    old = world.conversation()
    world.close(old)
    later = NOON + REOPEN_WITHIN + timedelta(milliseconds=1)
    unit = world.batch(
        customer_message(T, A, "w2", occurred_at=later), customer_message(T, A, "w3", occurred_at=NOON + HOUR)
    )
    assert types(unit) == ["conversation.opened", "message.received", "message.received"]
    assert len(world.contacts) == 1
    new = world.conversation(current=True)
    assert (new.number, new.contact.name, new.unread_count) == (2, "Ana", 2)
    assert (world.conversation(current=False).id, world.conversation(current=False).sequence) == (old.id, old.sequence)


# --- quotes


def test_a_quote_names_our_message_or_the_customers_own(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    world.send(world.conversation(), "ours").external_id = "wamid.ours"
    world.batch(
        customer_message(T, A, "w2", reply_to_external_id="wamid.ours"),
        customer_message(T, A, "w3", reply_to_external_id="w1"),
    )
    quotes = {m.external_id: m.reply_to for m in world.messages.values()}
    assert (quotes["w2"], quotes["w3"]) == ("ours", provider_event_id(A, "w1", "message"))


# --- receipts


@pytest.fixture
def sent(world: World) -> World:
    world.batch(customer_message(T, A, "w1"))
    world.send(world.conversation(), "ours")
    return world


def test_receipts_move_a_message_on(sent: World) -> None:
    unit = sent.batch(
        send_receipt(T, A, "sent", message_id="ours", external_id="x1"),
        send_receipt(T, A, "delivered", external_id="x1"),
        send_receipt(T, A, "read", external_id="x1"),
    )
    assert types(unit) == ["message.status_changed"] * 3
    assert (sent.messages["ours"].status, sent.messages["ours"].external_id) == ("read", "x1")


def test_a_receipt_before_the_send_is_known_waits_and_is_applied_once(sent: World) -> None:
    unit = sent.batch(send_receipt(T, A, "read", external_id="x1"), send_receipt(T, A, "delivered", external_id="x1"))
    assert (types(unit), sent.messages["ours"].status) == ([], "pending")
    unit = sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    assert (types(unit), sent.messages["ours"].status) == (["message.status_changed"], "read")
    assert sent.receipts == {f"{A}:x1": {"message_id": "ours", "tenant_id": T}}


def test_a_failure_that_came_first_keeps_its_reason(sent: World) -> None:
    sent.batch(send_receipt(T, A, "failed", external_id="x1", failure=FAILURE))
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    message = sent.messages["ours"]
    assert (message.status, message.error and message.error.code) == ("failed", "recipient_unreachable")


def test_message_and_receipts_of_one_batch_keep_their_order(sent: World) -> None:
    unit = sent.batch(
        send_receipt(T, A, "sent", message_id="ours", external_id="x1"),
        customer_message(T, A, "w2"),
        send_receipt(T, A, "read", external_id="x1"),
    )
    assert types(unit) == ["message.status_changed", "message.received", "message.status_changed"]


def test_a_message_that_was_sent_again_is_known_by_both_ids(sent: World) -> None:
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x2"))
    sent.batch(send_receipt(T, A, "read", external_id="x2"))
    assert (sent.messages["ours"].status, sent.messages["ours"].external_id) == ("read", "x1")


def test_a_receipt_for_a_refused_message_needs_no_external_id(sent: World) -> None:
    sent.batch(send_receipt(T, A, "failed", message_id="ours", failure=FAILURE))
    assert sent.messages["ours"].status == "failed"


@pytest.mark.parametrize(
    "receipt",
    [
        pytest.param(send_receipt("t2", A, "read", message_id="ours", external_id="x1"), id="of another tenant"),
        pytest.param(send_receipt(T, B, "read", message_id="ours", external_id="x1"), id="of another account"),
        pytest.param(
            send_receipt(T, A, "read", message_id=provider_event_id(A, "w1", "message")), id="for a customer's message"
        ),
        pytest.param(send_receipt(T, A, "read", message_id="note"), id="for a note"),
        pytest.param(send_receipt(T, A, "read", message_id="nobody's"), id="for nothing that we know"),
    ],
)
def test_a_receipt_that_is_not_for_a_message_of_ours_on_that_account_changes_none(
    sent: World, receipt: InboundReceipt
) -> None:
    conversation = sent.conversation()
    (noted,) = conversation.note("note", actor=BIA, text="Nota", now=NOON)
    assert noted.message is not None
    sent.messages["note"] = noted.message
    sent._tell(conversation, [noted])
    before = deepcopy(sent.messages)
    unit = sent.batch(receipt)
    assert (types(unit), unit.handled) == ([], [receipt.id])
    assert sent.messages == before


# --- what holds for all batches

PEOPLE: list[dict[str, Any]] = [
    {"customer": OLD_SPELLING},
    {"customer": NEW_SPELLING},
    {"customer": NEW_SPELLING, "aliases": ("BR.1",)},
    {"customer": "BR.1", "name": "Aninha"},
    {"customer": "BR.1", "phone": "+5521912345678"},
    {"customer": "BR.1", "aliases": ("5521912345678",)},
    {"customer": "5521912345678", "aliases": ("BR.2",)},
    {"customer": "BR.2", "name": None},
    {"customer": "77", "channel": "telegram"},
    {"customer": "77", "channel": "telegram", "phone": f"+{NEW_SPELLING}"},
]
hours = st.sampled_from([-1, 0, 1, 23, 24, 25, 30, 60])
pools = st.lists(
    st.tuples(st.sampled_from(["t1", "t2"]), st.sampled_from(["a", "b"]), st.sampled_from(PEOPLE), hours),
    min_size=1,
    max_size=12,
).map(
    lambda rows: [
        customer_message(tenant, f"{tenant}-{account}", f"w{n}", occurred_at=NOON + hour * HOUR, **person)
        for n, (tenant, account, person, hour) in enumerate(rows)
    ]
)


def history(world: World, messages: list[InboundMessage], closed: bool) -> None:
    """Something that was there before the batch."""
    world.batch(*messages)
    if closed:
        for conversation in list(world.conversations.values()):
            world.close(conversation)


@settings(max_examples=60)
@given(earlier=pools, closed=st.booleans(), pool=pools, data=st.data())
def test_there_are_numbers_for_every_conversation_that_a_batch_opens(earlier, closed, pool, data) -> None:
    world = World()
    history(world, [m.model_copy(update={"id": f"earlier {m.id}"}) for m in earlier], closed)
    batch = data.draw(st.lists(st.sampled_from(pool), max_size=20))
    loaded = world.load()
    needed = numbers_needed(loaded, batch)
    opened = Counter(conversation.tenant_id for conversation in world.batch(*batch).new_conversations.values())
    assert all(needed.get(tenant_id, 0) >= number for tenant_id, number in opened.items())


@settings(max_examples=60)
@given(earlier=pools, closed=st.booleans(), pool=pools, data=st.data())
def test_how_events_are_cut_into_batches_and_repeated_makes_no_difference(earlier, closed, pool, data) -> None:
    one, many = World(), World()
    for world in (one, many):
        history(world, [m.model_copy(update={"id": f"earlier {m.id}"}) for m in earlier], closed)
    one.batch(*pool)
    handled: list[InboundMessage] = []
    for message in pool:
        again = data.draw(st.lists(st.sampled_from(handled), max_size=2)) if handled else []
        handled.append(message)
        many.batch(*again, message, *again)
    assert one.shape() == many.shape()
    before = deepcopy(one)
    one.batch(*data.draw(st.permutations(pool)))
    assert (one.shape(), len(one.events)) == (before.shape(), len(before.events))


receipts = st.lists(
    st.sampled_from(
        [
            send_receipt(T, A, cast(ReceiptStatus, status), message_id=ours, external_id=theirs, failure=failure)
            for status, failure in (("sent", None), ("delivered", None), ("read", None), ("failed", FAILURE))
            for ours, theirs in (("ours", None), ("ours", "x1"), (None, "x1"), (None, "x9"))
        ]
    ),
    max_size=8,
)


@settings(max_examples=60)
@given(receipts, st.data())
def test_receipts_in_any_order_and_cut_end_in_the_same_state(seen, data) -> None:
    worlds = []
    for order in (seen, data.draw(st.permutations(seen + seen))):
        world = World()
        world.batch(customer_message(T, A, "w1"))
        world.send(world.conversation(), "ours")
        cut = data.draw(st.integers(0, len(order)))
        world.batch(*order[:cut])
        world.batch(*order[cut:])
        worlds.append(world)
    states = [(world.messages["ours"], sorted(world.receipts.items())) for world in worlds]
    assert states[0] == states[1]
