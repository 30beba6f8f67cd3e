"""Whom a call is for: the chat, the topic or business connection, the message that is answered.

The external id of a customer is their chat's; those of messages are `message_refs`. A strand is a topic of a group, by
its number, or the business connection of a private chat, by Telegram's id of it.
"""

from collections.abc import Mapping
from typing import Any

from atd_channelkit.answers import Unsendable
from atd_ingest_telegram.compose.calls import CannotCompose
from atd_ingest_telegram.message_refs import chat_id_of, message_id_of

Body = dict[str, Any]


def address_of(recipient: str, thread_id: str | None) -> Body:
    """Chat, and topic or business connection. Raises `CannotCompose` when the recipient is no chat."""
    return {"chat_id": chat_of(recipient), **_strand(thread_id)}


def chat_of(recipient: str) -> int:
    """The chat's id. Raises `CannotCompose`."""
    try:
        return int(recipient)
    except ValueError:
        error = CannotCompose("recipient: is not the id of a chat", "chat_not_found")
        error.unsendable = Unsendable("chat_not_found", "recipient: is not the id of a chat", "recipient")
        raise error from None


def _strand(thread_id: str | None) -> Body:
    if thread_id is None:
        return {}
    if thread_id.isascii() and thread_id.isdigit():
        return {"message_thread_id": int(thread_id)}
    return {"business_connection_id": thread_id}


def business_of(thread_id: str | None) -> Body:
    """The business connection alone, for methods that know no topics."""
    return {name: value for name, value in _strand(thread_id).items() if name == "business_connection_id"}


def message_of(external_id: str) -> Body:
    """Chat and message of an external id. Raises `CannotCompose` for what is no message there, such as a click."""
    message_id, chat_id = message_id_of(external_id), chat_id_of(external_id)
    if message_id is None or chat_id is None:
        raise CannotCompose("the message's id is none of Telegram's", "message_not_found")
    return {"chat_id": chat_id, "message_id": message_id}


def reply_to(external_id: str | None, address: Mapping[str, Any]) -> Body:
    """What quotes another message; one that is gone by then is not quoted, and the answer goes out all the same."""
    if external_id is None:
        return {}
    try:
        told = message_of(external_id)
    except CannotCompose:
        return {}
    reply: Body = {"message_id": told["message_id"], "allow_sending_without_reply": True}
    if told["chat_id"] != address["chat_id"]:
        reply["chat_id"] = told["chat_id"]
    return {"reply_parameters": reply}
