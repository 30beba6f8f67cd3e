"""Runs turns: loads what they need, lets the pure rules decide, and saves all of it in one transaction.

Whatever the reason for a turn (events of conversations, timers, a mark in a company's pool, somebody who asks for the
next one), it goes the same way, and what it changes is saved only over what it has seen: what was read, or what this
process saved last (`store/recent.py`). So replicas and people may interleave in any way: who was slower, or remembered
what is old, decides again.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from pymongo.errors import OperationFailure

from atd_routing.domain.availability.attendant import Attendant
from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.customers import Customer
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.order import waits_since
from atd_routing.domain.distribution.pulling import PullRefused, next_for
from atd_routing.domain.scene import Part
from atd_routing.domain.telling.part import POSITION_TIMER
from atd_routing.domain.tenant import Tenant
from atd_routing.domain.turn import Turn
from atd_routing.draining import Draining, queue_of
from atd_routing.metrics import RoutingMetrics
from atd_routing.store.copies import Copies
from atd_routing.store.database_time import Time
from atd_routing.store.queues import Queues
from atd_routing.store.recent import Known, Recent
from atd_routing.store.turns import TurnStore
from atd_schemas.conversation import ContactChanged, ConversationChanged, MessageChanged
from atd_schemas.ids import uuid7
from atd_servicekit.consuming import Record
from atd_servicekit.errors import InfrastructureFault, StaleVersion
from atd_servicekit.inbox import retry_stale
from atd_servicekit.mongo import is_conflict
from atd_servicekit.tenant_cache import TenantCache

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

UNCOUNTED = 500
"""Conversations that are counted in one turn, of a company that has just set something for the first time."""

MOST_COUNTED = 20_000
"""Conversations that are counted before somebody who asks for the next one is told to come again."""

_IGNORED = frozenset({"conversation.rated", "conversation.scheduled", "rating.requested"})
_QUIET = frozenset({"conversation.updated", "conversation.classified"})
_SHOWN = frozenset({"contact", "labels", "priority", "team", "assignee", "status"})


Load = Callable[["Session", Turn], Awaitable[None]]
"""Loads a turn in its transaction, and returns what it has read of what `_settle` needs."""


class Transaction(Protocol):
    """What runs work in a transaction and commits it."""

    async def __call__(self, work: "Callable[[Session], Awaitable[None]]", *, retry_conflicts: bool = True) -> None: ...


class Note(Protocol):
    """Told in the transaction of a deed which conversation it is about."""

    async def __call__(self, session: "Session", conversation_id: str) -> None: ...


class Customers(Protocol):
    """What is kept of customers' records."""

    async def of(
        self, contacts: Collection[str], tenants: Sequence[Tenant], session: "Session"
    ) -> Mapping[str, Customer]: ...

    async def take(self, session: "Session", events: Sequence[ContactChanged]) -> None: ...


@dataclass(slots=True)
class _Settled:
    """A company in a turn. `read_at`: when pool and attendants were read; `empty`: queues in which nothing waits."""

    floor: Floor
    read_at: datetime
    empty: frozenset[str] = frozenset()


class NoCustomers:
    """Nothing is kept."""

    async def of(
        self,
        contacts: Collection[str],  # noqa: ARG002 - the protocol's
        tenants: Sequence[Tenant],  # noqa: ARG002
        session: "Session",  # noqa: ARG002
    ) -> Mapping[str, Customer]:
        return {}

    async def take(self, session: "Session", events: Sequence[ContactChanged]) -> None:
        """Nothing is kept."""


class Engine:
    """Every way into a turn. Raises as `retry_stale` does."""

    def __init__(
        self,
        *,
        copies: Copies,
        turns: TurnStore,
        tenants: TenantCache[Tenant],
        time: Time,
        transaction: Transaction,
        metrics: RoutingMetrics,
        parts: Sequence[Part],
        customers: Customers | None = None,
        queues: Queues | None = None,
        recent: Recent | None = None,
    ) -> None:
        self._copies = copies
        self._draining = Draining(copies)
        self._turns = turns
        self._tenants = tenants
        self._time = time
        self._transaction = transaction
        self._metrics = metrics
        self._parts = parts
        self._customers = customers or NoCustomers()
        self._queues = queues
        self._recent = recent or Recent()

    async def take(self, records: Sequence[Record[Any]]) -> None:
        """Events of conversations, in their order. What was saved last is read only where that turns out to be old."""
        await retry_stale(lambda attempt: self._take(records, by_memory=attempt == 1), records=len(records))

    async def fire(self, ids: Collection[str]) -> None:
        """Let the timers ring that are due of these conversations; those that rang elsewhere meanwhile do not."""

        async def load(session: "Session", turn: Turn) -> None:
            for copy in await self._met(session, turn, ids):
                due = sorted((at, name) for name, at in copy.timers.items() if at <= turn.now)
                if due:
                    await self._find_place(session, turn, copy, [name for _, name in due])
                    turn.ring(copy, [name for _, name in due])

        found = await self._copies.of_ids(ids)
        await self._turn({copy.tenant_id for copy in found.values()}, load)

    async def look(self, tenant_id: str, ids: Collection[str], timer: str) -> None:
        """Have the parts look at conversations of a company as if this timer had rung."""

        async def load(session: "Session", turn: Turn) -> None:
            for copy in await self._met(session, turn, ids):
                if copy.tenant_id == tenant_id:
                    turn.ring(copy, [timer])

        await self._turn({tenant_id}, load)

    async def drain(self, tenant_ids: Collection[str]) -> None:
        """Look at the queues of companies, and give away what can be given."""
        for tenant_id in tenant_ids:

            async def load(_session: "Session", turn: Turn, tenant_id: str = tenant_id) -> None:
                turn.drains.add(tenant_id)

            await self._turn({tenant_id}, load)

    async def pull(
        self, tenant_id: str, attendant_id: str, team_id: str | None = None, *, note: "Note | None" = None
    ) -> str:
        """Give an attendant the next conversation of their teams' queues, or of one of them; its id.

        `note` is told it in the transaction of the deed, which what it raises undoes. Raises `PullRefused`.
        """
        pulled: list[str] = []

        async def settle(session: "Session", turn: Turn, floor: Floor) -> None:
            pulled.clear()
            if not floor.pool.counted:  # what attendants have is counted first
                return
            pull = next_for(floor, attendant_id, team_id)
            given = await self._draining.next(session, tenant_id, pull)
            if note is not None:
                await note(session, given.conversation.id)
            turn.copies[given.conversation.id] = given.conversation
            turn.pulled(floor, given)
            pulled.append(given.conversation.id)

        async def load(_session: "Session", turn: Turn) -> None:
            turn.drains.add(tenant_id)

        if not (await self._tenants.of(tenant_id)).teams:
            raise PullRefused("queue_empty")
        for _ in range(MOST_COUNTED // UNCOUNTED):
            await self._turn({tenant_id}, load, settle)
            if pulled:
                return pulled[0]
        raise InfrastructureFault("what attendants have is still being counted")

    # ------------------------------------------------------------------ one turn

    async def _take(self, records: Sequence[Record[Any]], *, by_memory: bool) -> None:
        events = [record.event for record in records]
        tenants = {one: await self._tenants.of(one) for one in {event.tenant_id for event in events}}
        people = [event for event in events if isinstance(event, ContactChanged)]
        heard = [event for event in events if _matters(event, tenants[event.tenant_id])]
        if not heard and not people:
            return
        traces = {record.event.id: record.traceparent for record in records}
        ids = {event.subject for event in heard}

        async def load(session: "Session", turn: Turn) -> None:
            for event in people:
                await self._person(session, event)
            await self._customers.take(session, people)
            erased = await self._of_erased(session, people)
            known = self._recent.take_copies(ids) if by_memory else {}
            new = _begun(heard) if by_memory else set()  # whoever finds it there already cannot insert it
            read = await self._copies.of_ids({*ids, *erased} - known.keys() - new, session)
            await self._meet(session, turn, {**known, **read}, contacts)
            for conversation_id in erased:
                turn.end(turn.copies[conversation_id])
            for event in heard:
                turn.take(event)
            for conversation_id in turn.opened:
                await self._remember(session, turn, turn.copies[conversation_id])

        changed = [one for one in heard if isinstance(one, ConversationChanged)]
        contacts = {one.data.conversation.contact.id for one in changed}
        by_memory = by_memory and not any(_changes_copies(event) for event in people)
        await self._once(tenants, load, traces=traces, by_memory=by_memory, remember=True)

    async def _met(self, session: "Session", turn: Turn, ids: Collection[str]) -> list[RoutedConversation]:
        """The copies of these conversations, which the turn has from now on, with what is kept of their customers."""
        stored = await self._copies.of_ids(ids, session)
        return await self._meet(session, turn, {one: stored[one] for one in ids if one in stored})

    async def _meet(
        self,
        session: "Session",
        turn: Turn,
        stored: Mapping[str, RoutedConversation],
        contacts: Collection[str] = (),
    ) -> list[RoutedConversation]:
        """The same, of copies that are read; `contacts` are customers who may be new."""
        found = [copy for copy in stored.values() if copy.tenant_id in turn.tenants]
        turn.copies |= {copy.id: copy for copy in found}
        self._check_settings(turn.tenants, [(copy.tenant_id, copy.revision) for copy in found])
        known = {copy.contact_id for copy in found if turn.tenants[copy.tenant_id].has_settings}
        turn.customers = await self._customers.of({*known, *contacts}, list(turn.tenants.values()), session)
        return found

    async def _find_place(
        self, session: "Session", turn: Turn, copy: RoutedConversation, timers: Collection[str]
    ) -> None:
        """Where it stands in its queue, for the timer that tells it."""
        if POSITION_TIMER in timers and copy.waits and self._queues is not None:
            tenant = turn.tenants[copy.tenant_id]
            turn.standings[copy.id] = await self._queues.standing(tenant, copy, turn.now, session)

    async def _person(self, session: "Session", event: ContactChanged) -> None:
        contact = event.data.contact
        if not _changes_copies(event):
            return
        if event.type == "contact.erased":
            await self._copies.forget_contact(session, event.tenant_id, event.subject)
        elif contact.merged_into is not None:
            await self._copies.move_contact(session, event.tenant_id, event.subject, contact.merged_into)

    async def _of_erased(self, session: "Session", people: Sequence[ContactChanged]) -> list[str]:
        """The conversations that are gone with their customers: nothing else tells of their end."""
        gone = [event for event in people if event.type == "contact.erased"]
        return [
            one for event in gone for one in await self._copies.ids_of_contact(session, event.tenant_id, event.subject)
        ]

    async def _remember(self, session: "Session", turn: Turn, copy: RoutedConversation) -> None:
        """Who had the customer's last conversation, where a team prefers them."""
        teams = turn.tenants[copy.tenant_id].teams.values()
        if copy.knew is None and any(team.knows_customer_minutes != 0 for team in teams):
            copy.knew = await self._copies.last_attendant(copy.tenant_id, copy.contact_id, copy.id, session)

    async def _turn(
        self,
        tenant_ids: Collection[str],
        load: Load,
        settle: "Callable[[Session, Turn, Floor], Awaitable[None]] | None" = None,
    ) -> None:
        if not tenant_ids:
            return

        async def attempt(_number: int) -> None:
            tenants = {tenant_id: await self._tenants.of(tenant_id) for tenant_id in tenant_ids}
            await self._once(tenants, load, settle)

        await retry_stale(attempt)

    def _check_settings(self, tenants: Mapping[str, Tenant], revisions: Iterable[tuple[str, int]]) -> None:
        """Raises `StaleVersion` when somebody has gone by newer settings than those in memory, which are forgotten."""
        old = {tenant_id for tenant_id, revision in revisions if revision > tenants[tenant_id].revision}
        for tenant_id in old:
            self._tenants.forget(tenant_id)
        if old:
            raise StaleVersion

    async def _once(
        self,
        tenants: Mapping[str, Tenant],
        load: Load,
        settle: "Callable[[Session, Turn, Floor], Awaitable[None]] | None" = None,
        traces: Mapping[str, str | None] | None = None,
        *,
        by_memory: bool = False,
        remember: bool = False,
    ) -> None:
        """One turn. `by_memory`: what was saved last is not read; `remember` what is: more will be heard of it soon."""
        now = await self._time.now()
        done: list[tuple[Turn, Sequence[_Settled], Sequence[Attendant]]] = []

        async def work(session: "Session") -> None:
            done.clear()
            turn = Turn(now, uuid7, self._parts, tenants)
            await load(session, turn)
            settled = [
                await self._settle(session, turn, tenant, settle, by_memory=by_memory)
                for tenant in tenants.values()
                if turn.needs_floor(tenant) or (tenant.id in turn.drains and not turn.changed)
            ]
            saved: Sequence[Attendant] = ()
            if turn.changed or settled:
                floors = [one.floor for one in settled]
                saved = await self._turns.save(session, turn, floors, traces or {}, alone=by_memory)
            done.append((turn, settled, saved))

        try:
            await self._transaction(work, retry_conflicts=False)
        except StaleVersion:
            self._recent.was_old(tenants, now)
            raise
        except OperationFailure as error:
            if is_conflict(error):
                self._recent.was_old(tenants, now)
                self._metrics.routing_stale_turns.inc()
                raise StaleVersion from error
            raise
        for turn, settled, saved in done:
            self._report(turn)
            if remember:
                self._recent.keep_copies(turn.changed.values())
            else:
                self._recent.forget_copies(turn.changed)
            self._keep_known(turn, settled, saved)

    def _keep_known(self, turn: Turn, settled: Sequence[_Settled], saved: Sequence[Attendant]) -> None:
        """What is committed is what the next turn goes by."""
        for one in settled:
            pool = one.floor.pool_after()
            if pool.due or not pool.counted:
                continue
            tenant_id = pool.tenant_id
            mine = {attendant.id: attendant for attendant in saved if attendant.tenant_id == tenant_id}
            known = Known(
                pool=replace(pool, version=pool.version + 1, marked=False),
                attendants={**one.floor.read, **mine},
                empty=one.empty - {queue_of(copy) for copy in turn.of_tenant(tenant_id)},
                read_at=one.read_at,
            )
            self._recent.keep_known(known, turn.now)

    async def _settle(
        self,
        session: "Session",
        turn: Turn,
        tenant: Tenant,
        settle: "Callable[[Session, Turn, Floor], Awaitable[None]] | None",
        *,
        by_memory: bool,
    ) -> _Settled:
        known = self._recent.take_known(tenant.id, turn.now) if by_memory else None
        if known is None:
            pool, attendants = await self._turns.load(session, tenant.id)
            known = Known(pool, attendants, frozenset(), turn.now)
        self._check_settings({tenant.id: tenant}, [(tenant.id, known.pool.revision)])
        floor = Floor(tenant, known.attendants, known.pool, turn.now)
        settled = _Settled(floor, known.read_at, known.empty)
        more = [] if known.pool.counted else await self._copies.uncounted(tenant.id, UNCOUNTED, session)
        turn.count(floor, more)
        floor.counted(len(more) < UNCOUNTED)
        turn.settle(floor)
        if settle is not None:
            await settle(session, turn, floor)
        elif tenant.id in turn.drains and floor.pool_after().counted:
            settled.empty |= await self._draining.give(session, turn, floor, settled.empty)
        return settled

    def _report(self, turn: Turn) -> None:
        self._metrics.routing_pending_expired.inc(turn.expired)
        for made in turn.made():
            self._metrics.routing_decisions.labels(type(made.decision).__name__.lower()).inc()
            reason = getattr(made.decision, "reason", None)
            if type(made.decision).__name__ == "Assign":
                self._metrics.routing_assignments.labels(reason).inc()
                waited = (turn.now - waits_since(made.conversation)).total_seconds()
                self._metrics.routing_wait_seconds.observe(max(waited, 0.0))


def _matters(event: Any, tenant: Tenant) -> bool:
    """Whether an event can change the copy. Messages of a company that has set nothing are not even looked at."""
    if isinstance(event, ConversationChanged):
        return tenant.has_settings or not (event.type in _IGNORED or (event.type in _QUIET and _is_small(event)))
    return isinstance(event, MessageChanged) and tenant.has_settings


def _changes_copies(event: ContactChanged) -> bool:
    """Whether what becomes of a customer changes the copies of their conversations."""
    return event.type in ("contact.erased", "contact.merged")


def _is_small(event: ConversationChanged) -> bool:
    return _SHOWN.isdisjoint(event.data.changed)


def _begun(events: Iterable[ConversationChanged | MessageChanged]) -> set[str]:
    """The conversations of which these events tell from the beginning."""
    first: dict[str, str] = {}
    for event in events:
        first.setdefault(event.subject, event.type)
    return {conversation_id for conversation_id, kind in first.items() if kind == "conversation.opened"}
