"""Finds what is due: timers of conversations, and companies whose queues are to be looked at.

Every replica looks. A timer fires once all the same: it is taken off in the transaction of its effect, over the version
of the copy that was read, so who comes second finds nothing due. Moments are compared with the database's clock.
"""

import asyncio
import random
from datetime import timedelta

import structlog

from atd_routing.apart import apart
from atd_routing.engine import Engine
from atd_routing.metrics import RoutingMetrics
from atd_routing.store.copies import Copies
from atd_routing.store.database_time import Time
from atd_routing.store.pools import Pools
from atd_servicekit.errors import InfrastructureFault

POLL_SECONDS = 0.5
STEP = 100
"""Conversations whose timers ring in one transaction."""

TENANTS = 200
"""Companies whose queues are looked at in one round."""

SWEEP = timedelta(seconds=60)
"""How often every company with a queue is looked at, whether there is a reason or not."""

PUT_OFF = timedelta(minutes=1)
"""What fails by itself is tried again after this."""

_MOST_SWEPT = 10_000


class Timers:
    """`run` forever; `run_due` once."""

    def __init__(self, engine: Engine, copies: Copies, pools: Pools, time: Time, metrics: RoutingMetrics) -> None:
        self._engine = engine
        self._copies = copies
        self._pools = pools
        self._time = time
        self._metrics = metrics

    async def run(self) -> None:
        """Do what is due, at once when this process has left a mark, else every `POLL_SECONDS`."""
        while True:
            self._pools.woken.clear()
            if not await self.run_due():
                await self._wait()

    async def sweep(self) -> None:
        """Look at every queue now and then: nothing that waits depends on one reason alone having been noticed."""
        while True:
            await asyncio.sleep(SWEEP.total_seconds() * random.uniform(0.75, 1.25))
            for tenant_id in await self._copies.tenants_waiting(_MOST_SWEPT):
                await self._apart([tenant_id], drain=True)

    async def run_due(self) -> int:
        """Ring what is due now and look at the marked queues; how many conversations and companies that were done."""
        now = await self._time.now()
        due = await self._copies.due(now, STEP)
        late = (now - due[0][2]).total_seconds() if due else 0.0
        self._metrics.routing_timers_late_seconds.set(late)
        done = await self._apart([conversation_id for _, conversation_id, _ in due]) if due else 0
        tenants = await self._pools.due(now, TENANTS)
        for tenant_id in tenants:
            done += await self._apart([tenant_id], drain=True)
        return done

    async def _apart(self, ids: list[str], *, drain: bool = False) -> int:
        """One step; how many were done. When others keep changing what it is about, one by one, and then later.

        What fails by itself (a conversation that a part cannot look at) is put off: it is the first that is due, and
        nobody else's timers would ever ring.
        """
        try:
            bad = await apart(self._engine.drain if drain else self._engine.fire, ids)
        except InfrastructureFault as fault:
            structlog.get_logger().warning("timers.later", count=len(ids), error=type(fault).__name__)
            return sum([await self._apart([one], drain=drain) for one in ids]) if len(ids) > 1 else 0
        until = await self._time.now() + PUT_OFF
        for one in bad:
            await (self._pools if drain else self._copies).put_off(one, until)
        done = len(ids) - len(bad)
        if not drain:
            self._metrics.routing_timers_fired.inc(done)
        return done

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._pools.woken.wait(), POLL_SECONDS)
        except TimeoutError:
            return
