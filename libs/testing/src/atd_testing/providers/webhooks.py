"""Delivers webhooks as providers do: at least once, in batches, retried until 200, and worse when told so."""

import asyncio
import contextlib
import heapq
import random
from collections import deque
from collections.abc import Callable, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

import httpx
from pydantic import BaseModel, Field

ReceiptState = Literal["sent", "delivered", "read", "played", "failed"]

Json = dict[str, Any]

RETRY_LIMIT_SECONDS = 5.0


class Callback(BaseModel):
    """Where the webhooks of an account go, and the secret that signs them; without `account`, those of every one."""

    callback_url: str
    secret: str = ""
    account: str | None = None


class HasCallbackUrl(Protocol):
    """What a callback of any provider has."""

    callback_url: str


C = TypeVar("C", bound=HasCallbackUrl)
C_co = TypeVar("C_co", bound=HasCallbackUrl, covariant=True)
C_contra = TypeVar("C_contra", bound=HasCallbackUrl, contravariant=True)


class WebhookFormat(Protocol[C_contra]):
    """How a provider's webhooks look."""

    def batch_key(self, callback: C_contra) -> Hashable:
        """Updates for callbacks of the same key may share a body."""

    def encode(self, callback: C_contra, updates: Sequence[Json]) -> bytes:
        """The body that carries these updates."""

    def headers(self, callback: C_contra, raw: bytes) -> dict[str, str]:
        """Content type and signature of a body."""


class WebhookSettings(BaseModel):
    """How webhooks are delivered. `receipts` are the states reported for each message that was sent."""

    receipts: tuple[ReceiptState, ...] = ("sent", "delivered", "read")
    receipt_delay_ms: int = 0
    duplicates: int = 0
    shuffle: bool = False
    batch_size: int = Field(default=1, ge=1, le=1000)
    batch_wait_ms: int = 0
    concurrency: int = Field(default=1, ge=1, le=64)
    retry_base_ms: int = 200
    max_attempts: int = Field(default=12, ge=1)


class Delivery(BaseModel):
    """One webhook body; `statuses` has the HTTP status of each attempt, 0 for no answer."""

    number: int
    url: str
    body: str
    statuses: list[int] = Field(default_factory=list)
    done: bool = False


class WebhookState(Protocol[C_co]):
    """What a sender reads and writes of its fake's state; `delivered` counts the deliveries."""

    webhooks: WebhookSettings
    deliveries: deque[Delivery]
    delivered: int

    def callback_of(self, account: str) -> C_co | None:
        """The callback for webhooks of this account."""


@dataclass(frozen=True, slots=True, order=True)
class _Update:
    """One thing to report, not before `due` (loop time, seconds); `number` counts them."""

    due: float
    number: int
    content: Json = field(compare=False)


@dataclass(slots=True)
class _Queue(Generic[C]):
    """What waits for one callback: a heap of what is not due yet, and what is. `in_flight` counts bodies."""

    callback: C
    later: list[_Update] = field(default_factory=list)
    due: list[_Update] = field(default_factory=list)
    in_flight: int = 0

    def move_due(self, now: float) -> None:
        while self.later and self.later[0].due <= now:
            self.due.append(heapq.heappop(self.later))


class WebhookSender(Generic[C]):
    """Posts updates to the callbacks. `client` may be given to reach an application in this process.

    `on_delivered` is called with every delivery that was answered 200 or given up.
    """

    def __init__(
        self,
        state: WebhookState[C],
        webhook_format: WebhookFormat[C],
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self.client = client or httpx.AsyncClient(timeout=30, trust_env=False)
        self.on_delivered: Callable[[Delivery], None] | None = None
        self._state = state
        self._format = webhook_format
        self._queues: dict[Hashable, _Queue[C]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._progress = asyncio.Event()
        self._random = random.Random(20260301)
        self._enqueued = 0

    async def start(self) -> None:
        """Begin to deliver."""
        self._spawn(self._run())

    async def stop(self) -> None:
        """Drop what waits and close the client."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.aclose()

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is in flight."""
        return not any(queue.later or queue.due or queue.in_flight for queue in self._queues.values())

    async def wait_until_idle(self, deadline: float = 60.0) -> None:
        """Return when idle.

        Raises:
            TimeoutError: not idle after `deadline` seconds.
        """
        async with asyncio.timeout(deadline):
            while not self.idle:
                self._progress.clear()
                await self._progress.wait()

    def reset(self) -> None:
        """Forget what waits; what is in flight is still finished."""
        for queue in self._queues.values():
            queue.later.clear()
            queue.due.clear()
        self._progress.set()

    def enqueue(self, account: str, update: Json, delay: float = 0.0) -> bool:
        """Deliver an update after `delay` seconds; False when the account has no callback."""
        callback = self._state.callback_of(account)
        if callback is None:
            return False
        due = asyncio.get_running_loop().time() + delay
        queue = self._queues.setdefault(self._format.batch_key(callback), _Queue(callback))
        self._enqueued += 1
        heapq.heappush(queue.later, _Update(due, self._enqueued, update))
        self._wake.set()
        return True

    async def deliver(self, callback: C, raw: bytes, headers: Mapping[str, str] | None = None) -> Delivery:
        """Post a body until it is answered 200 or the attempts are used up.

        `headers` replace the right ones of that name; such a body is posted once only.
        """
        settings = self._state.webhooks
        self._state.delivered += 1
        delivery = Delivery(number=self._state.delivered, url=callback.callback_url, body=raw.decode(errors="replace"))
        self._state.deliveries.append(delivery)
        sent_headers = self._format.headers(callback, raw) | dict(headers or {})
        for attempt in range(settings.max_attempts):
            try:
                answer = await self.client.post(callback.callback_url, content=raw, headers=sent_headers)
                delivery.statuses.append(answer.status_code)
            except httpx.HTTPError:
                delivery.statuses.append(0)
            if delivery.statuses[-1] == httpx.codes.OK or headers is not None:
                break
            await asyncio.sleep(min(settings.retry_base_ms / 1000 * 2**attempt, RETRY_LIMIT_SECONDS))
        delivery.done = True
        if self.on_delivered is not None:
            self.on_delivered(delivery)
        return delivery

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            pause = self._send_due()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)

    def _send_due(self) -> float | None:
        """Start a delivery for what is due; the seconds until more is due, `None` when nothing waits."""
        settings = self._state.webhooks
        now = asyncio.get_running_loop().time()
        pauses: list[float] = []
        for queue in self._queues.values():
            queue.move_due(now)
            while queue.due and queue.in_flight < settings.concurrency:
                batch_until = queue.due[0].due + settings.batch_wait_ms / 1000
                if len(queue.due) < settings.batch_size and batch_until > now:
                    pauses.append(batch_until - now)
                    break
                self._start_delivery(queue)
            if queue.later:
                pauses.append(queue.later[0].due - now)
        return min(pauses, default=None)

    def _start_delivery(self, queue: _Queue[C]) -> None:
        settings = self._state.webhooks
        if settings.shuffle:
            self._random.shuffle(queue.due)
        batch, queue.due = queue.due[: settings.batch_size], queue.due[settings.batch_size :]
        queue.in_flight += 1
        self._spawn(self._deliver_copies(queue, self._format.encode(queue.callback, [one.content for one in batch])))

    async def _deliver_copies(self, queue: _Queue[C], raw: bytes) -> None:
        try:
            for _ in range(1 + self._state.webhooks.duplicates):
                await self.deliver(queue.callback, raw)
        finally:
            queue.in_flight -= 1
            self._wake.set()
            self._progress.set()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
