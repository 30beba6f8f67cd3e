"""Customers write: contacts, conversations, messages."""

from datetime import timedelta
from typing import Any

import pytest

from atd_conversation.domain.automation.policies import Automation
from atd_conversation.domain.placing import REOPEN_WITHIN
from atd_schemas.ids import provider_event_id
from atd_testing.inbound import NOON, customer_message, phone_message

from .world import HOUR, NEW_SPELLING, OLD_SPELLING, A, B, T, World, told, types


def test_a_first_message_makes_contact_conversation_and_message(world: World) -> None:
    unit = world.batch(customer_message(T, A, "w1"))
    assert types(unit) == ["contact.created", "conversation.opened", "message.received"]
    conversation = world.conversation()
    assert (conversation.number, conversation.status, conversation.unread_count) == (1, "queued", 1)
    assert conversation.contact.name == "Ana"
    assert [m.external_id for m in world.messages.values()] == ["w1"]


@pytest.mark.parametrize("write", [customer_message, phone_message])
def test_a_date_that_cannot_be_opens_and_dates_nothing(world: World, write: Any) -> None:
    world.batch(customer_message(T, A, "w1"))
    world.close(world.conversation())
    unit = world.batch(write(T, A, "w2", occurred_at=NOON + timedelta(days=365 * 468)), now=NOON)
    assert "conversation.opened" not in types(unit)
    assert {message.occurred_at for message in world.messages.values()} == {NOON}
    assert {event.occurred_at for event in told(unit)} == {NOON}


def test_a_batch_with_duplicates_is_each_event_once(world: World) -> None:
    first, second = customer_message(T, A, "w1"), customer_message(T, A, "w2")
    unit = world.batch(first, first, second, first, second)
    assert [message.id for message in unit.new_messages] == [first.id, second.id]
    assert unit.handled == []  # the message itself says so
    assert world.conversation().unread_count == 2
    again = world.batch(second, first)
    assert (again.new_messages, again.outgoing, again.conversations) == ([], [], {})


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


@pytest.mark.proves("whatsapp", "sender-without-phone-number")
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


def test_of_two_people_whom_one_message_names_the_user_id_decides(world: World) -> None:
    """The number was Rui's, and is Ana's now: nobody is given another's user id."""
    world.batch(
        customer_message(T, A, "w1", customer="5521912345678", aliases=("BR.1",), name="Ana"),
        customer_message(T, A, "w2", customer=NEW_SPELLING, aliases=("BR.2",), name="Rui"),
    )
    world.batch(customer_message(T, A, "w3", customer=NEW_SPELLING, aliases=("BR.1",), name="Ana"))
    assert len(world.contacts) == 2
    ana = next(c for c in world.contacts.values() if c.name == "Ana")
    conversation = world.conversation(contact=ana.ref())
    assert (conversation.unread_count, conversation.recipient) == (2, NEW_SPELLING)


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


@pytest.mark.parametrize(("hours", "after", "reopened"), [(2, 2, True), (2, 3, False), (48, 47, True), (0, 1, False)])
def test_how_long_a_closed_conversation_is_reopened_is_the_companys_to_say(
    hours: int, after: int, reopened: bool
) -> None:
    world = World(automation=Automation(reopen_within=timedelta(hours=hours)))
    world.batch(customer_message(T, A, "w1"))
    world.close(world.conversation())
    unit = world.batch(customer_message(T, A, "w2", occurred_at=NOON + after * HOUR))
    assert ("conversation.opened" in types(unit)) is not reopened


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


@pytest.mark.proves("whatsapp", "quote-names-our-message")
def test_a_quote_names_our_message_or_the_customers_own(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    world.send(world.conversation(), "ours").external_id = "wamid.ours"
    world.batch(
        customer_message(T, A, "w2", reply_to_external_id="wamid.ours"),
        customer_message(T, A, "w3", reply_to_external_id="w1"),
    )
    quotes = {m.external_id: m.reply_to for m in world.messages.values()}
    assert (quotes["w2"], quotes["w3"]) == ("ours", provider_event_id(A, "w1", "message"))
