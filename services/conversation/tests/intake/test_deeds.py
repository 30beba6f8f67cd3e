"""What channels say of deeds on messages that they were asked for."""

from typing import Any

import pytest

from atd_conversation.domain.automation.policies import Automation
from atd_conversation.domain.automation.rules import AutomaticReply
from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.events import action_command
from atd_conversation.domain.message_deeds import edit_sent, set_hidden, take_back
from atd_schemas.inbound import InboundThread
from atd_testing.inbound import (
    NOON,
    customer_message,
    deleted,
    edited,
    file_fetched,
    file_of,
    phone_message,
    send_receipt,
)

from .world import BIA, FAILURE, HOUR, A, T, World, asked, told, types

TELEGRAM = CHANNEL_RULES["telegram"]


def greeting() -> AutomaticReply:
    return AutomaticReply(id="hello", name="hello", trigger="keyword", text="Bem-vindo", words=("oi",))


@pytest.fixture
def at_channel(sent: World) -> World:
    """A message of ours has arrived."""
    sent.batch(send_receipt(T, A, "sent", message_id="ours", external_id="x1"))
    return sent


def ask(world: World, deed: Any) -> str:
    """The deed is told, and the channel asked for it; the command."""
    assert deed is not None
    message, conversation = world.messages["ours"], world.conversation()
    command = action_command(conversation, message, deed.action, actor=BIA, now=NOON, causation_id="r")
    deed.note(message, command.id)
    world.tell(conversation, deed.changes)
    return command.id


def edit(world: World, text: str) -> str:
    return ask(world, edit_sent(world.conversation(), world.messages["ours"], text, TELEGRAM, NOON))


def delete(world: World) -> str:
    return ask(world, take_back(world.conversation(), world.messages["ours"], TELEGRAM, NOON))


def answered(status: Any, command: str, **more: Any) -> Any:
    receipt = send_receipt(T, A, status, message_id="ours", about="action", external_id=command, **more)
    return receipt.model_copy(update={"causation_id": command})


def test_what_the_channel_did_not_do_is_undone_and_the_thread_says_so(at_channel: World) -> None:
    command = edit(at_channel, "Bom dia")
    assert at_channel.messages["ours"].text == "Bom dia"
    failed = answered("failed", command, failure=FAILURE)
    unit = at_channel.batch(failed)
    assert types(unit) == ["message.updated", "message.sent"]
    ours, notice = at_channel.messages["ours"], at_channel.messages[failed.id]
    assert (ours.text, ours.view().edited_at, ours.view().earlier) == ("Olá", None, ())
    assert notice.direction == "system"
    assert notice.content.model_dump() == {
        "type": "action_failed",
        "action": "edit",
        "message_id": "ours",
        "reason": "recipient_unreachable",
    }
    assert types(at_channel.batch(failed.model_copy(update={"id": "again"}))) == []


def test_a_deed_that_was_done_leaves_nothing_to_undo(at_channel: World) -> None:
    command = edit(at_channel, "Bom dia")
    assert types(at_channel.batch(answered("sent", command))) == []
    assert at_channel.messages["ours"].deeds == ()
    assert types(at_channel.batch(answered("failed", command, failure=FAILURE))) == []
    assert (at_channel.messages["ours"].text, at_channel.messages["ours"].status) == ("Bom dia", "sent")


def test_of_a_message_that_the_channel_took_back_nothing_is_left_to_bring_back(at_channel: World) -> None:
    command = delete(at_channel)
    assert "Olá" in repr(at_channel.messages["ours"].deeds)
    at_channel.batch(answered("sent", command))
    assert "Olá" not in repr(at_channel.messages["ours"])


def test_a_deed_of_another_tenant_changes_nothing(at_channel: World) -> None:
    command = edit(at_channel, "Bom dia")
    foreign = answered("failed", command, failure=FAILURE).model_copy(update={"tenant_id": "t2"})
    assert types(at_channel.batch(foreign)) == []
    assert at_channel.messages["ours"].text == "Bom dia"


def test_a_late_receipt_of_the_message_is_none_of_its_deed(at_channel: World) -> None:
    command = edit(at_channel, "Bom dia")
    at_channel.batch(send_receipt(T, A, "read", external_id="x1"), answered("sent", command))
    assert at_channel.messages["ours"].status == "read"


def test_a_deed_that_fails_after_its_conversation_gave_way_is_undone_where_the_message_is(at_channel: World) -> None:
    command = edit(at_channel, "Bom dia")
    ours = at_channel.messages["ours"]
    at_channel.batch(customer_message(T, A, "b1", customer="BR.2", occurred_at=NOON + HOUR))
    at_channel.batch(customer_message(T, A, "m", aliases=("BR.2",), occurred_at=NOON + 2 * HOUR))
    place = at_channel.conversations[ours.conversation_id]
    assert (place.current, place.status, len(at_channel.conversations)) == (False, "closed", 2)
    unit = at_channel.batch(answered("failed", command, failure=FAILURE))
    assert (types(unit), at_channel.messages["ours"].text) == (["message.updated", "message.sent"], "Olá")
    (notice,) = [m for m in at_channel.messages.values() if m.content.model_dump().get("type") == "action_failed"]
    assert (notice.conversation_id, at_channel.conversations[place.id].status) == (place.id, "closed")


def test_of_two_deletions_at_once_one_is_asked_and_its_failure_brings_the_message_back(at_channel: World) -> None:
    edited_by = edit(at_channel, "Bom dia")
    deleted_by = delete(at_channel)
    assert take_back(at_channel.conversation(), at_channel.messages["ours"], TELEGRAM, NOON) is None
    at_channel.batch(answered("failed", deleted_by, failure=FAILURE))
    ours = at_channel.messages["ours"]
    assert (ours.deleted_at, ours.text) == (None, "Bom dia")
    at_channel.batch(answered("failed", edited_by, failure=FAILURE))
    ours = at_channel.messages["ours"]
    assert (ours.text, ours.earlier, ours.deeds) == ("Olá", (), ())


def test_a_comment_that_could_not_be_hidden_is_seen_by_others_again_and_the_thread_says_so(world: World) -> None:
    thread = InboundThread(id="p1", kind="post", public=True)
    wrote = customer_message(T, A, "p1_1", customer="ana", channel="facebook", thread=thread)
    world.batch(wrote)
    message, conversation = world.messages[wrote.id], world.conversation()
    deed = set_hidden(conversation, message, CHANNEL_RULES["facebook"], NOON + HOUR, hidden=True)
    assert deed is not None
    deed.note(message, "hide")
    world.tell(conversation, deed.changes)
    failed = send_receipt(T, A, "failed", message_id=message.id, about="action", failure=FAILURE, channel="facebook")
    unit = world.batch(failed.model_copy(update={"causation_id": "hide"}))
    assert types(unit) == ["message.updated", "message.sent"]
    shown = world.messages[message.id]
    assert (shown.hidden, shown.deeds, world.conversation().status) == (False, (), "queued")


# --- edits of customers


def test_an_edited_message_without_a_real_change_leaves_nothing(world: World) -> None:
    world.batch(customer_message(T, A, "w1", text="Oi"))
    unit = world.batch(edited(T, A, "w1", "Oi", at=5))
    assert types(unit) == []
    (message,) = world.messages.values()
    assert (message.view().edited_at, message.view().earlier) == (None, ())


def test_an_edited_caption_on_a_photo_keeps_the_photo_and_the_old_text(world: World) -> None:
    photo = customer_message(T, A, "w1", text="velha", kind="image", attachments=(file_of(),))
    world.batch(photo)
    world.batch(file_fetched(T, A, photo.message_id(), file_of().id, "ready"))
    (event,) = told(world.batch(edited(T, A, "w1", "nova", at=5)))
    shown = event.data.message
    assert (shown.kind, shown.text, [one.text for one in shown.earlier]) == ("image", "nova", ["velha"])
    assert [one.state for one in shown.attachments] == ["ready"]


def photo_of(number: int) -> dict[str, Any]:
    return {"kind": "image", "attachments": (file_of(number),)}


def test_an_edit_that_puts_another_photo_in_shows_and_fetches_it_and_the_first_one_comes_back_as_it_was(
    world: World,
) -> None:
    photo = customer_message(T, A, "w1", text="A porta", **photo_of(1))
    world.batch(photo)
    world.batch(file_fetched(T, A, photo.message_id(), file_of(1).id, "ready"))
    (event,) = told(unit := world.batch(edited(T, A, "w1", "A porta", at=5, **photo_of(2))))
    assert (event.type, event.data.changed) == ("message.edited", ("attachments", "edited_at"))
    assert [(one.id, one.state) for one in event.data.message.attachments] == [(file_of(2).id, "pending")]
    assert [one.data.attachment.id for one in asked(unit)] == [file_of(2).id]
    (late,) = told(world.batch(file_fetched(T, A, photo.message_id(), file_of(2).id, "ready")))
    assert [one.state for one in late.data.message.attachments] == ["ready"]
    (back,) = told(unit := world.batch(edited(T, A, "w1", "A porta", at=9, **photo_of(1))))
    assert [(one.id, one.state) for one in back.data.message.attachments] == [(file_of(1).id, "ready")]
    assert asked(unit) == []
    assert types(world.batch(edited(T, A, "w1", "A porta", at=10, **photo_of(1)))) == []
    world.batch(deleted(T, A, "w1", at=11))
    assert world.files == {}, "what was replaced goes with the message"


def test_a_file_that_was_replaced_while_it_was_fetched_changes_nothing_that_is_shown(world: World) -> None:
    photo = customer_message(T, A, "w1", text=None, **photo_of(1))
    world.batch(photo, edited(T, A, "w1", None, at=5, **photo_of(2)))
    assert types(world.batch(file_fetched(T, A, photo.message_id(), file_of(1).id, "ready"))) == []
    assert world.files[file_of(1).id].state == "ready"


def test_a_photo_that_is_replaced_a_hundred_times_keeps_ten_files_and_the_last_one_of_them(world: World) -> None:
    world.batch(customer_message(T, A, "w1", text=None, **photo_of(0)))
    for number in range(1, 100):
        world.batch(edited(T, A, "w1", None, at=number, external_id=f"m{number}", **photo_of(number)))
    assert list(world.files) == [file_of(number).id for number in range(11)]
    (message,) = world.messages.values()
    assert [one.id for one in message.attachments] == [file_of(10).id]


def test_a_place_that_moves_a_hundred_times_is_one_place_without_a_history(world: World) -> None:
    def at(number: int) -> dict[str, float]:
        return {"latitude": -23.0 - number / 1000, "longitude": -46.0}

    world.batch(customer_message(T, A, "w1", kind="location", text=None, content=at(0)))
    for number in range(1, 101):
        world.batch(edited(T, A, "w1", None, at=number, kind="location", content=at(number)))
    (message,) = world.messages.values()
    assert message.content.model_dump(exclude_none=True) == at(100)
    assert (message.earlier, world.waiting) == ((), {})


def test_of_a_hundred_edits_the_last_ten_texts_are_kept(world: World) -> None:
    world.batch(customer_message(T, A, "w1", text="texto 0"))
    for number in range(1, 101):
        world.batch(edited(T, A, "w1", f"texto {number}", at=number, external_id=f"m{number}"))
    (message,) = world.messages.values()
    assert [one.text for one in message.earlier] == [f"texto {number}" for number in range(90, 100)]


def test_a_customer_who_takes_a_message_back_takes_its_earlier_texts_back(world: World) -> None:
    world.batch(customer_message(T, A, "w1", text="segredo"), edited(T, A, "w1", "outra coisa", at=1))
    world.batch(deleted(T, A, "w1", at=2))
    (message,) = world.messages.values()
    assert "segredo" not in repr(message)


@pytest.mark.parametrize("by_business", [False, True])
def test_a_message_that_comes_after_its_deletion_is_born_deleted(world: World, *, by_business: bool) -> None:
    world.batch(deleted(T, A, "w1", external_id="d", by_business=by_business))
    arrives = phone_message if by_business else customer_message
    world.batch(arrives(T, A, "w1", text="segredo", occurred_at=NOON - HOUR))
    (message,) = world.messages.values()
    assert (message.text, message.deleted_at) == (None, NOON)
    assert message.direction == ("outbound" if by_business else "inbound")


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "later"])
@pytest.mark.parametrize("by_business", [False, True], ids=["customer", "company"])
def test_what_a_message_said_that_comes_after_its_deletion_is_told_to_nobody(
    *, by_business: bool, together: bool
) -> None:
    world = World(automation=Automation(replies=(greeting(),)))
    arrives = phone_message if by_business else customer_message
    events = [
        deleted(T, A, "w1", external_id="d", by_business=by_business),
        arrives(T, A, "w1", text="segredo", kind="image", attachments=(file_of(),), occurred_at=NOON - HOUR),
    ]
    units = [world.batch(*events)] if together else [world.batch(event) for event in events]
    published = [out.event.model_dump_json() for unit in units for out in unit.outgoing]
    assert published
    assert not [one for one in published if "segredo" in one or "media-1" in one]
    assert (world.commands, world.files, world.waiting) == ([], {}, {})
    (conversation,) = world.conversations.values()
    last = conversation.last_message
    assert last is not None
    assert (last.preview, last.deleted) == ("", True)
    (shown,) = [event for unit in units for event in told(unit) if event.type.startswith("message.")]
    assert shown.data.message.deleted_at == NOON


def test_a_deletion_by_the_other_side_keeps_no_message_back(world: World) -> None:
    world.batch(deleted(T, A, "w1", external_id="d", by_business=True))
    world.batch(customer_message(T, A, "w1", text="fica"))
    assert [(one.text, one.deleted_at) for one in world.messages.values()] == [("fica", None)]


def test_only_the_message_that_is_there_is_answered() -> None:
    world = World(automation=Automation(replies=(greeting(),)))
    world.batch(deleted(T, A, "w1", external_id="d"))
    world.batch(customer_message(T, A, "w1", text="oi"))
    world.batch(customer_message(T, A, "w2", text="oi", occurred_at=NOON + HOUR))
    assert [command.data.text for command in world.commands] == ["Bem-vindo"]


LAST = 2
"""The photo of the album that comes last."""


def photo_of_album(number: int, caption: str | None) -> Any:
    content = {"album": {"id": "g1", "position": number}}
    more: dict[str, Any] = {"kind": "image", "attachments": (file_of(number, message=f"a{number}"),)}
    return customer_message(T, A, f"a{number}", text=caption, content=content, **more)


@pytest.mark.parametrize(
    ("captions", "shown"),
    [
        (("A porta azul", None, None), "A porta azul"),
        ((None, "A porta azul", None), "A porta azul"),
        ((None, None, None), ""),
        (("A porta azul", None, "e a janela"), "e a janela"),
    ],
)
def test_a_list_shows_the_caption_of_an_album_also_when_its_files_come(
    world: World, captions: tuple[str | None, ...], shown: str
) -> None:
    photos = [photo_of_album(number, caption) for number, caption in enumerate(captions)]
    for photo in photos:
        told(world.batch(photo))
    heard = [
        event
        for number, photo in enumerate(photos)
        for event in told(
            world.batch(file_fetched(T, A, photo.message_id(), file_of(number, message=f"a{number}").id, "ready"))
        )
    ]
    last = world.conversation().last_message
    assert last is not None
    assert (last.id, last.kind, last.preview) == (photos[-1].message_id(), "image", shown)
    assert heard[-1].data.conversation_state.last_preview == shown
    world.batch(photo_of_album(7, None).model_copy(update={"id": "x"}))
    world.batch(customer_message(T, A, "w5", text=None, kind="image", attachments=(file_of(9),), content={}))
    after = world.conversation().last_message
    assert after is not None
    assert after.preview == "", "another photo is not of the album"


@pytest.mark.parametrize(
    ("captions", "edited_photo", "caption", "shown"),
    [
        (("A porta azul", None, None), 0, "A porta verde", "A porta verde"),
        ((None, None, None), 1, "A porta verde", "A porta verde"),
        (("A porta azul", None, "e a janela"), 0, "A porta verde", "e a janela"),
        (("A porta azul", None, "e a janela"), 2, "e o portão", "e o portão"),
    ],
)
def test_a_list_shows_the_new_caption_of_an_album_at_once_whichever_of_its_photos_has_it(
    world: World, captions: tuple[str | None, ...], edited_photo: int, caption: str, shown: str
) -> None:
    for number, one in enumerate(captions):
        world.batch(photo_of_album(number, one))
    content = {"album": {"id": "g1", "position": edited_photo}}
    event = told(world.batch(edited(T, A, f"a{edited_photo}", caption, kind="image", content=content)))[-1]
    last = world.conversation().last_message
    assert last is not None
    assert (last.id, last.preview) == (photo_of_album(LAST, None).message_id(), shown)
    state = event.data.conversation_state
    assert state.last_message == (None if edited_photo == LAST else last), "a list that hears of it shows it at once"
    assert state.last_preview == (shown if edited_photo == LAST else None)
