"""MongoDB: one document for each channel account."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pymongo import UpdateOne

from atd_servicekit.mongo import Session

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database


class Counts:
    """The number of messages by tenant and account."""

    def __init__(self, database: "Database") -> None:
        self._counts = database["counts"]

    async def add(self, session: Session, arrived: Mapping[tuple[str, str], int]) -> None:
        """Count more messages of tenants and accounts."""
        writes = [
            UpdateOne(
                {"_id": account}, {"$setOnInsert": {"tenant_id": tenant}, "$inc": {"messages": number}}, upsert=True
            )
            for (tenant, account), number in arrived.items()
        ]
        await self._counts.bulk_write(writes, session=session)

    async def of_tenant(self, tenant_id: str) -> dict[str, int]:
        """The numbers of one tenant, by account."""
        return {row["_id"]: row["messages"] async for row in self._counts.find({"tenant_id": tenant_id})}
