"""Files on the phones: sent, received, shown safely, and kept."""

import struct
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atd_channel_sandbox import voice

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def webm(packets: list[bytes], *, laced: bool = False) -> bytes:
    """A recording as Chromium makes it: segment and cluster of unknown size."""

    def element(name: bytes, payload: bytes) -> bytes:
        return name + bytes([0x10 | len(payload) >> 24]) + (len(payload) & 0xFFFFFF).to_bytes(3) + payload

    head = b"OpusHead" + bytes([1, 1]) + struct.pack("<HIhB", 312, 48_000, 0, 0)
    track = element(b"\xae", element(b"\xd7", b"\x01") + element(b"\x63\xa2", head))
    flags = b"\x82" if laced else b"\x80"
    blocks = b"".join(element(b"\xa3", b"\x81" + at.to_bytes(2) + flags + one) for at, one in enumerate(packets))
    unknown = b"\x01\xff\xff\xff\xff\xff\xff\xff"
    start = element(b"\x1a\x45\xdf\xa3", b"\x42\x82\x84webm") + b"\x18\x53\x80\x67" + unknown
    return (
        start + element(b"\x16\x54\xae\x6b", track) + b"\x1f\x43\xb6\x75" + unknown + element(b"\xe7", b"\x00") + blocks
    )


def packets_of(data: bytes) -> list[bytes]:
    """What is in an Ogg file, page by page; every checksum is looked at."""
    found, at, rest = [], 0, b""
    while at < len(data):
        assert data[at : at + 4] == b"OggS"
        count = data[at + 26]
        lacing = data[at + 27 : at + 27 + count]
        end = at + 27 + count + sum(lacing)
        page = bytearray(data[at:end])
        checksum = int(struct.unpack_from("<I", page, 22)[0])
        struct.pack_into("<I", page, 22, 0)
        assert voice._crc(page) == checksum
        place = at + 27 + count
        for size in lacing:
            rest += data[place : place + size]
            place += size
            if size < 255:
                found.append(rest)
                rest = b""
        at = end
    return found


async def upload(sandbox: Any, data: bytes, mime_type: str, name: str = "arquivo", **more: str) -> Any:
    form = {"company": sandbox.company, "customer": sandbox.customer, **more}
    return await sandbox.client.post("/sandbox/api/files", data=form, files={"file": (name, data, mime_type)})


@pytest.mark.proves("whatsapp", "phone-writes-every-kind")
@pytest.mark.parametrize(
    ("mime_type", "more", "kind"),
    [
        ("image/png", {}, "image"),
        ("image/webp", {"sticker": "true"}, "sticker"),
        ("video/mp4", {}, "video"),
        ("audio/mpeg", {}, "audio"),
        ("application/pdf", {}, "document"),
        ("application/zip", {}, "document"),
    ],
)
async def test_a_file_goes_out_as_its_kind_and_can_be_fetched(
    sandbox: Any, mime_type: str, more: Any, kind: str
) -> None:
    answer = await upload(sandbox, PNG, mime_type, text="Olhe", **more)
    assert answer.status_code == 201, answer.text
    (told,) = await sandbox.received_messages()
    assert told["type"] == kind
    headers = {"Authorization": "Bearer t"}
    facts = (await sandbox.client.get(f"/v25.0/{told[kind]['id']}", headers=headers)).json()
    assert (await sandbox.client.get(facts["url"], headers=headers)).content == PNG


@pytest.mark.proves("whatsapp", "phone-writes-every-kind")
async def test_a_recording_of_a_browser_becomes_a_voice_message(sandbox: Any) -> None:
    answer = await upload(sandbox, webm([voice.SILENCE] * 100), "audio/webm", spoken="true")
    file = answer.json()["file"]
    assert (file["mime_type"], file["voice"], file["seconds"]) == ("audio/ogg; codecs=opus", True, 2.01)
    (told,) = await sandbox.received_messages()
    assert told["audio"]["voice"] is True
    held = await sandbox.client.get(f"/sandbox/media/{file['id']}")
    assert (held.content[:4], held.headers["content-type"]) == (b"OggS", "audio/ogg")


async def test_an_unreadable_recording_and_a_file_that_is_too_large_are_refused(sandbox: Any) -> None:
    assert (await upload(sandbox, webm([b"x"], laced=True), "audio/webm", spoken="true")).status_code == 422
    sandbox.state.graph.media.clear()
    limit = 32 * 1024 * 1024
    assert (await upload(sandbox, bytes(limit + 1), "image/png")).status_code == 413
    assert sandbox.state.graph.media.held_bytes == 0


async def test_a_file_that_a_browser_might_run_is_an_attachment(sandbox: Any) -> None:
    answer = await upload(sandbox, b"<script>alert(1)</script>", "text/html", "pagina.html")
    held = await sandbox.client.get(
        f"/sandbox/media/{answer.json()['file']['id']}", params={"name": 'a"\r\nx: ação.html'}
    )
    assert held.headers["content-type"] == "application/octet-stream"
    assert held.headers["content-disposition"] == 'attachment; filename="ax ao.html"'
    assert held.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in held.headers["content-security-policy"]
    picture = await upload(sandbox, PNG, "image/svg+xml", "x.svg")
    shown = await sandbox.client.get(f"/sandbox/media/{picture.json()['file']['id']}")
    assert shown.headers["content-disposition"].startswith("attachment")


@pytest.mark.proves("whatsapp", "phone-shows-what-companies")
async def test_a_file_of_the_company_is_shown_with_its_name_and_size(sandbox: Any) -> None:
    headers = {"Authorization": "Bearer t"}
    uploaded = await sandbox.client.post(
        f"/v25.0/{sandbox.company}/media",
        data={"messaging_product": "whatsapp", "type": "application/pdf"},
        files={"file": ("boleto.pdf", b"%PDF-1.4", "application/pdf")},
        headers=headers,
    )
    await sandbox.send("document", {"id": uploaded.json()["id"], "filename": "boleto.pdf", "caption": "Segue"})
    (shown,) = await sandbox.shown_messages()
    assert (shown["file"]["name"], shown["file"]["size"], shown["text"]) == ("boleto.pdf", 8, "Segue")


@pytest.mark.proves("whatsapp", "phone-reacts-edits-takes")
async def test_listening_to_a_voice_message_is_reported_once(sandbox: Any) -> None:
    headers = {"Authorization": "Bearer t"}
    uploaded = await sandbox.client.post(
        f"/v25.0/{sandbox.company}/media",
        data={"messaging_product": "whatsapp", "type": "audio/ogg"},
        files={"file": ("voz.ogg", voice.silence(3), "audio/ogg")},
        headers=headers,
    )
    message_id = await sandbox.send("audio", {"id": uploaded.json()["id"], "voice": True})
    for _ in range(2):
        await sandbox.client.post(f"/sandbox/api/messages/{message_id}/played")
    assert await sandbox.receipts(message_id) == ["sent", "delivered", "played"]


@given(st.lists(st.binary(min_size=1, max_size=1300), min_size=1, max_size=120))
def test_conversion_keeps_every_audio_packet(packets: list[bytes]) -> None:
    made = voice.ogg_from_webm(webm(packets))
    head, tags, *sound = packets_of(made)
    assert (head[:8], tags[:8], sound) == (b"OpusHead", b"OpusTags", packets)


@example(b"\xa1\x82@")
@example(b"\x63\xa2\x88OpusHead")
@given(st.binary(max_size=200))
def test_data_that_is_not_a_recording_is_unreadable_audio(data: bytes) -> None:
    with pytest.raises(voice.UnreadableAudioError):
        voice.ogg_from_webm(data + b"\x1a")


@pytest.mark.parametrize(
    ("packet", "samples"),
    [
        (b"", 0),
        (voice.SILENCE, 960),
        (b"\x00", 480),
        (b"\x18", 2880),
        (b"\x01", 960),
        (b"\x03\x03", 1440),
        (b"\x80", 120),
    ],
)
def test_the_length_of_a_packet_is_that_of_the_standard(packet: bytes, samples: int) -> None:
    assert voice.samples(packet) == samples


@pytest.mark.parametrize(("data", "seconds"), [(voice.silence(3), 3.01), (b"", None), (PNG, None), (b"OggS", None)])
def test_the_length_of_a_file_is_read_from_its_last_page(data: bytes, seconds: float | None) -> None:
    assert voice.seconds_of(data) == seconds
