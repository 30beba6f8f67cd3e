"""Sign-ins and their refresh tokens (as hashes)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import IndexModel

from atd_gateway.domain.sessions import Session

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document
    from atd_servicekit.mongo import Session as Transaction

SESSIONS = "sessions"

ENDED_KEPT = timedelta(days=1)
"""A token of it is refused with or without it; until then operators see when and why it ended."""

SESSION_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    SESSIONS: [
        IndexModel([("expires_at", 1)], expireAfterSeconds=0),
        IndexModel([("attendant_id", 1), ("revoked_at", 1), ("_id", -1)]),
    ],
}


class MongoSessions:
    """Sessions in MongoDB. One that was ended stays for `ENDED_KEPT` at the most, to answer questions by."""

    def __init__(self, database: "Database") -> None:
        self._sessions = database[SESSIONS]

    async def add(self, session: Session, transaction: "Transaction | None" = None) -> None:
        await self._sessions.insert_one(_document(session), session=transaction)

    async def get(self, session_id: str) -> Session | None:
        row = await self._sessions.find_one({"_id": session_id})
        return None if row is None else _session(row)

    async def rotate(self, before: Session, after: Session) -> bool:
        """Save a refreshed session; False when another request was faster or the session ended."""
        document = _document(after)
        del document["_id"]
        done = await self._sessions.update_one(
            {"_id": before.id, "current_hash": before.current_hash, "revoked_at": None}, {"$set": document}
        )
        return done.matched_count == 1

    async def revoke(self, session_id: str, because: str, now: datetime) -> bool:
        """Whether the session was good until now."""
        done = await self._sessions.update_one({"_id": session_id, "revoked_at": None}, _ending(because, now))
        return done.modified_count == 1

    async def revoke_all(
        self,
        attendant_id: str,
        because: str,
        now: datetime,
        *,
        keep: str | None = None,
        transaction: "Transaction | None" = None,
    ) -> list[str]:
        """End the sessions of an attendant, except `keep`; the ids of those that were good until now."""
        query: Document = {"attendant_id": attendant_id, "revoked_at": None, "_id": {"$ne": keep}}
        rows = await self._sessions.find(query, {"_id": 1}, session=transaction).to_list(None)
        found = [row["_id"] for row in rows]
        await self._sessions.update_many({"_id": {"$in": found}}, _ending(because, now), session=transaction)
        return found

    async def of_attendant(
        self, attendant_id: str, now: datetime, *, before: str | None, limit: int
    ) -> Sequence[Session]:
        """The sessions of an attendant that have not ended, newest first; `before` is the id of the last one seen."""
        query: Document = {"attendant_id": attendant_id, "revoked_at": None, "expires_at": {"$gt": now}}
        if before is not None:
            query["_id"] = {"$lt": before}
        rows = await self._sessions.find(query).sort([("_id", -1)]).limit(limit).to_list(limit)
        return [_session(row) for row in rows]

    async def surplus(self, attendant_id: str, now: datetime, *, keep: int) -> Sequence[str]:
        """Of an attendant's sessions that have not ended, those beyond the `keep` newest: at most as many again."""
        query: Document = {"attendant_id": attendant_id, "revoked_at": None, "expires_at": {"$gt": now}}
        rows = await self._sessions.find(query, {"_id": 1}).sort([("_id", -1)]).skip(keep).limit(keep).to_list(keep)
        return [row["_id"] for row in rows]

    async def ended(self, session_ids: Iterable[str], now: datetime) -> frozenset[str]:
        """Those of the sessions that are over: revoked, expired or gone."""
        asked = frozenset(session_ids)
        query = {"_id": {"$in": list(asked)}, "revoked_at": None, "expires_at": {"$gt": now}}
        rows = await self._sessions.find(query, {"_id": 1}).to_list(len(asked) or 1)
        return asked - {row["_id"] for row in rows}


def _ending(because: str, now: datetime) -> "Document":
    """The change that ends a session, and lets MongoDB remove it before it would have expired."""
    return {
        "$set": {"revoked_at": now, "revoked_because": because},
        "$min": {"expires_at": now + ENDED_KEPT},
    }


def _document(session: Session) -> "Document":
    return {
        "_id": session.id,
        "tenant_id": session.tenant_id,
        "attendant_id": session.attendant_id,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
        "current_hash": session.current_hash,
        "previous_hash": session.previous_hash,
        "nonce": session.nonce,
        "rotated_at": session.rotated_at,
        "generation": session.generation,
        "revoked_at": session.revoked_at,
        "revoked_because": session.revoked_because,
        "device": session.device,
    }


def _session(row: "Document") -> Session:
    return Session(
        id=row["_id"],
        tenant_id=row["tenant_id"],
        attendant_id=row["attendant_id"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        current_hash=row["current_hash"],
        previous_hash=row["previous_hash"],
        nonce=row["nonce"],
        rotated_at=row["rotated_at"],
        generation=row["generation"],
        revoked_at=row["revoked_at"],
        revoked_because=row["revoked_because"],
        device=row.get("device", ""),
    )
