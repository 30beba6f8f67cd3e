"""The methods that do not send: who the bot is, its webhook, changes of messages, reactions, files."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from atd_testing.telegram.checks import check_caption, check_chat, check_markup, check_text
from atd_testing.telegram.errors import bad_request
from atd_testing.telegram.params import Params
from atd_testing.telegram.reactions import REACTION_EMOJI
from atd_testing.telegram.state import CallKind, FakeState, Json
from atd_testing.telegram.updates_queue import UpdatesQueue

DELETE_WITHIN = timedelta(hours=48)
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ACTIONS = frozenset(
    {
        *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"),
        *("upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"),
    }
)

Take = Callable[[], Any]
"""Lets a checked call take effect; its result is the answer's."""


class Methods:
    """What each method does. Each checks a call and answers what lets it take effect."""

    def __init__(self, state: FakeState, updates: UpdatesQueue) -> None:
        self._state = state
        self._updates = updates

    def find(self, method: str) -> tuple[CallKind, Callable[[int, Params], Take]] | None:
        """The kind of call and its check, by the name of the method in any case, as Telegram takes it."""
        found = _METHODS.get(method.lower())
        return None if found is None else (found[0], lambda bot_id, params: found[1](self, bot_id, params))

    # The bot and its webhook

    def get_me(self, bot_id: int, _: Params) -> Take:
        return self._state.bot(bot_id).told

    def set_webhook(self, bot_id: int, params: Params) -> Take:
        url, secret = params.text("url"), params.text("secret_token")
        if secret and not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        allowed = params.object("allowed_updates")

        def take() -> bool:
            bot = self._state.bot(bot_id)
            if allowed is not None:
                bot.allowed = tuple(allowed)
            if params.flag("drop_pending_updates"):
                bot.pending.clear()
            bot.last_error = None
            bot.webhook = {"url": url, "max_connections": params.number("max_connections", 40)} if url else {}
            self._updates.set_webhook(bot_id, url, secret)
            return True

        return take

    def delete_webhook(self, bot_id: int, params: Params) -> Take:
        def take() -> bool:
            bot = self._state.bot(bot_id)
            bot.webhook = {}
            if params.flag("drop_pending_updates"):
                bot.pending.clear()
            self._updates.set_webhook(bot_id, "", "")
            return True

        return take

    def get_webhook_info(self, bot_id: int, _: Params) -> Take:
        def take() -> Json:
            bot = self._state.bot(bot_id)
            told: Json = {
                "url": bot.webhook.get("url", ""),
                "has_custom_certificate": False,
                "pending_update_count": len(bot.pending),
            }
            if bot.webhook:
                told |= {"max_connections": bot.webhook["max_connections"]}
            if bot.allowed:
                told["allowed_updates"] = list(bot.allowed)
            if bot.last_error is not None:
                at, words = bot.last_error
                told |= {"last_error_date": int(at.timestamp()), "last_error_message": words}
            return told

        return take

    def get_chat(self, bot_id: int, params: Params) -> Take:
        if not self._state.knows_chat(bot_id, params.chat_id):
            raise bad_request("chat not found")
        return lambda: {
            **self._state.chat(bot_id, params.chat_id).told(),
            "accent_color_id": 0,
            "max_reaction_count": 1,
        }

    def get_profile_photos(self, bot_id: int, params: Params) -> Take:
        person = params.number("user_id")
        shown = self._state.chat(bot_id, person).profile_photo if self._state.knows_chat(bot_id, person) else None
        file = None if shown is None else self._state.files.get(bot_id, shown)
        if file is None:
            return lambda: {"total_count": 0, "photos": []}
        ids = {"file_id": file.file_id, "file_unique_id": file.file_unique_id, "file_size": file.size}
        return lambda: {"total_count": 1, "photos": [[{**ids, "width": 320, "height": 320}]]}

    def answer_callback(self, bot_id: int, params: Params) -> Take:
        if not params.text("callback_query_id"):
            raise bad_request("query is too old and response timeout expired or query ID is invalid")

        def take() -> bool:
            self._state.answered.append({"bot": bot_id, **params.values})
            return True

        return take

    def chat_action(self, bot_id: int, params: Params) -> Take:
        chat, action = check_chat(self._state, bot_id, params), params.text("action")
        if action not in _ACTIONS:
            raise bad_request("wrong parameter action in request")

        def take() -> bool:
            self._state.actions.append((bot_id, chat.id, action))
            return True

        return take

    def read_business(self, bot_id: int, params: Params) -> Take:  # noqa: ARG002 - one signature for every method
        if not params.text("business_connection_id"):
            raise bad_request("business connection not found")

        def take() -> bool:
            self._state.read.append(f"{params.chat_id}:{params.number('message_id')}")
            return True

        return take

    def get_file(self, bot_id: int, params: Params) -> Take:
        file = self._state.files.get(bot_id, params.text("file_id"))
        if file is None:
            raise bad_request("invalid file_id")
        if file.broken:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if file.is_too_large:
            raise bad_request("file is too big")
        return lambda: {
            "file_id": file.file_id,
            "file_unique_id": file.file_unique_id,
            "file_size": file.size,
            "file_path": file.address or file.path,
        }

    # Messages that are there

    def edit_text(self, bot_id: int, params: Params) -> Take:
        message = self._own(bot_id, params, "edit")
        text = check_text(params)
        if "text" not in message:
            raise bad_request("there is no text in the message to edit")
        return self._change(bot_id, message, params, {"text": text})

    def edit_caption(self, bot_id: int, params: Params) -> Take:
        message = self._own(bot_id, params, "edit")
        caption = check_caption(params.values.get("caption"), params)
        if not message.keys() & {"photo", "video", "document", "audio", "voice", "animation"}:
            raise bad_request("there is no caption in the message to edit")
        return self._change(bot_id, message, params, {"caption": caption})

    def edit_markup(self, bot_id: int, params: Params) -> Take:
        return self._change(bot_id, self._own(bot_id, params, "edit"), params, {})

    def _change(self, bot_id: int, message: Json, params: Params, change: Json) -> Take:
        chat = self._state.chat(bot_id, params.chat_id)
        markup = params.object("reply_markup")
        check_markup(markup, chat)
        change = change | {"reply_markup": markup if markup and markup.get("inline_keyboard") else None}
        if all(message.get(name) == value for name, value in change.items()):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )

        def take() -> Json:
            for name, value in change.items():
                if value is None:
                    message.pop(name, None)
                else:
                    message[name] = value
            message["edit_date"] = int(self._state.now().timestamp())
            return message

        return take

    def delete(self, bot_id: int, params: Params) -> Take:
        check_chat(self._state, bot_id, params)
        key = (bot_id, params.chat_id, params.number("message_id"))
        message = self._state.messages.get(key)
        if message is None:
            raise bad_request("message to delete not found")
        if self._state.now() - datetime.fromtimestamp(message["date"], UTC) > DELETE_WITHIN:
            raise bad_request("message can't be deleted for everyone")

        def take() -> bool:
            del self._state.messages[key]
            return True

        return take

    def delete_business(self, bot_id: int, params: Params) -> Take:
        """Deletes what is there of the messages; Telegram says nothing of the others."""
        connection, ids = params.text("business_connection_id"), set(params.object("message_ids") or ())
        if not connection:
            raise bad_request("business connection not found")

        def take() -> bool:
            for key, message in list(self._state.messages.items()):
                if key[0] == bot_id and key[2] in ids and message.get("business_connection_id") == connection:
                    del self._state.messages[key]
            return True

        return take

    def react(self, bot_id: int, params: Params) -> Take:
        check_chat(self._state, bot_id, params)
        reactions = params.object("reaction") or []
        if len(reactions) > 1:
            raise bad_request("REACTIONS_TOO_MANY")
        if any(one.get("type") != "emoji" or one.get("emoji") not in REACTION_EMOJI for one in reactions):
            raise bad_request("REACTION_INVALID")
        key = (bot_id, params.chat_id, params.number("message_id"))

        def take() -> bool:
            self._state.reactions[key] = reactions
            return True

        return take

    def _own(self, bot_id: int, params: Params, what: str) -> Json:
        check_chat(self._state, bot_id, params)
        message = self._state.messages.get((bot_id, params.chat_id, params.number("message_id")))
        if message is None:
            raise bad_request(f"message to {what} not found")
        if message.get("from", {}).get("id") != bot_id:
            raise bad_request("message can't be edited")
        return message


_METHODS: Mapping[str, tuple[CallKind, Callable[[Methods, int, Params], Take]]] = MappingProxyType(
    {
        "getme": ("check", Methods.get_me),
        "setwebhook": ("webhook", Methods.set_webhook),
        "deletewebhook": ("webhook", Methods.delete_webhook),
        "getwebhookinfo": ("webhook", Methods.get_webhook_info),
        "getchat": ("other", Methods.get_chat),
        "getuserprofilephotos": ("other", Methods.get_profile_photos),
        "answercallbackquery": ("callback", Methods.answer_callback),
        "sendchataction": ("typing", Methods.chat_action),
        "readbusinessmessage": ("typing", Methods.read_business),
        "getfile": ("address", Methods.get_file),
        "editmessagetext": ("edit", Methods.edit_text),
        "editmessagecaption": ("edit", Methods.edit_caption),
        "editmessagereplymarkup": ("edit", Methods.edit_markup),
        "deletemessage": ("delete", Methods.delete),
        "deletebusinessmessages": ("delete", Methods.delete_business),
        "setmessagereaction": ("send", Methods.react),
    }
)
LOGGED = frozenset({"edit", "delete"})
"""Kinds of calls that are in the log of sends beside sends and reactions."""
