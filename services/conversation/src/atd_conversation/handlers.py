"""Kafka in: load, decide, save; one transaction for each batch."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from atd_conversation.batch import Batch
from atd_conversation.intake import Intake, numbers_needed, settle, take_in, waiting
from atd_conversation.store.directory import Directory
from atd_conversation.store.inbound import InboundLoader
from atd_conversation.store.unit import Stale, Unit, UnitStore
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import AttendantChanged, ChannelAccountChanged, TemplateChanged
from atd_servicekit.clock import Clock
from atd_servicekit.consuming import Record
from atd_servicekit.errors import InfrastructureFault

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

Transaction = Callable[[Callable[["Session"], Awaitable[None]]], Awaitable[None]]

STALE_TRIES = 8
"""How often a decision is taken again because somebody else changed the same conversation."""

_PAUSE_SECONDS = 0.003


class InboundHandler:
    """`inbound.events.v1`: what channels tell becomes contacts, conversations and messages."""

    def __init__(self, loader: InboundLoader, store: UnitStore, transaction: Transaction, clock: Clock) -> None:
        self._loader = loader
        self._store = store
        self._transaction = transaction
        self._clock = clock

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        """Decides again when somebody else changed the same conversations meanwhile.

        Raises `Stale` when that does not end, so that the records are tried one by one, and for one record
        `InfrastructureFault`: it comes again.
        """
        for attempt in range(STALE_TRIES):
            try:
                await self._handle(records, thorough=attempt > 0)
            except Stale:
                if attempt == STALE_TRIES - 1 and len(records) > 1:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1.0))
            else:
                return
        raise InfrastructureFault("the conversation of this record is being changed by others all the time")

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
            await self._save(take_in(Intake(loaded, numbers, now, uuid7), records), now)
        await self._settle(batch)

    async def _settle(self, batch: Batch) -> None:
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
        unit = settle(Intake(loaded, {}, now, uuid7), rows)
        if unit.early_changes:
            await self._save(unit, now)

    async def _save(self, unit: Unit, now: datetime) -> None:
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
