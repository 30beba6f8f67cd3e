"""Translates between messages of the fake Bot API and what a phone shows. Pure."""

from typing import Any

from atd_channel_sandbox.channels.channel import Json
from atd_channel_sandbox.model import Customer, FileView, PhoneMessage
from atd_channel_sandbox.voice import seconds_of
from atd_testing.telegram.files import BotFile

_FILE_KINDS = ("photo", "video", "animation", "audio", "voice", "video_note", "sticker", "document")
_SHOWN = {"photo": "image", "animation": "image", "voice": "audio", "video_note": "video"}


def phone_id(bot: int, chat: int, message: int) -> str:
    """The phones' id of a message."""
    return f"{bot}:{chat}:{message}"


def parts_of(phone_message_id: str) -> tuple[int, int, int]:
    """Bot, chat and message of such an id."""
    bot, chat, message = phone_message_id.split(":")
    return int(bot), int(chat), int(message)


def person(customer: Customer) -> Json:
    """The customer as messages show them."""
    first, _, last = customer.name.partition(" ")
    names = {"first_name": first, **({"last_name": last} if last else {})}
    digits = "".join(letter for letter in customer.key if letter.isdigit())
    return {"id": int(digits[:15] or "1"), "is_bot": False, **names, "language_code": "pt-br"}


def told(message: PhoneMessage, customer: Customer, chat: Json, content: Json) -> Json:
    """A customer's message as the bot is told of it."""
    _, _, number = parts_of(message.id)
    made: Json = {
        "message_id": number,
        "from": person(customer),
        "chat": chat,
        "date": message.at // 1000,
        **content,
    }
    if message.forwarded:
        made["forward_origin"] = {"type": "user", "date": message.at // 1000, "sender_user": person(customer)}
    if (album := message.content.get("album")) is not None:
        made["media_group_id"] = str(album)
    return made


def bare_content(message: PhoneMessage) -> Json:
    """What a message without a file says."""
    content = message.content
    match message.kind:
        case "location":
            place = {"latitude": content.get("latitude"), "longitude": content.get("longitude")}
            if not content.get("name"):
                return {"location": place}
            venue = {"location": place, "title": content["name"], "address": content.get("address") or content["name"]}
            return {"venue": venue, "location": place}
        case "contacts":
            [card, *_] = content.get("contacts") or [{}]
            name, phones = card.get("name") or {}, card.get("phones") or [{}]
            made = {"phone_number": phones[0].get("phone", ""), "first_name": name.get("first_name", "?")}
            last = {"last_name": name["last_name"]} if name.get("last_name") else {}
            own = {"user_id": parts_of(message.id)[1]} if content.get("origin") == "contact_request" else {}
            return {"contact": {**made, **last, **own}}
        case "unsupported":
            question, options = content.get("question", "?"), [{"text": one, "voter_count": 0} for one in "🍕🍝"]
            shape = {"total_voter_count": 0, "is_closed": False, "is_anonymous": True, "type": "regular"}
            poll = {"id": "5431", "question": question, "options": options, **shape}
            return {"poll": {**poll, "allows_multiple_answers": False}}
        case _:
            return {"text": message.text or ""}


def file_content(message: PhoneMessage, file: BotFile) -> Json:
    """What a message with a file says."""
    facts: Json = {"file_id": file.file_id, "file_unique_id": file.file_unique_id, "file_size": file.size}
    named = {**facts, "mime_type": file.mime_type, **({} if file.name is None else {"file_name": file.name})}
    caption = {"caption": message.text} if message.text else {}
    seconds = int((message.file.seconds if message.file else None) or 1)
    match message.kind:
        case "image":
            sizes = [{**facts, "width": 320, "height": 240}, {**facts, "width": 1280, "height": 960}]
            return {"photo": sizes, **caption}
        case "video":
            return {"video": {**named, "width": 1280, "height": 720, "duration": seconds}, **caption}
        case "audio" if message.file and message.file.voice:
            return {"voice": {**facts, "mime_type": "audio/ogg", "duration": seconds}}
        case "audio":
            return {"audio": {**named, "duration": seconds}, **caption}
        case "sticker":
            shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
            return {"sticker": {**facts, **shape, "emoji": "🌻"}}
        case _:
            return {"document": named, **caption}


def file_of(message: Json) -> Json | None:
    """The file of a bot's message: of a photo the largest."""
    for name in _FILE_KINDS:
        found = message.get(name)
        if found:
            largest: Json = found[-1] if isinstance(found, list) else found
            return largest
    return None


def received(bot: int, message: Json, markup: Any, customer: Customer, file: Json | None) -> PhoneMessage:
    """The message that a phone shows for one that a bot sent."""
    kind = next((name for name in _FILE_KINDS if message.get(name)), None)
    reply = message.get("reply_to_message")
    made = PhoneMessage(
        id=phone_id(bot, message["chat"]["id"], message["message_id"]),
        company=str(bot),
        customer=customer.key,
        mine=False,
        kind=_SHOWN.get(kind, kind) if kind else "text",
        at=message["date"] * 1000,
        status="delivered" if customer.online else "undelivered",
        text=message.get("text") or message.get("caption"),
        reply_to=phone_id(bot, message["chat"]["id"], reply["message_id"]) if reply else None,
    )
    if file is not None:
        made.file = FileView(
            id=file["id"],
            name=file["name"],
            mime_type=file["mime_type"],
            size=len(file["data"]),
            voice=kind == "voice",
            seconds=seconds_of(file["data"]) if made.kind == "audio" else None,
        )
    elif "venue" in message:
        venue = message["venue"]
        made.kind, made.content = "location", {**venue["location"], "name": venue["title"], "address": venue["address"]}
    elif "location" in message:
        made.kind, made.content = "location", message["location"]
    elif "contact" in message:
        card = message["contact"]
        name = " ".join(filter(None, (card["first_name"], card.get("last_name"))))
        one = {"name": {"formatted_name": name}, "phones": [{"phone": card["phone_number"]}]}
        made.kind, made.content = "contacts", {"contacts": [one]}
    elif isinstance(markup, dict):
        made.kind, made.content = "interactive", _keyboard(markup)
    return made


def _keyboard(markup: Json) -> Json:
    inline = [button for row in markup.get("inline_keyboard") or () for button in row]
    if inline:
        buttons = [
            {"title": one["text"], **({"url": one["url"]} if "url" in one else {"id": one.get("callback_data")})}
            for one in inline
        ]
        return {"type": "button", "buttons": buttons}
    asked = [button for row in markup.get("keyboard") or () for button in row if isinstance(button, dict)]
    if any(one.get("request_contact") for one in asked):
        return {"type": "request_contact_info"}
    return {"type": "location_request_message"} if asked else {}


def member_change(chat: Json, customer: Customer, bot: Json, blocked: bool) -> Json:  # noqa: FBT001 - one of two states
    """The customer has blocked the bot, or taken it back; `date` is still to come."""
    user = {name: bot[name] for name in ("id", "is_bot", "first_name", "username")}
    member, kicked = {"user": user, "status": "member"}, {"user": user, "status": "kicked", "until_date": 0}
    before, after = (member, kicked) if blocked else (kicked, member)
    return {"chat": chat, "from": person(customer), "old_chat_member": before, "new_chat_member": after}
