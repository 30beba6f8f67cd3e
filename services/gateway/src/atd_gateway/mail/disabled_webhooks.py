"""Tells a company's administrators by mail that one of their webhooks was disabled: once over all processes.

Every process reads `webhook.events.v1` from its beginning. The first one to write the event's id down also adds a job,
in the same transaction; the job writes to one administrator after the other and remembers whom it has told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from pydantic import ValidationError
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from atd_gateway.domain.mail_words import DisabledWebhook, Language, disabled_words
from atd_gateway.mail.smtp import MailRefused
from atd_gateway.metrics import GatewayMetrics
from atd_gateway.raw_record import RawRecord
from atd_gateway.store.people import Attendant
from atd_schemas.webhooks import WebhookChanged
from atd_servicekit.clock import Clock
from atd_servicekit.jobs import Again, Job, Jobs

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

KIND = "webhook-disabled-mail"
TOLD = "mails"
MAIL_INDEXES: Mapping[str, Sequence[IndexModel]] = {TOLD: [IndexModel([("expires_at", 1)], expireAfterSeconds=0)]}

FRESH = timedelta(hours=24)
"""What is older is news to nobody: an installation that gets a mail server does not write about last week."""

_REMEMBERED = timedelta(days=8)
"""Longer than the topic keeps an event."""

MOST_TOLD = 50
"""Administrators who are written to."""

MOST_WAITING = 1_000
RETRY_SECONDS = 5.0


class People(Protocol):
    """Who is written to."""

    async def administrators(self, tenant_id: str, limit: int) -> Sequence[Attendant]: ...


class Sender(Protocol):
    """`Mailer`."""

    async def send(self, recipient: str, subject: str, text: str, message_id: str) -> None: ...


Transaction = Callable[[Callable[["Session"], Awaitable[None]]], Awaitable[None]]


class DisabledWebhookMails:
    """Hears of endpoints that were disabled (`take`), and has mails about them sent (`run` and the job)."""

    def __init__(
        self,
        database: "Database",
        jobs: Jobs,
        transaction: Transaction,
        people: People,
        sender: Sender,
        public_url: str,
        language: Language,
        clock: Clock,
        metrics: GatewayMetrics,
    ) -> None:
        self._told = database[TOLD]
        self._jobs = jobs
        self._transaction = transaction
        self._people = people
        self._sender = sender
        self._public_url = public_url.rstrip("/")
        self._language = language
        self._clock = clock
        self._metrics = metrics
        self._heard: asyncio.Queue[WebhookChanged] = asyncio.Queue(MOST_WAITING)
        jobs.handle(KIND, self.step)

    async def take(self, records: Sequence[RawRecord]) -> None:
        """Read records of `webhook.events.v1`. Waits while too many are in hand: no event is passed over."""
        for record in records:
            try:
                event = WebhookChanged.model_validate_json(record.value or b"")
            except ValidationError:
                structlog.get_logger().warning("mail.event_skipped", partition=record.partition, offset=record.offset)
                continue
            if event.type == "webhook.disabled" and self._clock.now() - event.recorded_at < FRESH:
                await self._heard.put(event)

    async def run(self) -> None:
        """Write down what was heard, for as long as the process lives."""
        while True:
            event = await self._heard.get()
            while not await self._added(event):  # noqa: ASYNC110 - MongoDB is away, and says nothing when it is back
                await asyncio.sleep(RETRY_SECONDS)

    async def _added(self, event: WebhookChanged) -> bool:
        """Whether the mail is somebody's job now: ours, or of a process that was faster."""
        now = self._clock.now()
        row: Document = {"_id": event.id, "expires_at": now + _REMEMBERED}
        data: dict[str, Any] = {
            "endpoint_id": event.data.endpoint_id,
            "host": event.data.host,
            "description": event.data.description,
            "reason": event.data.reason or "failing",
            "since": None if event.data.since is None else event.data.since.isoformat(),
            "failed": event.data.failed,
            "at": event.occurred_at.isoformat(),
            "told": [],
        }

        async def work(session: "Session") -> None:
            await self._told.insert_one(row, session=session)
            await self._jobs.put(session, Job(f"{KIND}:{event.id}", KIND, event.tenant_id, now, data))

        try:
            await self._transaction(work)
        except DuplicateKeyError:
            return True
        except (PyMongoError, OSError) as error:
            structlog.get_logger().warning("mail.not_added", error=type(error).__name__)
            return False
        return True

    async def step(self, job: Job) -> Again | None:
        """Write to one administrator who was not written to. What the server does not take now is tried again."""
        told = list(job.data["told"])
        people = await self._people.administrators(job.tenant_id, MOST_TOLD)
        person = next((one for one in people if one.id not in told), None)
        if person is None:
            return None
        words = disabled_words(self._described(job.data), self._language)
        try:
            await self._sender.send(person.email, words.subject, words.text, f"{job.id}.{person.id}".replace(":", "."))
            outcome = "sent"
        except MailRefused as refused:
            outcome = "refused"
            structlog.get_logger().warning("mail.refused", tenant_id=job.tenant_id, reason=str(refused))
        self._metrics.mails.labels(outcome).inc()
        return Again(self._clock.now(), {**job.data, "told": [*told, person.id]})

    def _described(self, data: Mapping[str, Any]) -> DisabledWebhook:
        return DisabledWebhook(
            host=data["host"],
            description=data["description"],
            reason=data["reason"],
            since=data["since"],
            failed=data["failed"],
            at=data["at"],
            link=f"{self._public_url}/settings/webhooks/{data['endpoint_id']}",
        )
