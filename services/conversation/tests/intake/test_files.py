"""Files of messages: announced, asked for, here or not."""

from dataclasses import replace
from typing import Any

import pytest

from atd_conversation.domain.events import fetch_command
from atd_schemas.inbound import SendFailure
from atd_testing.inbound import customer_message, deleted, file_fetched, file_of, phone_message

from .world import A, B, T, World, asked, told, types

LOST = SendFailure(code="131052", reason="media", detail="Media download error")


def picture(world: World, **more: Any) -> Any:
    values = {"text": None, "kind": "image", "attachments": (file_of(),), **more}
    return customer_message(T, A, "w1", **values)


@pytest.fixture
def pending(world: World) -> World:
    world.batch(picture(world))
    return world


def only(world: World) -> Any:
    (message,) = world.messages.values()
    (attachment,) = message.attachments
    return attachment


def fetched(world: World, state: Any, **more: Any) -> Any:
    (message,) = world.messages.values()
    return file_fetched(T, A, message.id, file_of().id, state, **more)


@pytest.mark.proves("whatsapp", "every-file-pending-at-once")
def test_a_picture_shows_at_once_as_pending_and_its_file_is_asked_for(world: World) -> None:
    unit = world.batch(picture(world))
    received = told(unit)[-1].data.message
    (shown,) = received.attachments
    assert (received.kind, shown.name, shown.mime_type, shown.state) == ("image", "image.jpg", "image/jpeg", "pending")
    (command,) = asked(unit)
    conversation = world.conversation()
    assert (command.type, command.subject, command.tenant_id) == ("outbound.fetch", conversation.id, T)
    assert command.data.model_dump() == {
        "account_id": A,
        "channel": "whatsapp",
        "conversation_id": conversation.id,
        "message_id": received.id,
        "contact_external_id": "5511999990000",
        "kind": "image",
        "attachment": file_of().model_dump(),
        "attempt": 0,
    }


def test_what_the_phone_sent_is_fetched_too(world: World) -> None:
    unit = world.batch(phone_message(T, A, "p1", text=None, kind="document", attachments=(file_of(name="boleto.pdf"),)))
    assert [command.data.attachment.name for command in asked(unit)] == ["boleto.pdf"]
    assert told(unit)[-1].data.message.attachments[0].state == "pending"


def test_the_same_file_announced_twice_in_a_message_is_one(world: World) -> None:
    unit = world.batch(picture(world, attachments=(file_of(), file_of())))
    assert len(asked(unit)) == 1
    assert len(only(world).id) == 36


@pytest.mark.proves("whatsapp", "every-file-pending-at-once")
def test_a_file_that_has_come_is_ready(pending: World) -> None:
    unit = pending.batch(fetched(pending, "ready"))
    (event,) = told(unit)
    assert (event.type, event.data.changed, event.actor.type) == ("message.updated", ("attachments",), "system")
    (shown,) = event.data.message.attachments
    assert (shown.state, shown.size, shown.error) == ("ready", 2048, None)
    assert pending.files[file_of().id].sha256 == "cd" * 32


@pytest.mark.proves("whatsapp", "every-file-says-why-cannot")
def test_a_file_that_cannot_be_had_says_so(pending: World) -> None:
    (event,) = told(pending.batch(fetched(pending, "failed", failure=LOST)))
    (shown,) = event.data.message.attachments
    assert shown.state == "failed"
    assert shown.error is not None
    assert shown.error.provider_code == LOST.code
    assert "WhatsApp" in shown.error.message
    assert pending.files[file_of().id].error == shown.error


@pytest.mark.parametrize(
    ("news", "after", "times"),
    [
        (["ready", "failed"], "ready", 1),
        (["failed", "ready"], "ready", 2),
        (["ready", "ready"], "ready", 1),
        (["failed", "failed"], "failed", 1),
    ],
)
def test_what_is_here_stays_and_a_repeat_is_no_news(pending: World, news: list[Any], after: str, times: int) -> None:
    for number, state in enumerate(news):
        event = fetched(pending, state, **({"failure": LOST} if state == "failed" else {}))
        pending.batch(event.model_copy(update={"id": f"news-{number}"}))
    assert only(pending).state == after
    assert [event.type for event in pending.events].count("message.updated") == times


INFECTED = SendFailure(code="infected", reason="media", detail="The virus scanner found Eicar.")


@pytest.mark.parametrize(
    ("news", "states"),
    [
        (["scanning", "ready"], ["pending", "scanning", "ready"]),
        (["scanning", "scanning", "infected"], ["pending", "scanning", "infected"]),
        (["infected", "scanning"], ["pending", "infected"]),
        (["ready", "scanning"], ["pending", "ready"]),
        (["failed", "scanning"], ["pending", "failed"]),
        (["infected", "failed"], ["pending", "infected"]),
    ],
)
def test_what_the_virus_scanner_does_is_a_state_of_the_file(pending: World, news: list[str], states: list[str]) -> None:
    seen = [only(pending).state]
    for number, state in enumerate(news):
        failures = {"infected": INFECTED, "failed": LOST}
        more = {"failure": failures[state]} if state in failures else {}
        event = fetched(pending, "failed" if more else state, **more)
        pending.batch(event.model_copy(update={"id": f"news-{number}"}))
        if only(pending).state != seen[-1]:
            seen.append(only(pending).state)
    assert seen == states


def test_an_infected_file_says_why_and_that_trying_again_does_not_help(pending: World) -> None:
    (event,) = told(pending.batch(fetched(pending, "failed", failure=INFECTED)))
    (shown,) = event.data.message.attachments
    assert (shown.state, shown.error.code, shown.error.retryable) == ("infected", "file_infected", False)
    assert sorted(shown.error.texts) == ["en", "es", "pt-BR"]


def test_news_of_an_earlier_attempt_is_no_news(pending: World) -> None:
    (message,) = pending.messages.values()
    message.attachments = (replace(message.attachments[0], attempt=1),)
    pending.files = {one.id: one for one in message.attachments}
    assert types(pending.batch(fetched(pending, "failed", failure=LOST))) == []
    assert only(pending).state == "pending"
    pending.batch(fetched(pending, "ready", attempt=1))
    assert only(pending).state == "ready"


@pytest.mark.proves("whatsapp", "every-file-trouble-that-passes")
def test_another_attempt_is_another_command(pending: World) -> None:
    (message,) = pending.messages.values()
    first, again = (
        fetch_command(
            pending.conversation(),
            message,
            replace(only(pending), attempt=n),
            now=message.recorded_at,
            causation_id="r",
        )
        for n in (0, 1)
    )
    assert (first.data.attempt, again.data.attempt) == (0, 1)
    assert first.id != again.id
    assert first.id == pending.commands[0].id


def test_a_file_of_our_own_cannot_be_fetched(pending: World) -> None:
    (message,) = pending.messages.values()
    uploaded = type(only(pending))(id="f", name="f", mime_type="text/plain", size=1, state="ready")
    with pytest.raises(ValueError, match="not at the channel"):
        fetch_command(pending.conversation(), message, uploaded, now=message.recorded_at, causation_id="r")


def test_a_file_of_a_message_that_was_taken_back_is_not_shown(pending: World) -> None:
    (message,) = pending.messages.values()
    pending.batch(deleted(T, A, "w1", at=1))
    assert types(pending.batch(fetched(pending, "ready"))) == []
    assert message.id in pending.messages
    assert pending.files == {}


@pytest.mark.parametrize(
    "stranger",
    [{"tenant": "t2"}, {"account": B}, {"message": "nobody's"}, {"file": "nobody's"}],
    ids=lambda each: next(iter(each)),
)
def test_news_of_a_file_that_is_not_ours_change_nothing(pending: World, stranger: dict[str, str]) -> None:
    (message,) = pending.messages.values()
    about = {"tenant": T, "account": A, "message": message.id, "file": file_of().id, **stranger}
    unit = pending.batch(file_fetched(about["tenant"], about["account"], about["message"], about["file"], "ready"))
    assert types(unit) == []
    assert only(pending).state == "pending"
