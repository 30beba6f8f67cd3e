"""Privacy: legal holds, erasures with their receipts, and the log of who asked for what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pymongo import IndexModel, ReplaceOne

from atd_schemas.envelope import Actor
from atd_servicekit.places import Place, earlier

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

HOLDS, ERASURES, ERASURE_COMMANDS, PRIVACY_LOG = "holds", "erasures", "erasure_commands", "privacy_log"
BY_ERASURE, BY_SUBJECT, BY_TIME = "by_erasure", "by_subject", "by_time"
_PLACE = [("at", -1), ("_id", -1)]

PRIVACY_INDEXES = {
    HOLDS: [IndexModel([("tenant_id", 1), ("subject", 1)], name=BY_SUBJECT, unique=True)],
    ERASURES: [
        IndexModel([("tenant_id", 1), ("_id", -1)]),
        IndexModel([("tenant_id", 1), ("asked_by.type", 1), ("_id", -1)]),
        IndexModel([("tenant_id", 1), ("contact_id", 1)]),
    ],
    ERASURE_COMMANDS: [IndexModel([("erasure_id", 1), ("confirmed_at", 1)], name=BY_ERASURE)],
    PRIVACY_LOG: [IndexModel([("tenant_id", 1), *_PLACE], name=BY_TIME)],
}

_PEOPLE = ["attendant", "bot"]

ErasureState = Literal["running", "waiting", "done"]
"""`waiting`: nothing is kept here any more, and other services have not all confirmed yet."""

Action = Literal["export", "erase", "erased", "hold", "release", "retention", "retained"]


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: nothing of its subject (`contact:<id>` or `conversation:<id>`) is erased."""

    tenant_id: str
    subject: str
    reason: str
    by: Actor
    at: datetime


@dataclass(slots=True)
class Erasure:
    """An erasure and its receipt. `erased` counts what was removed here, by kind; `contacts` are the records' ids."""

    id: str
    tenant_id: str
    contact_id: str
    contacts: tuple[str, ...]
    asked_by: Actor
    reason: str
    at: datetime
    state: ErasureState = "running"
    erased: Mapping[str, int] = field(default_factory=dict)
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What one service has said: how many of the commands it got are carried out, and how much it removed."""

    service: str
    asked: int
    confirmed: int
    erased: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Who did what about whose data. It tells nothing of the customer but the id."""

    id: str
    tenant_id: str
    at: datetime
    action: Action
    by: Actor
    subject: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


class Privacy:
    """Of one tenant at a time."""

    def __init__(self, database: "Database") -> None:
        self._holds = database[HOLDS]
        self._erasures = database[ERASURES]
        self._commands = database[ERASURE_COMMANDS]
        self._log = database[PRIVACY_LOG]

    async def hold(self, session: "Session", hold: Hold) -> None:
        """Set a hold; one that was there is replaced."""
        document = {
            "tenant_id": hold.tenant_id,
            "subject": hold.subject,
            "reason": hold.reason,
            "by": hold.by.model_dump(),
            "at": hold.at,
        }
        query = {"tenant_id": hold.tenant_id, "subject": hold.subject}
        await self._holds.replace_one(query, document, upsert=True, session=session)

    async def release(self, session: "Session", tenant_id: str, subject: str) -> bool:
        """Take a hold away; whether there was one."""
        query = {"tenant_id": tenant_id, "subject": subject}
        return (await self._holds.delete_one(query, session=session)).deleted_count == 1

    async def held(self, tenant_id: str, subjects: Sequence[str], session: "Session | None" = None) -> list[Hold]:
        """The holds on any of these subjects."""
        query = {"tenant_id": tenant_id, "subject": {"$in": list(subjects)}}
        cursor = self._holds.find(query, session=session).hint(BY_SUBJECT).limit(len(subjects) or 1)
        return [_hold_of(row) for row in await cursor.to_list(len(subjects) or 1)]

    async def add_erasure(self, session: "Session", erasure: Erasure) -> None:
        await self._erasures.insert_one(_erasure_document(erasure), session=session)

    async def erasure(self, tenant_id: str, erasure_id: str) -> Erasure | None:
        row = await self._erasures.find_one({"_id": erasure_id, "tenant_id": tenant_id})
        return _erasure_of(row) if row else None

    async def open_erasure(self, tenant_id: str, contact_id: str, session: "Session") -> Erasure | None:
        """The erasure of a contact, should there be one."""
        row = await self._erasures.find_one({"tenant_id": tenant_id, "contact_id": contact_id}, session=session)
        return _erasure_of(row) if row else None

    async def erasures(
        self, tenant_id: str, *, limit: int, before: str | None = None, automatic: bool | None = None
    ) -> list[Erasure]:
        """Up to `limit` erasures, the latest first; `automatic`: only those by the retention policy, or the others."""
        query: Document = {"tenant_id": tenant_id, **({"_id": {"$lt": before}} if before else {})}
        if automatic is not None:
            query["asked_by.type"] = {"$in": ["system"] if automatic else _PEOPLE}
        rows = await self._erasures.find(query).sort("_id", -1).limit(limit).to_list(limit)
        return [_erasure_of(row) for row in rows]

    async def count_erased(self, erasure_id: str, counts: Mapping[str, int], session: "Session | None" = None) -> None:
        """Add what a step has removed."""
        told = {f"erased.{name}": count for name, count in counts.items() if count}
        if told:
            await self._erasures.update_one({"_id": erasure_id}, {"$inc": told}, session=session)

    async def set_state(
        self, erasure_id: str, state: ErasureState, at: datetime, session: "Session | None" = None
    ) -> bool:
        """Whether that was news."""
        changed = await self._erasures.update_one(
            {"_id": erasure_id, "state": {"$ne": state}},
            {"$set": {"state": state, **({"finished_at": at} if state == "done" else {})}},
            session=session,
        )
        return changed.modified_count == 1

    async def add_command(self, session: "Session", command_id: str, erasure_id: str, service: str) -> None:
        """A service is asked to erase: its confirmation is waited for."""
        document = {"_id": command_id, "erasure_id": erasure_id, "service": service, "confirmed_at": None, "erased": 0}
        await self._commands.bulk_write([ReplaceOne({"_id": command_id}, document, upsert=True)], session=session)

    async def confirm(self, command_id: str, erased: int, at: datetime) -> None:
        """A service has carried a command out; the first word counts."""
        told = {"$set": {"confirmed_at": at, "erased": erased}}
        await self._commands.update_one({"_id": command_id, "confirmed_at": None}, told)

    async def all_confirmed(self, erasure_id: str) -> bool:
        query = {"erasure_id": erasure_id, "confirmed_at": None}
        return await self._commands.find_one(query, {"_id": 1}, hint=BY_ERASURE) is None

    async def confirmations(self, erasure_id: str) -> list[Confirmation]:
        """What each service has said."""
        stages: list[Document] = [
            {"$match": {"erasure_id": erasure_id}},
            {
                "$group": {
                    "_id": "$service",
                    "asked": {"$sum": 1},
                    "confirmed": {"$sum": {"$cond": [{"$gt": ["$confirmed_at", None]}, 1, 0]}},
                    "erased": {"$sum": "$erased"},
                    "at": {"$max": "$confirmed_at"},
                }
            },
            {"$sort": {"_id": 1}},
        ]
        cursor = await self._commands.aggregate(stages, hint=BY_ERASURE)
        rows = await cursor.to_list(20)
        return [Confirmation(row["_id"], row["asked"], row["confirmed"], row["erased"], row["at"]) for row in rows]

    async def log(self, session: "Session | None", entry: LogEntry) -> None:
        """Write down who did what; the same entry again is the same one."""
        document = {
            "tenant_id": entry.tenant_id,
            "at": entry.at,
            "action": entry.action,
            "by": entry.by.model_dump(),
            "subject": entry.subject,
            "details": dict(entry.details),
        }
        await self._log.replace_one({"_id": entry.id}, document, upsert=True, session=session)

    async def entries(self, tenant_id: str, *, limit: int, after: Place | None = None) -> list[LogEntry]:
        """Up to `limit` entries, the latest first, after the place `after`."""
        query: Document = {"tenant_id": tenant_id}
        if after is not None:
            query = earlier(query, "at", after)
        rows = await self._log.find(query).sort(_PLACE).hint(BY_TIME).limit(limit).to_list(limit)
        return [
            LogEntry(
                row["_id"],
                row["tenant_id"],
                row["at"],
                row["action"],
                Actor(**row["by"]),
                row["subject"],
                row["details"],
            )
            for row in rows
        ]


def _hold_of(row: "Document") -> Hold:
    return Hold(row["tenant_id"], row["subject"], row["reason"], Actor(**row["by"]), row["at"])


def _erasure_document(erasure: Erasure) -> "Document":
    return {
        "_id": erasure.id,
        "tenant_id": erasure.tenant_id,
        "contact_id": erasure.contact_id,
        "contacts": list(erasure.contacts),
        "asked_by": erasure.asked_by.model_dump(),
        "reason": erasure.reason,
        "at": erasure.at,
        "state": erasure.state,
        "erased": dict(erasure.erased),
        "finished_at": erasure.finished_at,
    }


def _erasure_of(row: "Document") -> Erasure:
    return Erasure(
        id=row["_id"],
        tenant_id=row["tenant_id"],
        contact_id=row["contact_id"],
        contacts=tuple(row["contacts"]),
        asked_by=Actor(**row["asked_by"]),
        reason=row["reason"],
        at=row["at"],
        state=row["state"],
        erased=row["erased"],
        finished_at=row["finished_at"],
    )
