"""What the Bot API refuses before anything is sent: chats, texts, captions, keyboards."""

import re
from typing import Any

from atd_channelkit.sending.texts import utf16_length
from atd_testing.telegram.errors import BotApiError, bad_request, forbidden, migrated, too_many
from atd_testing.telegram.params import Params
from atd_testing.telegram.state import Chat, ChatStanding, FakeState

TEXT_MAX = 4096
CAPTION_MAX = 1024
CALLBACK_DATA_MAX = 64
_GROUP_LIMIT = 20
_URL = re.compile(r"(https?://|tg://|mailto:)\S+|[\w-]+(\.[\w-]+)+\S*")
_TAG = re.compile(r"</?(b|strong|i|em|u|ins|s|strike|del|code|pre|a|blockquote|tg-spoiler|span)(\s[^<>]*)?>")
_BARE_AMPERSAND = re.compile(r"&(?!(lt|gt|amp|quot|#\d+);)")


def check_chat(state: FakeState, bot_id: int, params: Params) -> Chat:
    """The chat that a call is for, unless the bot may not write there."""
    chat_id = params.chat_id
    if not state.rules.unknown_chats and not state.knows_chat(bot_id, chat_id):
        raise bad_request("chat not found")
    chat = state.chat(bot_id, chat_id)
    if chat.migrated_to is not None:
        raise migrated(chat.migrated_to)
    if (refusal := _standing(chat.standing, chat.type)) is not None:
        raise refusal
    thread = params.values.get("message_thread_id")
    if thread is not None and chat.threads is not None and params.number("message_thread_id") not in chat.threads:
        raise bad_request("message thread not found")
    if chat.type == "private" and thread is not None and chat.threads is None:
        raise bad_request("message thread not found")
    return chat


def _standing(standing: ChatStanding, kind: str) -> BotApiError | None:
    match standing:
        case "open":
            return None
        case "blocked":
            return forbidden("bot was blocked by the user")
        case "deactivated":
            return forbidden("user is deactivated")
        case "kicked":
            return forbidden(f"bot was kicked from the {kind} chat")
        case "left":
            return forbidden(f"bot is not a member of the {kind} chat")
        case "deleted":
            return forbidden("the group chat was deleted")
        case "not_started":
            return forbidden("bot can't initiate conversation with a user")
        case "unknown":
            return bad_request("chat not found")


def check_limits(state: FakeState, bot_id: int, chat: Chat) -> None:
    """The limits of the bot and of the chat, where they are on."""
    rules = state.rules
    if not rules.limits:
        return
    if chat.type == "private":
        wait = state.take_unit(bot_id, chat.id, rules.chat_burst, 1.0)
    else:
        wait = state.take_unit(bot_id, chat.id, _GROUP_LIMIT, _GROUP_LIMIT / 60)
    wait = wait or state.take_unit(bot_id, 0, rules.per_second, rules.per_second)
    if wait:
        raise too_many(max(1, round(wait)))


def check_text(params: Params) -> str:
    """The text of a message, as it is read."""
    text = _parsed(params.text("text"), params).strip()
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > TEXT_MAX:
        raise bad_request("message is too long")
    return text


def check_caption(said: Any, params: Params) -> str | None:
    """A caption, as it is read."""
    if said is None:
        return None
    text = _parsed(str(said), params).strip()
    if utf16_length(text) > CAPTION_MAX:
        raise bad_request("message caption is too long")
    return text or None


def _parsed(text: str, params: Params) -> str:
    """The text without its tags. Refuses what `parse_mode` HTML does not take; other modes are not played."""
    if params.text("parse_mode").upper() != "HTML":
        return text
    bare = _TAG.sub("", text)
    if "<" in bare or _BARE_AMPERSAND.search(bare):
        place = bare.find("<")
        raise bad_request(f'can\'t parse entities: Unsupported start tag "" at byte offset {max(place, 0)}')
    for name, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        bare = bare.replace(name, letter)
    return bare


def check_markup(markup: Any, chat: Chat) -> None:
    """The keyboard of a message."""
    if markup is None:
        return
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    for row in markup.get("inline_keyboard", ()):
        for button in row:
            _check_inline_button(button)
    for row in markup.get("keyboard", ()):
        for button in row:
            asks = button if isinstance(button, dict) else {}
            if chat.type != "private" and asks.get("request_contact"):
                raise bad_request("phone number can be requested in private chats only")
            if chat.type != "private" and asks.get("request_location"):
                raise bad_request("location can be requested in private chats only")


def _check_inline_button(button: Any) -> None:
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad_request("inline keyboard button text must be non-empty")
    data, url = button.get("callback_data"), button.get("url")
    if data is None and url is None:
        raise bad_request("text buttons are unallowed in the inline keyboard")
    if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_DATA_MAX:
        raise bad_request("BUTTON_DATA_INVALID")
    if url is not None and not _URL.fullmatch(str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def check_reply(state: FakeState, bot_id: int, chat: Chat, params: Params) -> dict[str, Any]:
    """The fields of an answer to another message; none where the other one is gone and that is allowed."""
    said = params.object("reply_parameters")
    if not isinstance(said, dict):
        return {}
    known = state.messages.get((bot_id, int(said.get("chat_id", chat.id)), int(said.get("message_id", 0))))
    if known is not None:
        return {"reply_to_message": {name: value for name, value in known.items() if name != "reply_to_message"}}
    if not said.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return {}
