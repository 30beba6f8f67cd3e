"""Keeps who is there: load, decide, save. Devices, choices, accounts, settings and the passing of time all come here.

What nobody is shown (a device tells again that it is there) is one conditional write. A change of what is shown is one
transaction: the presence, the attendant with the news of it, and a mark that the company's queues are to be looked at,
so that a process that is killed after the commit leaves nothing undone.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from atd_routing.domain.availability.attendant import Attendant
from atd_routing.domain.availability.outcome import RELEASED_AT_ONCE, Outcome, outcome, released
from atd_routing.domain.availability.policy import Absence
from atd_routing.domain.availability.presence import Presence, Rules
from atd_routing.domain.tenant import Tenant
from atd_routing.store.attendants import Attendants
from atd_routing.store.database_time import Time
from atd_routing.store.pools import Pools
from atd_routing.store.presences import Presences
from atd_schemas.envelope import SYSTEM, Actor
from atd_servicekit.inbox import retry_stale
from atd_servicekit.tenant_cache import TenantCache

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


@dataclass(frozen=True, slots=True)
class Person:
    """An attendant, with what their availability follows from."""

    presence: Presence
    attendant: Attendant


@dataclass(frozen=True, slots=True)
class Who:
    """An attendant of a tenant."""

    tenant_id: str
    attendant_id: str


Change = Callable[[Person, Rules, datetime], Person]
"""What has happened to a person, at a moment. Is called again when somebody else was faster."""


Release = Callable[[Who, Absence, int], Awaitable[int]]
"""Sends open conversations of an absent attendant back to the queue of their team; how many, at most the number."""


class Transaction(Protocol):
    """What runs work in a transaction and commits it."""

    async def __call__(self, work: "Callable[[Session], Awaitable[None]]") -> None: ...


@dataclass(frozen=True, slots=True)
class _Decided:
    before: Person
    found: Outcome
    tenant: Tenant
    rules: Rules

    @property
    def is_shown(self) -> bool:
        return self.before.attendant != self.found.attendant


class Attendance:
    """The availability of all attendants."""

    def __init__(
        self,
        presences: Presences,
        attendants: Attendants,
        pools: Pools,
        tenants: TenantCache[Tenant],
        time: Time,
        transaction: Transaction,
        release: Release,
    ) -> None:
        self.presences = presences
        self.attendants = attendants
        self.time = time
        self._pools = pools
        self._tenants = tenants
        self._transaction = transaction
        self._release = release

    async def update(
        self, changes: Sequence[tuple[Who, Change]], *, actor: Actor = SYSTEM, cause: str | None = None
    ) -> dict[str, Attendant]:
        """Make the changes, each person's in order; the people as they are then, by id.

        Who is of another tenant than the change says is left alone, and missing in the answer. Raises as
        `retry_stale` does.
        """
        return await retry_stale(lambda _: self._attempt(changes, actor, cause), records=len(changes))

    def forget(self, tenant_id: str) -> None:
        """The tenant's settings have changed: those in memory may be old."""
        self._tenants.forget(tenant_id)

    async def _attempt(
        self, changes: Sequence[tuple[Who, Change]], actor: Actor, cause: str | None
    ) -> dict[str, Attendant]:
        now = await self.time.now()
        decided = [await self._released(one, now) for one in await self._decided(changes, now)]
        await self.presences.save([(one.before.presence, one.found.presence) for one in decided if not one.is_shown])
        shown = [one for one in decided if one.is_shown]
        if shown:
            await self._transaction(lambda session: self._save(session, shown, now, actor, cause))
            self._pools.wake()
        return {one.found.attendant.id: one.found.attendant for one in decided}

    async def _decided(self, changes: Sequence[tuple[Who, Change]], now: datetime) -> list[_Decided]:
        by_person: dict[Who, list[Change]] = {}
        for who, change in changes:
            by_person.setdefault(who, []).append(change)
        ids = {who.attendant_id for who in by_person}
        presences, attendants = await self.presences.of_ids(ids), await self.attendants.of_ids(ids)
        decided = []
        for who, found in by_person.items():
            presence = presences.get(who.attendant_id) or Presence(who.attendant_id, who.tenant_id)
            attendant = attendants.get(who.attendant_id) or Attendant(who.attendant_id, who.tenant_id, since=now)
            if {presence.tenant_id, attendant.tenant_id} == {who.tenant_id}:
                tenant = await self._tenants.of(who.tenant_id)
                decided.append(_decide(Person(presence, attendant), found, tenant, now))
        return decided

    async def _released(self, decided: _Decided, now: datetime) -> _Decided:
        """Conversations go first, then it is noted: a process that is killed in between does it once more."""
        found = decided.found
        if found.release is None:
            return decided
        who = Who(found.attendant.tenant_id, found.attendant.id)
        number = await self._release(who, found.release, RELEASED_AT_ONCE)
        return replace(decided, found=released(found, decided.rules, number, now))

    async def _save(
        self, session: "Session", decided: Sequence[_Decided], now: datetime, actor: Actor, cause: str | None
    ) -> None:
        await self.presences.save([(one.before.presence, one.found.presence) for one in decided], session)
        changes = [(one.before.attendant, one.found.attendant) for one in decided]
        await self.attendants.save(session, changes, now=now, actor=actor, cause=cause)
        routed = {one.tenant.id for one in decided if one.tenant.has_settings}
        await self._pools.touch(session, routed)


def rules_of(tenant: Tenant, attendant_id: str) -> Rules:
    """By what an attendant's presence is judged."""
    teams = frozenset(team.id for team in tenant.teams.values() if attendant_id in team.members)
    return Rules(tenant.presence, teams)


def _decide(before: Person, changes: Sequence[Change], tenant: Tenant, now: datetime) -> _Decided:
    rules = rules_of(tenant, before.attendant.id)
    after = before
    for change in changes:
        after = change(after, rules, now)
    found = outcome(after.presence, after.attendant.placed(tenant), rules, now)
    return _Decided(before, found, tenant, rules)


def as_it_is(person: Person, _rules: Rules, _now: datetime) -> Person:
    """Nothing has happened; time has passed, or settings were changed."""
    return person
