"""Gates in MongoDB (`<name>_gates`, by group). A gate outlives the process that closed it.

{_id, until, reason,                  a throttle, which ends by time
 suspended, suspended_reason}         until somebody resumes the group
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pymongo import DeleteOne, IndexModel, UpdateOne

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
        return {one["_id"]: _gate(one) for one in documents}

    async def close(self, gates: Mapping[str, Gate]) -> None:
        """The groups wait; a later moment wins over an earlier one, and a suspension stands beside it."""
        writes = []
        for group, gate in gates.items():
            change: dict[str, Any] = {"$set": {"reason": gate.reason}}
            if gate.suspended:
                change = {"$set": {"suspended": True, "suspended_reason": gate.reason}}
            if gate.until is not None:
                change["$max"] = {"until": gate.until}
            writes.append(UpdateOne({"_id": group}, change, upsert=True))
        await self._gates.bulk_write(writes, ordered=False)

    async def resume(self, group: str, now: datetime) -> None:
        """The group is not suspended any more; what throttles it stays until its time."""
        lift = UpdateOne({"_id": group}, {"$unset": {"suspended": 1, "suspended_reason": 1}})
        over = DeleteOne({"_id": group, "suspended": {"$ne": True}, "until": {"$not": {"$gt": now}}})
        await self._gates.bulk_write([lift, over])


def _gate(document: Mapping[str, Any]) -> Gate:
    suspended = document.get("suspended", False)
    reason = document.get("reason", "")
    return Gate(document.get("until"), suspended, document.get("suspended_reason", reason) if suspended else reason)
