"""Channel accounts in MongoDB: one document per account, deleted ones kept as such.

Credentials are sealed before they come here. A deleted account keeps its place, so that what is still to be sent for
it can fail with a reason, and loses its credentials.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError, OperationFailure

from atd_channelkit.accounts.documents import sealed_names
from atd_channelkit.accounts.spec import ChannelSpec, Reference
from atd_channelkit.webhooks.activity import WRITTEN_EVERY, Heard

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

ACCOUNTS = "channel_accounts"

_BATCH = 500
_CLAIMANTS_LIMIT = 100
_INDEX_NOT_FOUND = 27
_REFERENCED_LIMIT = 1000
"""Accounts that one lookup by references reads."""


def account_indexes(spec: ChannelSpec[Any]) -> dict[str, list[IndexModel]]:
    """The collection and its indexes."""
    indexes = [
        IndexModel([("tenant_id", ASCENDING), ("deleted", ASCENDING), ("_id", DESCENDING)], name="of_tenant"),
        IndexModel([("updated_at", ASCENDING)], name="changed_since"),
        IndexModel(
            [("proof_tried_at", ASCENDING)],
            name="unproven",
            partialFilterExpression={"deleted": False, "proven": False},
        ),
    ]
    for kind, field in spec.indexed.items():
        if kind == spec.unique:
            one = IndexModel(
                [(field, ASCENDING)],
                name=f"one_proven_account_per_{kind}",
                unique=True,
                partialFilterExpression={"deleted": False, "proven": True},
            )
        else:
            one = IndexModel([(field, ASCENDING), ("deleted", ASCENDING)], name=f"of_{kind}")
        indexes.append(one)
    return {ACCOUNTS: indexes}


class AccountSource(Protocol):
    """Where accounts in use are read from."""

    async def changed_since(self, moment: datetime | None) -> "Sequence[Document]":
        """Accounts changed at or after `moment`, deleted ones too; with `None` all that are not deleted."""
        ...

    async def with_ids(self, ids: Sequence[str]) -> "Sequence[Document]":
        """Accounts by id, deleted ones too."""
        ...

    async def with_references(self, references: Sequence[Reference]) -> "Sequence[Document]":
        """Accounts in use by reference; kinds that are not indexed are passed over."""
        ...


class AccountStore:
    """The collection of accounts. Whatever names a tenant touches no other tenant's documents."""

    def __init__(self, database: "Database", indexed: Mapping[str, str]) -> None:
        """`indexed`: the field of each kind of reference."""
        self._accounts = database[ACCOUNTS]
        self._indexed = indexed

    async def insert(self, session: "Session", document: "Document") -> None:
        """Add an account. Raises pymongo's `DuplicateKeyError` when what must be unique is connected already."""
        await self._accounts.insert_one(document, session=session)

    async def adopt(self, unique: str | None) -> None:
        """Bring along accounts of versions in which an account counted from its first day. Safe to repeat.

        While both versions run, the earlier one may connect what is connected already: that account is to be proven.
        """
        before = {"proven": {"$exists": False}}
        async for row in self._accounts.find(before, {"_id": 1}).sort("_id", ASCENDING).batch_size(_BATCH):
            one = {"_id": row["_id"], **before}
            try:
                await self._accounts.update_one(one, {"$set": {"proven": True}})
            except DuplicateKeyError:
                await self._accounts.update_one(one, {"$set": {"proven": False}})
        if unique is not None:
            try:
                await self._accounts.drop_index(f"one_account_per_{unique}")
            except OperationFailure as error:
                if error.code != _INDEX_NOT_FOUND:
                    raise

    async def claimants(self, session: "Session", field: str, value: Any, but_id: str) -> "Sequence[Document]":
        """The accounts in use that hold this unique reference, the proven one first."""
        query = {field: value, "deleted": False, "_id": {"$ne": but_id}}
        found = self._accounts.find(query, session=session).sort("proven", DESCENDING).limit(_CLAIMANTS_LIMIT)
        rows: list[Document] = await found.to_list(_CLAIMANTS_LIMIT)
        return rows

    async def take_unproven(self, now: datetime, limit: int) -> "Sequence[Document]":
        """Up to `limit` accounts that wait to be proven, those first that were asked about longest ago."""
        query = {"deleted": False, "proven": False, "status": "active"}
        rows: list[Document] = await self._accounts.find(query).sort("proof_tried_at", 1).limit(limit).to_list(limit)
        if rows:
            ids = [row["_id"] for row in rows]
            await self._accounts.update_many({"_id": {"$in": ids}}, {"$set": {"proof_tried_at": now}})
        return rows

    async def find(self, tenant_id: str, account_id: str, session: "Session | None" = None) -> "Document | None":
        """The account, unless it is deleted or another tenant's."""
        query = {"_id": account_id, "tenant_id": tenant_id, "deleted": False}
        found: Document | None = await self._accounts.find_one(query, session=session)
        return found

    async def page(self, tenant_id: str, kind: str | None, before_id: str | None, limit: int) -> "Sequence[Document]":
        """Up to `limit` accounts of the tenant, newest first, older than `before_id`; of one kind when it is given."""
        query: Document = {"tenant_id": tenant_id, "deleted": False}
        if kind is not None:
            query["kind"] = kind
        if before_id is not None:
            query["_id"] = {"$lt": before_id}
        rows: list[Document] = await self._accounts.find(query).sort("_id", DESCENDING).limit(limit).to_list(limit)
        return rows

    async def change(
        self, session: "Session | None", account_id: str, version: int, changes: Mapping[str, Any]
    ) -> "Document | None":
        """Set fields of the account at this version, which becomes the next; `None` when it is at another one."""
        changed: Document | None = await self._accounts.find_one_and_update(
            {"_id": account_id, "version": version, "deleted": False},
            {"$set": dict(changes), "$inc": {"version": 1}},
            session=session,
            return_document=ReturnDocument.AFTER,
        )
        return changed

    async def reseal(self, account_id: str, version: int, changes: Mapping[str, Any]) -> bool:
        """Set the same secrets in another form, of the account at this version, which stays; whether it was there."""
        query = {"_id": account_id, "version": version, "deleted": False}
        result = await self._accounts.update_one(query, {"$set": dict(changes)})
        return bool(result.matched_count)

    async def heard(self, account_id: str, field: Heard, at: datetime) -> None:
        """See `ActivityStore`. The account's version stays: nothing was changed."""
        unknown = {field: None}
        before = {field: {"$lte": at - WRITTEN_EVERY}}
        await self._accounts.update_one({"_id": account_id, "$or": [unknown, before]}, {"$set": {field: at}})

    async def in_use(self) -> "AsyncIterator[tuple[str, str]]":
        """Id and tenant of every account that is connected."""
        async for row in self._accounts.find({"deleted": False}, {"tenant_id": 1}).batch_size(_BATCH):
            yield row["_id"], row["tenant_id"]

    async def sealed(self) -> "AsyncIterator[Document]":
        """Of every account in use what is sealed, and its version."""
        wanted = {**dict.fromkeys(sealed_names(), 1), "version": 1}
        async for row in self._accounts.find({"deleted": False}, wanted).batch_size(_BATCH):
            yield row

    async def changed_since(self, moment: datetime | None) -> "Sequence[Document]":
        """See `AccountSource`."""
        query: Document = {"deleted": False} if moment is None else {"updated_at": {"$gte": moment}}
        rows: list[Document] = await self._accounts.find(query).batch_size(_BATCH).to_list(None)
        return rows

    async def with_ids(self, ids: Sequence[str]) -> "Sequence[Document]":
        """See `AccountSource`."""
        rows: list[Document] = await self._accounts.find({"_id": {"$in": list(ids)}}).to_list(len(ids) or 1)
        return rows

    async def with_references(self, references: Sequence[Reference]) -> "Sequence[Document]":
        """See `AccountSource`."""
        by_field: dict[str, list[str]] = defaultdict(list)
        for kind, name in references:
            if kind in self._indexed:
                by_field[self._indexed[kind]].append(name)
        if not by_field:
            return []
        wanted = [{field: {"$in": names}, "deleted": False} for field, names in by_field.items()]
        found = self._accounts.find({"$or": wanted}).limit(_REFERENCED_LIMIT)
        rows: list[Document] = await found.to_list(_REFERENCED_LIMIT)
        return rows
