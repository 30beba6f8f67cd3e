"""What a file is, by its content; and how it is served."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from atd_conversation.api.serving import (
    INLINE,
    disposition,
    file_headers,
    is_known,
    served_type,
)
from atd_conversation.domain.file_types import type_of
from atd_conversation.domain.message_actions import is_emoji
from atd_servicekit.file_responses import FileResponse, Span, Unsatisfiable, span_of
from atd_servicekit.files import OpenFile

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
OFFICE = "application/vnd.openxmlformats-officedocument"


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return made.getvalue()


def webp(kind: bytes, flags: int) -> bytes:
    return b"RIFF\x20\x00\x00\x00WEBP" + kind + b"\x0a\x00\x00\x00" + bytes([flags]) + bytes(20)


@pytest.mark.parametrize(
    ("head", "name", "mime_type"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "foto.png", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "x", "image/png"),
        (b"GIF89a" + bytes(20), "x", "image/gif"),
        (webp(b"VP8 ", 0), "x", "image/webp"),
        (b"%PDF-1.7\n", "boleto.exe", "application/pdf"),
        (b"OggS" + bytes(30), "voz.ogg", "audio/ogg"),
        (b"ID3\x03" + bytes(30), "x", "audio/mpeg"),
        (b"#!AMR\n" + bytes(10), "x", "audio/amr"),
        (b"\x00\x00\x00\x20ftypM4A " + bytes(40), "x", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(40), "x", "video/mp4"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(20), "x", "video/mp4"),
        (b"PK\x03\x04" + bytes(60), "contrato.docx", f"{OFFICE}.wordprocessingml.document"),
        (archive("a.txt"), "planilha.XLSX", f"{OFFICE}.spreadsheetml.sheet"),
        (archive("a.txt"), "a.zip", "application/zip"),
        (archive("a.txt"), "a.docm", "application/zip"),
        (COMPOUND, "antigo.doc", "application/msword"),
        (COMPOUND, "antigo.xls", "application/vnd.ms-excel"),
        (COMPOUND, "virus.msi", "application/octet-stream"),
        ("Olá, mundo\r\n".encode(), "a.txt", "text/plain"),
        ("Olá".encode("latin-1"), "a", "text/plain"),
        (b"a;b\n1;2\n", "a.csv", "text/plain"),
        (b"<html><script>alert(1)</script>", "a.html", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "text/plain"),
        (b"MZ\x90\x00" + bytes(60), "foto.jpg", "application/x-msdownload"),
        (b"\x00\x01\x02\x03", "foto.jpg", "application/octet-stream"),
        (b"", "a.txt", "application/octet-stream"),
    ],
)
def test_the_content_says_what_a_file_is(head: bytes, name: str, mime_type: str) -> None:
    assert type_of(head, name) == mime_type


@given(st.binary(max_size=300), st.text(max_size=30))
def test_nothing_that_a_browser_runs_is_called_so(head: bytes, name: str) -> None:
    assert served_type(type_of(head, name)) not in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml")


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-9", Span(0, 10)),
        ("bytes=5-", Span(5, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-1000", Span(0, 100)),
        ("bytes=90-1000", Span(90, 100)),
        ("bytes=99-99", Span(99, 100)),
        ("bytes = 0 - 0", Span(0, 1)),
        ("bytes=0-1,5-6", None),
        ("bytes=9-5", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("items=0-1", None),
    ],
)
def test_one_range_of_bytes_can_be_asked_for(header: str | None, span: Span | None) -> None:
    assert span_of(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_the_file_is_told(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        span_of(header, 100)


@given(st.text(max_size=40), st.integers(min_value=0, max_value=2**40))
def test_a_range_is_never_outside_the_file(header: str, size: int) -> None:
    try:
        span = span_of(f"bytes={header}", size)
    except Unsatisfiable:
        return
    assert span is None or 0 <= span.start < span.end <= size


@pytest.mark.parametrize(
    ("mime_type", "told"),
    [
        ("image/png", "image/png"),
        ("audio/ogg; codecs=opus", "audio/ogg"),
        ("IMAGE/PNG", "image/png"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/xhtml+xml", "application/octet-stream"),
        ("application/pdf", "application/pdf"),
        ("", "application/octet-stream"),
        ("text/plain\r\nX-Evil: 1", "application/octet-stream"),
    ],
)
def test_only_harmless_types_are_told(mime_type: str, told: str) -> None:
    assert served_type(mime_type) == told


@pytest.mark.proves("whatsapp", "reading-nothing-runs-browser")
@pytest.mark.parametrize(
    "mime_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "text/plain", "x"]
)
def test_what_could_hold_a_script_is_saved_and_not_shown(mime_type: str) -> None:
    assert disposition("a", mime_type).startswith("attachment;")


def test_pictures_and_sounds_are_shown_where_they_stand() -> None:
    assert disposition("foto.jpg", "image/jpeg") == "inline; filename=\"foto.jpg\"; filename*=UTF-8''foto.jpg"
    assert all(one.partition("/")[0] in ("image", "audio", "video") for one in INLINE)


@given(st.text(max_size=60).filter(lambda text: text.isprintable()))
def test_no_name_gets_out_of_its_quotes(name: str) -> None:
    header = disposition(name, "application/pdf")
    quoted = header.partition('filename="')[2].partition('"; ')[0]
    assert header.isascii()
    assert not set(quoted) & set('"\\\r\n')
    assert header.count('"') == 2


async def test_of_a_file_whose_reader_goes_away_no_more_is_read() -> None:
    gone, closed, sent = asyncio.Event(), asyncio.Event(), 0

    async def chunks() -> AsyncIterator[bytes]:
        try:
            while True:
                await asyncio.sleep(0)
                yield b"x"
        finally:
            closed.set()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:  # the server drops what is sent to nobody
        nonlocal sent
        sent += 1
        if sent == 3:
            gone.set()

    answer = FileResponse(OpenFile(10**9, "x/y", chunks()), 10**9, 200, {})
    async with asyncio.timeout(30):
        await answer({"type": "http", "method": "GET", "asgi": {"spec_version": "2.3"}}, receive, send)
    assert closed.is_set()


@pytest.mark.parametrize("mime_type", ["text/html", "image/png", "image/svg+xml", "application/pdf"])
def test_every_answer_with_bytes_is_locked_up(mime_type: str) -> None:
    headers = file_headers("a", mime_type, '"x"')
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'self'"} <= set(policy)
    assert ("sandbox" in policy) is (mime_type != "application/pdf")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_browser_keeps_a_file_without_asking_and_nobody_between_does() -> None:
    assert file_headers("a", "image/png", '"x"')["Cache-Control"] == "private, max-age=86400, immutable"


@pytest.mark.parametrize("mime_type", ["image/png", "audio/ogg; codecs=opus", "video/mp4", "application/pdf"])
def test_what_holds_no_script_is_shown_unless_it_is_to_be_saved(mime_type: str) -> None:
    assert disposition("a", mime_type).startswith("inline;")
    assert disposition("a", mime_type, save=True).startswith("attachment;")


@pytest.mark.parametrize(
    ("header", "known"),
    [(None, False), ('"a"', True), ('W/"a"', True), ('"b", "a"', True), ('"b"', False), ("*", True)],
)
def test_a_file_that_the_client_has_is_recognised(header: str | None, known: bool) -> None:
    assert is_known(header, '"a"') is known


@pytest.mark.parametrize("text", ["👍", "❤️", "❤", "👍🏽", "👨‍👩‍👧", "🇧🇷", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☺️", "🧑🏽‍💻", "©️", "Ⓜ️"])
def test_an_emoji_is_one_picture(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize("text", ["", " ", "a", "1", "ok", "👍👍", "👍 ", "あ", "<b>", "🇧", "👍‍"])
def test_anything_else_is_no_emoji(text: Any) -> None:
    assert not is_emoji(text)
