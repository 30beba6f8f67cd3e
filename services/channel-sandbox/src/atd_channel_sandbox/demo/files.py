"""Creates small valid files: pictures, a PDF, a voice message."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

_VOICE = Path(__file__).parents[1] / "static" / "voz.ogg"

Colour = tuple[int, int, int]


def _sky(size: tuple[int, int], top: Colour, bottom: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    for y in range(size[1]):
        part = y / size[1]
        draw.line(
            [(0, y), (size[0], y)], fill=tuple(round(a + (b - a) * part) for a, b in zip(top, bottom, strict=True))
        )
    return picture, draw


def _encoded(picture: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, quality=82) if kind == "JPEG" else picture.save(written, kind)
    return written.getvalue()


def flowers() -> bytes:
    """A bunch of sunflowers (JPEG)."""
    picture, draw = _sky((720, 540), (190, 222, 242), (246, 238, 214))
    for x, y in ((200, 250), (360, 180), (520, 260), (290, 330), (450, 340)):
        draw.line([(x, y), (360, 520)], fill=(70, 120, 60), width=9)
        for dx, dy in ((-44, 0), (44, 0), (0, -44), (0, 44), (-31, -31), (31, -31), (-31, 31), (31, 31)):
            draw.ellipse((x + dx - 26, y + dy - 26, x + dx + 26, y + dy + 26), fill=(244, 188, 42))
        draw.ellipse((x - 34, y - 34, x + 34, y + 34), fill=(96, 60, 32))
    draw.polygon([(300, 430), (420, 430), (395, 540), (325, 540)], fill=(154, 82, 60))
    return _encoded(picture, "JPEG")


def modem() -> bytes:
    """A modem with one red light (JPEG)."""
    picture, draw = _sky((720, 480), (206, 206, 214), (150, 152, 166))
    draw.rounded_rectangle((130, 190, 590, 330), 24, fill=(32, 34, 42))
    for x in (190, 530):
        draw.rounded_rectangle((x - 8, 60, x + 8, 195), 8, fill=(32, 34, 42))
    for place in range(6):
        colour = (224, 54, 60) if place == 3 else (72, 210, 130)  # noqa: PLR2004 - the fourth light
        draw.ellipse((190 + place * 62, 250, 208 + place * 62, 268), fill=colour)
    return _encoded(picture, "JPEG")


def card() -> bytes:
    """An insurance card (PNG)."""
    picture, draw = _sky((640, 400), (58, 104, 186), (36, 60, 130))
    draw.rounded_rectangle((40, 48, 132, 116), 12, fill=(226, 196, 112))
    for place, width in enumerate((380, 300, 230)):
        draw.rounded_rectangle((40, 190 + place * 54, 40 + width, 216 + place * 54), 10, fill=(200, 214, 244))
    draw.ellipse((500, 50, 590, 140), fill=(255, 255, 255))
    draw.rectangle((537, 66, 553, 124), fill=(36, 140, 104))
    draw.rectangle((516, 87, 574, 103), fill=(36, 140, 104))
    return _encoded(picture, "PNG")


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """A page of text."""
    words = [f"BT /F1 20 Tf 60 770 Td ({_escaped(title)}) Tj ET"]
    words += [f"BT /F1 12 Tf 60 {730 - 20 * at} Td ({_escaped(line)}) Tj ET" for at, line in enumerate(lines)]
    stream = "\n".join(words).encode("cp1252", "replace")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    made, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(made)


def voice() -> bytes:
    """A voice message of three seconds (Ogg/Opus)."""
    return _VOICE.read_bytes()


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
