"""What files are called before they are here, and what a list shows of a message."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.attachments import MAX_NAME, announced, file_name
from atd_conversation.domain.previews import PREVIEW, preview
from atd_schemas.contents import content_of
from atd_schemas.inbound import InboundAttachment


@pytest.mark.parametrize(
    ("kind", "name", "mime_type", "after"),
    [
        ("image", None, "image/jpeg", "image.jpg"),
        ("audio", None, "audio/ogg; codecs=opus", "audio.ogg"),
        ("video", None, "VIDEO/MP4", "video.mp4"),
        ("sticker", None, "image/webp", "sticker.webp"),
        ("document", None, "application/x-unheard-of", "document"),
        ("image", None, None, "image"),
        ("document", "boleto março.pdf", "application/pdf", "boleto março.pdf"),
        ("document", "/etc/../boleto.pdf", "application/pdf", "boleto.pdf"),
        ("document", "C:\\docs\\boleto.pdf", "application/pdf", "boleto.pdf"),
        ("document", "bole\x00to\r\n.pdf", "application/pdf", "boleto.pdf"),
        ("document", "boleto\u202efdp.exe", "application/pdf", "boletofdp.exe"),
        ("document", "..", "application/pdf", "document.pdf"),
        ("document", "  ", "text/plain", "document.txt"),
        ("document", "x" * 300 + ".pdf", "application/pdf", "x" * (MAX_NAME - 4) + ".pdf"),
        ("document", "x" * 300, "application/pdf", "x" * MAX_NAME),
        ("document", "x." + "y" * 300, "application/pdf", "x." + "y" * (MAX_NAME - 2)),
    ],
)
def test_a_file_has_the_name_that_was_announced_or_one_that_says_what_it_is(
    kind: Any, name: str | None, mime_type: str | None, after: str
) -> None:
    assert file_name(kind, name, mime_type) == after


@given(st.sampled_from(["image", "document"]), st.none() | st.text(), st.none() | st.text())
def test_every_name_is_short_printable_and_no_path(kind: Any, name: str | None, mime_type: str | None) -> None:
    made = file_name(kind, name, mime_type)
    assert 0 < len(made) <= MAX_NAME
    assert not {"/", "\\", "\0", "\n"} & set(made)
    assert made.strip(".") != ""


def test_an_announced_file_is_pending_and_remembers_where_it_is() -> None:
    source = InboundAttachment(id="f1", provider_id="1110001", url="https://lookaside.fbsbx.com/x")
    (file,) = announced("image", [source, source])
    assert (file.id, file.name, file.mime_type, file.size) == ("f1", "image", "application/octet-stream", None)
    assert (file.state, file.source, file.attempt) == ("pending", source, 0)


@pytest.mark.parametrize(
    ("kind", "text", "content", "names", "shown"),
    [
        ("text", "Oi\n  tudo bem?", {}, (), "Oi tudo bem?"),
        ("image", "a nota", {}, ("image.jpg",), "a nota"),
        ("image", None, {}, ("image.jpg",), ""),
        ("document", None, {}, ("boleto.pdf",), "boleto.pdf"),
        ("document", None, {}, (), ""),
        ("audio", None, {"voice": True}, ("audio.ogg",), ""),
        ("location", None, {"latitude": 1.0, "longitude": 2.0, "name": "Loja", "address": "Rua A, 1"}, (), "Loja"),
        ("location", None, {"latitude": 1.0, "longitude": 2.0, "name": None, "address": "Rua A, 1"}, (), "Rua A, 1"),
        ("location", None, {"name": "fits no location"}, (), ""),
        ("contacts", None, {"contacts": [{"name": "Rui Lima"}, {"name": "Ana"}]}, (), "Rui Lima"),
        ("contacts", None, {"contacts": []}, (), ""),
        ("interactive", None, {"reply": {"id": "1", "title": "Sim"}}, (), "Sim"),
        ("interactive", "Confirma?", {"type": "buttons"}, (), "Confirma?"),
        ("interactive", None, {"reply": {"id": "PAY", "title": ""}}, (), "PAY"),
        ("interactive", None, {"reply": {"id": "3", "title": "", "description": "2ª via"}}, (), "2ª via"),
        ("order", None, {"items": [{"sku": "SKU1"}, {"sku": "SKU2"}]}, (), "SKU1"),
        ("contacts", None, {"contacts": [{"name": None, "phones": [{"number": "+55 11"}]}]}, (), "+55 11"),
        ("interactive", None, {"reply": None, "form": {"nota": "5"}}, (), ""),
        ("template", None, {"name": "aviso_entrega", "language": "pt_BR"}, (), "aviso_entrega"),
        ("order", None, {"items": []}, (), ""),
        ("unsupported", None, {"type": "poll"}, (), ""),
        ("text", None, {"shared": {"type": "post", "url": "https://x.example/p", "title": "Vestido"}}, (), "Vestido"),
        ("text", None, {"shared": {"type": "link", "url": "https://x.example/p"}}, (), "https://x.example/p"),
        ("text", "Oi", {"shared": {"type": "story_reply", "id": "s1"}}, (), "Oi"),
        ("text", "x" * 500, {}, (), "x" * PREVIEW),
    ],
)
def test_a_list_shows_the_text_or_what_the_kind_offers(
    kind: Any, text: str | None, content: dict[str, Any], names: tuple[str, ...], shown: str
) -> None:
    assert preview(kind, text, content_of(kind, content), names) == shown
