"""A phone that a customer gives when asked for it."""

from typing import Any

import pytest

from atd_testing.inbound import customer_message

from .world import NEW_SPELLING, OLD_SPELLING, A, B, T, World, told, types

PHONE = f"+{NEW_SPELLING}"


@pytest.mark.proves("whatsapp", "phone-given-on-request")
@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_the_phone_that_a_customer_gives_is_learnt_and_names_them(world: World, channel: Any) -> None:
    """WhatsApp: the answer to the request; Telegram: the own contact."""
    world.batch(customer_message(T, A, "w1", customer="BR.1", channel=channel))
    unit = world.batch(customer_message(T, A, "w2", customer="BR.1", channel=channel, shared_phone=f"+{OLD_SPELLING}"))
    assert types(unit) == ["contact.updated", "message.received"]
    assert (told(unit)[0].data.changed, told(unit)[0].data.contact.phone) == (("identities", "phone"), PHONE)
    world.batch(customer_message(T, B, "w3", customer=NEW_SPELLING))
    assert len(world.contacts) == 1
    assert world.conversation(channel=world.conversation(recipient="BR.1").channel).recipient == "BR.1"


def test_it_is_learnt_of_somebody_new_and_in_the_batch_with_their_first_message(world: World) -> None:
    world.batch(
        customer_message(T, A, "w1", customer="BR.1", shared_phone=PHONE),
        customer_message(T, B, "w2", customer=NEW_SPELLING),
        customer_message(T, A, "w3", customer="BR.1"),
    )
    (contact,) = world.contacts.values()
    assert contact.phone == PHONE


@pytest.mark.proves("whatsapp", "phone-given-on-request")
def test_a_number_that_another_contact_has_stays_theirs(world: World) -> None:
    world.batch(customer_message(T, A, "w1", customer=NEW_SPELLING, name="Rui"))
    world.batch(customer_message(T, A, "w2", customer="BR.1"))
    world.batch(customer_message(T, A, "w3", customer="BR.1", shared_phone=PHONE))
    unit = world.batch(customer_message(T, A, "w4", customer="BR.1", shared_phone=PHONE))
    assert types(unit) == ["message.received"]
    rui, ana = sorted(world.contacts.values(), key=lambda each: each.name or "", reverse=True)
    assert (rui.phone, ana.phone, ana.claimed_phone) == (PHONE, None, PHONE)
    world.batch(customer_message(T, A, "w9", customer=NEW_SPELLING, name="Rui"))
    assert world.conversation(contact=rui.ref()).unread_count == 2


def test_a_number_that_was_proven_otherwise_stays(world: World) -> None:
    world.batch(customer_message(T, A, "w1", customer="5521912345678", aliases=("BR.1",)))
    world.batch(customer_message(T, A, "w2", customer="BR.1", shared_phone=PHONE))
    (contact,) = world.contacts.values()
    assert contact.phone == "+5521912345678"
