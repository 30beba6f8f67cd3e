"""Replays (`replays`), and how far each has come.

{_id, tenant_id, endpoint_id, kind, since, until, event_types, only, state, reason, total, examined, added, unsendable,
 delivered, failed, dropped, read_all, after: [<recorded at>, <id>], created_at, created_by, finished_at,
 stopped_at,                          if it was stopped
 expires_at}                          once it is done or stopped
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pymongo import IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from atd_webhook_dispatcher.domain.replay import Replay, ReplayState

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

REPLAYS = "replays"
KEPT = timedelta(days=30)
"""For how long a replay is shown once it has ended."""

MOST_STOPPED = 100
"""Replays in one answer of `stopped_since`."""

_RUNNING = {"state": "running"}

REPLAY_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    REPLAYS: [
        IndexModel([("endpoint_id", 1), ("_id", -1)], name="by_endpoint"),
        IndexModel([("endpoint_id", 1)], name="running", unique=True, partialFilterExpression=_RUNNING),
        IndexModel([("stopped_at", 1)], name="stopped", sparse=True),
        IndexModel([("expires_at", 1)], name="expired", expireAfterSeconds=0, sparse=True),
    ]
}


class AlreadyRunning(Exception):
    """The endpoint has a replay that runs."""


class Replays:
    """Keeps replays. Every change is made to what is there, so that two processes never count twice."""

    def __init__(self, database: "Database") -> None:
        self._replays = database[REPLAYS]
        self.stopped = 0
        """How often this process has stopped a replay."""

    async def add(self, session: "Session", replay: Replay) -> None:
        """Keep a new one, which runs. Raises `AlreadyRunning`: the transaction is over then."""
        document = asdict(replay)
        document["_id"] = document.pop("id")
        try:
            await self._replays.insert_one(document, session=session)
        except DuplicateKeyError as error:
            raise AlreadyRunning from error

    async def one(self, tenant_id: str, replay_id: str) -> Replay | None:
        """A replay of the company."""
        row = await self._replays.find_one({"_id": replay_id, "tenant_id": tenant_id})
        return replay_of(row) if row else None

    async def of_endpoint(self, tenant_id: str, endpoint_id: str, before: str | None, limit: int) -> list[Replay]:
        """An endpoint's replays, the newest first; `before`: the id of the last of the page before."""
        query: Document = {"endpoint_id": endpoint_id, "tenant_id": tenant_id}
        if before is not None:
            query["_id"] = {"$lt": before}
        cursor = self._replays.find(query).sort([("_id", -1)]).hint("by_endpoint").limit(limit)
        return [replay_of(row) for row in await cursor.to_list(limit)]

    async def is_running(self, endpoint_id: str) -> bool:
        """Whether the endpoint has a replay that runs."""
        found = await self._replays.find_one({"endpoint_id": endpoint_id, **_RUNNING}, {"_id": 1}, hint="running")
        return found is not None

    async def advance(
        self,
        replay: Replay,
        *,
        after: tuple[datetime, str] | None,
        examined: int,
        added: int,
        unsendable: int,
        read_all: bool,
    ) -> Replay | None:
        """Note what was read and added, also of one that was stopped meanwhile; as it is then.

        None when somebody else has noted it already.
        """
        mine: Document = {"_id": replay.id, "examined": replay.examined}
        change: Document = {
            "$inc": {"examined": examined, "added": added, "unsendable": unsendable},
            "$set": {"after": after, "read_all": read_all},
        }
        row = await self._replays.find_one_and_update(mine, change, return_document=ReturnDocument.AFTER)
        return replay_of(row) if row else None

    async def count(self, replay_id: str, *, delivered: int, failed: int, dropped: int) -> None:
        """Note how many of its deliveries have come to which end."""
        counts: Document = {"delivered": delivered, "failed": failed, "dropped": dropped}
        await self._replays.update_one({"_id": replay_id}, {"$set": counts})

    async def end(self, replay_id: str, state: ReplayState, reason: str | None, now: datetime) -> Replay | None:
        """It is done or stopped; None when it did not run any more."""
        ended: Document = {"state": state, "reason": reason, "finished_at": now, "expires_at": now + KEPT}
        if state == "stopped":
            ended["stopped_at"] = now
        row = await self._replays.find_one_and_update(
            {"_id": replay_id, **_RUNNING}, {"$set": ended}, return_document=ReturnDocument.AFTER
        )
        self.stopped += state == "stopped"
        return replay_of(row) if row else None

    async def stopped_since(self, moment: datetime) -> list[Replay]:
        """Those that were stopped at `moment` or later, of all companies, the latest first."""
        query: Document = {"stopped_at": {"$gte": moment}}
        cursor = self._replays.find(query).sort([("stopped_at", -1)]).hint("stopped").limit(MOST_STOPPED)
        return [replay_of(row) for row in await cursor.to_list(MOST_STOPPED)]


def replay_of(document: Mapping[str, Any]) -> Replay:
    """A replay as it was kept."""
    kept = {name: value for name, value in document.items() if name not in ("_id", "stopped_at", "expires_at")}
    types, after = kept["event_types"], kept["after"]
    kept["event_types"] = None if types is None else tuple(types)
    kept["after"] = None if after is None else (after[0], after[1])
    return Replay(id=document["_id"], **kept)
