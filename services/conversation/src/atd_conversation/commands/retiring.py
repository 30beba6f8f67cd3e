"""What happens to what bears a tag, label or type when that one is deleted or merged into another one.

Nobody sees it from the moment on in which it goes, for what it is called is looked up when things are read. What bears
it is rewritten afterwards, in steps.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from atd_conversation.commands.catalogues import CatalogueCommands, ItemRules
from atd_conversation.commands.effects import decided, refused
from atd_conversation.domain.catalogue import CatalogueItem, CatalogueKind
from atd_conversation.domain.marking_kinds import (
    MARKING_KINDS,
    REPLACES,
    TYPE,
    check_can_go,
    check_type,
    replaced_by,
    take_place,
)
from atd_conversation.domain.refusals import Refusal
from atd_conversation.settings_cache import SettingsCache
from atd_conversation.store.catalogues import Catalogues
from atd_conversation.store.marked import MarkedQueries
from atd_schemas.envelope import SYSTEM, Actor
from atd_servicekit.clock import Clock
from atd_servicekit.jobs import Again, Job, Jobs
from atd_servicekit.problems import not_found

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

RETIRE = "retire-mark"
"""The kind of job that rewrites what bears something that is gone."""

LATECOMERS = timedelta(seconds=30)
"""After this nobody has the one that is gone in memory any more: then a last look finds what was put on meanwhile."""


class _Transaction(Protocol):
    """What runs work in a transaction and commits it."""

    async def __call__(self, work: "Callable[[Session], Awaitable[None]]") -> None: ...


def marking_rules(catalogues: Catalogues, jobs: Jobs, clock: Clock) -> dict[CatalogueKind, ItemRules]:
    """What tags, labels and types check and do beyond their values."""

    async def goes(
        session: "Session", _actor: Actor, before: CatalogueItem | None, after: CatalogueItem | None
    ) -> None:
        if before is None or after is not None:
            return
        settings = await catalogues.settings(before.tenant_id, MARKING_KINDS)
        decided(lambda: check_can_go(before, settings))
        for item_id in (before.id, *replaced_by(before)):
            data = {"kind": before.kind, "item_id": item_id}
            await jobs.put(session, Job(f"{RETIRE}:{item_id}", RETIRE, before.tenant_id, clock.now(), data))

    return {kind: ItemRules(check_type if kind == TYPE else None, goes) for kind in MARKING_KINDS}


class MergeCommands:
    """Runs inside the transaction whose session it is given. `forget` the settings after the commit."""

    def __init__(self, catalogues: Catalogues, commands: CatalogueCommands) -> None:
        self._catalogues = catalogues
        self._commands = commands

    async def merge(
        self, session: "Session", tenant_id: str, actor: Actor, kind: CatalogueKind, item_id: str, into: str
    ) -> CatalogueItem:
        """Let one take the place of another one, which is gone then; answers the one that goes on.

        Raises `Problem` 404, 422 `invalid`, `archived`, `too_many`, `has_children`, field `into`.
        """
        gone = await self._catalogues.one(tenant_id, kind, item_id, session)
        target = await self._catalogues.one(tenant_id, kind, into, session)
        if gone is None:
            raise not_found(f"{kind.name.capitalize()} not found.")
        if target is None:
            raise refused(Refusal("invalid", "is unknown", "into"))
        replaced = decided(lambda: take_place(target, gone))
        await self._commands.remove(session, tenant_id, actor, kind, item_id)
        return await self._commands.change(session, tenant_id, actor, kind, into, {REPLACES: list(replaced)})


class RetireStep:
    """One step of `RETIRE`: up to `STEP` documents; and a last look after `LATECOMERS`."""

    def __init__(
        self,
        catalogues: Catalogues,
        commands: CatalogueCommands,
        marked: MarkedQueries,
        settings: SettingsCache,
        transaction: _Transaction,
        clock: Clock,
    ) -> None:
        self._catalogues = catalogues
        self._commands = commands
        self._marked = marked
        self._settings = settings
        self._transaction = transaction
        self._clock = clock

    async def __call__(self, job: Job) -> Again | None:
        kind = next(one for one in MARKING_KINDS if one.name == job.data["kind"])
        item_id = job.data["item_id"]
        settings = await self._catalogues.settings(job.tenant_id, [kind])
        target = next((one.id for one in settings.of(kind).values() if item_id in replaced_by(one)), None)
        found = await self._marked.rewrite(job.tenant_id, kind.name, item_id, target)
        now = self._clock.now()
        if found:
            return Again(now)
        if not job.data.get("last"):
            return Again(now + LATECOMERS, {**job.data, "last": True})
        if target is not None:
            await self._transaction(lambda session: self._forget(session, kind, job.tenant_id, target, item_id))
            self._settings.forget(job.tenant_id)
        return None

    async def _forget(
        self, session: "Session", kind: CatalogueKind, tenant_id: str, target_id: str, item_id: str
    ) -> None:
        """Nothing bears it any more: the other one takes nobody's place."""
        target = await self._catalogues.one(tenant_id, kind, target_id, session)
        if target is None:
            return
        left = [one for one in replaced_by(target) if one != item_id]
        await self._commands.change(session, tenant_id, SYSTEM, kind, target_id, {REPLACES: left})
