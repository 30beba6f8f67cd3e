"""What happens to messages after they came: reactions, edits, deletions, in any order."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from atd_conversation.domain.message import Message
from atd_schemas.contents import EMPTY
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundReceipt
from atd_testing.inbound import NOON, customer_message, deleted, edited, file_of, phone_message, reacted, send_receipt

from .world import HOUR, A, B, T, World, told, types

MINUTE = timedelta(minutes=1)


def of(world: World, external_id: str) -> Message:
    """The message that the provider calls so."""
    return next(m for m in world.messages.values() if m.external_id == external_id)


def reactions(message: Message) -> list[tuple[str, str]]:
    return [(one.author.type, one.emoji) for one in message.reactions]


# --- reactions


@pytest.mark.proves("whatsapp", "reaction-replaces-one-before")
def test_a_customers_reaction_is_one_that_replaces_and_goes(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    for at, emoji, after in [(1, "👍", [("contact", "👍")]), (2, "❤️", [("contact", "❤️")]), (3, None, [])]:
        unit = world.batch(reacted(T, A, "w1", emoji, at=at))
        (event,) = told(unit)
        assert (event.type, event.data.changed, event.actor.type) == ("message.reacted", ("reactions",), "contact")
        assert event.occurred_at == NOON + at * MINUTE
        assert reactions(of(world, "w1")) == after


@pytest.mark.proves("whatsapp", "reaction-replaces-one-before")
def test_the_customer_and_the_company_react_beside_each_other(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    unit = world.batch(reacted(T, A, "w1", "👍"), reacted(T, A, "w1", "🙏", by_business=True))
    assert reactions(of(world, "w1")) == [("contact", "👍"), ("system", "🙏")]
    assert [event.actor.type for event in told(unit)] == ["contact", "system"]
    assert of(world, "w1").reactions[0].author.name == "Ana"


def test_a_reaction_to_our_message_finds_it_by_the_providers_id(sent: World) -> None:
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    sent.batch(reacted(T, A, "x1", "👍"))
    assert reactions(sent.messages["ours"]) == [("contact", "👍")]


def test_a_reaction_to_the_second_copy_of_a_message_finds_it(sent: World) -> None:
    """A send that was repeated has two ids at the provider."""
    for external_id in ("x1", "x2"):
        sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id=external_id))
    sent.batch(reacted(T, A, "x2", "👍"))
    assert reactions(sent.messages["ours"]) == [("contact", "👍")]


@pytest.mark.proves("whatsapp", "window-opens-with-what")
def test_reactions_do_not_open_the_reply_window_nor_count_as_unread(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    before = world.conversation()
    world.batch(reacted(T, A, "w1", "👍", at=90))
    after = world.conversation()
    assert after.reply_window_expires_at == before.reply_window_expires_at
    assert (after.unread_count, after.last_activity_at) == (1, before.last_activity_at)


@pytest.mark.parametrize(("channel", "opens"), [("messenger", True), ("instagram", True), ("whatsapp", False)])
def test_a_reaction_of_the_customer_opens_the_window_where_the_provider_counts_it(
    world: World, channel: str, *, opens: bool
) -> None:
    wrote = customer_message(T, A, "w1")
    world.batch(wrote.model_copy(update={"data": wrote.data.model_copy(update={"channel": channel})}))
    before = world.conversation()
    later = NOON + 20 * HOUR
    unit = world.batch(reacted(T, A, "w1", "👍", at=20 * 60), now=later)
    after = world.conversation()
    assert (after.reply_window_expires_at == (before.reply_window_expires_at or later) + 20 * HOUR) is opens
    assert types(unit) == ["message.reacted", *(["conversation.updated"] if opens else [])]
    taken_away = world.batch(reacted(T, A, "w1", None, at=21 * 60), now=later + HOUR)
    assert types(taken_away) == ["message.reacted"]


def lost(command_id: str | None, *, at: datetime = NOON) -> InboundReceipt:
    """A reaction of ours that failed."""
    receipt = send_receipt(
        T, A, "failed", message_id="ours", external_id=f"r-{command_id}", about="reaction", occurred_at=at
    )
    return receipt.model_copy(update={"causation_id": command_id})


@pytest.mark.proves("whatsapp", "reaction-when-cannot-be")
def test_a_reaction_that_was_never_delivered_is_taken_away(sent: World) -> None:
    ours = sent.messages["ours"]
    ours.react(ours.author, "👍", NOON + MINUTE)
    ours.reaction_command = "c1"
    unit = sent.batch(lost("c1"))  # by a clock that is slow
    assert (types(unit), reactions(sent.messages["ours"])) == (["message.reacted"], [])
    assert (sent.messages["ours"].status, sent.messages["ours"].external_id) == ("pending", None)
    assert sent.receipts == {}


@pytest.mark.parametrize("command_id", ["c1", None])
def test_a_later_reaction_of_ours_outlives_the_failure_of_an_earlier_one(sent: World, command_id: str | None) -> None:
    ours = sent.messages["ours"]
    ours.react(ours.author, "❤️", NOON)
    ours.reaction_command = "c2"
    unit = sent.batch(lost(command_id, at=NOON + MINUTE))
    assert (types(unit), reactions(sent.messages["ours"])) == ([], [("attendant", "❤️")])


def test_a_reaction_on_the_phone_outlives_the_failure_of_ours(sent: World) -> None:
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    ours = sent.messages["ours"]
    ours.react(ours.author, "👍", NOON)
    ours.reaction_command = "c1"
    sent.batch(reacted(T, A, "x1", "❤️", at=1, by_business=True))
    unit = sent.batch(lost("c1", at=NOON + 2 * MINUTE))
    assert (types(unit), reactions(sent.messages["ours"])) == ([], [("system", "❤️")])


@pytest.mark.parametrize("status", ["sent", "delivered", "read"])
def test_other_receipts_of_a_reaction_change_nothing(sent: World, status: Any) -> None:
    unit = sent.batch(send_receipt(T, A, status, message_id="ours", external_id="r1", about="reaction"))
    assert (types(unit), sent.receipts, sent.messages["ours"].status) == ([], {}, "pending")


# --- edits and deletions


@pytest.mark.proves("whatsapp", "edit-deletion-replaces-text-takes")
def test_an_edit_replaces_what_the_message_says_and_the_list_shows_it(world: World) -> None:
    world.batch(customer_message(T, A, "w1", text="Oii"))
    (event,) = told(world.batch(edited(T, A, "w1", "Oi", at=5)))
    assert (event.type, event.data.changed) == ("message.edited", ("text", "edited_at", "earlier"))
    assert (event.data.message.text, event.data.message.edited_at) == ("Oi", NOON + 5 * MINUTE)
    assert event.data.message.sequence == 2
    last = world.conversation().last_message
    assert last is not None
    assert last.preview == "Oi"
    assert [one.text for one in event.data.message.earlier] == ["Oii"]


def test_an_edit_of_an_earlier_message_leaves_the_last_one_in_the_list(world: World) -> None:
    world.batch(customer_message(T, A, "w1", text="Oii"), customer_message(T, A, "w2", text="Tudo bem?"))
    world.batch(edited(T, A, "w1", "Oi", at=5))
    last = world.conversation().last_message
    assert last is not None
    assert last.preview == "Tudo bem?"


@pytest.mark.proves("whatsapp", "edit-deletion-replaces-text-takes")
def test_what_was_taken_back_is_gone_with_its_files(world: World) -> None:
    from_customer = customer_message(
        T, A, "w1", text="legenda", kind="image", attachments=(file_of(),), content={"product": {"sku": "1"}}
    )
    world.batch(from_customer, reacted(T, A, "w1", "👍"), edited(T, A, "w1", "outra", at=1, kind="image"))
    assert len(world.files) == 1
    (event,) = told(world.batch(deleted(T, A, "w1", at=5)))
    assert event.type == "message.deleted"
    assert set(event.data.changed) == {
        "text",
        "content",
        "reactions",
        "edited_at",
        "earlier",
        "deleted_at",
        "attachments",
    }
    shown = event.data.message
    assert (shown.text, shown.content, shown.attachments) == (None, EMPTY, ())
    assert (shown.reactions, shown.edited_at) == ((), None)
    assert shown.deleted_at == NOON + 5 * MINUTE
    assert world.files == {}
    last = world.conversation().last_message
    assert last is not None
    assert last.preview == ""


@pytest.mark.proves("whatsapp", "reaction-edit-before-message-any")
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_whatever_order_edits_reactions_and_a_deletion_come_they_end_the_same(order: tuple[int, ...]) -> None:
    changes = [
        edited(T, A, "w1", "um", at=1),
        edited(T, A, "w1", "dois", at=2),
        reacted(T, A, "w1", "👍", at=3),
        deleted(T, A, "w1", at=4),
    ]
    world = World()
    world.batch(customer_message(T, A, "w1"))
    for number in order:
        world.batch(changes[number])
    message = of(world, "w1")
    assert (message.text, message.reactions, message.edited_at) == (None, (), None)
    assert message.deleted_at == NOON + 4 * MINUTE


def test_the_later_of_two_edits_stands_in_either_order(world: World) -> None:
    world.batch(customer_message(T, A, "w1"), customer_message(T, A, "w2"))
    one, two = (lambda w: edited(T, A, w, "um", at=1)), (lambda w: edited(T, A, w, "dois", at=2))
    world.batch(one("w1"), two("w1"))
    world.batch(two("w2"), one("w2"))
    assert (of(world, "w1").text, of(world, "w2").text) == ("dois", "dois")


def test_the_company_edits_and_takes_back_what_its_phone_wrote(world: World) -> None:
    world.batch(phone_message(T, A, "p1", text="Olá"))
    (event,) = told(world.batch(edited(T, A, "p1", "Olá!", at=1, by_business=True)))
    assert (event.data.message.text, event.actor.type) == ("Olá!", "system")
    world.batch(deleted(T, A, "p1", at=2, by_business=True))
    assert of(world, "p1").deleted_at == NOON + 2 * MINUTE


@pytest.mark.proves("whatsapp", "reaction-edit-before-message-any")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(edited(T, A, "p1", "x"), id="a customer edits ours"),
        pytest.param(deleted(T, A, "p1"), id="a customer takes ours back"),
        pytest.param(edited(T, A, "w1", "x", by_business=True), id="we edit a customer's"),
        pytest.param(deleted(T, A, "w1", by_business=True), id="we take a customer's back"),
        pytest.param(reacted("t2", A, "p1", "👍"), id="another tenant reacts"),
        pytest.param(edited("t2", A, "w1", "x"), id="another tenant edits"),
        pytest.param(deleted(T, B, "w1"), id="on another account"),
    ],
)
def test_nobody_changes_what_is_not_theirs(world: World, change: Any) -> None:
    world.batch(customer_message(T, A, "w1"), phone_message(T, A, "p1"))
    before = dict(world.messages)
    unit = world.batch(change)
    assert (types(unit), unit.handled) == ([], [change.id])
    assert world.messages == before


# --- changes that come before their message


@pytest.mark.proves("whatsapp", "reaction-edit-before-message-any")
def test_what_comes_before_its_message_waits_and_is_told_after_it(world: World) -> None:
    early = [reacted(T, A, "w1", "👍", at=3), edited(T, A, "w1", "dois", at=2), edited(T, A, "w1", "um", at=1)]
    assert types(world.batch(*early)) == []
    assert len(world.waiting) == 1
    unit = world.batch(customer_message(T, A, "w1", text="zero"))
    assert types(unit)[-3:] == ["message.received", "message.edited", "message.reacted"]
    assert (of(world, "w1").text, reactions(of(world, "w1"))) == ("dois", [("contact", "👍")])
    assert world.waiting == {}
    assert types(world.batch(*early)) == []


def test_a_change_before_its_message_in_one_batch_is_made(world: World) -> None:
    world.batch(deleted(T, A, "w1", at=1), customer_message(T, A, "w1"))
    assert of(world, "w1").deleted_at == NOON + MINUTE
    assert world.waiting == {}


def test_a_reaction_to_ours_before_we_know_the_providers_id_waits_for_the_receipt(sent: World) -> None:
    sent.batch(reacted(T, A, "x1", "👍"))
    unit = sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    assert types(unit) == ["message.status_changed", "message.reacted"]
    assert reactions(sent.messages["ours"]) == [("contact", "👍")]


def test_a_reaction_to_what_the_phone_wrote_waits_for_it(world: World) -> None:
    world.batch(reacted(T, A, "p1", "👍"))
    world.batch(phone_message(T, A, "p1"))
    assert reactions(of(world, "p1")) == [("contact", "👍")]


def test_of_what_waits_only_the_latest_of_each_kind_and_side_is_kept(world: World) -> None:
    for at in (*range(50), *range(10)):
        world.batch(reacted(T, A, "w1", f"{at}", at=at), edited(T, A, "w1", f"{at}", at=at))
        world.batch(reacted(T, A, "w1", f"{at}", at=at, by_business=True))
    (row,) = world.waiting.values()
    assert sorted(row["changes"]) == ["edit:contact", "reaction:business", "reaction:contact"]
    world.batch(customer_message(T, A, "w1"))
    assert of(world, "w1").text == "49"
    assert reactions(of(world, "w1")) == [("contact", "49"), ("system", "49")]


def test_another_tenants_change_neither_waits_beside_ours_nor_is_made(world: World) -> None:
    world.batch(edited(T, A, "w1", "nosso"))
    world.batch(deleted("t2", A, "w1"))
    world.batch(customer_message(T, A, "w1"))
    assert of(world, "w1").text == "nosso"
    assert of(world, "w1").deleted_at is None


def test_a_message_can_be_quoted_by_an_id_that_is_its_own() -> None:
    event = customer_message(T, A, "w1")
    assert event.message_id() == provider_event_id(A, "w1", "message") == event.id
