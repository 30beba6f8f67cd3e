"""What holds for all batches, however they are cut, ordered and repeated."""

from collections import Counter
from copy import deepcopy
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atd_conversation.intake import numbers_needed
from atd_conversation.intake.batch import Batch
from atd_schemas.inbound import ClaimedDetails, InboundEvent, ReceiptStatus
from atd_testing.inbound import (
    NOON,
    customer_message,
    deleted,
    edited,
    goes_by,
    phone_message,
    prefers,
    reacted,
    send_receipt,
)

from .world import FAILURE, HOUR, NEW_SPELLING, OLD_SPELLING, A, T, World

PEOPLE: list[dict[str, Any]] = [
    {"customer": OLD_SPELLING},
    {"customer": NEW_SPELLING},
    {"customer": NEW_SPELLING, "aliases": ("BR.1",)},
    {"customer": "BR.1", "name": "Aninha"},
    {"customer": "BR.1", "phone": "+5521912345678"},
    {"customer": "BR.1", "aliases": ("5521912345678",)},
    {"customer": "5521912345678", "aliases": ("BR.2",)},
    {"customer": "BR.2", "name": None},
    {"customer": "BR.2", "shared_phone": "+5521912345678"},
    {"customer": "77", "channel": "telegram"},
    {"customer": "77", "channel": "telegram", "phone": f"+{NEW_SPELLING}"},
]
AFTERWARDS = NOON + 100 * HOUR
hours = st.sampled_from([-1, 0, 1, 23, 24, 25, 30, 60])
LATE = NOON + 60 * HOUR
"""When everything has happened: what is decided may depend on when it is taken in, not on how it is cut."""
KINDS = ["message", "message", "message", "echo", "goes by", "prefers"]
rows = st.lists(
    st.tuples(
        st.sampled_from(["t1", "t2"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(KINDS),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        hours,
    ),
    min_size=1,
    max_size=12,
)


def events(prefix: str) -> Any:
    """What these people do, in this order."""
    return rows.map(lambda found: [event(prefix, number, *row) for number, row in enumerate(found)])


def event(
    prefix: str, number: int, tenant: str, account: str, kind: str, person: Any, before: Any, hour: int
) -> InboundEvent:
    name, account_id, at = f"{prefix}{number}", f"{tenant}-{account}", NOON + hour * HOUR
    match kind:
        case "echo":
            return phone_message(tenant, account_id, name, occurred_at=at, **person)
        case "goes by":
            previous = (before["customer"], *before.get("aliases", ()))
            aliases = person.get("aliases", ())
            return goes_by(
                tenant, account_id, previous, person["customer"], aliases=aliases, external_id=name, occurred_at=at
            )
        case "prefers":
            return prefers(tenant, account_id, "stopped", customer=person["customer"], occurred_at=at)
        case _:
            return customer_message(tenant, account_id, name, occurred_at=at, **person)


def history(world: World, events: list[InboundEvent], closed: bool) -> None:
    """Something that was there before the batch."""
    world.batch(*events)
    if closed:
        for conversation in list(world.conversations.values()):
            world.close(conversation)


@settings(max_examples=60)
@given(earlier=events("e"), closed=st.booleans(), pool=events("w"), data=st.data())
def test_there_are_numbers_for_every_conversation_that_a_batch_opens(earlier, closed, pool, data) -> None:
    world = World(AFTERWARDS)
    history(world, earlier, closed)
    batch = data.draw(st.lists(st.sampled_from(pool), max_size=20))
    needed = numbers_needed(world.load(Batch.of(batch)), Batch.of(batch).people)
    opened = Counter(conversation.tenant_id for conversation in world.batch(*batch).new_conversations.values())
    assert all(needed.get(tenant_id, 0) >= number for tenant_id, number in opened.items())


@pytest.mark.proves("whatsapp", "every-kind-same-body-again")
@settings(max_examples=60)
@given(earlier=events("e"), closed=st.booleans(), pool=events("w"), data=st.data())
def test_how_events_are_cut_into_batches_and_repeated_makes_no_difference(earlier, closed, pool, data) -> None:
    one, many = World(AFTERWARDS), World(AFTERWARDS)
    for world in (one, many):
        history(world, earlier, closed)
    one.batch(*pool, now=LATE)
    handled: list[InboundEvent] = []
    for message in pool:
        again = data.draw(st.lists(st.sampled_from(handled), max_size=2)) if handled else []
        handled.append(message)
        many.batch(*again, message, *again, now=LATE)
    assert one.shape() == many.shape()
    before = deepcopy(one)
    one.batch(*data.draw(st.permutations(pool)), now=LATE)
    assert (one.shape(), len(one.events)) == (before.shape(), len(before.events))


@given(pool=events("w"), data=st.data())
def test_what_comes_again_when_the_inbox_has_forgotten_it_adds_no_message(pool, data) -> None:
    """It can join two contacts of whom one was not known when it came first: then what is unread moves."""
    world = World(AFTERWARDS)
    world.batch(*pool)
    before = written(world)
    unread = sum(conversation.unread_count for conversation in world.conversations.values())
    world.inbox.clear()
    world.batch(*data.draw(st.permutations(pool)))
    assert written(world) == before
    assert sum(conversation.unread_count for conversation in world.conversations.values()) == unread


claims = st.none() | st.builds(
    ClaimedDetails,
    phone=st.sampled_from([None, f"+{OLD_SPELLING}", f"+{NEW_SPELLING}", "+5521912345678"]),
    email=st.sampled_from([None, "ana@example.com"]),
)


@given(pool=events("w"), data=st.data())
def test_what_people_claim_of_themselves_never_decides_who_they_are(pool, data) -> None:
    plain, claiming = World(AFTERWARDS), World(AFTERWARDS)
    for message in pool:
        claimed = data.draw(claims)
        contact = message.data.contact.model_copy(update={"claimed": claimed})
        changed = message.model_copy(update={"data": message.data.model_copy(update={"contact": contact})})
        plain.batch(message)
        claiming.batch(changed)
    assert claiming.identities == plain.identities
    assert [(each.id, each.phone, each.email) for each in claiming.contacts.values()] == [
        (each.id, each.phone, each.email) for each in plain.contacts.values()
    ]
    assert written(claiming) == written(plain)


def written(world: World) -> Any:
    """What people wrote; not what the product remarked, for which there may have been no thread before."""
    return {m.id: deepcopy(m) for m in world.messages.values() if m.direction != "system"}


receipts = st.lists(
    st.sampled_from(
        [
            send_receipt(
                T,
                A,
                cast(ReceiptStatus, status),
                message_id=ours,
                external_id=theirs and f"{theirs}{attempt}",
                failure=failure,
                attempt=attempt,
            )
            for status, failure in (("sent", None), ("delivered", None), ("read", None), ("failed", FAILURE))
            for ours, theirs in (("ours", None), ("ours", "x"), (None, "x"), (None, "y"))
            for attempt in (0, 1)
        ]
    ),
    max_size=8,
)


@pytest.mark.proves("whatsapp", "receipts-sent-delivered-read")
@settings(max_examples=60)
@given(receipts, st.integers(0, 1), st.data())
def test_receipts_in_any_order_and_cut_end_in_the_same_state(seen, attempt, data) -> None:
    """Those of an earlier attempt at sending the message are among them."""
    worlds = []
    seen = [receipt for receipt in seen if receipt.data.attempt <= attempt]
    for order in (seen, data.draw(st.permutations(seen + seen))):
        world = World(AFTERWARDS)
        world.batch(customer_message(T, A, "w1"))
        world.send(world.conversation(), "ours").attempt = attempt
        cut = data.draw(st.integers(0, len(order)))
        world.batch(*order[:cut])
        world.batch(*order[cut:])
        worlds.append(world)
    states = [(world.messages["ours"], sorted(world.receipts.items())) for world in worlds]
    assert replace(states[0][0], version=0, changed_sequence=0) == replace(states[1][0], version=0, changed_sequence=0)
    assert states[0][1] == states[1][1]


CHANGES = [
    customer_message(T, A, "w1"),
    phone_message(T, A, "p1"),
    send_receipt(T, A, "sent", message_id="ours", external_id="x1"),
    reacted(T, A, "w1", "👍", at=1),
    reacted(T, A, "w1", None, at=2),
    reacted(T, A, "w1", "🙏", at=3, by_business=True),
    reacted(T, A, "p1", "👍", at=1),
    reacted(T, A, "p1", "❤️", at=2),
    reacted(T, A, "x1", "👍", at=1),
    edited(T, A, "w1", "um", at=1),
    edited(T, A, "w1", "dois", at=2),
    deleted(T, A, "w1", at=3),
    edited(T, A, "p1", "um", at=1, by_business=True),
    edited(T, A, "p1", "dois", at=2, by_business=True),
    deleted(T, A, "x1", at=1, by_business=True),
]


@settings(max_examples=60)
@given(st.sets(st.sampled_from(range(len(CHANGES)))), st.data())
def test_messages_and_what_happens_to_them_in_any_order_and_cut_end_in_the_same_state(chosen, data) -> None:
    worlds = []
    for order in (sorted(chosen), data.draw(st.permutations([*chosen, *chosen]))):
        world = World(AFTERWARDS)
        world.batch(customer_message(T, A, "w0"))
        world.send(world.conversation(), "ours")
        cut = data.draw(st.integers(0, len(order)))
        world.batch(*(CHANGES[number] for number in order[:cut]))
        world.batch(*(CHANGES[number] for number in order[cut:]))
        worlds.append(world)
    assert seen_of(worlds[0]) == seen_of(worlds[1])


def seen_of(world: World) -> Any:
    """What is shown of each message, and what still waits."""
    shown = {
        message.id: (
            message.text,
            sorted((one.author.type, one.emoji) for one in message.reactions),
            message.edited_at,
            message.deleted_at,
            message.status,
        )
        for message in world.messages.values()
    }
    return shown, {key: sorted(row["changes"]) for key, row in world.waiting.items()}
