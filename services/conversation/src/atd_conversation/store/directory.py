"""Copies of what other services own: channel accounts and attendants, by id."""

from typing import TYPE_CHECKING

from atd_conversation.store.indexes import ATTENDANTS, CHANNEL_ACCOUNTS
from atd_schemas.settings_changes import AttendantChanged, ChannelAccountChanged
from atd_schemas.views import Named

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document


class Directory:
    """Reads and writes by `_id`. A newer change wins whatever the order of arrival."""

    def __init__(self, database: "Database") -> None:
        self._accounts = database[CHANNEL_ACCOUNTS]
        self._attendants = database[ATTENDANTS]

    async def put_account(self, event: ChannelAccountChanged) -> None:
        fields = {"name": event.data.name, "deleted": event.data.deleted}
        await self._accounts.update_one(
            {"_id": event.data.account_id},
            [_if_newer(event.tenant_id, fields, event.recorded_at)],
            upsert=True,
        )

    async def put_attendant(self, event: AttendantChanged) -> None:
        fields = {"name": event.data.name, "active": event.data.active}
        await self._attendants.update_one(
            {"_id": event.data.attendant_id},
            [_if_newer(event.tenant_id, fields, event.recorded_at)],
            upsert=True,
        )

    async def account_is_deleted(self, tenant_id: str, account_id: str) -> bool:
        """Whether the account is known to be gone; one that is not known yet is taken for alive."""
        row = await self._accounts.find_one({"_id": account_id, "tenant_id": tenant_id}, {"deleted": 1})
        return bool(row and row["deleted"])

    async def attendant(self, tenant_id: str, attendant_id: str) -> Named | None:
        """An active attendant of the tenant, or None."""
        row = await self._attendants.find_one(
            {"_id": attendant_id, "tenant_id": tenant_id, "active": True}, {"name": 1}
        )
        return Named(id=row["_id"], name=row["name"]) if row else None


def _if_newer(tenant_id: str, fields: "Document", changed_at: object) -> "Document":
    """An update stage that leaves the document alone when it already holds a later change."""
    older = {"$or": [{"$eq": [{"$type": "$changed_at"}, "missing"]}, {"$lte": ["$changed_at", changed_at]}]}
    values = {"tenant_id": tenant_id, **fields, "changed_at": changed_at}
    return {"$set": {name: {"$cond": [older, {"$literal": value}, f"${name}"]} for name, value in values.items()}}
