"""Drafts over HTTP: everybody's own, the same characters on every device, never written over unseen."""

from typing import Any

import pytest

from atd_conversation.domain.unsent import MAX_DRAFTS, MAX_FILES, MAX_TEXT
from atd_schemas.ids import uuid7
from atd_schemas.topics import PRESENCE_EVENTS

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = "Olá 👩‍👩‍👧‍👦\n\n- um\n- dois\n\n  a_b_c e 2 * 3 * 4  \n"


async def put(desk: Any, conversation_id: str, version: int | None = None, **draft: Any) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return await desk.do("PUT", f"/conversations/{conversation_id}/draft", draft, headers=headers)


async def test_a_draft_comes_back_as_it_was_written(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    quoted = (await desk.get(f"/conversations/{conversation_id}/messages"))["items"][0]["id"]
    voice = await desk.uploaded("voz.ogg", b"OggS" + bytes(60))
    path = f"/conversations/{conversation_id}/draft"
    empty = await desk.get(path)
    assert (empty["text"], empty["version"], empty["updated_at"]) == ("", 0, None)
    made = await put(
        desk,
        conversation_id,
        text=TEXT,
        reply_to=quoted,
        attachments=[{"id": voice["id"], "send_as": "voice"}],
    )
    assert await desk.get(path) == made
    assert (made["text"], made["reply_to"], made["direction"]) == (TEXT, quoted, "outbound")
    (file,) = made["attachments"]
    assert (file["id"], file["name"], file["send_as"]) == (voice["id"], "voz.ogg", "voice")
    assert (await desk.get(path, direction="note"))["version"] == 0


async def test_a_draft_is_its_writers_alone_and_marked_in_their_lists(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    caio = desk.colleague()
    await put(desk, conversation_id, text="para o cliente")
    await put(desk, conversation_id, text="para nós", direction="note")
    await put(caio, conversation_id, text="outro")
    assert [one["text"] for one in await desk.pages("/drafts")] == ["para nós", "para o cliente"]
    assert [one["text"] for one in await caio.pages("/drafts")] == ["outro"]
    path = f"/conversations/{conversation_id}"
    assert [(await who.get(path))["draft"] for who in (desk, caio, desk.colleague("davi"))] == [True, True, False]
    for direction, left in (("note", True), ("outbound", False), ("outbound", False)):
        assert (await desk.ask("DELETE", f"{path}/draft?direction={direction}")).status_code == 204
        assert (await desk.pages("/conversations"))[0]["draft"] is left
    assert (await caio.get(path))["draft"] is True
    assert (await desk.get(path))["sequence"] == 2


async def test_two_devices_do_not_write_over_each_other_unseen(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}/draft"
    first = await put(desk, conversation_id, 0, text="um")
    for version in (0, first["version"] - 1):
        headers = {"If-Match": f'"{version}"'}
        assert await desk.refused("PUT", path, {"text": "dois"}, headers=headers) == (409, "conflict", [])
    second = await put(desk, conversation_id, first["version"], text="dois")
    assert second["version"] > first["version"]
    assert await desk.refused("DELETE", path, headers={"If-Match": f'"{first["version"]}"'}) == (409, "conflict", [])
    assert (await desk.ask("DELETE", path, headers={"If-Match": f'"{second["version"]}"'})).status_code == 204
    again = await put(desk, conversation_id, 0, text="três")
    assert again["version"] > second["version"]
    assert (await put(desk, conversation_id, text="sem versão"))["text"] == "sem versão"


async def test_what_is_sent_ends_the_draft_that_it_says_and_no_other(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}"
    await put(desk, conversation_id, text="Olá")
    await put(desk, conversation_id, text="Olá", direction="note")
    await desk.colleague().do("POST", f"{path}/messages", {"text": "Olá"})
    assert (await desk.get(f"{path}/draft"))["text"] == "Olá"
    await desk.do("POST", f"{path}/messages", {"text": "Olá"})
    assert (await desk.get(f"{path}/draft"))["text"] == ""
    assert (await desk.get(f"{path}/draft", direction="note"))["text"] == "Olá"
    await put(desk, conversation_id, text="a próxima")
    await desk.do("POST", f"{path}/messages", {"text": "Olá de novo"})
    assert (await desk.get(f"{path}/draft"))["text"] == "a próxima"


async def test_a_file_of_a_draft_is_kept_until_it_is_sent_or_taken_out(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}"
    kept, left = [(await desk.uploaded(f"{name}.txt", b"abc"))["id"] for name in ("a", "b")]
    await put(desk, conversation_id, attachments=[{"id": kept}, {"id": left}])
    await put(desk, conversation_id, text="só um", attachments=[{"id": kept}])
    rows = {row["_id"]: row async for row in desk.service.db.attachments.find({"_id": {"$in": [kept, left]}})}
    assert "unused_since" not in rows[kept]
    assert "unused_since" in rows[left]
    await desk.do("POST", f"{path}/messages", {"attachment_ids": [kept], "text": "só um"})
    assert (await desk.get(f"{path}/draft"))["version"] == 0
    row = await desk.service.db.attachments.find_one({"_id": kept})
    assert row["message_id"] is not None
    assert "held_by" not in row
    assert "unused_since" not in row


async def test_a_file_that_was_sent_from_elsewhere_is_no_more_in_the_draft(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}"
    file = (await desk.uploaded("a.txt", b"abc"))["id"]
    await put(desk, conversation_id, text="com anexo", attachments=[{"id": file}])
    await desk.do("POST", f"{path}/messages", {"attachment_ids": [file]})
    draft = await desk.get(f"{path}/draft")
    assert (draft["text"], draft["attachments"]) == ("com anexo", [])


@pytest.mark.parametrize(
    ("draft", "code", "fields"),
    [
        ({}, "invalid", ["text"]),
        ({"text": ""}, "invalid", ["text"]),
        ({"text": "a" * (MAX_TEXT + 1)}, "invalid", ["text"]),
        ({"text": "a", "direction": "system"}, "invalid", ["direction"]),
        ({"text": "a", "reply_to": "m"}, "unknown_message", ["reply_to"]),
        ({"attachments": [{"id": "x"}]}, "unknown_attachment", ["attachments[0].id"]),
        ({"attachments": [{"id": "x", "send_as": "tape"}]}, "invalid", ["attachments[0].send_as"]),
        ({"attachments": [{"id": "x"}] * (MAX_FILES + 1)}, "invalid", ["attachments"]),
        ({"text": "a", "note": True}, "invalid", ["note"]),
    ],
)
async def test_what_cannot_be_kept_is_named(desk: Any, draft: Any, code: str, fields: list[str]) -> None:
    (conversation_id,) = await desk.written()
    assert await desk.refused("PUT", f"/conversations/{conversation_id}/draft", draft) == (422, code, fields)


async def test_one_draft_too_many(desk: Any) -> None:
    one, other = await desk.written(2)
    await put(desk, one, text="a")
    rows = [
        {"_id": uuid7(), "tenant_id": desk.tenant, "attendant_id": "bia", "conversation_id": "c"}
        for _ in range(MAX_DRAFTS - 1)
    ]
    await desk.service.db.drafts.insert_many(rows)
    assert await desk.refused("PUT", f"/conversations/{other}/draft", {"text": "b"}) == (422, "too_many", [])
    assert (await put(desk, one, text="a b"))["text"] == "a b"


async def test_other_devices_hear_of_a_change_without_its_text(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    async with desk.service.reading(PRESENCE_EVENTS) as reader:
        made = await put(desk, conversation_id, text="segredo")
        (told,) = await reader.until(lambda seen: len(seen) >= 1, desk.tenant)
        await desk.do("POST", f"/conversations/{conversation_id}/messages", {"text": "segredo"})
        _, gone = await reader.until(lambda seen: len(seen) >= 2, desk.tenant)
    assert (told.type, told.subject, told.actor.id) == ("conversation.drafted", conversation_id, "bia")
    assert (told.data.version, told.data.empty, told.data.direction) == (made["version"], False, "outbound")
    assert gone.data.empty is True
    assert "segredo" not in told.model_dump_json()
