"""One message by two ids, and messages that answer one that is not here."""

from datetime import timedelta
from typing import Any

import pytest

from atd_conversation.domain.channels import CHANNEL_RULES
from atd_testing.inbound import NOON, customer_message, deleted, edited, phone_message, reacted, send_receipt
from atd_testing.whatsapp.message_ids import wamid

from .world import A, B, T, World, types

PHONE, USER, OTHER = "5511999990000", "BR.4Qz8mT2kLw9XbN71", "5521988880000"
LATER = NOON + timedelta(minutes=1)


SPELLINGS = pytest.mark.parametrize(("stored", "told"), [(PHONE, USER), (USER, PHONE), (PHONE, PHONE), (USER, USER)])
IDS = pytest.mark.parametrize("ids", [{"customer": PHONE}, {"customer": USER}], ids=["by-phone", "by-user-id"])
BOTH: dict[str, Any] = {"customer": PHONE, "aliases": (USER,)}


def knows_both(world: World) -> None:
    world.batch(customer_message(T, A, "w0", **BOTH))


def one(world: World, external_id: str) -> Any:
    (found,) = [m for m in world.messages.values() if m.external_id == external_id]
    return found


CHANGES = {
    "reaction": (lambda name, **more: reacted(T, A, name, "👍", **more), lambda m: len(m.reactions) == 1),
    "edit": (lambda name, **more: edited(T, A, name, "Nova", **more), lambda m: m.text == "Nova"),
    "deletion": (lambda name, **more: deleted(T, A, name, **more), lambda m: m.deleted_at is not None),
}


@pytest.mark.proves("whatsapp", "message-by-its-other-id")
@SPELLINGS
@IDS
@pytest.mark.parametrize("ours", [False, True])
@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_finds_its_message_by_either_id(
    world: World, stored: str, told: str, ids: dict[str, str], kind: str, *, ours: bool
) -> None:
    make, is_made = CHANGES[kind]
    knows_both(world)
    write = phone_message if ours else customer_message
    world.batch(write(T, A, wamid(stored, ours=ours), **BOTH))
    world.batch(make(wamid(told, ours=ours), by_business=ours, at=1, **ids))
    assert is_made(one(world, wamid(stored, ours=ours)))
    assert world.waiting == {}


@pytest.mark.proves("whatsapp", "message-by-its-other-id")
@SPELLINGS
@IDS
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("together", [False, True])
def test_a_change_that_comes_first_meets_its_message_by_either_id(
    world: World, stored: str, told: str, ids: dict[str, str], *, known: bool, together: bool
) -> None:
    if known:
        knows_both(world)
    events = [deleted(T, A, wamid(told), **ids), customer_message(T, A, wamid(stored), **BOTH)]
    for batch in [events] if together else [[event] for event in events]:
        world.batch(*batch)
    assert one(world, wamid(stored)).deleted_at is not None
    assert world.waiting == {}


@SPELLINGS
@pytest.mark.parametrize("first", [False, True])
def test_a_receipt_meets_its_message_by_either_id(world: World, stored: str, told: str, *, first: bool) -> None:
    knows_both(world)
    world.send(world.conversation(), "ours")
    sent = send_receipt(T, A, "sent", message_id="ours", external_id=wamid(stored, ours=True), aliases=(USER,))
    read = send_receipt(T, A, "read", external_id=wamid(told, ours=True), aliases=(USER,), occurred_at=LATER)
    for event in [read, sent] if first else [sent, read]:
        world.batch(event)
    assert (world.messages["ours"].status, world.messages["ours"].external_id) == ("read", wamid(stored, ours=True))


@SPELLINGS
def test_a_quote_names_its_message_by_either_id(world: World, stored: str, told: str) -> None:
    world.batch(customer_message(T, A, wamid(stored), **BOTH))
    world.batch(phone_message(T, A, "p1", **BOTH, reply_to_external_id=wamid(told)))
    assert one(world, "p1").reply_to == one(world, wamid(stored)).id


@SPELLINGS
@pytest.mark.parametrize("together", [False, True])
def test_a_message_that_comes_by_both_ids_is_stored_once(
    world: World, stored: str, told: str, *, together: bool
) -> None:
    events = [customer_message(T, A, wamid(peer), **BOTH) for peer in (stored, told)]
    for batch in [events] if together else [[event] for event in events]:
        world.batch(*batch)
    assert (len(world.messages), world.conversation().unread_count) == (1, 1)


@SPELLINGS
def test_an_echo_of_what_we_sent_is_known_by_either_id(world: World, stored: str, told: str) -> None:
    knows_both(world)
    world.send(world.conversation(), "ours")
    world.batch(send_receipt(T, A, "sent", message_id="ours", external_id=wamid(stored, ours=True)))
    world.batch(phone_message(T, A, wamid(told, ours=True), **BOTH))
    assert len(world.messages) == 2


@pytest.mark.proves("whatsapp", "message-by-its-other-id")
@pytest.mark.parametrize("told", [PHONE, USER])
def test_the_same_token_of_another_customer_or_account_is_another_message(world: World, told: str) -> None:
    world.batch(
        customer_message(T, A, wamid(OTHER), customer=OTHER, aliases=("BR.other",)),
        customer_message(T, B, wamid(PHONE), **BOTH),
    )
    world.batch(deleted(T, A, wamid(told), customer=PHONE))
    assert [m.deleted_at for m in world.messages.values()] == [None, None]


def test_whose_message_is_changed_is_known_by_the_user_id_where_the_number_was_anothers(world: World) -> None:
    """Ana wrote with a former number, and has the one that was Rui's now."""
    world.batch(customer_message(T, A, "w0", customer=PHONE, aliases=("BR.rui",), name="Rui"))
    world.batch(customer_message(T, A, wamid(OTHER), customer=OTHER, aliases=(USER,), name="Ana"))
    deletion = deleted(T, A, wamid(USER), at=1)
    by_both = {"contact": customer_message(T, A, "w1", **BOTH).data.contact}
    world.batch(deletion.model_copy(update={"data": deletion.data.model_copy(update=by_both)}))
    assert one(world, wamid(OTHER)).deleted_at is not None
    assert world.waiting == {}


# --- quotes of what is not here


@pytest.mark.proves("whatsapp", "quote-of-what-is-not-here")
@SPELLINGS
def test_a_quote_of_what_never_came_names_nothing_until_it_comes(world: World, stored: str, told: str) -> None:
    unit = world.batch(customer_message(T, A, "w2", **BOTH, reply_to_external_id=wamid(told), text="segredo"))
    view = one(world, "w2").view()
    assert (view.reply_to, view.reply_to_unavailable) == (None, True)
    assert "segredo" not in repr(world.waiting)
    assert types(unit)[-1] == "message.received"
    unit = world.batch(customer_message(T, A, wamid(stored), **BOTH))
    assert types(unit) == ["message.received", "message.updated"]
    view = one(world, "w2").view()
    assert (view.reply_to, view.reply_to_unavailable) == (one(world, wamid(stored)).id, False)
    assert world.waiting == {}


def test_quotes_and_changes_wait_together_for_the_same_message(world: World) -> None:
    answers = [customer_message(T, A, f"q{n}", reply_to_external_id="w1") for n in range(30)]
    world.batch(*answers, reacted(T, A, "w1", "👍"))
    world.batch(customer_message(T, A, "w1"))
    quoted = one(world, "w1")
    assert [m.reply_to for m in world.messages.values()].count(quoted.id) == 20
    assert len(quoted.reactions) == 1


def test_a_quote_of_another_customers_message_shows_nothing(world: World) -> None:
    world.batch(customer_message(T, A, "w1", customer=OTHER))
    world.batch(customer_message(T, A, "w2", reply_to_external_id="w1"))
    world.batch(customer_message(T, A, "w3", reply_to_external_id="w4"), customer_message(T, A, "w4", customer=OTHER))
    for external_id in ("w2", "w3"):
        view = one(world, external_id).view()
        assert (view.reply_to, view.reply_to_unavailable) == (None, True)


def test_a_quote_of_a_deleted_message_names_it(world: World) -> None:
    world.batch(customer_message(T, A, "w1"), deleted(T, A, "w1"))
    world.batch(customer_message(T, A, "w2", reply_to_external_id="w1"))
    assert one(world, "w2").reply_to == one(world, "w1").id


# --- the shape of an id


@pytest.mark.parametrize(
    "external_id", ["", "wamid.", "wamid.EX1=", "wamid.!!!", "m_AbC1", wamid(PHONE)[:-8], "wamid.HBj/"]
)
def test_an_id_of_another_shape_has_one_spelling(external_id: str) -> None:
    assert CHANNEL_RULES["whatsapp"].message_ids.spellings(external_id, (PHONE, USER)) == ()


def test_the_main_id_is_by_phone_and_every_spelling_leads_to_it() -> None:
    rules = CHANNEL_RULES["whatsapp"].message_ids
    for peer in (PHONE, USER):
        found = rules.spellings(wamid(peer), (PHONE, USER))
        assert found[0] == wamid(PHONE)
        assert wamid(USER) in found
    assert rules.spellings(wamid(USER), (USER,)) == (wamid(USER),)
    assert (rules.is_main(wamid(PHONE)), rules.is_main(wamid(USER)), rules.is_main("x")) == (True, False, True)
