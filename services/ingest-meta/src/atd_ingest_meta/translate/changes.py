"""Changes of earlier private messages: edited, taken back, reacted to."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from atd_channelkit.webhooks.values import Json, id_of, is_blank, plain, shown
from atd_ingest_meta.translate.part import Part
from atd_schemas.inbound import (
    InboundContact,
    InboundDelete,
    InboundDeleteData,
    InboundEdit,
    InboundEditData,
    InboundReaction,
    InboundReactionData,
)

EMOJI_LIMIT = 64
"""Characters of one emoji: a family with skin tones takes about a dozen."""

REACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "love": "❤️",
        "like": "👍",
        "dislike": "👎",
        "smile": "😆",
        "haha": "😆",
        "wow": "😮",
        "sad": "😢",
        "sorry": "😢",
        "angry": "😠",
        "anger": "😠",
        "care": "🤗",
    }
)
"""Meta's words for reactions, of messages and of comments."""


def delete(part: Part, mid: str, contact: InboundContact, *, by_business: bool) -> InboundDelete:
    """A message was taken back by who wrote it."""
    data = InboundDeleteData(**part.of_change(f"{mid}:deleted", mid, contact, by_business=by_business))
    return InboundDelete(**part.envelope(mid, "delete", contact, by_business=by_business), data=data)


def edit(part: Part, change: Json, contact: InboundContact, *, by_business: bool) -> InboundEdit | None:
    """What a message says now. `num_edit` counts its edits; 0 is the message itself, which comes anyway."""
    mid = id_of(change.get("mid"))
    if mid is None:
        part.problem("is missing or too long", ".message_edit.mid")
        return None
    number = _count(change.get("num_edit"))
    if number == 0:
        return None
    text = part.text(change.get("text"), ".message_edit.text")
    if text is None or is_blank(text):
        part.problem("is missing", ".message_edit.text")
        return None
    external_id = f"{mid}:edit:{number if number is not None else part.item.get('timestamp')}"[:512]
    data = InboundEditData(**part.of_change(external_id, mid, contact, by_business=by_business), text=text)
    return InboundEdit(**part.envelope(external_id, "edit", contact, by_business=by_business), data=data)


def reaction(part: Part, change: Json, contact: InboundContact, *, by_business: bool) -> InboundReaction | None:
    """A reaction was put on a message or taken away."""
    mid, action = id_of(change.get("mid")), change.get("action")
    if mid is None:
        part.problem("is missing or too long", ".reaction.mid")
        return None
    if action not in ("react", "unreact"):
        part.problem(f"action {shown(action)} is not known to this version", ".reaction")
        return None
    emoji = None
    if action == "react":
        emoji = part.label(change.get("emoji"), EMOJI_LIMIT) or emoji_of(change.get("reaction"))
        if emoji is None:
            part.problem(f"{shown(change.get('reaction'))} is no reaction that can be shown", ".reaction")
            return None
    when = part.item.get("timestamp")
    external_id = f"{mid}:{contact.external_id}:{by_business}:{action}:{plain(str(when))}"[:512]
    data = InboundReactionData(**part.of_change(external_id, mid, contact, by_business=by_business), emoji=emoji)
    return InboundReaction(**part.envelope(external_id, "reaction", contact, by_business=by_business), data=data)


def emoji_of(word: Any) -> str | None:
    """The emoji of Meta's word for a reaction."""
    return REACTIONS.get(word.lower()) if isinstance(word, str) else None


def _count(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:  # noqa: PLR2004 - digits
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None
