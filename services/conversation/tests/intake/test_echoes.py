"""What the company writes with the phone that shares the number, and kinds that are understood later."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from atd_conversation.domain.placing import REOPEN_WITHIN
from atd_schemas.ids import provider_event_id
from atd_testing.inbound import NOON, customer_message, deleted, edited, file_of, phone_message, reacted, send_receipt

from .world import A, T, World, asked, told, types


@pytest.mark.proves("whatsapp", "echo-what-phone-that")
def test_what_the_phone_wrote_is_a_message_of_ours_that_was_sent(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    window = world.conversation().reply_window_expires_at
    unit = world.batch(phone_message(T, A, "p1", text="Já vai", occurred_at=NOON + timedelta(hours=1)))
    (event,) = told(unit)
    shown = event.data.message
    assert (event.type, event.actor.type) == ("message.sent", "system")
    assert (shown.direction, shown.author.type, shown.author.name, shown.status) == ("outbound", "system", None, "sent")
    assert (shown.external_id, shown.id) == ("p1", provider_event_id(A, "p1", "message"))
    conversation = world.conversation()
    assert (conversation.unread_count, conversation.first_response_at) == (0, None)
    assert conversation.reply_window_expires_at == window
    assert conversation.last_message is not None
    assert (conversation.last_message.preview, conversation.last_message.direction) == ("Já vai", "outbound")
    assert asked(unit) == []


def test_what_the_phone_writes_to_somebody_new_opens_a_conversation(world: World) -> None:
    unit = world.batch(phone_message(T, A, "p1"))
    assert types(unit) == ["contact.created", "conversation.opened", "message.sent"]
    conversation = world.conversation()
    assert (conversation.recipient, conversation.reply_window_expires_at) == ("5511999990000", NOON)
    world.batch(customer_message(T, A, "w1"))
    assert world.conversation().unread_count == 1


def test_what_the_phone_writes_leaves_a_closed_conversation_closed(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    world.close(world.conversation())
    unit = world.batch(phone_message(T, A, "p1"))
    assert (types(unit), world.conversation().status) == (["message.sent"], "closed")
    later = NOON + REOPEN_WITHIN + timedelta(minutes=1)
    assert types(world.batch(phone_message(T, A, "p2", occurred_at=later)))[0] == "conversation.opened"


def test_the_phone_and_the_customer_quote_each_other(world: World) -> None:
    world.batch(customer_message(T, A, "w1"), phone_message(T, A, "p1", reply_to_external_id="w1"))
    world.batch(customer_message(T, A, "w2", reply_to_external_id="p1"))
    ids = {m.external_id: (m.id, m.reply_to) for m in world.messages.values()}
    assert ids["p1"][1] == ids["w1"][0]
    assert ids["w2"][1] == ids["p1"][0]


@pytest.mark.parametrize("early", [True, False])
def test_receipts_of_what_the_phone_wrote_move_it_on(world: World, early: bool) -> None:
    events: list[Any] = [phone_message(T, A, "p1"), send_receipt(T, A, "read", external_id="p1")]
    for event in events[::-1] if early else events:
        world.batch(event)
    message = next(m for m in world.messages.values() if m.external_id == "p1")
    assert message.status == "read"


@pytest.mark.proves("whatsapp", "echo-what-phone-that")
def test_an_echo_of_what_we_sent_ourselves_is_nothing_new(sent: World) -> None:
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    assert types(sent.batch(phone_message(T, A, "x1"))) == []
    assert len(sent.messages) == 2


ECHO = provider_event_id(A, "x1", "message")


@pytest.mark.parametrize("together", [True, False])
def test_an_echo_that_is_told_before_the_answer_to_its_send_becomes_one_message_with_it(
    sent: World, *, together: bool
) -> None:
    echo = phone_message(T, A, "x1", kind="image", attachments=(file_of(),), occurred_at=NOON + timedelta(minutes=1))
    answer = send_receipt(T, A, "sent", message_id="ours", external_id="x1")
    if not together:
        sent.batch(echo)
    unit = sent.batch(*([echo] if together else []), answer)
    gone, ours = [one for one in told(unit) if one.type != "message.sent"]
    assert (gone.type, gone.data.message.id, gone.data.message.same_as) == ("message.updated", ECHO, "ours")
    assert (gone.data.message.text, gone.data.message.attachments, sent.files) == (None, (), {})
    assert (ours.type, ours.data.message.id) == ("message.status_changed", "ours")
    assert (ours.data.message.status, ours.data.message.external_id) == ("sent", "x1")
    last = sent.conversation().last_message
    assert last is not None
    assert last.id == "ours"
    assert types(sent.batch(echo.model_copy(update={"id": "the same once more"}))) == []


def test_what_came_of_the_echo_meanwhile_comes_of_the_message_that_was_sent(sent: World) -> None:
    sent.batch(phone_message(T, A, "x1"), send_receipt(T, A, "read", external_id="x1"))
    sent.batch(reacted(T, A, "x1", "👍"))
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    ours = sent.messages["ours"]
    assert (ours.status, [one.emoji for one in ours.reactions]) == ("read", ["👍"])
    sent.batch(customer_message(T, A, "w9", reply_to_external_id="x1"), reacted(T, A, "x1", "❤️", at=9))
    [answer] = [one for one in sent.messages.values() if one.external_id == "w9"]
    assert (answer.reply_to, [one.emoji for one in sent.messages["ours"].reactions]) == ("ours", ["❤️"])
    assert sent.messages[ECHO].reactions == ()


def test_an_echo_that_was_taken_back_takes_the_message_that_was_sent_back(sent: World) -> None:
    sent.batch(phone_message(T, A, "x1"))
    sent.batch(deleted(T, A, "x1", by_business=True))
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    assert sent.messages["ours"].deleted_at is not None


def test_each_part_of_a_message_joins_its_echo(sent: World) -> None:
    sent.batch(phone_message(T, A, "x1"), phone_message(T, A, "x2"))
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1", external_ids=("x1", "x2", "x3")))
    assert sent.messages["ours"].external_ids == ("x1", "x2", "x3")
    echoes = [one for one in sent.messages.values() if one.same_as == "ours"]
    assert len(echoes) == 2


def test_what_another_attendant_sent_is_no_echo_and_keeps_its_id(sent: World) -> None:
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    other = deepcopy(sent.messages["ours"])
    other.id, other.external_id = "other", None
    sent.messages["other"] = other
    sent.batch(send_receipt(T, A, "sent", message_id="other", external_id="x1"))
    assert (sent.messages["ours"].external_id, sent.messages["other"].external_id) == ("x1", None)


# --- kinds that are understood later


def placeholder(external_id: str = "w1", **more: Any) -> Any:
    values = {"kind": "unsupported", "text": None, "content": {"type": "poll", "reason": None}, **more}
    event = customer_message(T, A, external_id, **values)
    return event.model_copy(update={"id": provider_event_id(A, external_id, "placeholder")})


@pytest.mark.proves("whatsapp", "unsupported-meta-with-reason")
def test_a_kind_that_is_not_understood_shows_as_such(world: World) -> None:
    shown = told(world.batch(placeholder()))[-1].data.message
    assert (shown.kind, shown.content.model_dump()) == ("unsupported", {"type": "poll", "reason": None})
    assert shown.id == provider_event_id(A, "w1", "message")


@pytest.mark.proves("whatsapp", "unknown-kind-shown-as-unsupported")
def test_a_version_that_understands_it_replaces_it_in_place(world: World) -> None:
    world.batch(placeholder())
    place = next(iter(world.messages.values())).sequence
    understood = customer_message(T, A, "w1", text=None, kind="image", attachments=(file_of(),), content={})
    unit = world.batch(understood)
    (event,) = told(unit)
    assert (event.type, event.actor.type) == ("message.updated", "system")
    assert set(event.data.changed) == {"kind", "content", "attachments"}
    shown = event.data.message
    assert (shown.kind, shown.sequence, shown.attachments[0].state) == ("image", place, "pending")
    assert [command.data.attachment.id for command in asked(unit)] == [file_of().id]
    conversation = world.conversation()
    assert (conversation.unread_count, conversation.last_message and conversation.last_message.kind) == (1, "image")
    again = placeholder().model_copy(update={"id": "and this"})
    assert types(world.batch(again)) == []


def test_both_versions_in_one_batch_are_one_message(world: World) -> None:
    unit = world.batch(placeholder(), customer_message(T, A, "w1", text="Oi"))
    assert types(unit)[-2:] == ["message.received", "message.updated"]
    (message,) = world.messages.values()
    assert (message.kind, message.text) == ("text", "Oi")


def test_a_placeholder_after_the_message_changes_nothing(world: World) -> None:
    world.batch(customer_message(T, A, "w1", text="Oi"))
    assert types(world.batch(placeholder())) == []
    assert next(iter(world.messages.values())).text == "Oi"


def test_what_was_taken_back_meanwhile_stays_so(world: World) -> None:
    world.batch(placeholder())
    world.batch(deleted(T, A, "w1", at=1))
    assert types(world.batch(customer_message(T, A, "w1", text="Oi"))) == []
    assert next(iter(world.messages.values())).text is None


def test_what_was_edited_meanwhile_stays_so(world: World) -> None:
    world.batch(placeholder())
    world.batch(edited(T, A, "w1", "novo", at=1))
    assert types(world.batch(customer_message(T, A, "w1", text="velho"))) == []
    assert next(iter(world.messages.values())).text == "novo"


def test_an_echo_that_was_not_understood_is_replaced_too(world: World) -> None:
    unknown = phone_message(T, A, "p1", kind="unsupported", text=None, content={"type": "poll", "reason": None})
    world.batch(unknown.model_copy(update={"id": provider_event_id(A, "p1", "placeholder")}))
    assert types(world.batch(phone_message(T, A, "p1", text="Olá"))) == ["message.updated"]


def test_where_an_echo_was_the_last_message_the_one_before_it_is_the_last_again_when_it_was_of_elsewhere(
    sent: World,
) -> None:
    sent.batch(customer_message(T, A, "w7", customer="5511900000007", text="Tem estoque?"))
    sent.batch(phone_message(T, A, "x1", customer="5511900000007", text="Oi", occurred_at=NOON + timedelta(minutes=1)))
    elsewhere = sent.messages[ECHO].conversation_id
    last = sent.conversations[elsewhere].last_message
    assert last is not None
    assert (last.id, elsewhere) != ("ours", sent.messages["ours"].conversation_id)
    unit = sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    last = sent.conversations[elsewhere].last_message
    assert last is not None
    assert (last.preview, last.direction) == ("Tem estoque?", "inbound")
    gone = next(one for one in told(unit) if one.data.message.id == ECHO)
    assert gone.data.conversation_state.last_message == last
