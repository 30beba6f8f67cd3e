"""How much arrived at an endpoint, hour by hour (`tallies`): for what people see at a glance.

{_id: "<endpoint id>/<hour>", endpoint_id, at, delivered, failed_attempts, failed, left_out, ms, expires_at,
 last_failure: {at, outcome, status}}
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pymongo import IndexModel, UpdateOne

from atd_webhook_dispatcher.domain.health import Failure

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Operation

TALLIES = "tallies"
TALLY_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    TALLIES: [
        IndexModel([("endpoint_id", 1), ("at", 1)], name="by_endpoint"),
        IndexModel([("expires_at", 1)], name="expired", expireAfterSeconds=0),
    ]
}

KEPT = timedelta(days=8)
MOST_HOURS = 24 * 8

What = Literal["delivered", "failed_attempts", "failed", "left_out", "ms"]
"""`failed_attempts` includes those that are tried again, `failed` are deliveries that never arrived, `ms` is the sum of
the times of what was delivered."""

Place = tuple[str, datetime]
"""An endpoint and an hour."""

Additions = Mapping[Place, "Counter[What]"]
"""What is to be added."""

Failures = Mapping[Place, Failure]
"""The latest one of each."""


def hour_of(moment: datetime) -> datetime:
    """The hour that a moment is in."""
    return moment.replace(minute=0, second=0, microsecond=0)


class Tallies:
    """Adds up and reads."""

    def __init__(self, database: "Database") -> None:
        self._tallies = database[TALLIES]

    async def add(self, additions: Additions, failures: Failures | None = None) -> None:
        """Add these numbers and keep these failures. Raises PyMongo's errors, and may then have added some."""
        failures = failures or {}
        operations: list[Operation] = [
            UpdateOne(
                {"_id": f"{endpoint_id}/{hour:%Y-%m-%dT%H}"},
                {
                    "$inc": dict(counted),
                    "$setOnInsert": {"endpoint_id": endpoint_id, "at": hour, "expires_at": hour + KEPT},
                    **_kept(failures.get((endpoint_id, hour))),
                },
                upsert=True,
            )
            for (endpoint_id, hour), counted in additions.items()
        ]
        if operations:
            await self._tallies.bulk_write(operations, ordered=False)

    async def count_left_out(self, left_out: Mapping[tuple[str, datetime], int]) -> None:
        """Add deliveries that were left out since their endpoint is paused."""
        await self.add({place: Counter({"left_out": count}) for place, count in left_out.items()})

    async def since(self, endpoint_ids: Sequence[str], since: datetime) -> "dict[str, list[Document]]":
        """The hours of these endpoints from `since`, the oldest first."""
        query: Document = {"endpoint_id": {"$in": list(endpoint_ids)}, "at": {"$gte": since}}
        most = MOST_HOURS * max(1, len(endpoint_ids))
        rows = await self._tallies.find(query).sort("at", 1).limit(most).to_list(most)
        found: dict[str, list[Document]] = {}
        for row in rows:
            found.setdefault(row["endpoint_id"], []).append(row)
        return found


def _kept(failure: Failure | None) -> "Document":
    return {} if failure is None else {"$set": {"last_failure": asdict(failure)}}


def last_failure(rows: "Sequence[Document]") -> Failure | None:
    """The latest failure of an endpoint's hours, the oldest first; None: nothing failed in them."""
    kept = next((row["last_failure"] for row in reversed(rows) if "last_failure" in row), None)
    return None if kept is None else Failure(**kept)
