"""Channel accounts in MongoDB: one document per account, deleted ones kept as such.

Credentials are sealed by `credentials.py` before they come here. A deleted account keeps its place so that what is
still to be sent for it can fail with a reason, and loses its credentials.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

ACCOUNTS = "channel_accounts"
ACCOUNT_INDEXES = {
    ACCOUNTS: [
        IndexModel(
            [("phone_number_id", ASCENDING)],
            name="one_account_per_number",
            unique=True,
            partialFilterExpression={"deleted": False},
        ),
        IndexModel([("tenant_id", ASCENDING), ("deleted", ASCENDING), ("_id", DESCENDING)], name="of_tenant"),
        IndexModel([("business_account_id", ASCENDING), ("deleted", ASCENDING)], name="of_business_account"),
        IndexModel([("updated_at", ASCENDING)], name="changed_since"),
    ]
}

_BATCH = 500


class AccountSource(Protocol):
    """Where accounts in use are read from."""

    async def changed_since(self, moment: datetime | None) -> "Sequence[Document]":
        """Accounts changed at or after `moment`, deleted ones too; with `None` all that are not deleted."""
        ...

    async def with_ids(self, ids: Sequence[str]) -> "Sequence[Document]":
        """Accounts by id, deleted ones too."""
        ...

    async def with_numbers(self, phone_number_ids: Sequence[str]) -> "Sequence[Document]":
        """Accounts in use by phone number id."""
        ...


class AccountStore:
    """The collection of accounts. Whatever names a tenant touches no other tenant's documents."""

    def __init__(self, database: "Database") -> None:
        self._accounts = database[ACCOUNTS]

    async def insert(self, session: "Session", document: "Document") -> None:
        """Add an account. Raises pymongo's `DuplicateKeyError` when its number is connected already."""
        await self._accounts.insert_one(document, session=session)

    async def find(self, tenant_id: str, account_id: str, session: "Session | None" = None) -> "Document | None":
        """The account, unless it is deleted or another tenant's."""
        query = {"_id": account_id, "tenant_id": tenant_id, "deleted": False}
        found: Document | None = await self._accounts.find_one(query, session=session)
        return found

    async def page(self, tenant_id: str, before_id: str | None, limit: int) -> "Sequence[Document]":
        """Up to `limit` accounts of the tenant, newest first, older than `before_id`."""
        query: Document = {"tenant_id": tenant_id, "deleted": False}
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

    async def changed_since(self, moment: datetime | None) -> "Sequence[Document]":
        """See `AccountSource`."""
        query: Document = {"deleted": False} if moment is None else {"updated_at": {"$gte": moment}}
        rows: list[Document] = await self._accounts.find(query).batch_size(_BATCH).to_list(None)
        return rows

    async def with_ids(self, ids: Sequence[str]) -> "Sequence[Document]":
        """See `AccountSource`."""
        rows: list[Document] = await self._accounts.find({"_id": {"$in": list(ids)}}).to_list(len(ids))
        return rows

    async def with_numbers(self, phone_number_ids: Sequence[str]) -> "Sequence[Document]":
        """See `AccountSource`."""
        query = {"phone_number_id": {"$in": list(phone_number_ids)}, "deleted": False}
        rows: list[Document] = await self._accounts.find(query).to_list(len(phone_number_ids))
        return rows
