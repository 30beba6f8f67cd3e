"""Answering the customer and leaving notes: limits, repeats, refusals."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from atd_conversation.domain.channels import CHANNEL_RULES
from atd_conversation.domain.drafts import MAX_NOTE
from atd_schemas.ids import uuid7
from atd_testing.inbound import phone_message

MAX_TEXT = CHANNEL_RULES["whatsapp"].limits.text.max_length

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_answer_is_pending_and_shows_in_thread_and_list(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    answer = await desk.ask("POST", f"/conversations/{conversation_id}/messages", {"text": "Olá"})
    message = answer.json()
    assert (answer.status_code, message["status"], message["direction"]) == (201, "pending", "outbound")
    assert message["author"] == {"type": "attendant", "id": "bia", "name": "Bia"}
    assert (await desk.get(f"/conversations/{conversation_id}/messages"))["items"][0] == message
    shown = await desk.get(f"/conversations/{conversation_id}")
    assert (shown["last_message"]["id"], shown["unread_count"]) == (message["id"], 0)
    assert shown["first_response_at"] == message["occurred_at"]


@pytest.mark.proves("whatsapp", "note-stays-inside-with")
async def test_a_note_keeps_its_quote_and_stays_inside(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    quoted = (await desk.get(f"/conversations/{conversation_id}/messages"))["items"][0]
    body = {"text": "Cuidado", "direction": "note", "reply_to": quoted["id"]}
    note = await desk.do("POST", f"/conversations/{conversation_id}/messages", body)
    assert (note["direction"], note["status"], note["reply_to"]) == ("note", None, quoted["id"])
    await desk.do("POST", f"/conversations/{conversation_id}/close")
    await desk.do("POST", f"/conversations/{conversation_id}/messages", {"text": "Ainda", "direction": "note"})


@pytest.mark.proves("whatsapp", "text-empty-too-long")
@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({"text": "x" * (MAX_TEXT + 1)}, "too_long", ["text"]),
        ({"text": "x" * (MAX_NOTE + 1), "direction": "note"}, "too_long", ["text"]),
        ({}, "invalid", ["text"]),
        ({"text": ""}, "invalid", ["text"]),
        ({"text": " \n "}, "invalid", ["text"]),
        ({"text": 7}, "invalid", ["text"]),
        ({"text": "Olá", "colour": "red"}, "invalid", ["colour"]),
        ({"text": "Olá", "direction": "inbound"}, "invalid", ["direction"]),
        ({"text": "Olá", "client_id": ""}, "invalid", ["client_id"]),
        ({"text": "Olá", "client_id": "x" * 65}, "invalid", ["client_id"]),
        ({"text": "Olá", "reply_to": "nobody's"}, "unknown_message", ["reply_to"]),
        ({"text": "Olá", "kind": "image"}, "invalid", ["attachment_ids"]),
        ({"text": "Olá", "kind": "order"}, "kind_not_supported", ["kind"]),
        ({"text": "a", "scheduled_for": "2030-01-01"}, "invalid", ["scheduled_for"]),
        ({"text": "a", "scheduled_for": "2030-01-01T10:00:00"}, "invalid", ["scheduled_for"]),
        ({"text": "a", "cancel_on_reply": True}, "invalid", ["cancel_on_reply"]),
        ([], "invalid", [""]),
    ],
)
async def test_what_cannot_be_said(desk: Any, body: Any, code: str, fields: list[str]) -> None:
    (conversation_id,) = await desk.written()
    assert await desk.refused("POST", f"/conversations/{conversation_id}/messages", body) == (422, code, fields)
    assert (await desk.get(f"/conversations/{conversation_id}"))["sequence"] == 2


async def test_only_a_note_quotes_a_note(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}/messages"
    note = await desk.do("POST", path, {"text": "Cuidado", "direction": "note"})
    answer = await desk.refused("POST", path, {"text": "Olá", "reply_to": note["id"]})
    assert answer == (422, "unknown_message", ["reply_to"])
    second = await desk.do("POST", path, {"text": "Sim", "direction": "note", "reply_to": note["id"]})
    assert second["reply_to"] == note["id"]


@pytest.mark.parametrize(("length", "direction"), [(MAX_TEXT, "outbound"), (MAX_NOTE, "note")])
async def test_the_longest_texts(desk: Any, length: int, direction: str) -> None:
    (conversation_id,) = await desk.written()
    body = {"text": "ã" * length, "direction": direction}
    message = await desk.do("POST", f"/conversations/{conversation_id}/messages", body)
    assert len(message["text"]) == length


async def test_a_body_that_is_no_json_is_malformed(desk: Any, problem: Any) -> None:
    (conversation_id,) = await desk.written()
    answer = await desk.ask(
        "POST",
        f"/conversations/{conversation_id}/messages",
        content=b'{"text": "Ol',
        headers={"Content-Type": "application/json"},
    )
    assert problem(answer)[:2] == (400, "malformed_json")


@pytest.mark.proves("whatsapp", "text-empty-too-long")
async def test_a_text_that_is_no_unicode_is_refused(desk: Any, problem: Any) -> None:
    (conversation_id,) = await desk.written()
    answer = await desk.ask(
        "POST",
        f"/conversations/{conversation_id}/messages",
        content=b'{"text": "half a pair: \\ud83d"}',
        headers={"Content-Type": "application/json"},
    )
    assert problem(answer) == (422, "invalid", ["text"])


async def test_a_closed_conversation_is_not_answered(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    await desk.do("POST", f"/conversations/{conversation_id}/close")
    answer = await desk.refused("POST", f"/conversations/{conversation_id}/messages", {"text": "Olá"})
    assert answer == (422, "conversation_closed", [])


@pytest.mark.proves("whatsapp", "free-text-refused-when-closed")
async def test_nothing_is_sent_when_the_reply_window_has_closed(desk: Any) -> None:
    long_ago = desk.service.runtime.clock.now() - timedelta(hours=25)
    (conversation_id,) = await desk.written(occurred_at=long_ago)
    answer = await desk.refused("POST", f"/conversations/{conversation_id}/messages", {"text": "Olá"})
    assert answer == (422, "window_closed", ["text"])
    await desk.do("POST", f"/conversations/{conversation_id}/messages", {"text": "Nota", "direction": "note"})


@pytest.mark.proves("whatsapp", "window-only-company-has-written")
async def test_free_text_is_refused_where_only_the_phone_has_written(desk: Any) -> None:
    """One story of it: what the composer is told, and what a client that does not listen gets."""
    (conversation_id,) = await desk.written(by=phone_message)
    shown = await desk.get(f"/conversations/{conversation_id}")
    assert shown["reply_window_expires_at"] == shown["opened_at"]
    answer = await desk.refused("POST", f"/conversations/{conversation_id}/messages", {"text": "Olá"})
    assert answer == (422, "window_closed", ["text"])


async def test_a_channel_that_cannot_be_answered_yet(desk: Any) -> None:
    (conversation_id,) = await desk.written(channel="web")
    answer = await desk.refused("POST", f"/conversations/{conversation_id}/messages", {"text": "Olá"})
    assert answer == (422, "channel_not_supported", [])


@pytest.mark.proves("whatsapp", "every-kind-sent-twice-client")
async def test_the_same_client_id_is_the_same_message_of_the_same_author(desk: Any) -> None:
    one, other = await desk.written(2)
    body = {"text": "Olá", "client_id": "draft-1"}
    first = await desk.do("POST", f"/conversations/{one}/messages", body)
    assert await desk.do("POST", f"/conversations/{one}/messages", body) == first
    assert await desk.do("POST", f"/conversations/{one}/messages", {**body, "text": "Outra"}) == first
    colleagues = await desk.colleague().do("POST", f"/conversations/{one}/messages", body)
    elsewhere = await desk.do("POST", f"/conversations/{other}/messages", body)
    assert len({first["id"], colleagues["id"], elsewhere["id"]}) == 3
    assert len((await desk.get(f"/conversations/{one}/messages"))["items"]) == 3


async def test_an_idempotency_key_answers_again_and_refuses_another_body(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path, key = f"/conversations/{conversation_id}/messages", {"Idempotency-Key": uuid7()}
    answers = [await desk.ask("POST", path, {"text": "Olá"}, headers=key) for _ in range(3)]
    assert {(a.status_code, a.content) for a in answers} == {(201, answers[0].content)}
    assert await desk.refused("POST", path, {"text": "Outra"}, headers=key) == (409, "idempotency_conflict", [])
    await desk.colleague().do("POST", path, {"text": "Outra"}, headers=key)
    assert [m["text"] for m in (await desk.get(path))["items"]] == ["Outra", "Olá", "Oi"]


@pytest.mark.proves("whatsapp", "every-kind-sent-twice-client")
async def test_an_idempotency_key_at_once_has_one_effect(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path, key = f"/conversations/{conversation_id}/messages", {"Idempotency-Key": uuid7()}
    answers = await asyncio.gather(*(desk.ask("POST", path, {"text": "Olá"}, headers=key) for _ in range(5)))
    assert {(a.status_code, a.content) for a in answers} == {(201, answers[0].content)}
    assert len((await desk.get(path))["items"]) == 2


async def test_two_equal_requests_at_once_with_a_file_get_one_answer(desk: Any) -> None:
    """The file can be taken once: whoever looks for it a second time finds it gone."""
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}/messages"
    for _ in range(5):
        file = await desk.uploaded("conta.txt", b"conta")
        body, key = {"attachment_ids": [file["id"]]}, {"Idempotency-Key": uuid7()}
        answers = await asyncio.gather(*(desk.ask("POST", path, body, headers=key) for _ in range(2)))
        assert {(a.status_code, a.content) for a in answers} == {(201, answers[0].content)}


async def test_an_idempotency_key_of_another_conversation_is_a_conflict(desk: Any) -> None:
    first, second = await desk.written(customers=2)
    key = {"Idempotency-Key": uuid7()}
    await desk.do("POST", f"/conversations/{first}/messages", {"text": "Olá"}, headers=key)
    refused = await desk.refused("POST", f"/conversations/{second}/messages", {"text": "Olá"}, headers=key)
    assert refused == (409, "idempotency_conflict", [])


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\xe9"])
async def test_an_idempotency_key_is_printable_and_short(desk: Any, key: str) -> None:
    (conversation_id,) = await desk.written()
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = await desk.refused("POST", f"/conversations/{conversation_id}/messages", {"text": "Olá"}, headers=headers)
    assert answer == (422, "invalid", ["Idempotency-Key"])


async def test_a_refused_request_uses_no_idempotency_key_up(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path, key = f"/conversations/{conversation_id}/messages", {"Idempotency-Key": uuid7()}
    await desk.do("POST", f"/conversations/{conversation_id}/close")
    assert (await desk.refused("POST", path, {"text": "Olá"}, headers=key))[1] == "conversation_closed"
    await desk.do("POST", f"/conversations/{conversation_id}/reopen")
    await desk.do("POST", path, {"text": "Olá"}, headers=key)
