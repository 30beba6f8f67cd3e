"""Brings updates to bots: to their webhook, with its secret in a header, or to getUpdates."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence

import httpx
import orjson

from atd_testing.providers import Callback, Delivery, WebhookSender
from atd_testing.telegram.errors import conflict
from atd_testing.telegram.state import DEFAULT_UPDATES_LACK, FakeState, Json

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
_PAGE = 100
_LONGEST_POLL = 50.0


class TelegramFormat:
    """How Telegram's webhooks look: one update is one body."""

    def batch_key(self, callback: Callback) -> Hashable:
        """Each bot has a queue of its own."""
        return callback.callback_url, callback.account

    def encode(self, callback: Callback, updates: Sequence[Json]) -> bytes:  # noqa: ARG002 - of `WebhookFormat`
        """The body: Telegram sends no batches, so a larger `batch_size` is a mistake of the test."""
        [update] = updates
        return orjson.dumps(update)

    def headers(self, callback: Callback, raw: bytes) -> dict[str, str]:  # noqa: ARG002 - of `WebhookFormat`
        """Content type, and the secret token where one was set."""
        secret = {SECRET_HEADER: callback.secret} if callback.secret else {}
        return {"Content-Type": "application/json", **secret}


class UpdatesQueue:
    """What waits for bots; `sender` posts to their webhooks.

    `on_delivered` is called with every delivery that was taken or given up, `on_webhook` with every bot whose webhook
    was set or removed.
    """

    def __init__(self, state: FakeState, client: httpx.AsyncClient | None = None) -> None:
        self._state = state
        self._came: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self.sender: WebhookSender[Callback] = WebhookSender(state, TelegramFormat(), client)
        self.sender.on_delivered = self._delivered
        self.on_delivered: Callable[[Delivery], None] | None = None
        self.on_webhook: Callable[[int], None] | None = None

    def tell(self, bot_id: int, update: Json) -> Json | None:
        """Tell a bot of an update, which gets an id if it has none; `None` when the bot does not ask for its kind."""
        update = {"update_id": update.get("update_id", self._state.next_update_id()), **update}
        kinds = update.keys() - {"update_id"}
        bot = self._state.bot(bot_id)
        wanted = kinds & set(bot.allowed) if bot.allowed else kinds - DEFAULT_UPDATES_LACK
        if not wanted and kinds:
            return None
        if not self.sender.enqueue(str(bot_id), update):
            bot.pending.append(update)
            self._came[bot_id].set()
        return update

    def set_webhook(self, bot_id: int, url: str, secret: str) -> None:
        """From now on updates go there, those that wait first; an empty address: they wait for getUpdates."""
        account = str(bot_id)
        if not url:
            self._state.callbacks.pop(account, None)
            self._registered(bot_id)
            return
        self._state.callbacks[account] = Callback(callback_url=url, secret=secret, account=account)
        waiting = self._state.bot(bot_id).pending
        while waiting:
            self.sender.enqueue(account, waiting.popleft())
        self._registered(bot_id)

    def _registered(self, bot_id: int) -> None:
        if self.on_webhook is not None:
            self.on_webhook(bot_id)

    async def poll(self, bot_id: int, offset: int, limit: int, timeout: float) -> list[Json]:
        """The updates from `offset` on, once there are any or `timeout` seconds are over; older ones are confirmed."""
        bot = self._state.bot(bot_id)
        if str(bot_id) in self._state.callbacks:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        bot.polls += 1
        poll, came = bot.polls, self._came[bot_id]
        came.set()  # another poll that waits ends
        while bot.pending and bot.pending[0]["update_id"] < offset:
            bot.pending.popleft()
        until = asyncio.get_running_loop().time() + min(timeout, _LONGEST_POLL)
        while not bot.pending and (left := until - asyncio.get_running_loop().time()) > 0:
            came.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(came.wait(), left)
            if bot.polls != poll:
                raise conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running"
                )
        return list(bot.pending)[: min(max(limit, 1), _PAGE)]

    def _delivered(self, delivery: Delivery) -> None:
        """Remember what getWebhookInfo tells of a failure."""
        if self.on_delivered is not None:
            self.on_delivered(delivery)
        last = delivery.statuses[-1] if delivery.statuses else 0
        if last == httpx.codes.OK:
            return
        words = "Connection refused" if last == 0 else f"Wrong response from the webhook: {last}"
        for account, callback in self._state.callbacks.items():
            if callback.callback_url == delivery.url and account is not None:
                self._state.bot(int(account)).last_error = (self._state.now(), words)
