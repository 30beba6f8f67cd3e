"""A transcript as PDF, page by page: as much memory as the finished file, however long the conversation."""

import io
from typing import BinaryIO

from PIL import Image as Picture
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Frame, Image, Paragraph, Spacer

from atd_conversation.domain.transcripts import Entry, EntryFile, Transcript, head_lines
from atd_conversation.domain.transcripts.text import author_line, file_line
from atd_conversation.papers.transcripts.fonts import STRONG, TEXT, fonts

MOST_PICTURES = 300
"""Pictures of one PDF; those after them are named."""

_MARGIN = 18 * mm
_FOOTER = 10 * mm
_PICTURE_WIDTH, _PICTURE_HEIGHT = 62 * mm, 80 * mm
_INDENT = 34 * mm
_INK, _GREY, _ACCENT = HexColor("#1a1d1f"), HexColor("#5c6670"), HexColor("#0f766e")
_BACK = {
    "customer": HexColor("#f1f3f4"),
    "company": HexColor("#e3f2f0"),
    "note": HexColor("#fdf3d7"),
    "system": None,
}
_JPEG_QUALITY = 82


class PdfTranscript:
    """Writes entries one after the other. Not for two threads at once: fonts are shared."""

    def __init__(self, out: BinaryIO, head: Transcript, title: str) -> None:
        self._head = head
        self._fonts = fonts()
        self._canvas = Canvas(out, pagesize=A4, pageCompression=1, lang=head.words.language)
        self._canvas.setTitle(title)
        self._canvas.setCreator("Atendimento")
        self._page = 0
        self._day: str | None = None
        self._pictures = 0
        self._begin_page()
        self._write_head()

    @property
    def takes_pictures(self) -> bool:
        """Whether another picture is shown."""
        return self._pictures < MOST_PICTURES

    def add(self, entry: Entry, pictures: dict[str, bytes]) -> None:
        """Write an entry; `pictures` has the bytes of those of its files that are shown, by id."""
        words = self._head.words
        if words.day(entry.at) != self._day:
            self._day = words.day(entry.at)
            self._put(Paragraph(self._day, _style(textColor=_GREY, alignment=TA_CENTER, spaceBefore=8, spaceAfter=6)))
        shown = {one.id: self._picture(pictures[one.id], entry) for one in entry.files if one.id in pictures}
        named = [one for one in entry.files if shown.get(one.id) is None]
        self._put(Paragraph(self._entry(entry, named), self._entry_style(entry)))
        for flowable in shown.values():
            if flowable is not None:
                self._put(flowable)

    def finish(self) -> None:
        """Write the file's end. Nothing can be added after it."""
        self._end_page()
        self._canvas.save()

    def _entry(self, entry: Entry, named: list[EntryFile]) -> str:
        words, shown = self._head.words, self._fonts.marked_up
        marks = f" · {', '.join(entry.marks)}" if entry.marks else ""
        lines = [_small(shown(f"{author_line(entry, words)} · {words.time(entry.at)}{marks}"))]
        if entry.quote:
            lines.append(_small(f"» {shown(entry.quote)}"))
        lines += [shown(line) for line in entry.lines]
        lines += [shown(file_line(one, words)) for one in named]
        if entry.reactions:
            lines.append(shown(" ".join(entry.reactions)))
        if entry.tags:
            lines.append(_small(shown(f"{words('tags')}: {', '.join(entry.tags)}")))
        return "<br/>".join(lines)

    def _entry_style(self, entry: Entry) -> ParagraphStyle:
        if entry.side == "system":
            return _style(fontSize=8.5, textColor=_GREY, alignment=TA_CENTER, spaceBefore=6, spaceAfter=6)
        left = _INDENT if entry.side in ("company", "note") else 0
        return _style(
            backColor=_BACK[entry.side],
            borderPadding=(4, 7, 5, 7),
            borderRadius=5,
            leftIndent=left + 7,
            rightIndent=7 + (_INDENT - left),
            spaceBefore=4,
            spaceAfter=14,
        )

    def _picture(self, data: bytes, entry: Entry) -> Flowable | None:
        """The picture as it is put on the page; None when it cannot be read."""
        try:
            with Picture.open(io.BytesIO(data)) as opened:
                flat = Picture.new("RGB", opened.size, "white")
                picture = opened.convert("RGBA")
                flat.paste(picture, mask=picture.getchannel("A"))
        except (OSError, ValueError, Picture.DecompressionBombError):
            return None
        jpeg = io.BytesIO()
        flat.save(jpeg, "JPEG", quality=_JPEG_QUALITY)
        jpeg.seek(0)
        scale = min(_PICTURE_WIDTH / flat.width, _PICTURE_HEIGHT / flat.height, 1.0)
        self._pictures += 1
        flowable = Image(jpeg, flat.width * scale, flat.height * scale, lazy=0)
        flowable.hAlign = "LEFT" if entry.side == "customer" else "RIGHT"
        flowable.spaceBefore, flowable.spaceAfter = 0, 12
        return flowable

    def _write_head(self) -> None:
        words, shown = self._head.words, self._fonts.marked_up
        self._put(Paragraph(shown(words("title")), _style(fontName=STRONG, fontSize=16, leading=21, spaceAfter=4)))
        if self._head.audience == "internal":
            style = _style(backColor=_BACK["note"], borderPadding=4, leftIndent=4, rightIndent=4, spaceAfter=9)
            self._put(Paragraph(shown(words("internal")), style))
        for name, value in head_lines(self._head):
            text = f"<font color='#5c6670'>{shown(name)}:</font> {shown(value)}"
            self._put(Paragraph(text, _style(spaceAfter=1)))
        self._put(Spacer(1, 8))

    def _put(self, flowable: Flowable) -> None:
        """Add to the page, and to as many pages as it takes."""
        waiting = [flowable]
        while waiting:
            one = waiting.pop(0)
            if self._frame.add(one, self._canvas):
                continue
            parts = self._frame.split(one, self._canvas)
            if parts and self._frame.add(parts[0], self._canvas):
                waiting = [*parts[1:], *waiting]
            else:
                waiting.insert(0, one)
            self._end_page()
            self._begin_page()

    def _begin_page(self) -> None:
        width, height = A4
        self._page += 1
        self._frame = Frame(
            *(_MARGIN, _MARGIN + _FOOTER, width - 2 * _MARGIN, height - 2 * _MARGIN - _FOOTER),
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )

    def _end_page(self) -> None:
        words = self._head.words
        self._canvas.setFont(TEXT, 8)
        self._canvas.setFillColor(_GREY)
        self._canvas.drawString(_MARGIN, _MARGIN, f"{words('number')} {self._head.number}")
        self._canvas.drawRightString(A4[0] - _MARGIN, _MARGIN, f"{words('page')} {self._page}")
        self._canvas.showPage()


def _small(marked_up: str) -> str:
    return f"<font size=8 color='#5c6670'>{marked_up}</font>"


def _style(**more: object) -> ParagraphStyle:
    values: dict[str, object] = {
        "fontName": TEXT,
        "fontSize": 9.5,
        "leading": 13.5,
        "textColor": _INK,
        "splitLongWords": 1,
    }
    return ParagraphStyle("", **{**values, **more})
