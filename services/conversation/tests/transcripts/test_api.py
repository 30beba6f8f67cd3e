"""Asking for a transcript, waiting for it, downloading it."""

from typing import Any

import pypdfium2
import pytest

from atd_conversation.api.transcripts import AT_ONCE
from atd_conversation.domain.prepared_files import KEPT
from atd_conversation.papers.preparing import MOST_WAITING
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def bytes_of(desk: Any, url: str) -> Any:
    answer = await desk.ask("GET", url.removeprefix("/api/v1"))
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_a_short_conversation_is_written_at_once_for_the_customer_and_inside(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}"
    await desk.do("POST", f"{path}/messages", {"text": "Olá, Ana 😀"})
    await desk.do("POST", f"{path}/messages", {"text": "SEGREDO", "direction": "note"})
    for audience in ("customer", "internal"):
        made = await desk.do("POST", f"{path}/transcripts", {"format": "text", "audience": audience})
        assert (made["state"], made["audience"], made["conversation_id"]) == ("ready", audience, conversation_id)
        text = (await bytes_of(desk, made["url"])).decode("utf-8-sig")
        assert "Olá, Ana 😀" in text
        assert ("SEGREDO" in text) is (audience == "internal")
        assert await desk.get(f"{path}/transcripts/{made['id']}") == made


async def test_a_pdf_is_named_by_the_protocol_number_and_has_the_pictures(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    number = (await desk.get(f"/conversations/{conversation_id}"))["number"]
    made = await desk.do("POST", f"/conversations/{conversation_id}/transcripts", {"language": "en"})
    assert (made["format"], made["name"]) == ("pdf", f"transcript-{number}.pdf")
    answer = await desk.ask("GET", made["url"].removeprefix("/api/v1"))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert len(answer.content) == made["size"]
    assert "Conversation transcript" in pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()


async def test_a_long_conversation_is_written_in_the_background(desk: Any) -> None:
    (conversation_id,) = await desk.written(each=AT_ONCE + 1)
    path = f"/conversations/{conversation_id}/transcripts"
    asked = await desk.do("POST", path, {"format": "text"})
    assert (asked["state"], asked["url"]) == ("pending", None)

    async def ready() -> Any:
        shown = await desk.get(f"{path}/{asked['id']}")
        return shown if shown["state"] == "ready" else None

    made = await eventually(ready)
    assert made["done"] == made["total"] == AT_ONCE + 1
    assert (await bytes_of(desk, made["url"])).decode().count("] ") == AT_ONCE + 1


async def test_a_file_is_removed_when_its_days_are_over(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    made = await desk.do("POST", f"/conversations/{conversation_id}/transcripts", {"format": "text"})
    db = desk.service.db
    job = await db.jobs.find_one({"_id": made["id"]})
    assert job["kind"] == "prepared_file.remove"
    assert job["due_at"] - (await db.prepared_files.find_one({"_id": made["id"]}))["created_at"] >= KEPT
    await db.jobs.update_one({"_id": made["id"]}, {"$set": {"next_at": desk.service.runtime.clock.now()}})

    async def gone() -> bool:
        return await db.prepared_files.find_one({"_id": made["id"]}) is None

    await eventually(gone)
    assert (await desk.ask("GET", made["url"].removeprefix("/api/v1"))).status_code == 404


async def test_the_same_key_makes_one_file(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}/transcripts"
    first = await desk.do("POST", path, {"format": "text"}, headers={"Idempotency-Key": "k"})
    again = await desk.do("POST", path, {"format": "text"}, headers={"Idempotency-Key": "k"})
    assert again["id"] == first["id"]
    assert await desk.service.db.prepared_files.count_documents({"tenant_id": desk.tenant}) == 1


async def test_wrong_wishes_are_refused_by_name(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    path = f"/conversations/{conversation_id}/transcripts"
    for body, field in (
        ({"format": "docx"}, "format"),
        ({"audience": "everybody"}, "audience"),
        ({"language": "fr"}, "language"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../etc"}, "time_zone"),
        ({"paper": "A4"}, "paper"),
    ):
        assert await desk.refused("POST", path, body) == (422, "invalid", [field])


async def test_too_many_files_at_once_are_refused(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    rows = [{"_id": f"{desk.tenant}-{n}", "tenant_id": desk.tenant, "waiting": True} for n in range(MOST_WAITING)]
    await desk.service.db.prepared_files.insert_many(rows)
    refused = await desk.refused("POST", f"/conversations/{conversation_id}/transcripts", {})
    assert refused[:2] == (429, "rate_limited")


async def test_a_transcript_is_found_by_its_own_conversation_alone(desk: Any) -> None:
    one, other = await desk.written(2)
    made = await desk.do("POST", f"/conversations/{one}/transcripts", {"format": "text"})
    path = f"/conversations/{other}/transcripts/{made['id']}"
    assert await desk.refused("GET", path) == (404, "not_found", [])
    assert await desk.refused("GET", f"{path}/content") == (404, "not_found", [])


async def test_only_the_companys_transcript_has_tags_notes_and_what_happened(desk: Any) -> None:
    (conversation_id,) = await desk.written()
    manager = desk.seen_by(permissions=("conversations:read", "conversations:write", "settings:manage"))
    path = f"/conversations/{conversation_id}"
    tag = await manager.do("POST", "/tags", {"name": "ETIQUETADA", "color": "#c92a2a"})
    sent = await desk.do("POST", f"{path}/messages", {"text": "Claro"})
    await desk.do("PUT", f"/messages/{sent['id']}/tags/{tag['id']}")
    await desk.do("POST", f"{path}/assign", {"attendant_id": "bia"})
    await desk.do("POST", f"{path}/messages", {"text": "ANOTADA", "direction": "note"})
    await desk.do("PATCH", path, {"priority": "urgent"})
    await desk.do("POST", f"{path}/close", {})
    internal = (
        "ETIQUETADA",
        "Bia assumiu a conversa",
        "ANOTADA",
        "mudou a prioridade: urgente",
        "Bia encerrou a conversa",
    )
    for file_format in ("text", "pdf"):
        texts = {}
        for audience in ("customer", "internal"):
            made = await desk.do("POST", f"{path}/transcripts", {"format": file_format, "audience": audience})
            content = await bytes_of(desk, made["url"])
            texts[audience] = content.decode("utf-8-sig") if file_format == "text" else _words_of(content)
        assert [one for one in internal if one in texts["customer"]] == []
        places = [texts["internal"].index(one) for one in internal]
        assert places == sorted(places)
        assert "Claro" in texts["customer"]


def _words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


async def test_what_happened_is_told_in_its_place_over_several_pages(desk: Any) -> None:
    (conversation_id,) = await desk.written(each=AT_ONCE)
    path = f"/conversations/{conversation_id}"
    await desk.do("POST", f"{path}/close", {})
    await desk.do("POST", f"{path}/reopen", {})
    made = await desk.do("POST", f"{path}/transcripts", {"format": "text", "audience": "internal"})
    text = (await bytes_of(desk, made["url"])).decode("utf-8-sig")
    assert text.count("encerrou a conversa") == text.count("reabriu a conversa") == 1
    assert text.rstrip().endswith("Bia reabriu a conversa")
