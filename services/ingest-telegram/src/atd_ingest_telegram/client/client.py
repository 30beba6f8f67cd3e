"""Sends messages to the Bot API, and what is done to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from atd_channelkit.answers import Accepted, Answer, Refused, Uncertain, Unsendable, Unsent, Wait
from atd_channelkit.sending.provider import Send
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.bot_api import BotApi
from atd_ingest_telegram.client.throttles import Throttles
from atd_ingest_telegram.client.uploads import FileCalls, measure
from atd_ingest_telegram.compose.calls import BotCall
from atd_ingest_telegram.compose.deeds import compose_action, compose_reaction, compose_read
from atd_ingest_telegram.compose.files import Pixels, may_be_photo
from atd_ingest_telegram.compose.keyboards import Language
from atd_ingest_telegram.compose.messages import compose_message
from atd_ingest_telegram.failures import GroupMoved
from atd_ingest_telegram.message_refs import message_ref
from atd_schemas.outbound import OutboundActionData, OutboundMessageData, OutboundReactionData
from atd_servicekit.clock import Clock

_Said = Any | Refused | Unsent | Uncertain


class TelegramClient:
    """Sends messages and what is done to them. `language` is of the words on buttons that ask for something."""

    def __init__(self, api: BotApi, files: FileCalls, clock: Clock, language: Language = "pt-BR") -> None:
        self._api = api
        self._files = files
        self._clock = clock
        self._language: Language = language
        self._throttles = Throttles()

    async def send(self, account: Account, send: Send) -> Answer:
        """Make the call of a part, or all calls of a deed, which have no second effect."""
        data = send.data
        if isinstance(data, OutboundMessageData):
            calls = await self._message(data, send)
            if isinstance(calls, Unsendable | Refused):
                return calls
            if send.part >= len(calls):
                return Accepted()
            answer = await self._make(account, calls[send.part], send)
            is_last = send.part == len(calls) - 1
            return replace(answer, complete=is_last) if isinstance(answer, Accepted) else answer
        return await self._do(account, _deed(data), send)

    async def _message(self, message: OutboundMessageData, send: Send) -> tuple[BotCall, ...] | Unsendable | Refused:
        pictures: dict[str, Pixels] = {}
        for file in message.attachments:
            if message.kind != "document" and may_be_photo(file):
                size = await measure(file, send.open_file)
                if isinstance(size, Refused):
                    return size
                if size is not None:
                    pictures[file.id] = size
        return compose_message(message, pictures, self._language)

    async def _do(self, account: Account, calls: Sequence[BotCall] | Unsendable, send: Send) -> Answer:
        """Make the calls until one fails."""
        if isinstance(calls, Unsendable):
            return calls
        for call in calls:
            answer = await self._make(account, call, send)
            if not isinstance(answer, Accepted):
                return answer
        return Accepted()

    async def _make(self, account: Account, call: BotCall, send: Send) -> Answer:
        """Make a call; when Telegram says what is wrong with it, once more without that.

        Each reason is heard once, and a refusal proves that nothing was sent.
        """
        heard: set[str] = set()
        moved_to: int | None = None
        while True:
            said = await self._call(account, call, send)
            if not isinstance(said, Refused):
                break
            if said.code in call.fine:
                said = True
                break
            mended = None if said.code in heard else mended_call(call, said)
            if mended is None:
                return self._final(account, call, said)
            heard.add(said.code)
            moved_to = said.chat_id if isinstance(said, GroupMoved) else moved_to
            call = mended
        if isinstance(said, Unsent | Uncertain):
            return said
        address = None if moved_to is None else str(moved_to)
        return _accepted(said, address, sends=call.method.startswith("send") and call.method != "sendChatAction")

    async def _call(self, account: Account, call: BotCall, send: Send) -> _Said:
        if call.files:
            return await self._files.call(account, call, send.open_file)
        return await self._api.call(account, call.method, call.parameters)

    def _final(self, account: Account, call: BotCall, refused: Refused) -> Refused:
        """What nothing mends. A message that stayed behind in a group's former chat cannot be changed any more."""
        if isinstance(refused, GroupMoved) and call.names_a_message:
            return Refused("request", "not_editable", refused.detail)
        return self._throttled(account, call, refused) if refused.failure == "throttle" else refused

    def _throttled(self, account: Account, call: BotCall, refused: Refused) -> Refused:
        """The refusal with whom it holds up. Without a wait of Telegram's the kit decides."""
        if refused.wait is None:
            return refused
        wait: timedelta = refused.wait.backoff.first
        scope = self._throttles.scope(account.bot_id, call.chat_id, wait, self._clock.now())
        return replace(refused, wait=Wait.of_seconds(wait.total_seconds(), scope))


def mended_call(call: BotCall, refused: Refused) -> BotCall | None:
    """The call to make instead of a refused one; `None` when there is none.

    A group that moved counts its messages anew: what quotes one goes without the quote, and what is done to one is not
    done, because it would be done to a stranger's message of the same number.
    """
    if isinstance(refused, GroupMoved):
        if call.names_a_message:
            return None
        return call.without("reply_parameters").having(chat_id=refused.chat_id)
    if refused.code in call.otherwise:
        return call.otherwise[refused.code]
    if refused.code == "thread_not_found" and "message_thread_id" in call.parameters:
        return call.without("message_thread_id")
    if refused.code == "reply_not_found" and "reply_parameters" in call.parameters:
        return call.without("reply_parameters")
    return None


def _deed(data: Any) -> Sequence[BotCall] | Unsendable:
    if isinstance(data, OutboundReactionData):
        reaction = compose_reaction(data)
        return reaction if isinstance(reaction, Unsendable) else (reaction,)
    return compose_action(data) if isinstance(data, OutboundActionData) else compose_read(data)


def _accepted(said: Any, moved_to: str | None, *, sends: bool) -> Accepted | Uncertain:
    """What was sent, by the messages that the answer has."""
    if not sends:
        return Accepted(moved_to=moved_to)
    messages = said if isinstance(said, list) else [said]
    ids = tuple(one for message in messages if (one := _external_id(message)) is not None)
    if not ids or len(ids) != len(messages):
        return Uncertain("an answer 200 without the message")
    return Accepted(ids[0], external_ids=ids if len(ids) > 1 else (), moved_to=moved_to)


def _external_id(message: Any) -> str | None:
    chat = message.get("chat") if isinstance(message, dict) else None
    if not isinstance(chat, dict):
        return None
    chat_id, message_id, connection = chat.get("id"), message.get("message_id"), message.get("business_connection_id")
    if not isinstance(chat_id, int) or not isinstance(message_id, int):
        return None
    return message_ref(chat_id, message_id, connection if isinstance(connection, str) else None)
