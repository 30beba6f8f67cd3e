"""Files over HTTP: uploaded in a stream, served in ranges, never to whom they do not belong."""

import asyncio
import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from atd_conversation.domain.attachments import THUMBNAIL
from atd_conversation.files import uploads
from atd_conversation.files.uploads import MAX_UPLOAD_BYTES
from atd_schemas.ids import uuid7
from atd_schemas.inbound import SendFailure
from atd_servicekit.files import FileMissing, file_key

pytestmark = pytest.mark.asyncio(loop_scope="module")

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400
BOUNDARY = "limite"


def jpeg(width: int = 800, height: int = 600) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(made, "JPEG")
    return made.getvalue()


def form(*parts: bytes, end: bool = True) -> dict[str, Any]:
    body = b"".join(b"--" + BOUNDARY.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    if end:
        body += b"--" + BOUNDARY.encode() + b"--\r\n"
    return {"content": body, "headers": {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}}


def part(headers: str, data: bytes = b"abc") -> bytes:
    return headers.encode() + b"\r\n\r\n" + data


FILE = 'Content-Disposition: form-data; name="file"; filename="a.txt"'


async def gone(desk: Any, attachment_id: str, variant: str = "") -> bool:
    try:
        await desk.service.file_store.open(file_key(desk.tenant, attachment_id, variant))
    except FileMissing:
        return True
    return False


# --- uploading


async def test_too_many_uploads_at_once_are_refused(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "UPLOADS_AT_ONCE_PER_TENANT", 0)
    answer = await desk.ask("POST", "/attachments", files={"file": ("a.txt", b"abc")})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert answer.headers["retry-after"] == "5"


@pytest.mark.proves("whatsapp", "upload-type-content-limit")
async def test_an_uploaded_file_is_what_its_content_says(desk: Any) -> None:
    answer = await desk.ask("POST", "/attachments", files={"file": ("../../Boleto é.html", PDF, "text/html")})
    assert answer.status_code == 201
    view = answer.json()
    assert view == {
        "id": view["id"],
        "name": "Boleto é.html",
        "mime_type": "application/pdf",
        "size": len(PDF),
        "url": f"/api/v1/attachments/{view['id']}/content",
        "state": "ready",
        "thumbnail_url": None,
        "error": None,
        "width": None,
        "height": None,
    }
    assert await desk.get(f"/attachments/{view['id']}") == view
    content = await desk.ask("GET", f"/attachments/{view['id']}/content")
    assert (content.status_code, content.content) == (200, PDF)
    assert content.headers["etag"] == f'"{hashlib.sha256(PDF).hexdigest()}"'
    assert content.headers["content-disposition"].startswith('inline; filename="Boleto _.html"')
    assert (content.headers["content-type"], content.headers["x-content-type-options"]) == (
        "application/pdf",
        "nosniff",
    )


async def test_a_picture_says_how_large_it_is_also_in_its_message(desk: Any) -> None:
    view = await desk.uploaded("foto.jpg", jpeg())
    assert (view["width"], view["height"]) == (800, 600)
    turned = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # the orientation: of a camera held on its side
    Image.new("RGB", (800, 600), "teal").save(turned, "JPEG", exif=exif)
    photo = await desk.uploaded("foto.jpg", turned.getvalue())
    assert (photo["width"], photo["height"]) == (600, 800)
    [conversation_id] = await desk.written()
    body = {"kind": "image", "attachment_ids": [photo["id"]]}
    message = await desk.do("POST", f"/conversations/{conversation_id}/messages", json=body)
    assert (message["attachments"][0]["width"], message["attachments"][0]["height"]) == (600, 800)


async def test_of_a_picture_that_is_cut_off_the_size_is_not_known(desk: Any) -> None:
    view = await desk.uploaded("foto.jpg", jpeg()[:100])
    assert (view["mime_type"], view["width"], view["height"]) == ("image/jpeg", None, None)


async def test_a_customers_picture_says_how_large_it_is(desk: Any) -> None:
    attachment_id = await desk.received(jpeg(), width=800, height=600)
    view = await desk.get(f"/attachments/{attachment_id}")
    assert (view["state"], view["width"], view["height"]) == ("ready", 800, 600)
    row = await desk.service.db.attachments.find_one({"_id": attachment_id})
    assert (row["width"], row["height"]) == (800, 600)


async def test_a_file_that_an_earlier_version_stored_has_no_size_in_pixels(desk: Any) -> None:
    attachment_id = await desk.received(jpeg())
    row = await desk.service.db.attachments.find_one({"_id": attachment_id})
    gone_fields = {"$unset": {"attachments.0.width": "", "attachments.0.height": ""}}
    await desk.service.db.messages.update_one({"_id": row["message_id"]}, gone_fields)
    view = await desk.get(f"/attachments/{attachment_id}")
    assert (view["width"], view["height"]) == (None, None)


@pytest.mark.proves("whatsapp", "thumbnail-pictures-not-bombs")
async def test_a_picture_has_a_thumbnail(desk: Any) -> None:
    view = await desk.uploaded("foto.jpg", jpeg())
    assert view["thumbnail_url"] == f"/api/v1/attachments/{view['id']}/thumbnail"
    path = f"/attachments/{view['id']}/thumbnail"
    assert await gone(desk, view["id"], THUMBNAIL)
    answers = await asyncio.gather(*(desk.ask("GET", path) for _ in range(5)))
    assert {(one.status_code, one.content) for one in answers} == {(200, answers[0].content)}
    assert Image.open(io.BytesIO(answers[0].content)).size == (320, 240)
    assert answers[0].headers["content-type"] == "image/webp"
    assert not await gone(desk, view["id"], THUMBNAIL)
    again = await desk.ask("GET", path)
    assert again.content == answers[0].content
    known = await desk.ask("GET", path, headers={"If-None-Match": again.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.proves("whatsapp", "thumbnail-pictures-not-bombs")
@pytest.mark.parametrize(
    ("name", "data"), [("a.pdf", PDF), ("foto.png", b"\x89PNG\r\n\x1a\n" + bytes(100)), ("a.txt", "olá".encode())]
)
async def test_of_other_files_there_is_no_thumbnail(desk: Any, name: str, data: bytes) -> None:
    view = await desk.uploaded(name, data)
    assert await desk.refused("GET", f"/attachments/{view['id']}/thumbnail") == (415, "no_thumbnail", [])


@pytest.mark.proves("whatsapp", "upload-type-content-limit")
@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (form(part(FILE, b"")), (422, "invalid", ["file"])),
        (form(), (422, "invalid", ["file"])),
        (form(part(FILE), part(FILE)), (422, "invalid", ["file"])),
        (form(part('Content-Disposition: form-data; name="file"')), (422, "invalid", ["file"])),
        (form(part('Content-Disposition: form-data; name="x"; filename="a"')), (422, "invalid", ["file"])),
        (form(part("Content-Disposition: attachment")), (422, "invalid", ["file"])),
        (form(part("X-Other: 1")), (422, "invalid", ["file"])),
        (form(part(f"{FILE}\r\nX-Long: {'x' * 9000}")), (400, "malformed", [])),
        (form(part(FILE, b"x" * 20_000), end=False), (400, "malformed", [])),
        (form(part(FILE), end=False), (400, "malformed", [])),
        ({"content": b"rubbish", "headers": form()["headers"]}, (400, "malformed", [])),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, (415, "unsupported_media_type", [])),
        ({"content": b"{}", "headers": {"Content-Type": "application/json"}}, (415, "unsupported_media_type", [])),
        ({"content": b""}, (415, "unsupported_media_type", [])),
        (
            {"content": b"", "headers": {**form()["headers"], "Content-Length": str(MAX_UPLOAD_BYTES * 2)}},
            (413, "too_large", []),
        ),
    ],
)
async def test_what_is_no_form_with_one_file_is_refused(desk: Any, request_: Any, expected: Any) -> None:
    assert await desk.refused("POST", "/attachments", **request_) == expected
    assert await desk.service.db.attachments.count_documents({"tenant_id": desk.tenant, "state": "ready"}) == 0


@pytest.mark.proves("whatsapp", "upload-type-content-limit")
async def test_a_file_beyond_the_limit_leaves_nothing(desk: Any) -> None:
    chunk = b"x" * 1024 * 1024

    async def endless() -> Any:
        yield form(part(FILE, b"a,b"), end=False)["content"].removesuffix(b"\r\n")
        for _ in range(MAX_UPLOAD_BYTES // len(chunk)):
            yield chunk

    answer = await desk.refused("POST", "/attachments", content=endless(), headers=form()["headers"])
    assert answer == (413, "too_large", [])
    assert await desk.service.db.attachments.count_documents({"tenant_id": desk.tenant}) == 0


@pytest.mark.proves("whatsapp", "upload-type-content-limit")
async def test_an_idempotency_key_uploads_once(desk: Any) -> None:
    key = {"Idempotency-Key": uuid7()}
    files = {"file": ("a.pdf", PDF, "application/pdf")}
    answers = [await desk.ask("POST", "/attachments", files=files, headers=key) for _ in range(3)]
    assert {(one.status_code, one.content) for one in answers} == {(201, answers[0].content)}
    assert await desk.service.db.attachments.count_documents({"tenant_id": desk.tenant}) == 1
    other = {"file": ("a.pdf", PDF + b"x", "application/pdf")}
    conflict = await desk.refused("POST", "/attachments", files=other, headers=key)
    assert conflict == (409, "idempotency_conflict", [])


# --- serving


@pytest.mark.proves("whatsapp", "reading-whole-ranges-not")
@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=100-", 100, len(PDF)), ("bytes=-5", len(PDF) - 5, len(PDF))],
)
async def test_a_range_is_answered_with_these_bytes(desk: Any, wanted: str, start: int, end: int) -> None:
    view = await desk.uploaded("a.pdf", PDF)
    answer = await desk.ask("GET", f"/attachments/{view['id']}/content", headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (206, PDF[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(PDF)}"
    assert answer.headers["content-length"] == str(end - start)


async def test_the_headers_of_a_file_can_be_asked_for_alone(desk: Any) -> None:
    view = await desk.uploaded("foto.jpg", jpeg())
    for name in ("content", "thumbnail"):
        path = f"/attachments/{view['id']}/{name}"
        whole = await desk.ask("GET", path)
        head = await desk.ask("HEAD", path, headers={"Range": "bytes=0-0"})  # ranges are of GET alone
        assert (head.status_code, head.content) == (200, b"")
        assert {*whole.headers.items()} ^ {*head.headers.items()} == {
            ("x-request-id", one.headers["x-request-id"]) for one in (whole, head)
        }


async def test_a_range_outside_of_the_file_is_told_its_size(desk: Any) -> None:
    path = f"/attachments/{(await desk.uploaded('a.pdf', PDF))['id']}/content"
    answer = await desk.ask("GET", path, headers={"Range": f"bytes={len(PDF)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(PDF)}")
    assert answer.json()["code"] == "range_not_satisfiable"


async def test_a_range_of_another_file_gets_the_whole(desk: Any) -> None:
    path = f"/attachments/{(await desk.uploaded('a.pdf', PDF))['id']}/content"
    etag = (await desk.ask("GET", path)).headers["etag"]
    same = await desk.ask("GET", path, headers={"Range": "bytes=0-1", "If-Range": etag})
    other = await desk.ask("GET", path, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert (same.status_code, other.status_code, other.content) == (206, 200, PDF)


async def test_a_file_that_the_client_has_is_not_sent_again(desk: Any) -> None:
    path = f"/attachments/{(await desk.uploaded('a.pdf', PDF))['id']}/content"
    etag = (await desk.ask("GET", path)).headers["etag"]
    answer = await desk.ask("GET", path, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_file_can_be_asked_for_to_be_saved(desk: Any) -> None:
    path = f"/attachments/{(await desk.uploaded('foto.jpg', jpeg()))['id']}/content"
    shown, saved = await desk.ask("GET", path), await desk.ask("GET", f"{path}?download=1")
    assert shown.headers["content-disposition"].startswith('inline; filename="foto.jpg"')
    assert saved.headers["content-disposition"].startswith('attachment; filename="foto.jpg"')
    assert saved.content == shown.content


@pytest.mark.proves("whatsapp", "reading-nothing-runs-browser")
async def test_what_a_customer_calls_a_page_is_bytes_to_save(desk: Any) -> None:
    attachment_id = await desk.received(b"<script>alert(1)</script>", "text/html")
    answer = await desk.ask("GET", f"/attachments/{attachment_id}/content")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]


# --- whose files are served


@pytest.mark.proves("whatsapp", "reading-whole-ranges-not")
async def test_a_customers_file_is_served_once_it_is_here(desk: Any) -> None:
    attachment_id = await desk.received(jpeg())
    view = await desk.get(f"/attachments/{attachment_id}")
    assert (view["state"], view["mime_type"], view["size"]) == ("ready", "image/jpeg", len(jpeg()))
    assert (await desk.ask("GET", f"/attachments/{attachment_id}/thumbnail")).status_code == 200


@pytest.mark.proves("whatsapp", "reading-whole-ranges-not")
async def test_a_file_on_its_way_is_waited_for_and_a_failed_one_asked_for_again(desk: Any) -> None:
    attachment_id = await desk.received(jpeg())
    row = await desk.service.db.attachments.find_one({"_id": attachment_id})
    for state, expected in (("pending", (409, "file_pending", [])), ("failed", (404, "not_found", []))):
        await desk.service.db.messages.update_one({"_id": row["message_id"]}, {"$set": {"attachments.0.state": state}})
        for name in ("content", "thumbnail"):
            assert await desk.refused("GET", f"/attachments/{attachment_id}/{name}") == expected
    failure = SendFailure(code="131052", reason="media").model_dump()
    as_of_an_earlier_version = {"$set": {"attachments.0.failure": failure}, "$unset": {"attachments.0.error": ""}}
    await desk.service.db.messages.update_one({"_id": row["message_id"]}, as_of_an_earlier_version)
    shown = await desk.get(f"/attachments/{attachment_id}")
    assert (shown["state"], shown["error"]["code"]) == ("failed", "file_unavailable")
    again = await desk.do("POST", f"/attachments/{attachment_id}/retry")
    assert (again["state"], again["error"]) == ("pending", None)
    assert await desk.refused("POST", f"/attachments/{attachment_id}/retry") == (409, "not_failed", [])
    await desk.service.take(await desk.file_told(attachment_id, "ready", size=3, attempt=1))
    assert (await desk.get(f"/attachments/{attachment_id}"))["state"] == "ready"


@pytest.mark.parametrize("state", ["scanning", "infected"])
async def test_a_file_that_is_not_known_to_be_clean_is_nowhere_to_be_had(desk: Any, state: str) -> None:
    attachment_id = await desk.received(jpeg())
    row = await desk.service.db.attachments.find_one({"_id": attachment_id})
    await desk.service.db.messages.update_one({"_id": row["message_id"]}, {"$set": {"attachments.0.state": state}})
    await desk.service.db.attachments.update_one({"_id": attachment_id}, {"$set": {"state": state}})
    assert (await desk.get(f"/attachments/{attachment_id}"))["state"] == state
    for name in ("content", "content?download=true", "thumbnail"):
        assert await desk.refused("GET", f"/attachments/{attachment_id}/{name}") == (409, f"file_{state}", [])
    assert await desk.refused("POST", f"/attachments/{attachment_id}/retry") == (409, "not_failed", [])
    said = {"attachment_ids": [attachment_id]}
    sent = await desk.refused("POST", f"/conversations/{row['conversation_id']}/messages", said)
    assert sent == (422, f"file_{state}", ["attachment_ids[0]"])


@pytest.mark.proves("whatsapp", "reading-whole-ranges-not")
async def test_a_file_of_a_message_that_was_taken_back_is_gone(desk: Any) -> None:
    attachment_id = await desk.received(jpeg())
    row = await desk.service.db.attachments.find_one({"_id": attachment_id})
    now = desk.service.runtime.clock.now()
    await desk.service.db.messages.update_one({"_id": row["message_id"]}, {"$set": {"deleted_at": now}})
    for name in ("", "/content", "/thumbnail"):
        assert await desk.refused("GET", f"/attachments/{attachment_id}{name}") == (404, "not_found", [])
    assert await desk.refused("POST", f"/attachments/{attachment_id}/retry") == (404, "not_found", [])


async def test_an_upload_cannot_be_fetched_again(desk: Any) -> None:
    view = await desk.uploaded("a.pdf", PDF)
    assert await desk.refused("POST", f"/attachments/{view['id']}/retry") == (404, "not_found", [])


async def test_a_file_whose_bytes_are_lost_is_not_found(desk: Any) -> None:
    view = await desk.uploaded("foto.jpg", jpeg())
    await desk.service.file_store.delete(file_key(desk.tenant, view["id"]))
    for name in ("content", "thumbnail"):
        assert await desk.refused("GET", f"/attachments/{view['id']}/{name}") == (404, "not_found", [])
