"""Whether customers can be written to, what they do that is no message, and files that nobody can have."""

from datetime import timedelta
from typing import Any

import pytest

from atd_testing.inbound import (
    NOON,
    customer_message,
    did,
    file_of,
    hidden,
    phone_message,
    reachable,
    reacted,
    send_receipt,
)

from .world import HOUR, A, B, T, World, asked, told, types

TOPIC: Any = {"id": "7", "kind": "topic", "title": "Vendas"}
REFERRAL = {"ref": "promo", "source_type": "ad"}


def test_a_customer_who_blocks_the_company_is_out_of_reach_in_every_strand_until_they_are_back(world: World) -> None:
    world.batch(customer_message(T, A, "w1"), customer_message(T, A, "w2", thread=TOPIC), customer_message(T, B, "w3"))
    unit = world.batch(reachable(T, A, "blocked", occurred_at=NOON + HOUR))
    assert types(unit) == ["conversation.updated", "message.sent"] * 2
    shown = {(one.channel.account_id, one.thread_id): one.view().unreachable for one in world.conversations.values()}
    assert shown == {(A, None): "blocked", (A, "7"): "blocked", (B, None): None}
    notice = told(unit)[1].data.message
    assert (notice.direction, notice.content.model_dump()) == ("system", {"type": "unreachable", "reason": "blocked"})
    unit = world.batch(reachable(T, A, "back", occurred_at=NOON + 2 * HOUR))
    assert [one.view().unreachable for one in world.conversations.values()] == [None] * 3
    assert told(unit)[1].data.message.content.model_dump() == {"type": "reachable", "reason": "back"}


def test_a_message_of_theirs_says_that_they_can_be_reached(world: World) -> None:
    world.batch(customer_message(T, A, "w1"), reachable(T, A, "blocked"))
    unit = world.batch(customer_message(T, A, "w2", occurred_at=NOON + HOUR))
    assert types(unit) == ["conversation.updated", "message.received"]
    assert world.conversation().unreachable is None


def test_a_message_from_before_the_block_that_comes_late_says_nothing_of_it(world: World) -> None:
    world.batch(customer_message(T, A, "w1"), reachable(T, A, "blocked", occurred_at=NOON + HOUR))
    world.batch(customer_message(T, A, "w2", occurred_at=NOON))
    assert world.conversation().unreachable == "blocked"


def test_of_news_that_come_in_another_order_the_latest_stand(world: World) -> None:
    world.batch(customer_message(T, A, "w1"), reachable(T, A, "blocked", occurred_at=NOON + HOUR))
    world.batch(reachable(T, A, "back", occurred_at=NOON + 3 * HOUR))
    world.batch(reachable(T, A, "blocked", occurred_at=NOON + 2 * HOUR))
    assert world.conversation().unreachable is None


@pytest.mark.parametrize("event", [reachable(T, A, "blocked"), did(T, A, "referral")], ids=["block", "referral"])
def test_nobody_becomes_a_customer_without_a_message(world: World, event: Any) -> None:
    assert types(world.batch(event)) == []
    assert world.contacts == {}


def test_the_same_news_twice_are_told_once(world: World) -> None:
    world.batch(customer_message(T, A, "w1"), reachable(T, A, "blocked"))
    assert types(world.batch(reachable(T, A, "blocked", occurred_at=NOON + HOUR))) == []


# --- activity


def messenger(number: int, **more: Any) -> Any:
    return customer_message(T, A, f"m{number}", channel="messenger", customer="psid", phone=None, **more)


def test_a_link_that_the_customer_followed_opens_the_window_and_is_told_in_the_thread(world: World) -> None:
    world.batch(messenger(1))
    before = world.conversation().reply_window_expires_at
    later = NOON + 30 * HOUR
    event = did(T, A, "referral", channel="messenger", customer="psid", occurred_at=later, referral=REFERRAL)
    unit = world.batch(event)
    assert types(unit) == ["conversation.updated", "message.sent"]
    conversation, notice = world.conversation(), told(unit)[1].data.message
    assert before is not None
    assert conversation.reply_window_expires_at == before + 30 * HOUR
    assert (notice.content.model_dump(), notice.referral.ref) == ({"type": "came_from"}, "promo")
    assert (conversation.unread_count, conversation.status) == (1, "queued")


def test_an_opt_in_without_a_referral_opens_the_window_without_a_word(world: World) -> None:
    world.batch(messenger(1))
    unit = world.batch(did(T, A, "opt_in", channel="messenger", customer="psid", occurred_at=NOON + HOUR))
    assert types(unit) == ["conversation.updated"]


def test_a_reaction_opens_the_window_where_the_channel_counts_it(world: World) -> None:
    world.batch(messenger(1), customer_message(T, B, "w1"))
    ends = {one.channel.kind: one.reply_window_expires_at for one in world.conversations.values()}
    world.batch(reacted(T, A, "m1", "👍", at=60, customer="psid"), reacted(T, B, "w1", "👍", at=60))
    moved = {one.channel.kind: one.reply_window_expires_at for one in world.conversations.values()}
    assert moved["whatsapp"] == ends["whatsapp"]
    assert ends["messenger"] is not None
    assert moved["messenger"] == ends["messenger"] + timedelta(hours=1)


def test_a_reaction_of_the_company_opens_nothing(world: World) -> None:
    world.batch(messenger(1))
    before = world.conversation().reply_window_expires_at
    world.batch(reacted(T, A, "m1", "👍", at=60, customer="psid", by_business=True))
    assert world.conversation().reply_window_expires_at == before


# --- files and comments


def test_a_file_that_can_never_be_had_is_shown_as_failed_at_once_and_asked_of_nobody(world: World) -> None:
    files = (file_of(1, unavailable="too_large"), file_of(2))
    unit = world.batch(customer_message(T, A, "w1", text="olha", kind="video", attachments=files))
    (received,) = [one for one in told(unit) if one.type == "message.received"]
    shown = received.data.message.attachments
    assert [one.state for one in shown] == ["failed", "pending"]
    assert shown[0].error is not None
    assert (shown[0].error.code, shown[0].error.retryable, len(shown[0].error.texts)) == ("file_too_large", False, 3)
    fetched = [command.data.attachment.id for command in asked(unit) if command.type == "outbound.fetch"]
    assert fetched == [files[1].id]
    assert received.data.message.text == "olha"


def test_what_a_picture_is_for_is_shown_with_it(world: World) -> None:
    world.batch(customer_message(T, A, "w1", kind="image", attachments=(file_of(1, role="story"), file_of(2))))
    (message,) = world.messages.values()
    assert [one.role for one in message.view().attachments] == ["story", None]


def test_a_comment_is_hidden_when_it_comes_and_shown_and_hidden_later(world: World) -> None:
    world.batch(customer_message(T, A, "c1", hidden=True))
    (message,) = world.messages.values()
    assert message.view().hidden
    (event,) = told(world.batch(hidden(T, A, "c1", is_hidden=False, at=2)))
    assert (event.type, event.data.changed, event.data.message.hidden) == ("message.updated", ("hidden",), False)
    world.batch(hidden(T, A, "c1", at=1))  # came late
    (message,) = world.messages.values()
    assert not message.hidden


def test_a_comment_that_was_hidden_before_it_came_is_hidden(world: World) -> None:
    world.batch(hidden(T, A, "c1", at=1))
    world.batch(customer_message(T, A, "c1"))
    (message,) = world.messages.values()
    assert message.hidden


# --- echoes


def test_the_business_writes_from_the_phone_to_a_person_never_seen_and_that_is_outgoing(world: World) -> None:
    unit = world.batch(phone_message(T, A, "e1", channel="messenger", customer="psid", phone=None))
    conversation, (contact,) = world.conversation(), world.contacts.values()
    (message,) = world.messages.values()
    assert (message.direction, message.status, conversation.recipient) == ("outbound", "sent", "psid")
    assert (conversation.contact.id, conversation.unread_count, conversation.waiting_since) == (contact.id, 0, None)
    assert [one.type for one in told(unit) if one.type == "message.sent"] == ["message.sent"]
    assert asked(unit) == []


def test_an_echo_a_day_later_or_after_the_conversation_was_closed_and_opened_again_is_known_by_its_id(
    sent: World,
) -> None:
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    sent.close(sent.conversation())
    sent.batch(phone_message(T, A, "x1", occurred_at=NOON + HOUR))
    sent.batch(customer_message(T, A, "w2", occurred_at=NOON + 48 * HOUR))
    unit = sent.batch(phone_message(T, A, "x1", occurred_at=NOON + 49 * HOUR).model_copy(update={"id": "again"}))
    assert (types(unit), len(sent.messages), len(sent.conversations)) == ([], 3, 2)
