"""Kafka in: load, decide, save; one transaction for each batch."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pymongo.errors import OperationFailure

from atd_conversation.automations import Automations
from atd_conversation.commands.decisions import Decisions, Outcome
from atd_conversation.domain.automation.policies import Automation
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.intake import Batch, Cause, Intake, apply_waiting_changes, numbers_needed, take_in, waiting
from atd_conversation.intake.loaded import Loaded
from atd_conversation.metrics import ConversationMetrics
from atd_conversation.store.availability import Availability
from atd_conversation.store.directory import Directory
from atd_conversation.store.inbound import InboundLoader
from atd_conversation.store.teams import Teams
from atd_conversation.store.unit import UnitStore
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import AttendantChanged, ChannelAccountChanged, TeamChanged, TemplateChanged
from atd_servicekit.clock import Clock
from atd_servicekit.consuming import Record
from atd_servicekit.errors import StaleVersion
from atd_servicekit.inbox import retry_stale
from atd_servicekit.mongo import is_conflict

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


class Transaction(Protocol):
    """What runs work in a transaction and commits it."""

    async def __call__(self, work: "Callable[[Session], Awaitable[None]]", *, retry_conflicts: bool = True) -> None: ...


async def run_once(transaction: Transaction, work: "Callable[[Session], Awaitable[None]]") -> None:
    """Run `work` in a transaction. Raises `StaleVersion` where another one wrote the same: to be decided again."""
    try:
        await transaction(work, retry_conflicts=False)
    except OperationFailure as error:
        if is_conflict(error):
            raise StaleVersion from error
        raise


class InboundHandler:
    """The events of channels become contacts, conversations and messages."""

    def __init__(
        self,
        loader: InboundLoader,
        store: UnitStore,
        transaction: Transaction,
        clock: Clock,
        automations: Automations | None = None,
    ) -> None:
        """`automations`: what companies have decided of automatic messages; None: nobody has changed anything."""
        self._automations = automations or Automations(None)
        self._loader = loader
        self._store = store
        self._transaction = transaction
        self._clock = clock
        self._repeated = False

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        """Decides again when somebody else changed the same conversations meanwhile. Raises as `retry_stale` does."""
        await retry_stale(lambda attempt: self._handle(records, again=attempt > 1), records=len(records))

    async def _handle(self, records: Sequence[Record[Any]], *, again: bool) -> None:
        """Take the batch in.

        Messages that are stored already are rare, and come in numbers when they do: they are looked for when the
        first try failed, or when there were some in the batch before.
        """
        batch = Batch.of(record.event for record in records)
        causes = [Cause(record.event, record.traceparent) for record in records]
        thorough = again or self._repeated
        automation = await self._automations.of_all(event.tenant_id for event in batch.people)
        unit = UnitOfWork()

        async def work(session: "Session") -> None:
            nonlocal unit
            loaded = await self._loader.load(session, batch, thorough=thorough)
            self._repeated = not loaded.handled.isdisjoint(event.id for event in batch.arrivals())
            if not loaded.handled >= batch.event_ids:
                numbers = await self._numbers(loaded, batch, automation)
                now = self._clock.now()
                unit = take_in(Intake(loaded, numbers, now, uuid7, automation=automation), causes)
                await self._store.save(session, unit, now)

        await self._run(work)
        await self._apply_waiting_changes(batch, unit)

    async def _numbers(
        self, loaded: Loaded, batch: Batch, automation: Mapping[str, Automation]
    ) -> dict[str, Iterator[int]]:
        needed = numbers_needed(loaded, [event for event in batch.people if event.id not in loaded.handled], automation)
        return {
            tenant_id: iter(await self._loader.next_numbers(tenant_id, count)) for tenant_id, count in needed.items()
        }

    async def _apply_waiting_changes(self, batch: Batch, saved: UnitOfWork) -> None:
        """Make the changes that wait for a message of this batch, or were left waiting by it.

        Looked for after the batch is saved, whoever saved it: of a message and its change that two processes take in
        at once, the one that is saved later finds the other.
        """
        rows = await self._loader.early_changes(batch, saved.early_changes.keys(), saved.other_names)
        if not rows:
            return
        changes = [event for row in rows.values() for event in waiting(row)]

        async def work(session: "Session") -> None:
            loaded = await self._loader.load(session, Batch.of(changes), answers=True)
            now = self._clock.now()
            unit = apply_waiting_changes(Intake(loaded, {}, now, uuid7), rows)
            if unit.early_changes:
                await self._store.save(session, unit, now)

        await self._run(work)

    async def _run(self, work: "Callable[[Session], Awaitable[None]]") -> None:
        await run_once(self._transaction, work)


class RoutingHandler:
    """`routing.decisions.v1`: what routing has decided is done, where it may still be done."""

    def __init__(self, decisions: Decisions, transaction: Transaction, metrics: ConversationMetrics) -> None:
        self._decisions = decisions
        self._transaction = transaction
        self._metrics = metrics

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        """Decides again when somebody else changed the same conversations meanwhile. Raises as `retry_stale` does."""
        outcomes = await retry_stale(lambda _: self._handle(records), records=len(records))
        for decision_type, outcome in outcomes:
            self._metrics.routing_decisions_taken.labels(decision_type, outcome).inc()

    async def _handle(self, records: Sequence[Record[Any]]) -> list[tuple[str, Outcome]]:
        outcomes: list[tuple[str, Outcome]] = []

        async def work(session: "Session") -> None:
            outcomes[:] = await self._decisions.take(session, records)

        await run_once(self._transaction, work)
        return outcomes


class AttendantsHandler:
    """`attendant.events.v1`: how available attendants are, for those who hand conversations over."""

    def __init__(self, availability: Availability) -> None:
        self._availability = availability

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        latest = {record.event.data.attendant.id: record.event for record in records}
        await self._availability.put(list(latest.values()))


class SettingsHandler:
    """`settings.changes.v1`: copies of what other services own and this one shows or checks."""

    def __init__(self, directory: Directory, teams: Teams) -> None:
        self._directory = directory
        self._teams = teams

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        for record in records:
            event = record.event
            if isinstance(event, ChannelAccountChanged):
                await self._directory.put_account(event)
            elif isinstance(event, AttendantChanged):
                await self._directory.put_attendant(event)
            elif isinstance(event, TemplateChanged):
                await self._directory.put_template(event)
            elif isinstance(event, TeamChanged):
                await self._teams.put(event)
