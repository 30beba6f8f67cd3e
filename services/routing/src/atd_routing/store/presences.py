"""What an attendant's availability follows from (devices, choices): a document each, saved over its version."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from pymongo import IndexModel, InsertOne, UpdateOne

from atd_routing.domain.availability.presence import Choice, Device, Presence
from atd_servicekit.errors import StaleVersion
from atd_servicekit.inbox import stale_when_duplicate

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Operation, Session

PRESENCES = "presences"
PRESENCE_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    PRESENCES: [
        IndexModel([("next_look", 1)], name="by_next_look", partialFilterExpression={"next_look": {"$type": "date"}}),
    ]
}


class Presences:
    """Reads and saves presences."""

    def __init__(self, database: "Database") -> None:
        self._collection = database[PRESENCES]

    async def of_ids(self, ids: Collection[str], session: "Session | None" = None) -> dict[str, Presence]:
        """Presences by attendant, whatever their tenant."""
        if not ids:
            return {}
        rows = self._collection.find({"_id": {"$in": list(ids)}}, session=session).limit(len(ids))
        return {row["_id"]: presence_of(row) for row in await rows.to_list(len(ids) or 1)}

    async def due(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        """Tenant and id of those who are to be looked at by now, the longest due first."""
        query: Document = {"next_look": {"$type": "date", "$lte": now}}
        rows = self._collection.find(query, {"tenant_id": 1}).hint("by_next_look").sort("next_look", 1).limit(limit)
        return [(row["tenant_id"], row["_id"]) for row in await rows.to_list(limit)]

    async def put_off(self, attendant_id: str, until: datetime) -> None:
        """Have somebody looked at no sooner than then, unless they are saved before."""
        await self._collection.update_one(
            {"_id": attendant_id, "next_look": {"$lt": until}}, {"$set": {"next_look": until}}
        )

    async def save(self, changes: Sequence[tuple[Presence, Presence]], session: "Session | None" = None) -> None:
        """Save presences that were read as the first of each pair.

        Those without a change are left alone, but not in a transaction: what else that saves follows from them, so
        nobody may have changed them since they were read. Raises `StaleVersion` when somebody has. Without a
        transaction the others may be saved then.
        """
        operations = [_operation(*pair) for pair in changes if session is not None or pair[0] != pair[1]]
        if not operations:
            return
        with stale_when_duplicate():
            done = await self._collection.bulk_write(operations, ordered=False, session=session)
        if done.matched_count + done.inserted_count != len(operations):
            raise StaleVersion


def _operation(before: Presence, after: Presence) -> "Operation":
    document = {**_document(after), "version": before.version + 1}
    if before.version == 0:
        return InsertOne({"_id": after.attendant_id, **document})
    return UpdateOne({"_id": after.attendant_id, "version": before.version}, {"$set": document})


def _document(presence: Presence) -> "Document":
    choice = presence.choice
    return {
        "tenant_id": presence.tenant_id,
        "active": presence.active,
        "revision": presence.revision,
        "devices": {id_: [one.seen_at, one.gone_at] for id_, one in presence.devices.items()},
        "used_at": presence.used_at,
        "choice": None
        if choice is None
        else {
            "state": choice.state,
            "at": choice.at,
            "by": choice.by,
            "reason_id": choice.reason_id,
            "until": choice.until,
        },
        "begun_on": None if presence.begun_on is None else presence.begun_on.isoformat(),
        "held": presence.held,
        "released_at": presence.released_at,
        "released_some": presence.released_some,
        "next_look": presence.next_look,
    }


def presence_of(row: "Document") -> Presence:
    """The presence of a document."""
    choice, begun_on = row.get("choice"), row.get("begun_on")
    return Presence(
        attendant_id=row["_id"],
        tenant_id=row["tenant_id"],
        active=row["active"],
        revision=row.get("revision", 0),
        devices={id_: Device(seen_at, gone_at) for id_, (seen_at, gone_at) in row["devices"].items()},
        used_at=row.get("used_at"),
        choice=None if choice is None else Choice(**choice),
        begun_on=None if begun_on is None else date.fromisoformat(begun_on),
        held=row.get("held", False),
        released_at=row.get("released_at"),
        released_some=row.get("released_some", False),
        next_look=row.get("next_look"),
        version=row["version"],
    )
