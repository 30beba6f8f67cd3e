"""Texts with their entities: what a reader would lose is written out. Pure."""

from typing import Any

from atd_channelkit.webhooks.values import Json
from atd_ingest_telegram.translate.part import Part

ENTITIES_LIMIT = 200
"""Telegram shows 100 of one message."""


def text_of(part: Part, name: str, entities: str) -> str | None:
    """The text under `name`; a problem when it is there and is no text.

    Links that stand behind words (`text_link`) are put after them in brackets. Everything else that entities say is how
    the text looks, and is left to the text.
    """
    value = part.item.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        part.problem("is not a text", f".{name}")
        return None
    links = [one for one in part.objects(part.item.get(entities), ENTITIES_LIMIT, f".{entities}") if _is_link(one)]
    return part.text(_with_links(part, value, links, f".{entities}") if links else value, f".{name}")


def _is_link(entity: Json) -> bool:
    return entity.get("type") == "text_link"


def _with_links(part: Part, text: str, links: list[Json], at: str) -> str:
    """The text with the address of each link after its words. Offsets count UTF-16 units."""
    units = text.encode("utf-16-le", "surrogatepass")
    ends: list[tuple[int, str]] = []
    for link in links:
        offset, length, url = _count(link.get("offset")), _count(link.get("length")), part.link(link.get("url"))
        if offset is None or length is None or 2 * (offset + length) > len(units):
            part.problem("has a link that is nowhere in the text", at)
            continue
        begin, end = 2 * offset, 2 * (offset + length)
        if url is not None and units[begin:end].decode("utf-16-le", "replace").strip() != url:
            ends.append((end, f" ({url})"))
    for end, written in sorted(ends, reverse=True):
        units = units[:end] + written.encode("utf-16-le", "surrogatepass") + units[end:]
    return units.decode("utf-16-le", "replace")


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
