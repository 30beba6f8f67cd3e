"""What the fake Bot API remembers, and how it was told to behave. No I/O."""

import itertools
import random
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from atd_testing import providers
from atd_testing.providers import Callback
from atd_testing.providers.state import MAX_REMEMBERED
from atd_testing.telegram.files import BotFiles

Json = dict[str, Any]

CallKind = Literal[
    "send",
    "edit",
    "delete",
    "typing",
    "check",
    "webhook",
    "updates",
    "callback",
    "address",
    "download",
    "other",
]
"""`send` is also a reaction; `check` is getMe, `address` getFile, `callback` answerCallbackQuery."""

ChatStanding = Literal["open", "blocked", "deactivated", "kicked", "left", "deleted", "unknown", "not_started"]

_EPOCH = 1_700_000_000
"""Seconds: ids count from here, so that a fake that runs again repeats none and all fit into 31 bits."""


class Behaviour(providers.Behaviour):
    """A scripted fault of the Bot API: `code` is the HTTP status, `details` the `description`.

    `retry_after` (seconds) and `migrate_to` (a chat id) are the parameters of the error. `account` is a bot's id,
    `recipient` a chat's.
    """

    on: CallKind = "send"
    code: int = 400
    retry_after: int | None = None
    migrate_to: int | None = None


class SentMessage(providers.SentMessage):
    """A call that was accepted: a send, an edit, a deletion, a reaction. `message_id` is `{chat}:{message}`.

    `message_ids` has all messages that it made; `files` names the parts of the request that had bytes.
    """

    method: str
    message_ids: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class Chat(BaseModel):
    """A chat as the fake sees it. `threads`: the topics that it has (`None`: any are taken).

    `refuses_voice`: the person takes no voice messages. `profile_photo`: the file that they show as their picture.
    """

    id: int
    type: Literal["private", "group", "supergroup", "channel"] = "private"
    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    is_forum: bool = False
    standing: ChatStanding = "open"
    migrated_to: int | None = None
    threads: frozenset[int] | None = None
    refuses_voice: bool = False
    profile_photo: str | None = None

    def told(self) -> Json:
        """As messages show it."""
        names = ("title", "first_name", "last_name", "username")
        named = {name: value for name in names if (value := getattr(self, name)) is not None}
        return {"id": self.id, "type": self.type, **named, **({"is_forum": True} if self.is_forum else {})}


@dataclass(slots=True)
class Bot:
    """One bot. `pending` are updates that wait for getUpdates; `polls` counts its calls, of which the last one wins."""

    id: int
    username: str
    name: str
    webhook: Json = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    pending: deque[Json] = field(default_factory=lambda: deque(maxlen=MAX_REMEMBERED))
    polls: int = 0
    last_error: tuple[datetime, str] | None = None

    def told(self) -> Json:
        """As getMe answers."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.name,
            "username": self.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": True,
            "has_main_web_app": False,
        }


class BotApiSettings(BaseModel):
    """Rules of Telegram that are off by default.

    `limits`: more than `per_second` calls of a bot, or `chat_burst` to one chat refilled one a second, are refused with
    429. `unknown_chats`: chats that nobody has written from are taken (`False`: chat not found).
    """

    limits: bool = False
    per_second: int = Field(default=30, ge=1)
    chat_burst: int = Field(default=5, ge=1)
    unknown_chats: bool = True


DEFAULT_UPDATES_LACK = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""What is told only to those who ask for it by name."""


class FakeState(providers.ProviderState[SentMessage, Callback]):
    """What the fake Bot API remembers beside what every fake provider does. Bots and chats come up as they are named.

    `messages` holds every message by (bot, chat, message id); `answered` the callback queries that were answered;
    `actions` the chat actions as (bot, chat, action).
    """

    def __init__(self) -> None:
        super().__init__()
        first = int(datetime.now().timestamp()) - _EPOCH  # noqa: DTZ005 - a number, not a moment
        self._message_ids = itertools.count(first)
        self._update_ids = itertools.count(first * 4 + random.randrange(4))
        self.rules = BotApiSettings()
        self.files = BotFiles(first)
        self.bots: dict[int, Bot] = {}
        self.chats: dict[tuple[int, int], Chat] = {}
        self.messages: OrderedDict[tuple[int, int, int], Json] = OrderedDict()
        self.reactions: dict[tuple[int, int, int], list[Json]] = defaultdict(list)
        self.answered: deque[Json] = deque(maxlen=MAX_REMEMBERED)
        self.actions: deque[tuple[int, int, str]] = deque(maxlen=MAX_REMEMBERED)
        self.read: deque[str] = deque(maxlen=MAX_REMEMBERED)
        self._units: dict[tuple[int, int], tuple[float, datetime]] = {}

    def reset(self) -> None:
        """Back to the beginning; bots, their webhooks and the running numbers stay."""
        bots, numbers, updates, files = self.bots, self._message_ids, self._update_ids, self.files
        super().reset()
        files.clear()
        self.bots, self._message_ids, self._update_ids, self.files = bots, numbers, updates, files

    def bot(self, bot_id: int) -> Bot:
        """The bot with this id; a new one has a name made of it."""
        made = self.bots.get(bot_id)
        if made is None:
            made = self.bots[bot_id] = Bot(bot_id, f"loja_{bot_id}_bot", "Loja Exemplo")
        return made

    def chat(self, bot_id: int, chat_id: int) -> Chat:
        """The chat with this id; an unknown one is a private chat, or a group where the id is negative."""
        made = self.chats.get((bot_id, chat_id))
        if made is None:
            if chat_id > 0:
                made = Chat(id=chat_id, first_name="Cliente")
            else:
                is_super = str(chat_id).startswith("-100")
                made = Chat(id=chat_id, type="supergroup" if is_super else "group", title="Grupo")
            self.chats[bot_id, chat_id] = made
        return made

    def knows_chat(self, bot_id: int, chat_id: int) -> bool:
        """Whether anything was said of this chat before."""
        return (bot_id, chat_id) in self.chats

    def next_message_id(self) -> int:
        """The id of the next message of any chat."""
        return next(self._message_ids)

    def next_update_id(self) -> int:
        """The id of the next update."""
        return next(self._update_ids)

    def keep(self, bot_id: int, message: Json) -> None:
        """Remember a message of either side."""
        self.messages[bot_id, message["chat"]["id"], message["message_id"]] = message
        while len(self.messages) > MAX_REMEMBERED:
            self.messages.popitem(last=False)

    def take_unit(self, bot_id: int, chat_id: int, burst: int, per_second: float) -> float:
        """Count a call against a limit; the seconds until it would be taken, 0.0 when it is."""
        now = self.now()
        left, at = self._units.get((bot_id, chat_id), (float(burst), now))
        left = min(burst, left + (now - at).total_seconds() * per_second)
        self._units[bot_id, chat_id] = (left - 1 if left >= 1 else left, now)
        return 0.0 if left >= 1 else (1 - left) / per_second
