"""Loads what distribution needs in a turn, and saves the turn: copies, load, pools, decisions, in one transaction."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from atd_routing.domain.availability.attendant import Attendant
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.pool import Pool
from atd_routing.domain.turn import Made, Turn
from atd_routing.store.attendants import Attendants
from atd_routing.store.copies import Copies
from atd_routing.store.pools import Pools
from atd_routing.store.publishing import event_of
from atd_schemas.topics import ROUTING_DECISIONS
from atd_servicekit.errors import StaleVersion
from atd_servicekit.inbox import stale_when_duplicate
from atd_servicekit.kafka import Outgoing
from atd_servicekit.mongo import read_all, write_all
from atd_servicekit.outbox import next_order

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Session
    from atd_servicekit.outbox import Outbox


class TurnStore:
    """Loads and saves turns."""

    def __init__(self, database: "Database", attendants: Attendants, outbox: "Outbox") -> None:
        self._database = database
        self._attendants = attendants
        self._outbox = outbox

    async def load(self, session: "Session", tenant_id: str) -> tuple[Pool, dict[str, Attendant]]:
        """The pool of a company, and its attendants by id."""
        tenant_ids = (tenant_id,)
        reads = [Pools.read_of(tenant_ids), Attendants.read_of(tenant_ids)]
        pools, people = await read_all(self._database, session, reads)
        return Pools.found_in(pools, tenant_ids)[tenant_id], Attendants.found_in(people, tenant_ids)[tenant_id]

    async def save(
        self,
        session: "Session",
        turn: Turn,
        floors: Sequence[Floor],
        traces: Mapping[str, str | None],
        *,
        alone: bool = False,
    ) -> Sequence[Attendant]:
        """Write all of it inside the transaction of `session`; the attendants that were changed, as they are now.

        `traces`: the trace of an event, by its id. `alone`: a copy that is all that has changed is written without the
        transaction, in which no copy has been written: its version is enough. Raises `StaleVersion`, or MongoDB's error
        of a conflict, when somebody else changed the same; the transaction is to be abandoned.
        """
        people = [pair for floor in floors for pair in floor.changed_attendants()]
        made = turn.made()
        orders = [copy.order for copy in turn.changed.values()]
        orders += [before.order for before, _ in people if before is not None]
        order = next_order(turn.now, *orders)
        told = {one.conversation.id: one.conversation.order for one in made}
        for conversation_id in told:
            turn.changed[conversation_id].order = order
        outgoing = [self._outgoing(one, turn, traces) for one in made]
        saving = self._attendants.saving(people, order=order, now=turn.now)
        before = {**{key.encode(): place for key, place in told.items()}, **saving.before}
        copies = Copies.write_of(turn.changed.values())
        pools = Pools.write_of([floor.pool_after() for floor in floors])
        published = self._outbox.write_of(session, [*outgoing, *saving.records], order=order, before=before)
        writes = [one for one in (copies, saving.write, pools, published) if one.operations]
        needs_transaction = not alone or writes != [copies] or len(copies.operations) > 1
        with stale_when_duplicate():
            results = await write_all(self._database, session if needs_transaction else None, writes)
        for write, result in zip(writes, results, strict=True):
            if write is copies and not Copies.all_saved(write, result):
                raise StaleVersion
            if write is pools and not Pools.all_saved(write, result):
                raise StaleVersion
            if write is saving.write:
                saving.check(result)
        return saving.saved

    @staticmethod
    def _outgoing(made: Made, turn: Turn, traces: Mapping[str, str | None]) -> Outgoing:
        event = event_of(made, turn.now)
        return Outgoing.of(ROUTING_DECISIONS, event, traces.get(made.cause or ""))
