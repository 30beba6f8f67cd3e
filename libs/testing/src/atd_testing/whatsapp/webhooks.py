"""Delivering webhooks as Meta does: at least once, batched, retried until 200, and worse when told so."""

import asyncio
import contextlib
import heapq
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field

import httpx

from atd_testing.whatsapp import builders
from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.customers import Written
from atd_testing.whatsapp.state import Callback, Delivery, FakeState, ReadMark, ReceiptState, SentMessage

RETRY_LIMIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True, order=True)
class Update:
    """One thing to tell: a `changes` element, not before `due` (loop time, seconds); `number` counts them."""

    due: float
    number: int
    change: Json = field(compare=False)


@dataclass(slots=True)
class _Outbound:
    """What waits for one callback: a heap of what is not due yet, and what is. `busy` counts bodies on their way."""

    callback: Callback
    later: list[Update] = field(default_factory=list)
    due: list[Update] = field(default_factory=list)
    busy: int = 0

    def ripen(self, now: float) -> None:
        while self.later and self.later[0].due <= now:
            self.due.append(heapq.heappop(self.later))


class WebhookDeliverer:
    """Posts updates to the callbacks. `client` may be given to reach an application in this process.

    `on_delivered` hears of every body that was answered 200 or given up.
    """

    def __init__(self, state: FakeState, client: httpx.AsyncClient | None = None) -> None:
        self._state = state
        self._client = client or httpx.AsyncClient(timeout=10, trust_env=False)
        self._outbound: dict[tuple[str, str], _Outbound] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._progress = asyncio.Event()
        self._random = random.Random(20260301)
        self._enqueued = 0
        self.on_delivered: Callable[[Delivery], None] | None = None

    async def start(self) -> None:
        """Begin to deliver."""
        self._spawn(self._run())

    async def stop(self) -> None:
        """Drop what waits and close the client."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    @property
    def idle(self) -> bool:
        """True when nothing waits and nothing is on its way."""
        return not any(waiting.later or waiting.due or waiting.busy for waiting in self._outbound.values())

    async def settle(self, deadline: float = 10.0) -> None:
        """Return when idle.

        Raises:
            TimeoutError: not idle after `deadline` seconds.
        """
        async with asyncio.timeout(deadline):
            while not self.idle:
                self._progress.clear()
                await self._progress.wait()

    def reset(self) -> None:
        """Forget what waits; what is on its way is still finished."""
        for waiting in self._outbound.values():
            waiting.later.clear()
            waiting.due.clear()
        self._progress.set()

    def customer_wrote(self, phone_number_id: str, messages: Sequence[Json], contacts: Sequence[Json]) -> bool:
        """Tell of these messages; False when the number has no callback."""
        return self.enqueue(phone_number_id, builders.change(phone_number_id, messages=messages, contacts=contacts))

    def on_sent(self, sent: SentMessage) -> None:
        """Tell every state of `receipts` about a message that was sent; a reaction is only ever `sent`."""
        settings = self._state.webhooks
        wanted = settings.receipts if sent.kind != "reaction" else settings.receipts[:1]
        for place, state in enumerate(wanted, 1):
            self.report(sent, state, delay=place * settings.receipt_delay_ms / 1000)

    def on_failing(self, sent: SentMessage, code: int, details: str) -> None:
        """Tell that a message which was taken could not be delivered."""
        self.report(sent, "failed", code, details, delay=self._state.webhooks.receipt_delay_ms / 1000)

    def on_read(self, mark: ReadMark) -> None:
        """Nothing is told of what the business has read."""

    def on_written(self, written: Written) -> None:
        """What a customer writes needs nobody here but the webhook."""

    def report(
        self,
        sent: SentMessage,
        state: ReceiptState,
        code: int = 131047,
        details: str = "More than 24 hours have passed",
        *,
        delay: float = 0.0,
    ) -> bool:
        """Tell one state of a message after `delay` seconds; code and details are those of a failure."""
        phone = sent.recipient.lstrip("+")
        person = phone if phone.isdigit() else None
        status = builders.status(
            sent.message_id,
            state,
            self._state.now(),
            recipient=person,
            user_id=builders.business_scoped_user_id(phone) if person else sent.recipient,
            callback_data=sent.callback_data,
            errors=[builders.error(code, details)] if state == "failed" else (),
        )
        change = builders.change(sent.phone_number_id, statuses=[status])
        return self.enqueue(sent.phone_number_id, change, delay)

    def enqueue(self, phone_number_id: str, change: Json, delay: float = 0.0) -> bool:
        """Deliver a change after `delay` seconds; False when the number has no callback."""
        callback = self._state.callback_of(phone_number_id)
        if callback is None:
            return False
        due = asyncio.get_running_loop().time() + delay
        key = (callback.callback_url, callback.app_secret)
        waiting = self._outbound.setdefault(key, _Outbound(callback))
        self._enqueued += 1
        heapq.heappush(waiting.later, Update(due, self._enqueued, change))
        self._wake.set()
        return True

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            pause = self._send_what_is_due()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)

    def _send_what_is_due(self) -> float | None:
        """Start a delivery for what is due; the seconds until more is due, `None` when nothing waits."""
        settings = self._state.webhooks
        now = asyncio.get_running_loop().time()
        pauses: list[float] = []
        for waiting in self._outbound.values():
            waiting.ripen(now)
            while waiting.due and waiting.busy < settings.concurrency:
                ripe = waiting.due[0].due + settings.batch_wait_ms / 1000
                if len(waiting.due) < settings.batch_size and ripe > now:
                    pauses.append(ripe - now)
                    break
                self._start_delivery(waiting)
            if waiting.later:
                pauses.append(waiting.later[0].due - now)
        return min(pauses, default=None)

    def _start_delivery(self, waiting: _Outbound) -> None:
        settings = self._state.webhooks
        if settings.shuffle:
            self._random.shuffle(waiting.due)
        taken, waiting.due = waiting.due[: settings.batch_size], waiting.due[settings.batch_size :]
        account = waiting.callback.business_account_id
        body = builders.body(*(builders.entry(account, update.change) for update in taken))
        waiting.busy += 1
        self._spawn(self._deliver_copies(waiting, builders.encode(body)))

    async def _deliver_copies(self, waiting: _Outbound, raw: bytes) -> None:
        try:
            for _ in range(1 + self._state.webhooks.duplicates):
                await self.deliver(waiting.callback, raw)
        finally:
            waiting.busy -= 1
            self._wake.set()
            self._progress.set()

    async def deliver(self, callback: Callback, raw: bytes, signature: str | None = None) -> Delivery:
        """Post a body until it is answered 200 or the attempts are used up; `signature` overrides ours."""
        settings = self._state.webhooks
        headers = builders.signed_headers(raw, callback.app_secret)
        if signature is not None:
            headers[builders.SIGNATURE_HEADER] = signature
        self._state.delivered += 1
        delivery = Delivery(number=self._state.delivered, url=callback.callback_url, body=raw.decode(errors="replace"))
        self._state.deliveries.append(delivery)
        for attempt in range(settings.max_attempts):
            try:
                answer = await self._client.post(callback.callback_url, content=raw, headers=headers)
                delivery.statuses.append(answer.status_code)
            except httpx.HTTPError:
                delivery.statuses.append(0)
            if delivery.statuses[-1] == httpx.codes.OK or signature is not None:
                break
            await asyncio.sleep(min(settings.retry_base_ms / 1000 * 2**attempt, RETRY_LIMIT_SECONDS))
        delivery.done = True
        if self.on_delivered is not None:
            self.on_delivered(delivery)
        return delivery

    async def handshake(self, callback: Callback) -> bool:
        """Meta's GET: true when the challenge comes back bare."""
        challenge = str(self._random.randrange(10**9, 10**10))
        asked = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": callback.verify_token or "",
        }
        try:
            answer = await self._client.get(callback.callback_url, params=asked)
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK and answer.text == challenge

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
