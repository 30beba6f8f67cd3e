"""Changes of a company's lists and policies: check, save with the event, forget what is in memory."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from atd_conversation.commands.effects import decided, refused
from atd_conversation.domain.catalogue import CatalogueItem, CatalogueKind, CheckItem, Policy, Values
from atd_conversation.domain.events import policy_event
from atd_conversation.domain.refusals import Refusal
from atd_conversation.store.catalogues import Catalogues
from atd_schemas.envelope import Actor
from atd_schemas.ids import uuid7
from atd_servicekit.changes import Change, fields_between
from atd_servicekit.clock import Clock
from atd_servicekit.problems import not_found
from atd_servicekit.versions import overtaken, overtakings

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

Hook = Callable[["Session", Actor, CatalogueItem | None, CatalogueItem | None], Awaitable[None]]
"""Runs in the transaction of a change, before it is saved: what a kind checks or does beside. May raise `Problem`.

Gets the item before and after; None: it was not there, or is there no more.
"""


@dataclass(frozen=True, slots=True)
class ItemRules:
    """What a kind checks beyond its values: `check` among the tenant's other settings, `hook` with the database."""

    check: CheckItem | None = None
    hook: Hook | None = None


class CatalogueCommands:
    """Each method runs inside the transaction whose session it is given. `forget` the cache after the commit."""

    def __init__(self, catalogues: Catalogues, kinds: Mapping[CatalogueKind, ItemRules], clock: Clock) -> None:
        self._catalogues = catalogues
        self._rules = dict(kinds)
        self._clock = clock

    async def add(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        kind: CatalogueKind,
        values: Values,
        *,
        owner_id: str | None = None,
    ) -> CatalogueItem:
        """A new item. Raises `Problem` 422 with the code and field of what does not fit."""
        now = self._clock.now()
        item = CatalogueItem(uuid7(), tenant_id, kind.name, dict(values), now, now, owner_id=owner_id)
        await self._check(session, actor, kind, None, item)
        try:
            await self._catalogues.add(session, kind, item, actor, now)
        except Refusal as refusal:
            raise refused(refusal) from None
        return item

    async def change(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        kind: CatalogueKind,
        item_id: str,
        values: Values,
        *,
        archived: bool | None = None,
        expected_version: int | None = None,
        may: Callable[[CatalogueItem], None] = lambda _: None,
    ) -> CatalogueItem:
        """Take `values` over into an item; absent ones stay. `may` raises `Problem` for who may not change it.

        Raises `Problem` 404, 409 when it is no longer at `expected_version`, 422 for what does not fit.
        """
        item = await self._read(session, tenant_id, kind, item_id, expected_version, may)
        before = replace(item, values=dict(item.values))
        now = self._clock.now()
        if changed := item.change(values, now, archived=archived):
            await self._check(session, actor, kind, before, item)
            try:
                fields = [name for name in changed if name not in kind.unshown]
                await self._catalogues.save(session, kind, item, actor, now, fields=fields)
            except Refusal as refusal:
                raise refused(refusal) from None
        return item

    async def remove(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        kind: CatalogueKind,
        item_id: str,
        *,
        expected_version: int | None = None,
        may: Callable[[CatalogueItem], None] = lambda _: None,
    ) -> CatalogueItem:
        """Delete an item; what it was. Raises `Problem` 404, 409 when it is no longer at `expected_version`."""
        item = await self._read(session, tenant_id, kind, item_id, expected_version, may)
        await self._check(session, actor, kind, item, None)
        await self._catalogues.remove(session, kind, item, actor, self._clock.now())
        return item

    async def put_policy(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        name: str,
        values: Mapping[str, Any],
        *,
        defaults: Mapping[str, Any],
        expected_version: int | None = None,
    ) -> Policy:
        """Set a policy; `defaults` are what holds of it while nobody has.

        Raises `Problem` 409 with who changed what when it is no longer at `expected_version`.
        """
        policy = await self._catalogues.policy(tenant_id, name, session)
        await self._check_version(session, expected_version, policy, "setting")
        if policy.version and policy.values == values:
            return policy
        now = self._clock.now()
        changed = replace(policy, values=dict(values), version=policy.version + 1)
        event = policy_event(tenant_id, name, values, changed.version, actor=actor, now=now)
        change = Change(changed.version, now, fields_between({**defaults, **policy.values}, values), actor)
        await self._catalogues.put_policy(session, changed, event, change)
        return changed

    async def _read(
        self,
        session: "Session",
        tenant_id: str,
        kind: CatalogueKind,
        item_id: str,
        expected_version: int | None,
        may: Callable[[CatalogueItem], None],
    ) -> CatalogueItem:
        what = kind.name.replace("_", " ")
        item = await self._catalogues.one(tenant_id, kind, item_id, session)
        if item is None:
            raise not_found(f"{what.capitalize()} not found.")
        may(item)
        await self._check_version(session, expected_version, item, what)
        return item

    async def _check_version(
        self, session: "Session", expected: int | None, setting: CatalogueItem | Policy, what: str
    ) -> None:
        """Raise `Problem` 409 that says who changed what since the version that a caller saw."""
        if expected is not None and expected != setting.version:
            changes = await self._catalogues.changes_since(setting, expected, session)
            raise overtaken(expected, setting.version, what, overtakings("setting.changed", changes))

    async def _check(
        self,
        session: "Session",
        actor: Actor,
        kind: CatalogueKind,
        before: CatalogueItem | None,
        after: CatalogueItem | None,
    ) -> None:
        rules = self._rules.get(kind, ItemRules())
        if rules.check is not None and after is not None:
            check, item = rules.check, after
            settings = await self._catalogues.settings(item.tenant_id, [one for one in self._rules if one.remembered])
            decided(lambda: check(item, settings))
        if rules.hook is not None:
            await rules.hook(session, actor, before, after)
