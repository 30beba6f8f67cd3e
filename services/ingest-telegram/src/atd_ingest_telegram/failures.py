"""Telegram's errors, by what happens next.

Source: texts of the Bot API server (tdlib/telegram-bot-api, Bot API 10.0). Telegram has no codes beside the HTTP
status, so the words decide; what is not known keeps the status as its code. Codes of ours are stable: conversation has
texts for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atd_channelkit.answers import FailureClass, Refused, Wait

DETAIL_LIMIT_CHARACTERS = 500

_BAD_REQUEST, _FORBIDDEN, _NOT_FOUND, _TOO_LARGE, _TOO_MANY = 400, 403, 404, 413, 429
_SERVER_ERROR = 500
_LONGEST_WAIT_SECONDS = 3600
_DEFAULT_WAIT_SECONDS = 5

_FORBIDDEN_WORDS: tuple[tuple[str, str], ...] = (
    ("blocked by the user", "blocked"),
    ("user is deactivated", "deactivated"),
    ("bot was kicked", "kicked"),
    ("is not a member", "not_a_member"),
    ("group chat was deleted", "chat_deleted"),
    ("can't initiate conversation", "not_started"),
    ("not enough rights", "no_rights"),
)
_WORDS: tuple[tuple[str, FailureClass, str], ...] = (
    ("upgraded to a supergroup", "recipient", "group_moved"),
    ("chat not found", "recipient", "chat_not_found"),
    ("user not found", "recipient", "chat_not_found"),
    ("peer_id_invalid", "recipient", "chat_not_found"),
    ("group chat was deactivated", "recipient", "chat_deleted"),
    ("voice_messages_forbidden", "recipient", "voice_forbidden"),
    ("not enough rights", "recipient", "no_rights"),
    ("have no rights", "recipient", "no_rights"),
    ("chat_write_forbidden", "recipient", "no_rights"),
    ("thread not found", "request", "thread_not_found"),
    ("topic_deleted", "request", "thread_not_found"),
    ("topic_closed", "recipient", "topic_closed"),
    ("to be replied not found", "request", "reply_not_found"),
    ("replied message not found", "request", "reply_not_found"),
    ("is not modified", "request", "not_modified"),
    ("to edit not found", "request", "message_not_found"),
    ("can't be edited", "request", "not_editable"),
    ("there is no text", "request", "no_text"),
    ("there is no caption", "request", "not_editable"),
    ("to delete not found", "request", "delete_not_found"),
    ("can't be deleted", "request", "not_deletable"),
    ("to react not found", "request", "message_not_found"),
    ("message_id_invalid", "request", "message_not_found"),
    ("reaction_invalid", "request", "reaction_invalid"),
    ("reactions_too_many", "request", "reaction_invalid"),
    ("photo_invalid_dimensions", "media", "photo_refused"),
    ("image_process_failed", "media", "photo_refused"),
    ("photo_ext_invalid", "media", "photo_refused"),
    ("too big for a photo", "media", "photo_refused"),
    ("too big", "media", "too_large"),
    ("wrong file", "media", "file_refused"),
    ("file must be non-empty", "media", "file_refused"),
    ("wrong type", "media", "file_refused"),
    ("message is too long", "request", "text_too_long"),
    ("caption is too long", "request", "text_too_long"),
    ("text is empty", "request", "empty_text"),
    ("button_data_invalid", "request", "button_invalid"),
    ("inline keyboard", "request", "button_invalid"),
    ("private chats only", "request", "private_only"),
    ("business_connection", "permission", "business_connection"),
    ("business connection", "permission", "business_connection"),
    ("business_peer", "recipient", "business_peer"),
    ("query is too old", "request", "query_too_old"),
)

COMPOSED = ("button_invalid", "edit_too_long", "empty_text", "message_not_found", "no_phone", "private_only")
"""What is refused before the call (see `compose`)."""

CODES = frozenset({code for _, code in _FORBIDDEN_WORDS} | {code for _, _, code in _WORDS} | set(COMPOSED))
"""Every code of ours that a failed send can have."""


@dataclass(frozen=True, slots=True)
class GroupMoved(Refused):
    """The group has another id now."""

    chat_id: int = 0


def read_refusal(status: int, said: dict[str, Any]) -> Refused:
    """The meaning of an answer that is not `ok`."""
    words, parameters = said.get("description"), said.get("parameters")
    detail = words[:DETAIL_LIMIT_CHARACTERS] if isinstance(words, str) else ""
    told = parameters if isinstance(parameters, Mapping) else {}
    moved_to = told.get("migrate_to_chat_id")
    if isinstance(moved_to, int) and not isinstance(moved_to, bool):
        return GroupMoved("recipient", "group_moved", detail, chat_id=moved_to)
    if status == _TOO_MANY:
        return Refused("throttle", "429", detail, wait=Wait.of_seconds(_seconds(told), "conversation"))
    failure, code = _class_of(status, detail.lower())
    return Refused(failure, code, detail)


def _seconds(parameters: Mapping[str, Any]) -> float:
    told = parameters.get("retry_after")
    if isinstance(told, bool) or not isinstance(told, int | float) or told != told:  # noqa: PLR0124 - NaN
        return _DEFAULT_WAIT_SECONDS
    return float(min(max(told, 1), _LONGEST_WAIT_SECONDS))


def _class_of(status: int, words: str) -> tuple[FailureClass, str]:
    if status == _NOT_FOUND and "method" in words:  # an older Bot API server: the token works
        return "request", "method_not_found"
    if status in (401, _NOT_FOUND):
        return "token", str(status)
    if status == _FORBIDDEN:
        return "recipient", next((code for known, code in _FORBIDDEN_WORDS if known in words), "forbidden")
    if status == _TOO_LARGE:
        return "media", "too_large"
    if status >= _SERVER_ERROR or status == 409:  # noqa: PLR2004 - somebody else changes the bot's webhook
        return "transient", str(status)
    if status == _BAD_REQUEST:
        for known, failure, code in _WORDS:
            if known in words:
                return failure, code
    return "request", str(status)
