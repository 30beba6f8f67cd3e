"""Asks Telegram whether a token works, and whose it is."""

from typing import Any

from atd_channelkit.answers import Refused, Uncertain, Unsent, Works
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.bot_api import BotApi

_FACTS = {
    "username": "username",
    "bot_name": "first_name",
    "reads_groups": "can_read_all_group_messages",
    "takes_business_chats": "can_connect_to_business",
}
"""What `getMe` says of a bot, under the names of our API."""


class BotChecker:
    """Checks tokens by `getMe`."""

    def __init__(self, api: BotApi) -> None:
        self._api = api

    async def check(self, account: Account) -> Works | Refused | Unsent | Uncertain:
        """Ask Telegram for the bot of this token."""
        me = await self._api.call(account, "getMe")
        if isinstance(me, Refused | Unsent | Uncertain):
            return me
        return read_me(account.bot_id, me)


def read_me(bot_id: str, me: Any) -> Works | Refused | Unsent:
    """What `getMe` answered of a token that begins with `bot_id`."""
    if not isinstance(me, dict) or not isinstance(me.get("id"), int):
        return Unsent("an answer without a bot")
    if str(me["id"]) != bot_id or me.get("is_bot") is not True:
        return Refused("token", "other_bot", "The token is of another bot than the one that it names.")
    return Works({"confirmed_bot_id": bot_id, **{name: me.get(field) for name, field in _FACTS.items()}})
