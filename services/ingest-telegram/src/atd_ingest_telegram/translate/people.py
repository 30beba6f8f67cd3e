"""Reactions, and whether a customer or a group can be written to. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from atd_channelkit.webhooks.values import Json, label_of
from atd_ingest_telegram.translate.part import CHANNEL, Part, change_ref, chat_of, envelope, is_ours, of_account
from atd_schemas.inbound import (
    InboundReachability,
    InboundReachabilityData,
    InboundReaction,
    InboundReactionData,
)

EMOJI_LIMIT = 64
REACTIONS_LIMIT = 50
"""Of one person on one message; Telegram allows three."""

_INSTEAD: Mapping[str, str] = MappingProxyType({"paid": "⭐", "custom_emoji": "🔣"})
"""What stands for reactions that are pictures of Telegram's: one that is there, instead of the one before it."""

_STANDING: Mapping[str, bool] = MappingProxyType(
    {"creator": True, "administrator": True, "member": True, "left": False, "kicked": False}
)
"""Whether a bot with each status can write; of one that is `restricted` more fields tell."""


def reaction(part: Part) -> InboundReaction | None:
    """What a customer put on a message or took away. Of several, the one that is new counts."""
    chat = chat_of(part, part.item.get("chat"))
    if chat is None or chat.type == CHANNEL or is_ours(part, "user"):
        return None
    message_id = part.required_id("message_id")
    if message_id is None:
        return None
    if not isinstance(part.item.get("new_reaction"), list):
        part.problem("is not a list", ".new_reaction")
        return None
    new = part.objects(part.item.get("new_reaction"), REACTIONS_LIMIT, ".new_reaction")
    before = part.objects(part.item.get("old_reaction"), REACTIONS_LIMIT, ".old_reaction")
    emoji = None
    if new:
        emoji = _emoji(next((one for one in new if one not in before), new[-1]))
        if emoji is None:
            part.problem("has no emoji that can be shown", ".new_reaction")
            return None
    ref = chat.ref(message_id)
    data = InboundReactionData(
        **of_account(part),
        external_id=change_ref(part, ref),
        target_external_id=ref,
        contact=chat.contact,
        emoji=emoji,
    )
    return InboundReaction(**envelope(part, data.external_id, "reaction", chat.contact, part.moment()), data=data)


def _emoji(one: Json) -> str | None:
    kind = one.get("type")
    if kind == "emoji":
        return label_of(one.get("emoji"), EMOJI_LIMIT)
    return _INSTEAD.get(kind) if isinstance(kind, str) else None


def membership(part: Part) -> InboundReachability | None:
    """A customer blocked the bot or let it in again; a group put it out or in. Other changes are ignored."""
    chat = chat_of(part, part.item.get("chat"))
    if chat is None or chat.type == CHANNEL:
        return None
    now, before = _is_in(part, "new_chat_member"), _is_in(part, "old_chat_member")
    if now is None or before is None or now == before:
        return None
    reason: Literal["blocked", "left", "back"] = "back" if now else "left" if chat.in_group else "blocked"
    data = InboundReachabilityData(
        **of_account(part),
        external_id=change_ref(part, f"{chat.id}:member"),
        contact=chat.contact,
        reachable=now,
        reason=reason,
    )
    around = envelope(part, data.external_id, "reachability", chat.contact, part.moment())
    return InboundReachability(**around, data=data)


def _is_in(part: Part, name: str) -> bool | None:
    """Whether the bot can write there; `None` when it is not told, which is a problem."""
    member: Any = part.object(name)
    status = None if member is None else member.get("status")
    if status == "restricted":
        return member.get("is_member") is not False and member.get("can_send_messages") is not False
    standing = _STANDING.get(status) if isinstance(status, str) else None
    if standing is None and member is not None:
        part.problem("is no status that is known to this version", f".{name}.status")
    return standing
