"""What stands around what a message says: what it answers, quotes and passes on, and what it was sent with. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from atd_channelkit.webhooks.values import Json, id_of
from atd_ingest_telegram.translate.part import Chat, Part, topic_beginning
from atd_ingest_telegram.translate.values import name_of, number_id, username_of
from atd_schemas.content_base import Content
from atd_schemas.contents import Album, MessageKind, Shared, content_of

FORWARD_FIELDS: Mapping[str, str] = {"user": "sender_user", "chat": "sender_chat", "channel": "chat"}
"""Where each kind of origin names who wrote a message first."""


@dataclass(frozen=True, slots=True)
class Context:
    """`beside` are the fields of the content that do not depend on the kind."""

    reply_to: str | None
    forwarded: Literal["no", "once"]
    beside: Mapping[str, Any]


def context_of(part: Part, chat: Chat, message_id: int) -> Context:
    """What stands around a message."""
    origin = part.optional("forward_origin")
    beside = {
        "quote": _quote(part),
        "shared": _story(part) or _elsewhere(part),
        "forwarded_from": None if origin is None else _first_author(part, origin),
        "album": _album(part, message_id),
    }
    return Context(
        reply_to=_reply(part, chat),
        forwarded="no" if origin is None else "once",
        beside={name: value for name, value in beside.items() if value is not None},
    )


def with_context(kind: MessageKind, content: Content, beside: Mapping[str, Any]) -> Content:
    """The content of a message with what stands beside it."""
    if not beside:
        return content
    fields = {name: value.model_dump() if hasattr(value, "model_dump") else value for name, value in beside.items()}
    return content_of(kind, {**content.model_dump(), **fields})


def _reply(part: Part, chat: Chat) -> str | None:
    """The message that is answered. The one that a topic begins with is named where nothing is answered."""
    replied = part.optional("reply_to_message")
    if replied is None or topic_beginning(part) is not None:
        return None
    message_id = number_id(replied.get("message_id"))
    if message_id is None:
        part.problem("is no id", ".reply_to_message.message_id")
        return None
    return chat.ref(message_id)


def _quote(part: Part) -> str | None:
    quote = part.optional("quote")
    return None if quote is None else part.label(quote.get("text"), 4096)


def _story(part: Part) -> Shared | None:
    story = part.optional("reply_to_story")
    if story is None:
        return None
    story_id, chat = number_id(story.get("id")), story.get("chat")
    username = username_of(chat) if isinstance(chat, dict) else None
    return Shared(
        type="story_reply",
        id=None if story_id is None else str(story_id),
        url=f"https://t.me/{username}/s/{story_id}" if username and story_id else None,
        title=name_of(chat) if isinstance(chat, dict) else None,
    )


def _elsewhere(part: Part) -> Shared | None:
    """A message of another chat that is answered: who wrote it, and where it is, if it can be opened."""
    replied = part.optional("external_reply")
    if replied is None:
        return None
    origin, chat, message_id = replied.get("origin"), replied.get("chat"), number_id(replied.get("message_id"))
    username = username_of(chat) if isinstance(chat, dict) else None
    return Shared(
        type="external_reply",
        id=None if message_id is None else str(message_id),
        url=f"https://t.me/{username}/{message_id}" if username and message_id else None,
        title=_author_in(origin) if isinstance(origin, dict) else None,
    )


def _first_author(part: Part, origin: Json) -> str | None:
    found = _author_in(origin)
    if found is None:
        part.problem("names nobody", ".forward_origin")
    return found


def _author_in(origin: Json) -> str | None:
    if isinstance(hidden := origin.get("sender_user_name"), str) and hidden:
        return hidden[:256]
    kind = origin.get("type")
    holder = origin.get(FORWARD_FIELDS.get(kind, "")) if isinstance(kind, str) else None
    return name_of(holder) if isinstance(holder, dict) else None


def _album(part: Part, message_id: int) -> Album | None:
    group = part.item.get("media_group_id")
    if group is None:
        return None
    if (album_id := id_of(group)) is None:
        part.problem("is no id", ".media_group_id")
        return None
    return Album(id=album_id, position=message_id)
