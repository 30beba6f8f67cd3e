"""Pictures of the sandbox's customers, drawn: about every second one has one, the others are shown by initials."""

import functools
import hashlib
import io

from PIL import Image, ImageDraw

from atd_channel_sandbox.model import Customer

SIDE = 320
"""Pixels."""

_SKIES = ((188, 214, 236), (236, 214, 188), (206, 226, 200), (226, 204, 226), (232, 226, 190))
_SKINS = ((242, 206, 176), (214, 164, 124), (158, 106, 74), (110, 72, 52))
_HAIRS = ((40, 30, 28), (96, 58, 34), (186, 140, 74), (150, 150, 154))
_CLOTHES = ((62, 96, 148), (150, 66, 74), (58, 120, 96), (92, 76, 138))


def portrait_of(customer: Customer) -> bytes | None:
    """The picture that a customer shows (JPEG); the same for the same one, None for those who show none."""
    digest = hashlib.sha256(customer.key.encode()).digest()
    return None if digest[0] % 2 else _drawn(digest[1], digest[2], digest[3], digest[4])


@functools.lru_cache(maxsize=64)
def _drawn(sky: int, skin: int, hair: int, clothes: int) -> bytes:
    picture = Image.new("RGB", (SIDE, SIDE), _SKIES[sky % len(_SKIES)])
    draw = ImageDraw.Draw(picture)
    face, dark = _SKINS[skin % len(_SKINS)], _HAIRS[hair % len(_HAIRS)]
    if hair & 16:
        draw.rounded_rectangle((84, 70, 236, 250), 70, fill=dark)
    draw.ellipse((40, 228, 280, 460), fill=_CLOTHES[clothes % len(_CLOTHES)])
    draw.rectangle((138, 190, 182, 244), fill=face)
    draw.ellipse((98, 70, 222, 220), fill=face)
    draw.pieslice((90, 54, 230, 196), 180, 360, fill=dark)
    for x in (134, 186):
        draw.ellipse((x - 6, 142, x + 6, 154), fill=(40, 32, 30))
    draw.arc((134, 156, 186, 196), 20, 160, fill=(150, 62, 58), width=5)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()
