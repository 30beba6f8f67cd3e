"""Gates in MongoDB (`<name>_gates`, by group). A gate outlives the process that closed it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pymongo import IndexModel, UpdateOne

from atd_servicekit.ledger.rows import Gate

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

_GATES = 5_000


def gate_indexes(name: str) -> dict[str, list[IndexModel]]:
    """Part of the ledger's indexes."""
    return {
        f"{name}_gates": [
            IndexModel([("suspended", 1)], name="suspended"),
            IndexModel([("until", 1)], name="until"),
        ]
    }


class GateStore:
    """Reads and writes the gates of one ledger. Raises PyMongo's errors; everything may be repeated."""

    def __init__(self, db: "Database", name: str) -> None:
        self._gates = db[f"{name}_gates"]

    async def closed(self, now: datetime) -> dict[str, Gate]:
        """The groups that wait now."""
        query = {"$or": [{"suspended": True}, {"until": {"$gt": now}}]}
        documents = await self._gates.find(query).limit(_GATES).to_list(_GATES)
        return {one["_id"]: Gate(one.get("until"), one.get("suspended", False), one["reason"]) for one in documents}

    async def close(self, gates: Mapping[str, Gate]) -> None:
        """The groups wait; a later moment wins over an earlier one, a suspension over both."""
        writes = []
        for group, gate in gates.items():
            change: dict[str, Any] = {"$set": {"reason": gate.reason}}
            if gate.suspended:
                change["$set"]["suspended"] = True
            if gate.until is not None:
                change["$max"] = {"until": gate.until}
            writes.append(UpdateOne({"_id": group}, change, upsert=True))
        await self._gates.bulk_write(writes, ordered=False)

    async def open(self, group: str) -> None:
        await self._gates.delete_one({"_id": group})
