"""Tells the process that owns a group at once what another one has done for it (`<name>_calls`).

One process sends for a group, whoever adds its rows. Where several processes share a ledger, one that adds rows for
another's groups writes a small document naming their lanes; a change stream brings it to the owner within
milliseconds. A process that is alone neither writes nor watches. Calls that are lost cost a poll, nothing else.

    {_id, at,
     lanes: [{lane, group}],     lanes that got rows
     groups: [group],            groups of which many lanes did
     gate: group}                a group whose gate has changed
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import structlog
from pymongo.errors import PyMongoError

from atd_servicekit.clock import Clock
from atd_servicekit.leases import ShardLeases
from atd_servicekit.ledger.loops import LoopSignals
from atd_servicekit.ledger.ready_queue import ReadyQueue
from atd_servicekit.ledger.store import LedgerStore

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

_LANES = 500
_AWAIT_MS = 1000


class OwnerCalls:
    """Calls the owners of groups, and hears the calls for those of this process."""

    def __init__(
        self,
        db: "Database",
        name: str,
        store: LedgerStore,
        queue: ReadyQueue,
        leases: ShardLeases,
        clock: Clock,
        signals: LoopSignals,
    ) -> None:
        self._calls = db[f"{name}_calls"]
        self._store = store
        self._ready = queue
        self._leases = leases
        self._clock = clock
        self._signals = signals
        self.watching = False
        """Whether calls are heard; while they are not, polls take their place."""
        self._log = structlog.get_logger().bind(ledger=name)

    async def lanes(self, places: Iterable[tuple[str, str]]) -> None:
        """The lanes (with their groups) have rows to send: requests those of our groups, and calls the other owners."""
        others: dict[str, str] = {}
        for lane, group in places:
            if self._owns(group):
                self._ready.request(lane, group)
            else:
                others[lane] = group
        self._signals.load.set()
        if len(others) > _LANES:
            await self._call({"groups": list(set(others.values()))})
        elif others:
            await self._call({"lanes": [{"lane": lane, "group": group} for lane, group in others.items()]})

    async def gate(self, group: str) -> None:
        """The gate of a group has changed: calls its owner unless that is us."""
        if not self._owns(group):
            await self._call({"gate": group})

    def _owns(self, group: str) -> bool:
        return self._leases.owns(self._store.shard_of(group))

    async def _call(self, call: dict[str, Any]) -> None:
        if self._leases.alone:
            return
        try:
            await self._calls.insert_one({"at": self._clock.now(), **call})
        except (PyMongoError, OSError) as error:
            self._log.warning("ledger.not_called", error=type(error).__name__)

    async def run(self) -> None:
        """The loop: hears calls while other processes share the ledger."""
        while True:
            if self._leases.alone:
                await self._leases.wait_changed()
                continue
            try:
                await self._hear()
            except (PyMongoError, OSError) as error:
                self._log.warning("ledger.watch_lost", error=type(error).__name__)
                await asyncio.sleep(1.0)
            finally:
                self.watching = False

    async def _hear(self) -> None:
        inserts: list[dict[str, Any]] = [{"$match": {"operationType": "insert"}}, {"$project": {"fullDocument": 1}}]
        async with await self._calls.watch(inserts, max_await_time_ms=_AWAIT_MS) as stream:
            while not self._leases.alone:
                change = await stream.try_next()
                self.watching = True
                if change is not None:
                    self._take(change["fullDocument"])

    def _take(self, call: Mapping[str, Any]) -> None:
        for one in call.get("lanes", ()):
            if self._owns(one["group"]):
                self._ready.request(one["lane"], one["group"])
        for group in call.get("groups", ()):
            if self._owns(group):
                self._ready.mark_for_poll(group)
        if "gate" in call and self._owns(call["gate"]):
            self._signals.tick.set()
        self._signals.load.set()
