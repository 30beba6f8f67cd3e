"""The PDF: read again with another library."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
from PIL import Image

from atd_conversation.domain.transcripts import Entry, EntryFile, Transcript, words_of
from atd_conversation.papers.transcripts.fonts import EMOJI, TEXT, fonts
from atd_conversation.papers.transcripts.pdf import MOST_PICTURES, PdfTranscript

NOW = datetime(2026, 10, 13, 1, 30, tzinfo=UTC)
HEAD = Transcript(
    "internal", 1042, "Conceição 🌻", "WhatsApp · Suporte", ("Ana",), NOW, None, words_of("pt-BR", "America/Sao_Paulo")
)


def entry(*lines: str, side: Any = "customer", author: str = "Ana", **more: Any) -> Entry:
    return Entry(NOW, side, author, lines, **more)


def made(*entries: Entry, pictures: dict[str, bytes] | None = None) -> pypdfium2.PdfDocument:
    out = io.BytesIO()
    pdf = PdfTranscript(out, HEAD, "transcricao-1042.pdf")
    for one in entries:
        pdf.add(one, pictures or {})
    pdf.finish()
    return pypdfium2.PdfDocument(out.getvalue())


def text_of(document: pypdfium2.PdfDocument) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "\n")


def picture(color: str = "red", size: tuple[int, int] = (320, 200)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "WEBP")
    return out.getvalue()


def test_accents_emoji_and_signs_can_be_read_and_copied() -> None:
    text = text_of(made(entry("ação à moda, não? 😀 → ✓ € <b>&amp;</b>", author="João 🌻")))
    for expected in ("ação à moda, não?", "😀", "→", "✔", "€", "<b>&amp;</b>", "João 🌻", "Protocolo: 1042", "22:30"):
        assert expected in text


def test_emoji_of_several_characters_are_shown_by_their_parts() -> None:
    runs = list(fonts().runs("a👍🏽❤️👨\u200d👩 1️⃣"))
    assert runs == [(TEXT, "a"), (EMOJI, "👍❤👨👩"), (TEXT, " 1")]


def test_letters_that_no_font_has_are_marked_and_break_nothing() -> None:
    assert "texto" in text_of(made(entry("日本語 texto \x00\x1b\t")))


def test_a_picture_is_in_the_page_and_a_broken_one_is_named() -> None:
    files = tuple(EntryFile(name, f"{name}.png", 10, ready=True, picture=True) for name in ("good", "broken"))
    document = made(entry("fotos", files=files), pictures={"good": picture(), "broken": b"no picture"})
    text = text_of(document)
    assert "broken.png" in text
    assert "good.png" not in text
    pixels = document[0].render(scale=1).to_pil().convert("RGB")
    assert any(red > 200 and green < 60 for _, (red, green, _) in pixels.getcolors(1 << 24) or ())


def test_pictures_after_the_last_one_that_fits_are_named() -> None:
    pdf = PdfTranscript(io.BytesIO(), HEAD, "t")
    tiny = picture(size=(2, 2))
    files = (EntryFile("f", "foto.png", 10, ready=True, picture=True),)
    for _ in range(MOST_PICTURES):
        assert pdf.takes_pictures
        pdf.add(entry(files=files), {"f": tiny})
    assert not pdf.takes_pictures


def test_a_word_longer_than_a_line_and_a_message_longer_than_a_page_are_whole() -> None:
    document = made(entry("x" * 5_000), entry("linha " * 4_000), entry("depois"))
    text = text_of(document)
    assert text.replace("\n", "").count("x") >= 5_000
    assert text.count("linha") == 4_000
    assert "depois" in text
    assert len(document) > 2


def test_every_page_names_the_conversation_and_every_day_is_told_once() -> None:
    entries = [Entry(NOW + timedelta(hours=hour), "company", "Bia", (f"mensagem {hour}",)) for hour in range(0, 96, 2)]
    document = made(*entries)
    text = text_of(document)
    assert text.count("Protocolo 1042") == len(document) > 1
    assert text.count("13/10/2026") == 1


def test_quotes_reactions_tags_and_notes_stand_with_their_message() -> None:
    text = text_of(made(entry("sim", side="note", quote="Ana: pode?", reactions=("👍",), tags=("Urgente",))))
    for expected in ("Nota interna · Ana", "Ana: pode?", "👍", "Tags: Urgente"):
        assert expected in text
