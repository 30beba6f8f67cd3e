"""Which file has which bytes: the names of files, the objects that hold their bytes, and the room that these take.

A file's name is its key; names of one tenant with the same bytes share one object. Nothing counts references: an object
is needed as long as a name points to it, and whoever adds or removes a name writes to the object in the same
transaction, so that of two at once one waits for the other. The room is counted in that transaction, too.

An object is `writing` until the first name has it, then `kept`, and `leaving` from the moment it loses the last one.
What is `writing` or `leaving` has a moment (`due_at`) at which the sweep takes over what a killed process left.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from atd_servicekit.clock import Clock
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files.store import StoredFile
from atd_servicekit.files.usage import StorageFull, TenantUse, Use, kind_of, tenant_of
from atd_servicekit.mongo import Document, Mongo, Session

T = TypeVar("T")

OBJECTS, NAMES, USES = "file_objects", "file_names", "file_uses"
BY_CONTENT, BY_KIND, BY_DUE, BY_OBJECT, BY_CHECK = "by_content", "by_kind", "by_due", "by_object", "by_check"

REGISTRY_INDEXES = {
    OBJECTS: [
        IndexModel(
            [("tenant_id", 1), ("sha256", 1)],
            name=BY_CONTENT,
            unique=True,
            partialFilterExpression={"state": "kept"},
        ),
        IndexModel([("tenant_id", 1), ("state", 1), ("kind", 1), ("size", 1)], name=BY_KIND),
        IndexModel([("due_at", 1)], name=BY_DUE, sparse=True),
    ],
    NAMES: [IndexModel([("object_id", 1)], name=BY_OBJECT)],
    USES: [IndexModel([("checked_at", 1)], name=BY_CHECK)],
}

WRITTEN_WITHIN = timedelta(days=1)
"""An object that is still being written after this time was cut off by the end of its process."""

REMOVED_WITHIN = timedelta(minutes=10)
"""The bytes of an object without a name that are still there after this time are removed by the sweep."""

_TRIES = 10


@dataclass(frozen=True, slots=True)
class Name:
    """What a key stands for."""

    object_id: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The object that a name has now; `leaving` is the one that it had before, when nobody else has it."""

    object_id: str
    leaving: str | None = None


class FileRegistry:
    """Rows in the database of files. PyMongo's errors are raised as they are."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._objects = mongo.db[OBJECTS]
        self._names = mongo.db[NAMES]
        self._uses = mongo.db[USES]
        self._clock = clock

    async def name(self, key: str) -> Name | None:
        row = await self._names.find_one({"_id": key})
        return Name(row["object_id"], row["content_type"]) if row else None

    async def begin(self, object_id: str) -> None:
        """Write down that an object is being written, before its first byte."""
        due_at = self._clock.now() + WRITTEN_WITHIN
        row = {"_id": object_id, "tenant_id": tenant_of(object_id), "state": "writing", "due_at": due_at}
        await self._objects.insert_one(row)

    async def keep(self, object_id: str, stored: StoredFile, *, limit: int | None) -> Kept:
        """Give the name `stored.key` its bytes: those of `object_id`, or of an object that had the same before.

        Raises `StorageFull` when the bytes are new and the tenant has no room for them within `limit` bytes.
        """

        async def work(session: Session) -> Kept:
            same = await self._touch_same(session, stored)
            if same is None:
                await self._keep_written(session, object_id, stored, limit)
            target = object_id if same is None else same
            return Kept(target, await self._point(session, stored.key, stored.content_type, target))

        return await self._transaction(work)

    async def share(self, source: str, key: str, content_type: str) -> Kept | None:
        """Give the name `key` the bytes of another one of its tenant; None: that one has no name."""

        async def work(session: Session) -> Kept | None:
            row = await self._names.find_one({"_id": source}, session=session)
            if row is None:
                return None
            object_id = str(row["object_id"])
            await self._objects.update_one({"_id": object_id}, {"$inc": {"touched": 1}}, session=session)
            return Kept(object_id, await self._point(session, key, content_type, object_id))

        if tenant_of(source) != tenant_of(key):
            raise ValueError("files of two tenants never share bytes")
        return await self._transaction(work)

    async def adopt(self, stored: StoredFile) -> Kept | None:
        """Take in a file that was stored under its own key; None: its name is known, or it is being removed."""
        key = stored.key

        async def work(session: Session) -> Kept | None:
            if await self._names.find_one({"_id": key}, {"_id": 1}, session=session):
                return None
            if await self._objects.find_one({"_id": key}, {"_id": 1}, session=session):
                return None
            same = await self._touch_same(session, stored)
            state, due_at = ("kept", None) if same is None else ("leaving", self._clock.now())
            row = {"_id": key, "tenant_id": tenant_of(key), "state": state}
            await self._objects.insert_one(
                {**row, **({"due_at": due_at} if due_at else _content(stored))}, session=session
            )
            if same is None:
                await self._count(session, stored, None)
            target = key if same is None else same
            await self._point(session, stored.key, stored.content_type, target)
            return Kept(target, None if same is None else key)

        return await self._transaction(work)

    async def release(self, key: str) -> str | None:
        """Remove a name; the object to remove, when nobody else has it.

        A key without a name may be that of a file from before there were names: it is its own object.
        """

        async def work(session: Session) -> str | None:
            row = await self._names.find_one_and_delete({"_id": key}, session=session)
            if row is not None:
                return await self._leave(session, row["object_id"])
            if await self._objects.find_one({"_id": key, "state": "kept"}, {"_id": 1}, session=session):
                return None
            due_at = self._clock.now() + REMOVED_WITHIN
            told = {"$set": {"tenant_id": tenant_of(key), "state": "leaving", "due_at": due_at}}
            await self._objects.update_one({"_id": key}, told, upsert=True, session=session)
            return key

        return await self._transaction(work)

    async def leaves(self, object_id: str) -> bool:
        """Whether no name has the object, and none can have it from now on: its bytes may be removed."""
        told = {"$set": {"state": "leaving"}}
        found = await self._objects.update_one({"_id": object_id, "state": {"$in": ["writing", "leaving"]}}, told)
        return found.matched_count == 1

    async def forget(self, object_id: str) -> None:
        """The bytes of an object are gone."""
        await self._objects.delete_one({"_id": object_id, "state": "leaving"})

    async def due(self, limit: int) -> list[str]:
        """Up to `limit` objects that processes which ended left being written or removed."""
        query = {"due_at": {"$lt": self._clock.now()}}
        rows = await self._objects.find(query, {"_id": 1}).sort("due_at", 1).limit(limit).to_list(limit)
        return [row["_id"] for row in rows]

    async def use(self, tenant_id: str) -> TenantUse:
        row = await self._uses.find_one({"_id": tenant_id})
        return _use_of(row)

    async def unchecked(self, since: timedelta) -> str | None:
        """A tenant whose room was not counted anew for this time."""
        query = {"checked_at": {"$lt": self._clock.now() - since}}
        row = await self._uses.find_one(query, {"_id": 1}, sort=[("checked_at", 1)])
        return row["_id"] if row else None

    async def recount(self, tenant_id: str) -> int:
        """Count a tenant's room anew, from its objects; by how many bytes the count was wrong."""

        async def work(session: Session) -> int:
            # First the row is written, so that whoever changes it meanwhile waits instead of undoing the count.
            touched = {"$set": {"checked_at": self._clock.now()}}
            before = await self._uses.find_one_and_update({"_id": tenant_id}, touched, upsert=True, session=session)
            stages: list[Document] = [
                {"$match": {"tenant_id": tenant_id, "state": "kept"}},
                {"$group": {"_id": "$kind", "bytes": {"$sum": "$size"}, "files": {"$sum": 1}}},
            ]
            cursor = await self._objects.aggregate(stages, hint=BY_KIND, session=session)
            rows = await cursor.to_list(None)
            kinds = {row["_id"]: {"bytes": row["bytes"], "files": row["files"]} for row in rows}
            counted: Document = {name: sum(one[name] for one in kinds.values()) for name in ("bytes", "files")}
            await self._uses.update_one({"_id": tenant_id}, {"$set": {**counted, "kinds": kinds}}, session=session)
            return abs(int(counted["bytes"]) - _use_of(before).total.bytes)

        return await self._transaction(work)

    async def _touch_same(self, session: Session, stored: StoredFile) -> str | None:
        """The tenant's object with the same bytes, kept from leaving until this transaction is over."""
        same = {"tenant_id": tenant_of(stored.key), "sha256": stored.sha256, "state": "kept"}
        row = await self._objects.find_one_and_update(same, {"$inc": {"touched": 1}}, session=session)
        return row["_id"] if row else None

    async def _keep_written(self, session: Session, object_id: str, stored: StoredFile, limit: int | None) -> None:
        told = {"$set": {"state": "kept", **_content(stored)}, "$unset": {"due_at": ""}}
        found = await self._objects.update_one({"_id": object_id, "state": "writing"}, told, session=session)
        if not found.matched_count:
            raise InfrastructureFault("a file took so long to be written that the sweep removed it")
        await self._count(session, stored, limit)

    async def _count(self, session: Session, stored: StoredFile, limit: int | None) -> None:
        tenant_id = tenant_of(stored.key)
        if limit is not None:
            row = await self._uses.find_one({"_id": tenant_id}, {"bytes": 1}, session=session)
            used = row.get("bytes", 0) if row else 0
            if used + stored.size > limit:
                raise StorageFull(used=used, size=stored.size, limit=limit)
        more = {"$inc": _added(kind_of(stored.key, stored.content_type), stored.size, 1)}
        made = {"$setOnInsert": {"checked_at": self._clock.now()}}
        await self._uses.update_one({"_id": tenant_id}, {**more, **made}, upsert=True, session=session)

    async def _point(self, session: Session, key: str, content_type: str, target: str) -> str | None:
        """Let the name have `target`; the object that it had, when that leaves."""
        row = {"object_id": target, "content_type": content_type}
        name = {"_id": key}
        before = await self._names.find_one_and_replace(name, row, upsert=True, session=session)
        if before is None or before["object_id"] == target:
            return None
        return await self._leave(session, before["object_id"])

    async def _leave(self, session: Session, object_id: str) -> str | None:
        touch = {"$inc": {"touched": 1}}
        row = await self._objects.find_one_and_update({"_id": object_id}, touch, session=session)
        if row is None or await self._names.find_one({"object_id": object_id}, {"_id": 1}, session=session):
            return None
        told = {"$set": {"state": "leaving", "due_at": self._clock.now() + REMOVED_WITHIN}}
        await self._objects.update_one({"_id": object_id}, told, session=session)
        less = {"$inc": _added(row["kind"], -row["size"], -1)}
        await self._uses.update_one({"_id": row["tenant_id"]}, less, session=session)
        return object_id

    async def _transaction(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Of two that add the same content (or tenant) at once, the later one begins again and finds it."""
        for _ in range(_TRIES):
            try:
                return await self._mongo.transaction(work)
            except DuplicateKeyError:
                continue
        raise InfrastructureFault("names of files change too fast")


def _content(stored: StoredFile) -> Document:
    return {"sha256": stored.sha256, "size": stored.size, "kind": kind_of(stored.key, stored.content_type)}


def _added(kind: str, size: int, files: int) -> Document:
    return {"bytes": size, "files": files, f"kinds.{kind}.bytes": size, f"kinds.{kind}.files": files}


def _use_of(row: Document | None) -> TenantUse:
    if row is None:
        return TenantUse()
    kinds = {
        kind: Use(one["bytes"], one["files"]) for kind, one in sorted(row.get("kinds", {}).items()) if one["files"]
    }
    return TenantUse(Use(row.get("bytes", 0), row.get("files", 0)), kinds)
