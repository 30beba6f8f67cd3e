"""Contacts that change: other ids, another phone, what they want of advertising, ids that receipts tell."""

from datetime import timedelta
from typing import Any

import pytest

from atd_testing.inbound import NOON, customer_message, goes_by, prefers, send_receipt

from .world import NEW_SPELLING, A, B, T, World, told, types

OTHER = "5521912345678"


@pytest.fixture
def known(world: World) -> World:
    world.batch(customer_message(T, A, "w1", customer=NEW_SPELLING, aliases=("BR.1",)))
    return world


def contact(world: World) -> Any:
    (found,) = world.contacts.values()
    return found


@pytest.mark.proves("whatsapp", "number-change-same-contact-goes")
def test_a_new_number_is_the_same_contact(known: World) -> None:
    unit = known.batch(goes_by(T, A, (NEW_SPELLING,), OTHER, aliases=("BR.2",)))
    assert types(unit) == ["contact.updated", "message.sent"]
    assert told(unit)[0].data.changed == ("identities", "phone")
    assert contact(known).phone == f"+{OTHER}"
    assert known.conversation().recipient == OTHER
    known.batch(
        customer_message(T, A, "w2", customer=OTHER),
        customer_message(T, A, "w3", customer="BR.2"),
        customer_message(T, A, "w4", customer=NEW_SPELLING, name="Rui"),
    )
    assert {one.contact.name: one.unread_count for one in known.conversations.values()} == {"Ana": 3, "Rui": 1}


@pytest.mark.proves("whatsapp", "number-change-same-contact-goes")
def test_the_thread_says_that_the_number_changed_and_the_list_does_not(known: World) -> None:
    before = known.conversation()
    unit = known.batch(goes_by(T, A, (NEW_SPELLING,), OTHER, occurred_at=NOON + timedelta(hours=1)))
    shown = told(unit)[-1].data.message
    assert (shown.direction, shown.author.type, shown.text) == ("system", "system", None)
    assert shown.content.model_dump() == {
        "type": "number_changed",
        "previous_phone": f"+{NEW_SPELLING}",
        "phone": f"+{OTHER}",
    }
    after = known.conversation()
    assert (after.last_message, after.unread_count) == (before.last_message, 1)
    assert after.last_activity_at == before.last_activity_at


@pytest.mark.proves("whatsapp", "new-user-same-contact-nobody")
def test_another_business_scoped_id_leaves_the_phone(known: World) -> None:
    unit = known.batch(goes_by(T, A, ("BR.1",), "BR.2", reason="user_id_changed"))
    assert told(unit)[0].data.changed == ("identities",)
    assert (contact(known).phone, known.conversation().recipient) == (f"+{NEW_SPELLING}", "BR.2")
    assert told(unit)[-1].data.message.content.model_dump() == {"type": "user_id_changed"}


@pytest.mark.proves("whatsapp", "new-user-same-contact-nobody")
def test_another_security_code_is_said_and_changes_nobody(known: World) -> None:
    unit = known.batch(goes_by(T, A, (NEW_SPELLING,), NEW_SPELLING, reason="identity_changed"))
    assert types(unit) == ["message.sent"]
    assert told(unit)[0].data.message.content.model_dump() == {"type": "identity_changed"}


def test_an_id_that_somebody_else_has_stays_theirs(known: World) -> None:
    known.batch(customer_message(T, A, "w2", customer=OTHER, name="Rui"))
    ana = next(c for c in known.contacts.values() if c.name == "Ana")
    known.batch(goes_by(T, A, (NEW_SPELLING,), OTHER, aliases=("BR.2",)))
    assert len(known.contacts) == 2
    assert known.contacts[ana.id].phone == f"+{NEW_SPELLING}"
    assert known.conversation(contact=ana.ref()).recipient == OTHER, "nobody is at the number that she gave up"
    known.batch(
        customer_message(T, A, "w3", customer=OTHER, name="Rui"),
        customer_message(T, A, "w4", customer="BR.2"),
        customer_message(T, A, "w5", customer=NEW_SPELLING),
    )
    assert known.conversation(contact=known.contacts[ana.id].ref()).unread_count == 2
    assert len(known.contacts) == 3, "whoever has the number that she gave up"


def test_news_of_a_stranger_make_nobody(world: World) -> None:
    unit = world.batch(goes_by(T, A, ("BR.9",), OTHER), goes_by(T, A, (), OTHER, external_id="sys2"))
    assert (types(unit), world.contacts, world.identities) == ([], {}, {})
    assert types(world.batch(prefers(T, A, "stopped"))) == []
    assert world.contacts == {}


def test_a_contact_without_a_conversation_on_the_account_changes_without_a_word(known: World) -> None:
    unit = known.batch(goes_by(T, B, (NEW_SPELLING,), OTHER))
    assert types(unit) == ["contact.updated"]
    assert known.conversation().recipient == NEW_SPELLING


def test_a_change_of_number_decides_about_a_later_message_of_the_batch(known: World) -> None:
    """The message tells the new id beside somebody else's number, and on an account that is new to who wrote."""
    known.batch(customer_message(T, B, "w2", customer=OTHER, aliases=("BR.7",), name="Rui"))
    known.batch(
        goes_by(T, A, (NEW_SPELLING,), "5531911112222", aliases=("BR.2",)),
        customer_message(T, B, "w3", customer=OTHER, aliases=("BR.2",)),
    )
    assert len(known.contacts) == 2
    assert len(known.conversations) == 3


# --- advertising


@pytest.mark.proves("whatsapp", "preferences-who-wants-no")
def test_who_wants_no_advertising_is_known_for_it(known: World) -> None:
    unit = known.batch(prefers(T, A, "stopped", customer=NEW_SPELLING, occurred_at=NOON))
    (event,) = told(unit)
    assert (event.type, event.data.changed, event.data.contact.marketing) == (
        "contact.updated",
        ("marketing",),
        "stopped",
    )


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_latest_choice_stands_in_either_order(known: World, order: tuple[int, int]) -> None:
    choices = [
        prefers(T, A, "stopped", customer="BR.1"),
        prefers(T, A, "allowed", customer="BR.1", occurred_at=NOON + timedelta(hours=1)),
    ]
    for number in order:
        known.batch(choices[number])
    assert contact(known).marketing == "allowed"


def test_the_same_choice_again_is_no_news(known: World) -> None:
    known.batch(prefers(T, A, "stopped", customer="BR.1"))
    later = prefers(T, A, "stopped", customer="BR.1", occurred_at=NOON + timedelta(hours=1))
    assert types(known.batch(later)) == []


# --- what receipts tell


def test_the_other_ids_of_a_recipient_name_the_contact(sent: World) -> None:
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1", aliases=("BR.5", "551199990000")))
    sent.batch(customer_message(T, A, "w2", customer="BR.5"))
    assert len(sent.contacts) == 1
    assert sent.conversation().unread_count == 1


def test_an_id_that_somebody_else_has_is_not_taken_from_them_by_a_receipt(sent: World) -> None:
    sent.batch(customer_message(T, A, "w2", customer="BR.5", name="Rui"))
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1", aliases=("BR.5",)))
    sent.batch(customer_message(T, A, "w3", customer="BR.5", name="Rui"))
    rui = next(c for c in sent.contacts.values() if c.name == "Rui")
    assert sent.conversation(contact=rui.ref()).unread_count == 2


def test_a_receipt_in_a_batch_with_messages_of_the_id_that_it_tells_fails_none(sent: World) -> None:
    """Numbers were reserved before the receipt was looked at."""
    sent.batch(customer_message(T, B, "w2", customer="BR.6", name="Rui"))
    sent.batch(
        send_receipt(T, A, "sent", message_id="ours", external_id="x1", aliases=("BR.5",)),
        customer_message(T, B, "w3", customer="BR.5", aliases=("BR.6",), name="Rui"),
    )
    assert sent.messages["ours"].status == "sent"
    assert len(sent.contacts) == 2
