"""Lists that a company makes (tags, labels, types, replies) and its policies. Always of one tenant, by an index.

Every change of a tenant's settings counts its revision on, in the same transaction: two changes at once are a conflict
and one after the other then, so limits hold; and whoever has settings in memory sees that they are old.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from atd_conversation.domain.catalogue import (
    CatalogueItem,
    CatalogueKind,
    Policy,
    TenantSettings,
    check_room,
    check_taken,
    unique_key,
)
from atd_conversation.domain.events import setting_event
from atd_conversation.domain.search_terms import all_words_of
from atd_conversation.domain.teams import MOST_TEAMS, TeamCopy
from atd_conversation.store.indexes import (
    BY_ITEM_TERM,
    BY_KIND,
    BY_TENANT,
    BY_USE,
    CATALOGUE,
    POLICIES,
    SETTING_REVISIONS,
    TEAMS,
)
from atd_conversation.store.teams import team_of
from atd_schemas.envelope import Actor
from atd_schemas.topics import CONVERSATION_EVENTS
from atd_servicekit.changes import Change, change_document, changes_of, pushed
from atd_servicekit.errors import StaleVersion
from atd_servicekit.kafka import Outgoing
from atd_servicekit.outbox import next_order
from atd_servicekit.text_folding import folded
from atd_servicekit.tracing import current_traceparent

if TYPE_CHECKING:
    from datetime import datetime

    from atd_schemas.conversation import SettingChanged
    from atd_servicekit.mongo import Database, Document, Session
    from atd_servicekit.outbox import Outbox

_MOST_POLICIES = 100
_MOST_TERMS = 500
"""Words that an item is found by."""

_PRESENT: "Document" = {"changes": 0}
"""What is there now, without who has changed it: that is read for those alone who are refused."""


class Catalogues:
    """Items and policies. What changes something runs inside the transaction whose session it is given."""

    def __init__(self, database: "Database", outbox: "Outbox") -> None:
        self._items = database[CATALOGUE]
        self._policies = database[POLICIES]
        self._teams = database[TEAMS]
        self._revisions = database[SETTING_REVISIONS]
        self._outbox = outbox

    async def one(
        self, tenant_id: str, kind: CatalogueKind, item_id: str, session: "Session | None" = None
    ) -> CatalogueItem | None:
        """An item of the tenant, archived or not, whoever owns it."""
        query: Document = {"_id": item_id, "tenant_id": tenant_id, "kind": kind.name}
        row = await self._items.find_one(query, _PRESENT, session=session)
        return _item_of(row) if row else None

    async def page(
        self,
        tenant_id: str,
        kind: CatalogueKind,
        *,
        limit: int,
        after: str | None = None,
        owner_id: str | None = None,
        archived: bool | None = None,
    ) -> list[tuple[str, CatalogueItem]]:
        """Up to `limit` items by name after the place `after`, each with its place.

        `owner_id`: the own ones of an attendant; None: everybody's.
        """
        start = "\x1f".join((kind.name, owner_id or "", ""))
        query: Document = {"tenant_id": tenant_id, "key": {"$gt": after or start, "$lt": f"{start}\U0010ffff"}}
        if archived is not None:
            query["archived"] = archived
        rows = await self._items.find(query, _PRESENT).sort([("tenant_id", 1), ("key", 1)]).limit(limit).to_list(limit)
        return [(row["key"], _item_of(row)) for row in rows]

    async def add(
        self, session: "Session", kind: CatalogueKind, item: CatalogueItem, actor: Actor, now: "datetime"
    ) -> None:
        """Store a new item and tell it. Raises `Refusal` when its name is taken or there are too many."""
        await self._count_on(session, item.tenant_id)
        mine: Document = {"tenant_id": item.tenant_id, "kind": kind.name}
        check_room(await self._items.count_documents(mine, limit=kind.limit, session=session), kind.limit)
        if item.owner_id is not None and kind.own_limit is not None:
            mine["owner_id"] = item.owner_id
            count = await self._items.count_documents(mine, limit=kind.own_limit, hint=BY_KIND, session=session)
            check_room(count, kind.own_limit)
        await self._check_name(session, kind, item)
        item.order = next_order(now)
        await self._items.insert_one({"_id": item.id, **_document(kind, item), "uses": 0}, session=session)
        await self._tell(session, item, setting_event(kind, item, actor=actor, now=now), 0)

    async def changes_since(
        self, setting: "CatalogueItem | Policy", version: int, session: "Session | None" = None
    ) -> list[Change]:
        """Who changed what after this version of an item or policy, as far as it is remembered; the oldest first."""
        rows, key = self._items, getattr(setting, "id", None)
        if isinstance(setting, Policy):
            rows, key = self._policies, _policy_id(setting.tenant_id, setting.name)
        row = await rows.find_one({"_id": key, "tenant_id": setting.tenant_id}, {"changes": 1}, session=session)
        return [one for one in changes_of(row or {}) if one.version > version]

    async def save(
        self,
        session: "Session",
        kind: CatalogueKind,
        item: CatalogueItem,
        actor: Actor,
        now: "datetime",
        *,
        fields: Sequence[str],
    ) -> None:
        """Store an item of which `actor` has changed these fields, once since it was read, and tell it.

        Raises `Refusal` when its name is taken, `StaleVersion` when somebody else changed it meanwhile.
        """
        await self._count_on(session, item.tenant_id)
        await self._check_name(session, kind, item)
        before, item.order = item.order, next_order(now, item.order)
        as_read: Document = {"_id": item.id, "order": before}
        change = Change(item.version, now, tuple(fields), actor)
        update: Document = {"$set": _document(kind, item), "$push": pushed(change)}
        saved = await self._items.update_one(as_read, update, session=session)
        if saved.matched_count != 1:
            raise StaleVersion
        await self._tell(session, item, setting_event(kind, item, actor=actor, now=now), before)

    async def remove(
        self, session: "Session", kind: CatalogueKind, item: CatalogueItem, actor: Actor, now: "datetime"
    ) -> None:
        """Delete an item and tell it. Raises `StaleVersion` when somebody else changed it meanwhile."""
        await self._count_on(session, item.tenant_id)
        deleted = await self._items.delete_one({"_id": item.id, "order": item.order}, session=session)
        if deleted.deleted_count != 1:
            raise StaleVersion
        item.version += 1
        before, item.order = item.order, next_order(now, item.order)
        await self._tell(session, item, setting_event(kind, item, actor=actor, now=now, deleted=True), before)

    async def found(
        self, tenant_id: str, kind: CatalogueKind, words: Sequence[str], *, owners: Sequence[str | None], limit: int
    ) -> list[CatalogueItem]:
        """Up to `limit` items that are not archived and have every word as the beginning of one of theirs.

        Those whose name begins with the first word come first, then those that are used most.
        """
        query: Document = {"tenant_id": tenant_id, "kind": kind.name, "terms": {"$exists": True}}
        query |= {"owner_id": {"$in": list(owners)}, "archived": False}
        if words:
            longest_first = sorted(words, key=len, reverse=True)
            query["$and"] = [{"terms": {"$regex": f"^{re.escape(word)}"}} for word in longest_first]
            shown = {"uses": 1, f"values.{kind.named_by}": 1}
            rows = await self._items.find(query, shown).hint(BY_ITEM_TERM).limit(kind.limit).to_list(kind.limit)
            rows.sort(key=lambda row: (not _begins(row["values"][kind.named_by], words[0]), -row["uses"], row["_id"]))
            places = {row["_id"]: place for place, row in enumerate(rows[:limit])}
            query = {"_id": {"$in": list(places)}, "tenant_id": tenant_id}
            items = [_item_of(row) for row in await self._items.find(query, _PRESENT).limit(limit).to_list(limit)]
            return sorted(items, key=lambda item: places[item.id])
        cursor = self._items.find(query, _PRESENT).sort([("uses", -1), ("_id", 1)]).hint(BY_USE).limit(limit)
        return [_item_of(row) for row in await cursor.to_list(limit)]

    async def count_use(self, tenant_id: str, kind: CatalogueKind, item_id: str) -> None:
        """Note that the item was used once more; it is no change of it."""
        await self._items.update_one({"_id": item_id, "tenant_id": tenant_id, "kind": kind.name}, {"$inc": {"uses": 1}})

    async def policy(self, tenant_id: str, name: str, session: "Session | None" = None) -> Policy:
        """A policy of the tenant; version 0 without values while nobody has set it."""
        row = await self._policies.find_one({"_id": _policy_id(tenant_id, name)}, _PRESENT, session=session)
        return _policy_of(row) if row else Policy(tenant_id, name, {})

    async def put_policy(self, session: "Session", policy: Policy, event: "SettingChanged", change: Change) -> None:
        """Store a policy with its new values and version, and tell it.

        `policy.order` is that of the policy as it was read. Raises `StaleVersion` when somebody else changed it.
        """
        await self._count_on(session, policy.tenant_id)
        order = next_order(change.at, policy.order)
        key = _policy_id(policy.tenant_id, policy.name)
        document = {**asdict(policy), "order": order}
        if policy.version == 1:
            await self._policies.insert_one(
                {"_id": key, **document, "changes": [change_document(change)]}, session=session
            )
        else:
            update: Document = {"$set": document, "$push": pushed(change)}
            saved = await self._policies.update_one({"_id": key, "order": policy.order}, update, session=session)
            if saved.matched_count != 1:
                raise StaleVersion
        await self._publish(session, event, order, policy.order)

    async def revision(self, tenant_id: str) -> int:
        """How often the tenant's settings have changed."""
        row = await self._revisions.find_one({"_id": tenant_id})
        return row["revision"] if row else 0

    async def settings(self, tenant_id: str, kinds: Sequence[CatalogueKind]) -> TenantSettings:
        """All items of these kinds, up to the limit of each, and all policies.

        The revision is read first: what changes meanwhile is read again then.
        """
        revision = await self.revision(tenant_id)
        items: dict[str, dict[str, CatalogueItem]] = {}
        for kind in kinds if revision else ():
            query: Document = {"tenant_id": tenant_id, "kind": kind.name}
            cursor = self._items.find(query, _PRESENT).sort("_id", 1).hint(BY_KIND).limit(kind.limit)
            items[kind.name] = {row["_id"]: _item_of(row) for row in await cursor.to_list(kind.limit)}
        rows: list[Document] = []
        if revision:
            found = self._policies.find({"tenant_id": tenant_id}, _PRESENT).limit(_MOST_POLICIES)
            rows = await found.to_list(_MOST_POLICIES)
        policies = {row["name"]: _policy_of(row) for row in rows}
        teams = await self._teams_of(tenant_id) if revision else {}
        return TenantSettings(tenant_id, revision, items, policies, teams)

    async def _teams_of(self, tenant_id: str) -> dict[str, TeamCopy]:
        cursor = self._teams.find({"tenant_id": tenant_id}).hint(BY_TENANT).limit(MOST_TEAMS)
        return {row["_id"]: team_of(row) for row in await cursor.to_list(MOST_TEAMS)}

    async def _count_on(self, session: "Session", tenant_id: str) -> None:
        await self._revisions.update_one({"_id": tenant_id}, {"$inc": {"revision": 1}}, upsert=True, session=session)

    async def _check_name(self, session: "Session", kind: CatalogueKind, item: CatalogueItem) -> None:
        same: Document = {"tenant_id": item.tenant_id, "key": unique_key(kind, item), "_id": {"$ne": item.id}}
        check_taken(taken=await self._items.find_one(same, {"_id": 1}, session=session) is not None, kind=kind)

    async def _tell(self, session: "Session", item: CatalogueItem, event: "SettingChanged", before: int) -> None:
        """Nobody is told of what is somebody's own; their other devices are, by `OwnFrames`."""
        if item.owner_id is None:
            await self._publish(session, event, item.order, before)

    async def _publish(self, session: "Session", event: "SettingChanged", order: int, before: int) -> None:
        outgoing = [Outgoing.of(CONVERSATION_EVENTS, event, current_traceparent())]
        await self._outbox.add(session, outgoing, order=order, before={event.key(): before})


def _document(kind: CatalogueKind, item: CatalogueItem) -> "Document":
    fields = asdict(item)
    del fields["id"], fields["uses"]
    fields["key"] = unique_key(kind, item)
    if kind.found_by:
        fields["terms"] = all_words_of((str(item.values[name]) for name in kind.found_by), _MOST_TERMS)
    return fields


def _begins(name: str, word: str) -> bool:
    return folded(name).lstrip("/").startswith(word)


def _item_of(row: "Document") -> CatalogueItem:
    fields = {name: value for name, value in row.items() if name not in ("_id", "key", "terms", "changes")}
    return CatalogueItem(id=row["_id"], **fields)


def _policy_id(tenant_id: str, name: str) -> str:
    return f"{tenant_id}:{name}"


def _policy_of(row: "Document") -> Policy:
    return Policy(row["tenant_id"], row["name"], row["values"], row["version"], row["order"])
