"""Two contacts that turn out to be one person, and two people who must not become one."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.refusals import Refusal
from atd_schemas.inbound import ClaimedDetails
from atd_schemas.views import Named
from atd_testing.inbound import NOON, customer_message, deleted, goes_by, phone_message, prefers, send_receipt

from .world import BIA, HOUR, NEW_SPELLING, OLD_SPELLING, A, B, T, World, told, types

OTHER = "5521912345678"
LATER = NOON + timedelta(minutes=1)
"""When the records of `two` are older than what happens."""


@pytest.fixture
def two(world: World) -> World:
    """Somebody known by the phone, and then by a user id alone."""
    world.batch(customer_message(T, A, "w1", customer=NEW_SPELLING))
    world.batch(customer_message(T, A, "w2", customer="BR.1"), now=NOON + timedelta(seconds=1))
    return world


def both(external_id: str = "w3", account: str = A, **more: Any) -> Any:
    """The message that names both."""
    return customer_message(T, account, external_id, **{"customer": NEW_SPELLING, "aliases": ("BR.1",), **more})


def alive(world: World) -> list[Contact]:
    return [contact for contact in world.contacts.values() if contact.merged is None]


def thread(world: World, account: str = A) -> Conversation:
    """The one conversation of the account that goes on."""
    return world.conversation(
        current=True, channel=next(c.channel for c in world.conversations.values() if c.channel.account_id == account)
    )


@pytest.mark.proves("whatsapp", "known-by-both-joined")
@pytest.mark.parametrize("turned", [False, True])
def test_a_message_that_names_both_joins_two_contacts(two: World, turned: bool) -> None:
    message = both(customer="BR.1", aliases=(NEW_SPELLING,), phone=f"+{NEW_SPELLING}") if turned else both()
    unit = two.batch(message)
    (contact,) = alive(two)
    assert (contact.phone, set(two.identities.values())) == (f"+{NEW_SPELLING}", {contact.id})
    (merged,) = [event for event in told(unit) if event.type == "contact.merged"]
    assert merged.data.contact.merged_into == contact.id
    two.batch(customer_message(T, A, "w4", customer="BR.1"), customer_message(T, A, "w5", customer=NEW_SPELLING))
    assert len(two.contacts) == 2
    assert {
        message.conversation_id for message in two.messages.values() if message.external_id in ("w3", "w4", "w5")
    } == {thread(two).id}


def test_the_older_record_goes_on_and_the_other_one_says_what_was_joined(two: World) -> None:
    first, second = sorted(two.contacts.values(), key=lambda each: each.created_at)
    places = {c.contact.id: c.id for c in two.conversations.values()}
    message = both()
    two.batch(message, now=LATER)
    merged = two.contacts[second.id].merged
    assert (merged, two.contacts[first.id].merged) != (None, None)
    assert merged is not None
    assert (merged.into, merged.at, merged.cause) == (first.id, LATER, message.id)
    assert (merged.identities, merged.conversations) == ((f"{T}|whatsapp|BR.1",), (places[second.id],))
    assert len(merged.gave_way) == 1


def test_one_open_thread_goes_on_and_what_waits_in_the_other_waits_there(two: World) -> None:
    by_phone, by_id = two.conversations.values()
    two.conversations[by_phone.id].priority = "urgent"
    two.conversations[by_phone.id].assignee = Named(id="bia", name="Bia")
    unit = two.batch(both(), now=LATER)
    former, going_on = two.conversations[by_phone.id], two.conversations[by_id.id]  # used last
    assert (former.current, former.status, former.unread_count) == (False, "closed", 0)
    assert (going_on.current, going_on.unread_count, going_on.priority) == (True, 3, "urgent")
    assert (going_on.status, going_on.assignee) == ("open", Named(id="bia", name="Bia"))
    assert going_on.recipient == NEW_SPELLING
    says = [
        (event.subject, event.data.message.content.model_dump()) for event in told(unit) if event.type == "message.sent"
    ]
    (lost,) = [contact for contact in two.contacts.values() if contact.merged]
    assert lost.merged is not None
    assert says == [
        (former.id, {"type": "continued_in", "conversation_id": going_on.id, "number": going_on.number}),
        (going_on.id, {"type": "continued_from", "conversation_id": former.id, "number": former.number}),
        (
            going_on.id,
            {"type": "contacts_merged", "merge_id": lost.merged.id, "contact_id": lost.id, "name": lost.name},
        ),
    ]
    assert {c.contact.id for c in two.conversations.values()} == {contact.id for contact in alive(two)}


@pytest.mark.parametrize("closed", ["first", "second", "both"])
def test_a_closed_thread_gives_way_without_a_word(two: World, closed: str) -> None:
    first, second = sorted(two.conversations.values(), key=lambda each: each.number)
    for conversation in {"first": [first], "second": [second], "both": [first, second]}[closed]:
        two.close(conversation, LATER + (HOUR if conversation is first else timedelta()))
    unit = two.batch(both(occurred_at=LATER + HOUR), now=LATER + HOUR)
    lines = [event.data.message.content.type for event in told(unit) if event.type == "message.sent"]
    assert lines == ["contacts_merged"]
    assert thread(two).id == (second.id if closed == "first" else first.id)
    assert types(unit).count("conversation.reopened") == (closed == "both")


def test_threads_of_other_accounts_go_on(two: World) -> None:
    two.batch(customer_message(T, B, "w3", customer="BR.1"))
    two.batch(both("w4"))
    two.batch(customer_message(T, B, "w5", customer=NEW_SPELLING))
    assert thread(two, B).unread_count == 2
    assert len(two.conversations) == 3


def test_the_former_thread_takes_receipts_and_changes_and_no_answers(two: World) -> None:
    former = next(c for c in two.conversations.values() if c.recipient == NEW_SPELLING)
    two.send(former, "ours")
    two.batch(both(), now=LATER)
    former = two.conversations[former.id]
    two.batch(
        send_receipt(T, A, "delivered", message_id="ours", external_id="x1", aliases=("BR.1", "BR.9")),
        deleted(T, A, "w1", at=2, customer=NEW_SPELLING),
    )
    assert (two.messages["ours"].status, two.messages["ours"].conversation_id) == ("delivered", former.id)
    assert next(m for m in two.messages.values() if m.external_id == "w1").deleted_at is not None
    assert two.identities[f"{T}|whatsapp|BR.9"] == alive(two)[0].id
    with pytest.raises(Refusal) as refused:
        former.send("late", actor=BIA, text="Olá", now=LATER)
    assert (refused.value.code, "newer one" in str(refused.value)) == ("conversation_closed", True)
    with pytest.raises(Refusal, match="newer"):
        former.reopen(LATER)


def test_what_is_known_of_both_is_known_of_the_one(world: World) -> None:
    world.batch(
        customer_message(T, A, "w1", customer="BR.1", name="Ana"), prefers(T, A, "stopped", customer="BR.1"), now=NOON
    )
    world.batch(customer_message(T, A, "w2", customer=NEW_SPELLING, name="Aninha"), now=LATER)
    next(c for c in world.contacts.values() if c.phone).name = "Ana Souza (VIP)"
    unit = world.batch(both(name=None))
    (contact,) = alive(world)
    assert (contact.name, contact.phone, contact.marketing) == ("Ana Souza (VIP)", f"+{NEW_SPELLING}", "stopped")
    (changed,) = [event.data.changed for event in told(unit) if event.type == "contact.updated"]
    assert changed == ("identities", "name", "phone")
    assert thread(world).contact.name == "Ana Souza (VIP)"


def test_an_echo_and_a_preference_can_name_both_too(world: World) -> None:
    for number, event in enumerate(
        [phone_message(T, A, "p", **vars_of_both()), prefers(T, A, "stopped", **vars_of_both())]
    ):
        world = World()
        world.batch(customer_message(T, A, "w1", customer=NEW_SPELLING), customer_message(T, A, "w2", customer="BR.1"))
        world.batch(event)
        assert (number, len(alive(world))) == (number, 1)


def vars_of_both() -> dict[str, Any]:
    return {"customer": NEW_SPELLING, "aliases": ("BR.1",)}


def test_three_that_two_messages_join_are_one(two: World) -> None:
    two.batch(customer_message(T, A, "w3", customer="77", channel="telegram"), now=LATER)
    two.batch(both("w4"), customer_message(T, A, "w5", customer="77", channel="telegram", phone=f"+{OLD_SPELLING}"))
    assert len(alive(two)) == 1


def test_contacts_that_the_batch_itself_makes_are_joined(world: World) -> None:
    world.batch(
        customer_message(T, A, "w1", customer=NEW_SPELLING),
        customer_message(T, A, "w2", customer="BR.1"),
        both(),
        customer_message(T, A, "w4", customer="BR.1"),
    )
    assert (len(alive(world)), thread(world).unread_count) == (1, 4)


def test_a_replay_joins_nobody_again(two: World) -> None:
    two.batch(both())
    before = two.shape()
    two.batch(both())
    two.inbox.clear()
    two.batch(customer_message(T, A, "w2", customer="BR.1"), both())
    assert two.shape() == before


# --- who must not become one


def test_a_claim_joins_nobody(two: World) -> None:
    message = customer_message(T, A, "w3", customer="BR.1")
    claimed = message.data.contact.model_copy(update={"claimed": ClaimedDetails(phone=f"+{NEW_SPELLING}")})
    two.batch(message.model_copy(update={"data": message.data.model_copy(update={"contact": claimed})}))
    assert len(alive(two)) == 2


def test_a_shared_phone_joins_nobody(two: World) -> None:
    two.batch(customer_message(T, A, "w3", customer="BR.1", shared_phone=f"+{NEW_SPELLING}"))
    assert len(alive(two)) == 2


@pytest.mark.proves("whatsapp", "known-by-both-joined")
@pytest.mark.parametrize(
    ("rui", "ana"),
    [
        pytest.param({"customer": NEW_SPELLING, "aliases": ("BR.9",)}, {"customer": "BR.1"}, id="another user id"),
        pytest.param({"customer": NEW_SPELLING}, {"customer": OTHER, "aliases": ("BR.1",)}, id="another phone"),
    ],
)
def test_a_number_that_went_to_somebody_else_joins_nobody(world: World, rui: Any, ana: Any) -> None:
    world.batch(customer_message(T, A, "w1", name="Rui", **rui), customer_message(T, A, "w2", name="Ana", **ana))
    world.batch(both(name="Ana"))
    assert len(alive(world)) == 2
    seen = next(message.author.name for message in world.messages.values() if message.external_id == "w3")
    assert (seen, sorted(c.unread_count for c in world.conversations.values())) == ("Ana", [1, 2])


def test_who_has_a_number_of_somebody_else_is_known_by_the_user_id(world: World) -> None:
    """What they write, what they want and what they change never reaches the thread of who had the number before."""
    world.batch(customer_message(T, A, "w1", customer=NEW_SPELLING, aliases=("BR.9",), name="Rui"))
    world.batch(customer_message(T, A, "w2", customer="BR.1", name="Ana"))
    rui, ana = sorted(world.contacts.values(), key=lambda each: each.name or "", reverse=True)
    before = world.conversation(contact=rui.ref())
    world.batch(
        both(name="Ana"),
        phone_message(T, A, "p", **vars_of_both()),
        prefers(T, A, "stopped", **vars_of_both()),
        goes_by(T, A, (NEW_SPELLING, "BR.1"), OTHER, aliases=("BR.2",)),
        both("w4", account=B, name="Ana"),
    )
    assert world.conversation(contact=rui.ref()) == before
    assert (world.contacts[rui.id].phone, world.contacts[rui.id].marketing) == (f"+{NEW_SPELLING}", None)
    assert (world.contacts[ana.id].phone, world.contacts[ana.id].marketing) == (f"+{OTHER}", "stopped")
    assert {c.contact.id for c in world.conversations.values() if c.channel.account_id == B} == {ana.id}


def test_tenants_stay_apart(two: World) -> None:
    two.batch(customer_message("t2", "acc-t2", "w1", customer="BR.1"), customer_message("t2", "acc-t2", "w2"))
    two.batch(both())
    assert sorted(contact.tenant_id for contact in alive(two)) == ["t1", "t2", "t2"]


# --- other ids


@pytest.mark.proves("whatsapp", "new-user-same-contact-nobody")
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("previous", [("CO.OLD1",), (NEW_SPELLING, "CO.OLD1")])
def test_a_user_id_that_rotates_is_one_contact_whichever_comes_first(
    world: World, previous: tuple[str, ...], late: bool
) -> None:
    world.batch(customer_message(T, A, "w1", customer="CO.OLD1"))
    change = goes_by(T, A, previous, "CO.NEW2", reason="user_id_changed", occurred_at=LATER)
    after = customer_message(T, A, "w2", customer="CO.NEW2", occurred_at=LATER)
    for event in (after, change) if late else (change, after):
        world.batch(event, now=LATER + timedelta(seconds=1))
    world.batch(customer_message(T, A, "w3", customer="CO.OLD1"), customer_message(T, A, "w4", customer="CO.NEW2"))
    assert (len(alive(world)), thread(world).unread_count) == (1, 4)


ROTATIONS = [
    customer_message(T, A, "w1", customer="CO.1", occurred_at=NOON + 1 * HOUR),
    goes_by(T, A, ("CO.1",), "CO.2", reason="user_id_changed", external_id="s1", occurred_at=NOON + 2 * HOUR),
    customer_message(T, A, "w2", customer="CO.2", occurred_at=NOON + 3 * HOUR),
    goes_by(T, A, ("CO.2",), "CO.3", reason="user_id_changed", external_id="s2", occurred_at=NOON + 4 * HOUR),
    customer_message(T, A, "w3", customer="CO.3", occurred_at=NOON + 5 * HOUR),
]


@settings(max_examples=40)
@given(st.permutations([1, 2, 3, 4]), st.data())
def test_several_rotations_in_any_order_and_cut_are_one_contact(order: list[int], data: Any) -> None:
    """Of a person who has written before."""
    world, late = World(), NOON + 6 * HOUR
    world.batch(ROTATIONS[0], now=NOON + 1 * HOUR)
    events = [ROTATIONS[number] for number in order]
    cut = data.draw(st.integers(0, len(events)))
    world.batch(*events[:cut], now=late)
    world.batch(*events[cut:], *data.draw(st.lists(st.sampled_from(events), max_size=2)), now=late)
    world.batch(*(event for event in events if event.type == "inbound.contact_change"), now=late)
    world.inbox.clear()
    world.messages = {k: m for k, m in world.messages.items() if m.direction != "system"}
    world.batch(*(event for event in ROTATIONS if event.type == "inbound.contact_change"), now=late)
    assert len(alive(world)) == 1


@pytest.mark.proves("whatsapp", "number-change-same-contact-goes")
@pytest.mark.parametrize("user_ids", [(), ("BR.2",)])
@pytest.mark.parametrize("late", [False, True])
def test_a_new_number_is_one_contact_whichever_comes_first(world: World, user_ids: tuple[str, ...], late: bool) -> None:
    world.batch(customer_message(T, A, "w1", customer=NEW_SPELLING))
    change = goes_by(T, A, (NEW_SPELLING,), OTHER, aliases=user_ids, occurred_at=LATER)
    after = customer_message(T, A, "w2", customer=OTHER, aliases=user_ids, occurred_at=LATER)
    for event in (after, change) if late else (change, after):
        world.batch(event, now=LATER + timedelta(seconds=1))
    (contact,) = alive(world)
    assert (contact.phone, thread(world).recipient, thread(world).unread_count) == (f"+{OTHER}", OTHER, 2)


@pytest.mark.parametrize("user_ids", [(), ("BR.2",)])
@pytest.mark.parametrize("late", [False, True])
def test_who_had_the_new_number_before_is_somebody_else(world: World, user_ids: tuple[str, ...], late: bool) -> None:
    world.batch(customer_message(T, A, "w1", customer=NEW_SPELLING, aliases=("BR.1",), name="Ana"))
    world.batch(customer_message(T, A, "w2", customer=OTHER, aliases=("BR.7",), name="Rui"))
    change = goes_by(T, A, (NEW_SPELLING, "BR.1"), OTHER, aliases=user_ids, occurred_at=LATER)
    after = customer_message(T, A, "w3", customer=OTHER, aliases=user_ids, occurred_at=LATER, name="Ana")
    for event in (after, change) if late else (change, after):
        world.batch(event, now=LATER + timedelta(seconds=1))
    assert sorted(contact.phone or "" for contact in alive(world)) == sorted((f"+{NEW_SPELLING}", f"+{OTHER}"))


def test_the_number_that_somebody_gave_up_is_not_learnt(world: World) -> None:
    world.batch(customer_message(T, A, "w1", customer="BR.1", name="Ana"))
    world.batch(goes_by(T, A, ("BR.1", NEW_SPELLING), OTHER, aliases=("BR.2",)))
    world.batch(customer_message(T, A, "w2", customer=NEW_SPELLING, name="Rui"))
    assert len(alive(world)) == 2


# --- a number that was given up

GAVE_UP = goes_by(T, A, (NEW_SPELLING,), OTHER, occurred_at=LATER)
"""Ana has another number now."""


def ana(external_id: str, customer: str = NEW_SPELLING, **more: Any) -> Any:
    return customer_message(T, A, external_id, customer=customer, name="Ana", **more)


def stranger(external_id: str, customer: str = NEW_SPELLING, **more: Any) -> Any:
    """A message of whoever has the number now."""
    return customer_message(
        T, A, external_id, **{"customer": customer, "name": "Rui", "occurred_at": LATER + HOUR, **more}
    )


def unread(world: World) -> dict[str | None, int]:
    """By name: the messages in the thread of each contact; two people of one name are an error."""
    found = Counter(c.contact.name for c in world.conversations.values())
    assert set(found.values()) == {1}
    return {c.contact.name: c.unread_count for c in world.conversations.values()}


def take(world: World, together: bool, *events: Any) -> None:
    for part in [events] if together else [[event] for event in events]:
        world.batch(*part, now=LATER + 2 * HOUR)


@pytest.mark.proves("whatsapp", "number-given-up-stranger")
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("old_spelling", [False, True])
@pytest.mark.parametrize("user_ids", [(), ("BR.9",)])
def test_who_writes_with_a_number_that_was_given_up_is_somebody_else(
    world: World, together: bool, old_spelling: bool, user_ids: tuple[str, ...]
) -> None:
    number = OLD_SPELLING if old_spelling else NEW_SPELLING
    world.batch(ana("w1"))
    take(
        world,
        together,
        GAVE_UP,
        stranger("w2", number, aliases=user_ids),
        stranger("w3", *user_ids) if user_ids else stranger("w3"),
        ana("w4", OTHER, occurred_at=LATER),
        stranger("w5"),
    )
    assert unread(world) == {"Ana": 2, "Rui": 3}
    assert {c.phone for c in alive(world)} == {f"+{NEW_SPELLING}", f"+{OTHER}"}


@pytest.mark.parametrize("together", [False, True])
def test_whoever_wrote_first_in_the_same_batch_gives_the_number_up(world: World, together: bool) -> None:
    take(world, together, ana("w1"), GAVE_UP, stranger("w2"), ana("w3", OTHER, occurred_at=LATER))
    assert unread(world) == {"Ana": 2, "Rui": 1}


@pytest.mark.parametrize("user_ids", [(), ("BR.1",)])
@pytest.mark.parametrize("forgotten", [False, True])
def test_the_news_that_come_again_take_nothing_from_who_has_the_number_now(
    world: World, forgotten: bool, user_ids: tuple[str, ...]
) -> None:
    change = goes_by(T, A, (NEW_SPELLING, *user_ids), OTHER, occurred_at=LATER)
    world.batch(ana("w1", aliases=user_ids))
    take(world, False, change, stranger("w2"))
    if forgotten:
        world.inbox.clear()
        world.messages = {key: one for key, one in world.messages.items() if one.direction != "system"}
    take(world, False, change, stranger("w3"), ana("w4", OTHER, occurred_at=LATER))
    assert unread(world) == {"Ana": 2, "Rui": 2}
    assert {c.name: c.phone for c in alive(world)} == {"Ana": f"+{OTHER}", "Rui": f"+{NEW_SPELLING}"}


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("user_ids", [(), ("BR.1",)])
def test_who_comes_back_to_their_number_is_the_same_person(
    world: World, together: bool, user_ids: tuple[str, ...]
) -> None:
    world.batch(ana("w1", aliases=user_ids))
    back = goes_by(T, A, (OTHER,), NEW_SPELLING, external_id="sys2", occurred_at=LATER + HOUR)
    take(
        world,
        together,
        GAVE_UP,
        ana("w2", OTHER, occurred_at=LATER),
        back,
        ana("w3", occurred_at=LATER + HOUR),
        stranger("w4", OTHER),
    )
    assert unread(world) == {"Ana": 3, "Rui": 1}
    assert {c.name: c.phone for c in alive(world)} == {"Ana": f"+{NEW_SPELLING}", "Rui": f"+{OTHER}"}


@pytest.mark.parametrize("together", [False, True])
def test_a_user_id_says_that_somebody_has_their_former_number_again(world: World, together: bool) -> None:
    world.batch(ana("w1", aliases=("BR.1",)))
    take(world, together, GAVE_UP, ana("w2", aliases=("BR.1",), occurred_at=LATER), ana("w3", occurred_at=LATER))
    assert unread(world) == {"Ana": 3}


@pytest.mark.parametrize("together", [False, True])
def test_a_number_that_nobody_is_known_by_is_given_up_without_effect(world: World, together: bool) -> None:
    take(world, together, GAVE_UP, stranger("w1"), ana("w2", OTHER, occurred_at=LATER))
    assert unread(world) == {"Ana": 1, "Rui": 1}


@pytest.mark.parametrize("together", [False, True])
def test_of_two_changes_each_gives_up_a_number_of_its_own(world: World, together: bool) -> None:
    third, again = "5531912345678", "sys2"
    world.batch(ana("w1"))
    take(
        world,
        together,
        GAVE_UP,
        stranger("w2"),
        goes_by(T, A, (NEW_SPELLING,), third, external_id=again, occurred_at=LATER + HOUR),  # by now it is Rui's
        stranger("w3", third),
        customer_message(T, A, "w4", customer=NEW_SPELLING, name="Lia", occurred_at=LATER + 2 * HOUR),
        ana("w5", OTHER, occurred_at=LATER),
    )
    assert unread(world) == {"Ana": 2, "Rui": 2, "Lia": 1}


@pytest.mark.parametrize("known_by_id", [False, True])
def test_a_number_is_given_up_although_the_new_one_is_somebody_elses(world: World, known_by_id: bool) -> None:
    ids = ("BR.1",) if known_by_id else ()
    world.batch(ana("w1", aliases=ids), customer_message(T, A, "w2", customer=OTHER, aliases=("BR.7",), name="Lia"))
    world.batch(goes_by(T, A, (NEW_SPELLING, *ids), OTHER, occurred_at=LATER), stranger("w3"), now=LATER + 2 * HOUR)
    assert unread(world) == {"Ana": 1, "Lia": 1, "Rui": 1}


STEPS = [
    ana("s1"),
    ana("s2", "BR.1"),
    ana("s3", aliases=("BR.1",)),
    ana("s4", OTHER),
    stranger("s5"),
    stranger("s6", "BR.9"),
    stranger("s7", aliases=("BR.9",)),
    stranger("s8", OTHER),
    GAVE_UP,
    goes_by(T, A, (NEW_SPELLING, "BR.1"), OTHER, aliases=("BR.2",), external_id="sys2", occurred_at=LATER),
    goes_by(T, A, (OTHER,), NEW_SPELLING, external_id="sys3", occurred_at=LATER),
    goes_by(T, A, (OTHER, "BR.9"), NEW_SPELLING, external_id="sys4", occurred_at=LATER),
    goes_by(T, A, ("BR.1",), "BR.2", reason="user_id_changed", external_id="sys5", occurred_at=LATER),
    customer_message(T, B, "s9", customer=NEW_SPELLING),
    customer_message(T, B, "s10", customer="BR.9"),
    customer_message(T, B, "s11", customer=OTHER, aliases=("BR.1",)),
]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(STEPS), max_size=12), st.integers(0, 12))
def test_enough_numbers_are_reserved_whoever_gives_up_whatever(events: Any, cut: int) -> None:
    """What holds in every state is checked after each batch (`World.check`)."""
    world = World(now=LATER + 2 * HOUR)
    world.batch(*events[:cut])
    world.batch(*events[cut:])
    assert len(world.messages) == len({one.id for one in events if one.type == "inbound.message"}) + len(
        [one for one in world.messages.values() if one.direction == "system"]
    )


# --- in any order

IDS: list[dict[str, Any]] = [
    {"customer": NEW_SPELLING},
    {"customer": OLD_SPELLING},
    {"customer": "BR.1"},
    {"customer": NEW_SPELLING, "aliases": ("BR.1",)},
    {"customer": "BR.1", "phone": f"+{OLD_SPELLING}"},
    {"customer": "77", "channel": "telegram"},
    {"customer": "77", "channel": "telegram", "phone": f"+{NEW_SPELLING}"},
]
ONE_PERSON = st.lists(st.tuples(st.sampled_from([A, B]), st.sampled_from(IDS)), min_size=1, max_size=8)
TELEGRAM = "acc-telegram"


def groups(world: World) -> Any:
    """Which ids are one contact's."""
    found: dict[str, set[str]] = {}
    for key, contact_id in world.identities.items():
        found.setdefault(contact_id, set()).add(key)
    return sorted(sorted(keys) for keys in found.values())


@settings(max_examples=40)
@given(ONE_PERSON, st.data())
def test_the_same_proofs_in_any_order_and_cut_end_with_the_same_contacts(people: Any, data: Any) -> None:
    events = [
        customer_message(T, TELEGRAM if "channel" in person else place, f"w{number}", **person)
        for number, (place, person) in enumerate(people)
    ]
    ends = []
    for order in (events, data.draw(st.permutations(events))):
        world = World()
        cut = data.draw(st.integers(0, len(order)))
        for part in (order[:cut], order[cut:]):
            world.batch(*part)
        ends.append((groups(world), sum(c.unread_count for c in world.conversations.values() if c.current)))
        assert {c.contact.id for c in world.conversations.values()} == {contact.id for contact in alive(world)}
        open_threads = Counter((c.channel.account_id, c.contact.id) for c in world.conversations.values() if c.current)
        assert set(open_threads.values()) == {1}
        assert all(c.current or c.status == "closed" for c in world.conversations.values())
    assert ends[0] == ends[1]


PEOPLE = [
    ("ana", {"customer": NEW_SPELLING}),
    ("ana", {"customer": "BR.1"}),
    ("ana", {"customer": NEW_SPELLING, "aliases": ("BR.1",)}),
    ("rui", {"customer": OTHER}),
    ("rui", {"customer": "BR.2"}),
    ("rui", {"customer": OTHER, "aliases": ("BR.2",)}),
]


@settings(max_examples=40)
@given(st.lists(st.sampled_from(PEOPLE), max_size=10), st.integers(0, 10))
def test_two_people_never_become_one_without_a_message_that_names_both(sent: Any, cut: int) -> None:
    world = World()
    events = [customer_message(T, A, f"w{number}", name=who, **person) for number, (who, person) in enumerate(sent)]
    world.batch(*events[:cut])
    world.batch(*events[cut:])
    keys = {f"{T}|phone|+{NEW_SPELLING}": "ana", f"{T}|whatsapp|BR.1": "ana"}
    keys |= {f"{T}|phone|+{OTHER}": "rui", f"{T}|whatsapp|BR.2": "rui"}
    for group in groups(world):
        assert len({keys[key] for key in group}) == 1
