"""Whose a throttle is. Pure.

Telegram says how long to wait and not for what: the limits of a chat (about 1 message a second, 20 a minute in a group)
and those of the bot (about 30 a second) are answered alike. A wait that is longer than any of a chat can be is the
bot's, and so is one that comes while another chat of the bot waits; anything else holds up its chat alone.
"""

from datetime import datetime, timedelta
from typing import Literal

LONGEST_OF_CHAT = timedelta(seconds=60)
"""The limit of a group is counted over a minute."""


class Throttles:
    """Which chats of which bots wait, in memory: one process sends for a bot. It never has more than what waits."""

    def __init__(self) -> None:
        self._waiting: dict[str, dict[int, datetime]] = {}

    def scope(self, bot_id: str, chat_id: int, wait: timedelta, now: datetime) -> Literal["conversation", "account"]:
        """Whether a throttle of this chat holds up its conversation or the bot; it is remembered."""
        waiting = {chat: until for chat, until in self._waiting.get(bot_id, {}).items() if until > now}
        others = waiting.keys() - {chat_id}
        self._waiting[bot_id] = waiting | {chat_id: now + wait}
        return "account" if others or wait > LONGEST_OF_CHAT else "conversation"
