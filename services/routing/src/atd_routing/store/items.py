"""Items and policies of routing, of one tenant each, by an index.

Every change counts the tenant's revision on, in the same transaction: two changes at once are a conflict and one after
the other then, so limits and names hold; and whoever has settings in memory sees that they are old.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pymongo import IndexModel

from atd_routing.domain.items import (
    POLICY,
    Item,
    ItemKind,
    StoredSettings,
    Values,
    check_room,
    in_order,
    name_taken,
    unique_key,
)
from atd_schemas.envelope import SYSTEM, Actor
from atd_servicekit.changes import Change, changes_of, fields_between, pushed
from atd_servicekit.errors import StaleVersion
from atd_servicekit.outbox import next_order

if TYPE_CHECKING:
    from datetime import datetime

    from atd_servicekit.mongo import Database, Document, Session

ITEMS = "settings"
REVISIONS = "setting_revisions"
ITEM_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    ITEMS: [
        IndexModel([("tenant_id", 1), ("kind", 1), ("_id", 1)], name="by_kind"),
        IndexModel(
            [("tenant_id", 1), ("kind", 1), ("key", 1)],
            name="by_key",
            unique=True,
            partialFilterExpression={"key": {"$exists": True}},
        ),
    ],
    REVISIONS: [
        IndexModel([(mark, 1)], name=mark, partialFilterExpression={mark: True}) for mark in ("unapplied", "unswept")
    ],
}

_PRESENT: "Document" = {"changes": 0}
"""What is there now, without who has changed it: that is read for those alone who are refused."""

MOST_SETTINGS = 2_000
"""Items and policies of one tenant, of all kinds together; the limits of the kinds are far below."""


class Items:
    """Reads and changes settings. What changes something runs inside the transaction whose session it is given."""

    def __init__(self, database: "Database") -> None:
        self._items = database[ITEMS]
        self._revisions = database[REVISIONS]

    async def one(self, tenant_id: str, kind: ItemKind, item_id: str, session: "Session | None" = None) -> Item | None:
        """An item of the tenant."""
        row = await self._items.find_one({"_id": item_id, "tenant_id": tenant_id, "kind": kind.name}, session=session)
        return _item_of(row) if row else None

    async def of_kind(self, tenant_id: str, kind: ItemKind, session: "Session | None" = None) -> list[Item]:
        """All items of a kind, in their order."""
        query: Document = {"tenant_id": tenant_id, "kind": kind.name}
        rows = self._items.find(query, _PRESENT, session=session).hint("by_kind").limit(kind.limit)
        return in_order(kind, [_item_of(row) for row in await rows.to_list(kind.limit)])

    async def changes_since(self, item: Item, version: int, session: "Session | None" = None) -> list[Change]:
        """Who changed what after this version of an item or policy, as far as it is remembered; the oldest first."""
        query: Document = {"_id": item.id, "tenant_id": item.tenant_id}
        row = await self._items.find_one(query, {"changes": 1}, session=session)
        return [one for one in changes_of(row or {}) if one.version > version]

    async def add(self, session: "Session", kind: ItemKind, item: Item, now: "datetime") -> Item:
        """Store a new item, the last one where people put them in order; as it is then.

        Raises `Refused` when its name is taken or there are too many.
        """
        await self.count_on(session, item.tenant_id)
        others = await self.of_kind(item.tenant_id, kind, session)
        check_room(kind, len(others))
        self._check_name(kind, item, others)
        place = max((other.position for other in others), default=0) + 1
        stored = replace(item, position=place, order=next_order(now))
        await self._items.insert_one({"_id": item.id, **_document(kind, stored)}, session=session)
        return stored

    async def save(
        self, session: "Session", kind: ItemKind, item: Item, now: "datetime", actor: Actor = SYSTEM
    ) -> Item:
        """Store an item that `actor` has changed once since it was read; as it is then.

        Raises `Refused` when its name is taken, `StaleVersion` when somebody else changed it meanwhile.
        """
        await self.count_on(session, item.tenant_id)
        others = await self.of_kind(item.tenant_id, kind, session)
        self._check_name(kind, item, others)
        stored = replace(item, order=next_order(now, item.order))
        before = next((one for one in others if one.id == item.id), item)
        change = Change(stored.version, now, _changed_fields(before, stored), actor)
        update: Document = {"$set": _document(kind, stored), "$push": pushed(change)}
        as_read: Document = {"_id": item.id, "version": item.version - 1}
        if (await self._items.update_one(as_read, update, session=session)).matched_count != 1:
            raise StaleVersion
        return stored

    async def remove(self, session: "Session", item: Item) -> None:
        """Delete an item. Raises `StaleVersion` when somebody else changed it meanwhile."""
        await self.count_on(session, item.tenant_id)
        deleted = await self._items.delete_one({"_id": item.id, "version": item.version}, session=session)
        if deleted.deleted_count != 1:
            raise StaleVersion

    async def policy(self, tenant_id: str, name: str, session: "Session | None" = None) -> Item | None:
        """A policy of the tenant; None while nobody has set it."""
        row = await self._items.find_one({"_id": _policy_id(tenant_id, name)}, session=session)
        return _item_of(row) if row else None

    async def put_policy(
        self,
        session: "Session",
        tenant_id: str,
        name: str,
        values: Values,
        now: "datetime",
        *,
        defaults: Values | None = None,
        actor: Actor = SYSTEM,
    ) -> Item:
        """Set a policy, as `actor`; as it is then. `defaults`: what holds of it while nobody has set it."""
        await self.count_on(session, tenant_id)
        before = await self.policy(tenant_id, name, session)
        item = Item(_policy_id(tenant_id, name), tenant_id, POLICY, values, created_at=now, changed_at=now)
        if before is not None:
            item = replace(before, values=values, changed_at=now, version=before.version + 1)
        known = {**(defaults or {}), **(before.values if before else {})}
        change = Change(item.version, now, fields_between(known, values), actor)
        update: Document = {"$set": {**_document(None, item), "name": name}, "$push": pushed(change)}
        await self._items.update_one({"_id": item.id}, update, upsert=True, session=session)
        return item

    async def revision(self, tenant_id: str, session: "Session | None" = None) -> int:
        """How often the tenant's settings have changed."""
        row = await self._revisions.find_one({"_id": tenant_id}, session=session)
        return row["revision"] if row else 0

    async def settings(self, tenant_id: str, session: "Session | None" = None) -> StoredSettings:
        """All that the tenant has set. The revision is read first: what changes meanwhile is read again then."""
        row = await self._revisions.find_one({"_id": tenant_id}, session=session)
        if not row:
            return StoredSettings(tenant_id)
        items: dict[str, dict[str, Item]] = {}
        policies: dict[str, Values] = {}
        cursor = self._items.find({"tenant_id": tenant_id}, _PRESENT, session=session).hint("by_kind")
        for found in await cursor.limit(MOST_SETTINGS).to_list(MOST_SETTINGS):
            if found["kind"] == POLICY:
                policies[found["name"]] = found["values"]
            else:
                items.setdefault(found["kind"], {})[found["_id"]] = _item_of(found)
        return StoredSettings(tenant_id, row["revision"], items, policies)

    async def count_on(self, session: "Session", tenant_id: str) -> None:
        """Count a change of the tenant's settings, which attendants and conversations are to be looked at under."""
        counted: Document = {
            "$inc": {"revision": 1},
            "$set": {"unapplied": True, "unswept": True},
            "$unset": {"sweep_again_at": ""},
        }
        await self._revisions.update_one({"_id": tenant_id}, counted, upsert=True, session=session)

    async def unapplied(self, limit: int) -> list[tuple[str, int]]:
        """Tenants whose attendants are not shown by the present settings yet, with the revision of these."""
        rows = self._revisions.find({"unapplied": True}, {"revision": 1}).hint("unapplied").limit(limit)
        return [(row["_id"], row["revision"]) for row in await rows.to_list(limit)]

    async def applied(self, tenant_id: str, revision: int) -> None:
        """The tenant's attendants are shown by the settings of this revision, which may be an older one already."""
        await self._revisions.update_one({"_id": tenant_id, "revision": revision}, {"$unset": {"unapplied": ""}})

    @staticmethod
    def _check_name(kind: ItemKind, item: Item, others: Sequence[Item]) -> None:
        key = unique_key(kind, item.values)
        if key is not None and any(unique_key(kind, one.values) == key for one in others if one.id != item.id):
            raise name_taken(kind)


def _changed_fields(before: Item, after: Item) -> tuple[str, ...]:
    moved = () if before.position == after.position else ("position",)
    return fields_between(before.values, after.values) + moved


def _document(kind: ItemKind | None, item: Item) -> "Document":
    key = unique_key(kind, item.values) if kind else None
    return {
        "tenant_id": item.tenant_id,
        "kind": item.kind,
        "values": dict(item.values),
        "created_at": item.created_at,
        "changed_at": item.changed_at,
        "position": item.position,
        "version": item.version,
        "order": item.order,
        **({} if key is None else {"key": key}),
    }


def _item_of(row: "Document") -> Item:
    return Item(
        id=row["_id"],
        tenant_id=row["tenant_id"],
        kind=row["kind"],
        values=row["values"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        position=row["position"],
        version=row["version"],
        order=row["order"],
    )


def _policy_id(tenant_id: str, name: str) -> str:
    return f"{tenant_id}:{name}"
