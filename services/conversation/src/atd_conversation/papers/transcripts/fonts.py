"""The fonts of a PDF, which ship with the service, and which of them has a character.

Noto Sans for letters, Noto Sans Symbols for arrows and signs, Noto Emoji (of one colour); all under the SIL Open Font
License (`fonts/OFL.txt`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

TEXT, STRONG, SIGNS, EMOJI = "atd-text", "atd-strong", "atd-signs", "atd-emoji"

_FOLDER = Path(__file__).parent / "fonts"
_FILES = {
    TEXT: "NotoSans-Regular.ttf",
    STRONG: "NotoSans-SemiBold.ttf",
    SIGNS: "NotoSansSymbols-Regular.ttf",
    EMOJI: "NotoEmoji-Regular.ttf",
}
_UNKNOWN = "\ufffd"
_EMOJI_STYLE = 0xFE0F
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_WITHOUT_PICTURE = frozenset(
    (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0x20E3, 0xFE0E, _EMOJI_STYLE, 0xFEFF)
)
"""Joiners, directions and variants: of an emoji of several characters the parts are shown one by one."""

_SAME_SIGN = {0x2713: 0x2714, 0x2717: 0x2716}
"""Ticks and crosses that only another font has, and their bold ones."""

_ASTRAL = re.compile(r"<([0-9A-F]{2})> <([0-9A-F]{5,6})>")


@dataclass(frozen=True, slots=True)
class Fonts:
    """Which characters each font has."""

    covered: Mapping[str, frozenset[int]]

    def runs(self, text: str) -> Iterator[tuple[str, str]]:
        """The text in pieces, each with the name of its font."""
        piece, font = "", TEXT
        for place, one in enumerate(text):
            code = _SAME_SIGN.get(ord(one), ord(one))
            if code in _WITHOUT_PICTURE or (font == EMOJI and piece and code in _SKIN_TONES):
                continue
            styled = not one.isascii() and text[place + 1 : place + 2] == chr(_EMOJI_STYLE)
            other, shown = self._font_of(code, emoji_first=styled)
            if other != font:
                if piece:
                    yield font, piece
                piece, font = "", other
            piece += shown
        if piece:
            yield font, piece

    def marked_up(self, text: str) -> str:
        """The text for a paragraph, each character in a font that has it."""
        return "".join(
            escape(piece) if font == TEXT else f'<font name="{font}">{escape(piece)}</font>'
            for font, piece in self.runs(text)
        )

    def _font_of(self, code: int, *, emoji_first: bool) -> tuple[str, str]:
        if chr(code).isspace():
            return TEXT, " "
        for font in (EMOJI, TEXT, SIGNS) if emoji_first else (TEXT, EMOJI, SIGNS):
            if code in self.covered[font]:
                return font, chr(code)
        return TEXT, _UNKNOWN


class _Font(TTFont):  # type: ignore[misc]  # reportlab has no types
    """Tells readers of the PDF the characters above U+FFFF as UTF-16 (ISO 32000, 9.10.3): they can be copied."""

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab's name
        super().addObjects(doc)
        for name, entry in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:") and isinstance(entry.content, str):
                entry.content = _ASTRAL.sub(_as_utf16, entry.content)


def _as_utf16(found: re.Match[str]) -> str:
    return f"<{found[1]}> <{chr(int(found[2], 16)).encode('utf-16-be').hex().upper()}>"


@lru_cache(maxsize=1)
def fonts() -> Fonts:
    """The fonts, read at the first call and known to reportlab from then on."""
    found = {name: _Font(name, str(_FOLDER / file)) for name, file in _FILES.items()}
    for font in found.values():
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(TEXT, normal=TEXT, bold=STRONG, italic=TEXT, boldItalic=STRONG)
    return Fonts({name: frozenset(font.face.charToGlyph) for name, font in found.items()})
