"""Writes what came of attempts, many at a time: while one write is under way, the next ones gather."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog
from pymongo.errors import PyMongoError

from atd_servicekit.backoff import Backoff
from atd_servicekit.faults import Fault, fault_of
from atd_webhook_dispatcher.domain.delivery import Attempt
from atd_webhook_dispatcher.domain.health import Failure
from atd_webhook_dispatcher.domain.outcome import Outcome
from atd_webhook_dispatcher.store.queue import DeliveryQueue
from atd_webhook_dispatcher.store.tallies import Place, Tallies, What, hour_of

MOST_AT_ONCE = 500
BEHIND = 4_000
"""Outcomes that wait to be written before no more is sent."""

GATHER_SECONDS = 0.02
"""Between two writes: nobody waits for them, and each takes processor and journal from what is to be sent."""

TALLY_SECONDS = 1.0
"""How often tallies are added to: a process that is killed loses so much of what people see at a glance."""

_BACKOFF = Backoff.of_seconds(0.05, 2.0)

Written = Callable[[Sequence[Outcome]], None]


class OutcomeWriter:
    """Writes outcomes in their order. `written` is told of each, once it is safe."""

    def __init__(self, queue: DeliveryQueue, tallies: Tallies, written: Written) -> None:
        self._queue = queue
        self._tallies = tallies
        self._written = written
        self._waiting: list[Outcome] = []
        self._counted: dict[Place, Counter[What]] = {}
        self._failures: dict[Place, Failure] = {}
        self._tallied_at = 0.0
        self._wake = asyncio.Event()
        self.last = False
        """Set when nothing more will come: `run` returns once all is written."""

    @property
    def behind(self) -> bool:
        """Whether no more should be sent for the moment."""
        return len(self._waiting) >= BEHIND

    def put(self, outcome: Outcome) -> None:
        """To be written."""
        self._waiting.append(outcome)
        self._wake.set()

    def end(self) -> None:
        """Write what is left, then return from `run`."""
        self.last = True
        self._wake.set()

    async def run(self) -> None:
        """The loop."""
        while not (self.last and not self._waiting):
            await self._something()
            while self._waiting:
                some = self._waiting[:MOST_AT_ONCE]
                written = await self._write(some)
                del self._waiting[: len(some)]
                self._written(written)
                _count(self._counted, written)
                _fail(self._failures, written)
                await self._add_up()
                if not self.last:
                    await asyncio.sleep(GATHER_SECONDS)
            await self._add_up()
        await self._add_up(at_once=True)

    async def _something(self) -> None:
        """Wait for outcomes, or for the time to add up."""
        try:
            async with asyncio.timeout(TALLY_SECONDS if self._counted else None):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    async def _add_up(self, *, at_once: bool = False) -> None:
        now = asyncio.get_running_loop().time()
        if not self._counted or (not at_once and now - self._tallied_at < TALLY_SECONDS):
            return
        counted, self._counted, self._tallied_at = self._counted, {}, now
        failures, self._failures = self._failures, {}
        try:
            await self._tallies.add(counted, failures)
        except (PyMongoError, OSError) as error:  # they are for people to look at; the ledger has the truth
            structlog.get_logger().warning("tallies.not_written", error=type(error).__name__)

    async def _write(self, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
        """Write them, however long MongoDB is away; those that are written.

        One that can never be written stays what it is in memory, so that it is not sent again and again.
        """
        try:
            await self._until_there(outcomes)
        except Exception as error:  # noqa: BLE001 - one of them cannot be written: which one?
            structlog.get_logger().error("outcomes.refused", rows=len(outcomes), error=type(error).__name__)
            outcomes = [one for one in outcomes if await self._alone(one)]
        return outcomes

    async def _until_there(self, outcomes: Sequence[Outcome]) -> None:
        failures = 0
        while True:
            try:
                return await self._queue.write(outcomes)
            except (PyMongoError, OSError) as error:
                if fault_of(error) is Fault.RECORD:
                    raise
                failures += 1
                structlog.get_logger().warning("outcomes.not_written", rows=len(outcomes), error=type(error).__name__)
            await asyncio.sleep(_BACKOFF.longest(failures).total_seconds())

    async def _alone(self, outcome: Outcome) -> bool:
        """Write one, else without what was answered; whether that was possible."""
        for one in (outcome, replace(outcome, attempt=outcome.attempt and bare(outcome.attempt))):
            try:
                await self._until_there([one])
            except Exception as error:  # noqa: BLE001 - whatever it is, the others have to be written
                structlog.get_logger().error("outcome.refused", delivery_id=one.row.id, error=type(error).__name__)
            else:
                return True
        return False


def bare(attempt: Attempt) -> Attempt:
    """An attempt without what the receiver said."""
    return Attempt(at=attempt.at, outcome=attempt.outcome, ms=attempt.ms, status=attempt.status)


def _count(found: dict[Place, Counter[What]], outcomes: Sequence[Outcome]) -> None:
    for one in outcomes:
        attempt = one.attempt
        if attempt is None:
            continue
        counted = found.setdefault((one.row.endpoint_id, hour_of(one.at)), Counter())
        if one.state == "delivered":
            counted["delivered"] += 1
            counted["ms"] += attempt.ms
        else:
            counted["failed_attempts"] += 1
            counted["failed"] += one.state == "failed"


def _fail(found: dict[Place, Failure], outcomes: Sequence[Outcome]) -> None:
    for one in outcomes:
        attempt = one.attempt
        if attempt is not None and one.state != "delivered":
            found[one.row.endpoint_id, hour_of(one.at)] = Failure(attempt.at, attempt.outcome, attempt.status)
