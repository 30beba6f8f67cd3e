"""Builders of updates, as Telegram sends them to a bot: pure functions, invented people. Source: the Bot API 10.1.

An update is `update(id, kind, item)`; the items are made by the other functions. Every builder's result is read by
another implementation of the Bot API in a test, so that none of them is only what we believe Telegram sends.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

DATE = 1767225600
"""1 January 2026, midnight UTC."""

BOT_ID = 700001
ANA = 5550001111
OWNER = 5550009999
GROUP = -4001
SUPERGROUP = -1001234567890


_RIGHTS = (
    *("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members"),
    *("can_promote_members", "can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
)


def user(user_id: int = ANA, first_name: str = "Ana", **more: Any) -> Json:
    """A person; Ana Souza unless told otherwise."""
    known: Json = {"last_name": "Souza", "username": "anasz", "language_code": "pt-br"} if user_id == ANA else {}
    return {"id": user_id, "is_bot": False, "first_name": first_name, **known, **more}


def bot(bot_id: int = BOT_ID) -> Json:
    """The bot itself, as it stands in updates."""
    return {"id": bot_id, "is_bot": True, "first_name": "Loja Centro", "username": "lojacentro_bot"}


def private_chat(person: Mapping[str, Any] | None = None) -> Json:
    """The chat with a person."""
    of = user() if person is None else person
    names = {name: of[name] for name in ("first_name", "last_name", "username") if name in of}
    return {"id": of["id"], "type": "private", **names}


def group_chat(chat_id: int = GROUP, title: str = "Obra da Rua 7", **more: Any) -> Json:
    """A group; one whose id begins with -100 is a supergroup."""
    kind = "supergroup" if str(chat_id).startswith("-100") else "group"
    return {"id": chat_id, "type": kind, "title": title, **more}


def channel_chat(chat_id: int = -1009876543210, title: str = "Ofertas") -> Json:
    """A channel."""
    return {"id": chat_id, "type": "channel", "title": title}


def update(update_id: int, kind: str, item: Mapping[str, Any]) -> Json:
    """An update of one kind."""
    return {"update_id": update_id, kind: dict(item)}


def message(
    message_id: int = 51,
    *,
    chat: Mapping[str, Any] | None = None,
    sender: Mapping[str, Any] | None = None,
    date: int = DATE,
    **content: Any,
) -> Json:
    """A message from a person in the chat with them, or in a group."""
    sent_by = dict(user() if sender is None else sender)
    return {
        "message_id": message_id,
        "from": sent_by,
        "chat": dict(private_chat(sent_by) if chat is None else chat),
        "date": date,
        **content,
    }


def text(words: str, *, entities: Sequence[Mapping[str, Any]] = (), **options: Any) -> Json:
    """A text message."""
    if entities:
        options["entities"] = [dict(one) for one in entities]
    return message(text=words, **options)


def entity(kind: str, offset: int, length: int, **more: Any) -> Json:
    """A part of a text; offsets in UTF-16 units."""
    return {"type": kind, "offset": offset, "length": length, **more}


def file(name: str, *, size: int | None = 48_213, **more: Any) -> Json:
    """What all files have: an id to fetch it by, and one that never changes."""
    sized = {} if size is None else {"file_size": size}
    return {"file_id": f"BQACAgEAAx-{name}", "file_unique_id": f"AgAD-{name}", **sized, **more}


def photo(name: str = "foto", size: int | None = 102_400) -> list[Json]:
    """The sizes of a photo, ascending."""
    return [
        file(f"{name}-s", size=1_400, width=90, height=67),
        file(f"{name}-m", size=18_000, width=320, height=240),
        file(f"{name}-x", size=size, width=1280, height=960),
    ]


def document(name: str = "contrato.pdf", mime_type: str = "application/pdf", size: int | None = 48_213) -> Json:
    """A file sent as a file."""
    return file(name, size=size, file_name=name, mime_type=mime_type)


def video(name: str = "visita.mp4", size: int | None = 900_000) -> Json:
    """A video."""
    return file(name, size=size, width=1280, height=720, duration=14, file_name=name, mime_type="video/mp4")


def video_note(size: int | None = 300_000) -> Json:
    """A round video."""
    return file("redondo", size=size, length=240, duration=6)


def voice(seconds: int = 4) -> Json:
    """A voice message."""
    return file("voz", size=9_000, duration=seconds, mime_type="audio/ogg")


def audio() -> Json:
    """A piece of music."""
    return file("musica", size=3_100_000, duration=201, performer="Banda", title="Faixa 1", mime_type="audio/mpeg")


def animation() -> Json:
    """What Telegram makes of a GIF."""
    return file("gif", size=70_000, width=320, height=180, duration=3, file_name="oi.mp4", mime_type="video/mp4")


def sticker(*, animated: bool = False, moving: bool = False) -> Json:
    """A sticker: a picture, an animated one (tgs), or a moving one (webm)."""
    return file(
        "figurinha",
        size=21_000,
        type="regular",
        width=512,
        height=512,
        is_animated=animated,
        is_video=moving,
        emoji="👍",
        set_name="Loja",
        thumbnail=file("figurinha-t", size=4_000, width=128, height=128),
    )


def location(latitude: float = -23.5614, longitude: float = -46.6559, **more: Any) -> Json:
    """A place; with `live_period` one that moves."""
    return {"latitude": latitude, "longitude": longitude, **more}


def venue() -> Json:
    """A named place."""
    return {"location": location(), "title": "Loja Centro", "address": "Av. Paulista, 1000"}


def contact(phone: str = "5511987650006", user_id: int | None = ANA) -> Json:
    """A contact card; the sender's own when `user_id` is theirs."""
    known = {} if user_id is None else {"user_id": user_id}
    return {"phone_number": phone, "first_name": "Ana", "last_name": "Souza", **known}


def poll() -> Json:
    """A question with answers."""
    options = [{"text": one, "voter_count": 0, "persistent_id": one} for one in ("Segunda", "Terça")]
    return {
        "id": "5432100987",
        "question": "Qual dia?",
        "options": options,
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": True,
        "allows_revoting": False,
        "members_only": False,
    }


def forwarded_from(kind: str) -> Json:
    """Where a message was forwarded from: `user`, `hidden_user`, `chat` or `channel`."""
    origins: dict[str, Json] = {
        "user": {"sender_user": user(5550002222, "Caio")},
        "hidden_user": {"sender_user_name": "Dona Rita"},
        "chat": {"sender_chat": group_chat()},
        "channel": {"chat": channel_chat(), "message_id": 9},
    }
    return {"type": kind, "date": DATE - 3600, **origins[kind]}


def buttons(*rows: Sequence[tuple[str, str]]) -> Json:
    """Rows of buttons (title, data); data that begins with `https://` opens a page."""
    return {
        "inline_keyboard": [
            [{"text": title, "url" if data.startswith("https://") else "callback_data": data} for title, data in row]
            for row in rows
        ]
    }


def of_bot(message_id: int = 52, *, chat: Mapping[str, Any] | None = None, **content: Any) -> Json:
    """A message that the bot sent."""
    return message(message_id, chat=private_chat() if chat is None else chat, sender=bot(), **content)


def click(
    data: str | None = "opt:1",
    *,
    query_id: str = "4382001",
    sender: Mapping[str, Any] | None = None,
    on: Mapping[str, Any] | None = None,
    **more: Any,
) -> Json:
    """A button that was tapped, on a message of the bot."""
    chosen = {} if data is None else {"data": data}
    shown = {} if on is None else {"message": dict(on)}
    return {
        "id": query_id,
        "from": dict(user() if sender is None else sender),
        **shown,
        "chat_instance": "-770011",
        **chosen,
        **more,
    }


def member_changed(before: str, now: str, *, chat: Mapping[str, Any] | None = None) -> Json:
    """The bot's own place in a chat changed."""

    def member(status: str) -> Json:
        more: Json = {"until_date": 0} if status == "kicked" else {}
        if status == "administrator":
            more = {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(_RIGHTS, True)}
        return {"user": bot(), "status": status, **more}

    return {
        "chat": dict(private_chat() if chat is None else chat),
        "from": user(),
        "date": DATE + 100,
        "old_chat_member": member(before),
        "new_chat_member": member(now),
    }


def reacted(
    before: Sequence[str], now: Sequence[str], *, message_id: int = 52, chat: Mapping[str, Any] | None = None
) -> Json:
    """A customer put emoji on a message, or took them away."""

    def emoji(given: Sequence[str]) -> list[Json]:
        return [{"type": "emoji", "emoji": one} for one in given]

    return {
        "chat": dict(private_chat() if chat is None else chat),
        "message_id": message_id,
        "user": user(),
        "date": DATE + 110,
        "old_reaction": emoji(before),
        "new_reaction": emoji(now),
    }


def in_business(item: Mapping[str, Any], connection: str = "bc-7f3a", **more: Any) -> Json:
    """The same message in a chat of a business account."""
    return {**item, "business_connection_id": connection, **more}


def deleted_in_business(message_ids: Sequence[int], connection: str = "bc-7f3a") -> Json:
    """Messages of a business account's chat that were taken back."""
    return {"business_connection_id": connection, "chat": private_chat(), "message_ids": list(message_ids)}


def business_connection(connection: str = "bc-7f3a", *, enabled: bool = True) -> Json:
    """A business account lets the bot answer its chats, or does not any more."""
    return {
        "id": connection,
        "user": user(OWNER, "Olga"),
        "user_chat_id": OWNER,
        "date": DATE,
        "is_enabled": enabled,
        "rights": {"can_reply": True},
    }
