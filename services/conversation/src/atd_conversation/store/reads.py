"""Bounded queries of one transaction, or of none."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from atd_servicekit.mongo import Database, Document, Session


class Reads:
    """Queries of one transaction, or of none."""

    def __init__(self, database: "Database", session: "Session | None" = None) -> None:
        self._db = database
        self._session = session

    async def find(self, collection: str, name: str, values: "Collection[str]") -> "list[Document]":
        """One query by a unique key, bounded by the number of values asked for."""
        return await self.query(collection, {name: {"$in": list(values)}}, limit=len(values)) if values else []

    async def query(
        self, collection: str, query: "Document", *, limit: int, sort: "list[tuple[str, int]] | None" = None
    ) -> "list[Document]":
        """At most `limit` documents, in one answer; with `sort` the first ones."""
        cursor = self._db[collection].find(query, session=self._session, batch_size=limit).limit(limit)
        cursor = cursor.sort(sort) if sort else cursor
        found: list[Document] = await cursor.to_list(limit)
        return found
