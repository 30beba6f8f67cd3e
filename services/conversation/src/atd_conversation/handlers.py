"""Kafka in: load, decide, save; one transaction for each batch."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.intake import Batch, Cause, Intake, apply_waiting_changes, numbers_needed, take_in, waiting
from atd_conversation.store.directory import Directory
from atd_conversation.store.inbound import InboundLoader
from atd_conversation.store.unit import UnitStore
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import AttendantChanged, ChannelAccountChanged, TemplateChanged
from atd_servicekit.clock import Clock
from atd_servicekit.consuming import Record
from atd_servicekit.inbox import retry_stale

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

Transaction = Callable[[Callable[["Session"], Awaitable[None]]], Awaitable[None]]


class InboundHandler:
    """`inbound.events.v1`: the events of channels become contacts, conversations and messages."""

    def __init__(self, loader: InboundLoader, store: UnitStore, transaction: Transaction, clock: Clock) -> None:
        self._loader = loader
        self._store = store
        self._transaction = transaction
        self._clock = clock

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        """Decides again when somebody else changed the same conversations meanwhile. Raises as `retry_stale` does."""
        await retry_stale(lambda attempt: self._handle(records, thorough=attempt > 1), records=len(records))

    async def _handle(self, records: Sequence[Record[Any]], *, thorough: bool) -> None:
        batch = Batch.of(record.event for record in records)
        loaded = await self._loader.load(batch, thorough=thorough)
        if not loaded.handled >= batch.event_ids:
            needed = numbers_needed(loaded, [e for e in batch.people if e.id not in loaded.handled])
            numbers = {
                tenant_id: iter(await self._loader.next_numbers(tenant_id, count))
                for tenant_id, count in needed.items()
            }
            now = self._clock.now()
            causes = [Cause(record.event, record.traceparent) for record in records]
            await self._save(take_in(Intake(loaded, numbers, now, uuid7), causes), now)
        await self._apply_waiting_changes(batch)

    async def _apply_waiting_changes(self, batch: Batch) -> None:
        """Make the changes that wait for a message of this batch, or were left waiting by it.

        Looked for after the batch is saved, whoever saved it: of a message and its change that two processes take in
        at once, the one that is saved later finds the other.
        """
        rows = await self._loader.early_changes(batch)
        if not rows:
            return
        changes = [event for row in rows.values() for event in waiting(row)]
        loaded = await self._loader.load(Batch.of(changes))
        now = self._clock.now()
        unit = apply_waiting_changes(Intake(loaded, {}, now, uuid7), rows)
        if unit.early_changes:
            await self._save(unit, now)

    async def _save(self, unit: UnitOfWork, now: datetime) -> None:
        await self._transaction(lambda session: self._store.save(session, unit, now))


class SettingsHandler:
    """`settings.changes.v1`: copies of what other services own and this one shows or checks."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        for record in records:
            event = record.event
            if isinstance(event, ChannelAccountChanged):
                await self._directory.put_account(event)
            elif isinstance(event, AttendantChanged):
                await self._directory.put_attendant(event)
            elif isinstance(event, TemplateChanged):
                await self._directory.put_template(event)
