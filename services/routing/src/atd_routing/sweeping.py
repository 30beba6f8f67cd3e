"""Looks at every open conversation of a company again when it has changed its settings.

Clocks and timers are worked out from the settings, and nothing else would tell a conversation in which nothing happens
that they are others now. One process at a time looks at a company, in steps, each a turn like any other; a process that
dies leaves the rest to the next one.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from atd_routing.apart import apart
from atd_routing.domain.tenant import Tenant
from atd_routing.engine import Engine
from atd_routing.store.copies import Copies
from atd_routing.store.database_time import Time
from atd_routing.store.sweeps import Sweep, Sweeps
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.tenant_cache import TenantCache

TIMER = "recompute"
"""What parts are told that rang; they look at the conversation as it is."""

POLL_SECONDS = 1.0
STEP = 100
"""Conversations of one turn."""

STEPS = 20
"""Turns until another company has its go."""

LASTS = timedelta(seconds=60)
"""How long a company is left to the process that began."""


class Sweeping:
    """`run` forever; `sweep_one` once."""

    def __init__(
        self, engine: Engine, copies: Copies, sweeps: Sweeps, tenants: TenantCache[Tenant], time: Time
    ) -> None:
        self._engine = engine
        self._copies = copies
        self._sweeps = sweeps
        self._tenants = tenants
        self._time = time

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            if await self.sweep_one() is None:
                await asyncio.sleep(POLL_SECONDS)

    async def sweep_one(self) -> int | None:
        """Look at the conversations of one company whose settings changed; how many; None: there was no company."""
        sweep = await self._sweeps.claim(await self._time.now(), LASTS)
        if sweep is None:
            return None
        looked_at, done = 0, False
        try:
            for _ in range(STEPS):
                ids = await self._copies.ids_before(sweep.tenant_id, sweep.revision, STEP)
                await self._look(sweep, ids)
                looked_at += len(ids)
                done = len(ids) < STEP
                if done:
                    break
        except InfrastructureFault as fault:  # others keep changing the same: again, a little later
            structlog.get_logger().warning("sweep.later", tenant_id=sweep.tenant_id, error=type(fault).__name__)
            await asyncio.sleep(POLL_SECONDS)
        finally:
            await self._sweeps.end(sweep, await self._time.now(), done=done)
        return looked_at

    async def _look(self, sweep: Sweep, ids: list[str]) -> None:
        self._tenants.forget(sweep.tenant_id)  # what is in memory may be older than the revision

        async def look(some: Sequence[str]) -> None:
            await self._engine.look(sweep.tenant_id, some, TIMER)

        if ids:
            for one in await apart(look, ids):
                structlog.get_logger().error("sweep.passed_over", tenant_id=sweep.tenant_id, conversation_id=one)
