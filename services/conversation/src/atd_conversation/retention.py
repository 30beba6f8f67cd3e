"""How long a tenant keeps what was said: after that many days messages and files of closed conversations are removed.

A daily job goes over closed conversations, those without activity for longest first, in steps; it remembers how far it
came. What is under a legal hold stays.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from atd_conversation.domain.conversation import Conversation
from atd_conversation.store.documents import conversation_of
from atd_conversation.store.erasing import Removal
from atd_conversation.store.indexes import BY_STATUS, CONVERSATIONS
from atd_conversation.store.privacy import LogEntry, Privacy
from atd_conversation.uploads import THUMBNAIL
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import uuid5
from atd_servicekit.clock import Clock
from atd_servicekit.files import FileStore, file_key
from atd_servicekit.jobs import Again, Job, Jobs

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Session

RETENTION = "retention"
SHORTEST_DAYS, LONGEST_DAYS = 30, 3_650
_EVERY = timedelta(days=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """`messages_days` None: everything is kept. `removed` counts messages so far, `swept_at` is the last run."""

    messages_days: int | None = None
    removed: int = 0
    swept_at: datetime | None = None


class Retention:
    """The policies of tenants, and the job that carries them out."""

    def __init__(
        self,
        database: "Database",
        privacy: Privacy,
        removal: Removal,
        files: FileStore,
        jobs: Jobs,
        transaction: Any,
        clock: Clock,
    ) -> None:
        self._rows = database[RETENTION]
        self._conversations = database[CONVERSATIONS]
        self._privacy = privacy
        self._removal = removal
        self._files = files
        self._jobs = jobs
        self._transaction = transaction
        self._clock = clock
        jobs.handle("retention", self._step)

    async def policy(self, tenant_id: str) -> RetentionPolicy:
        row = await self._rows.find_one({"_id": tenant_id})
        if row is None:
            return RetentionPolicy()
        return RetentionPolicy(row["messages_days"], row.get("removed", 0), row.get("swept_at"))

    async def set_policy(self, session: "Session", tenant_id: str, actor: Actor, days: int | None, log_id: str) -> None:
        """Keep messages for that many days from now on."""
        now = self._clock.now()
        told = {"$set": {"messages_days": days, "place": _LONG_AGO}}
        await self._rows.update_one({"_id": tenant_id}, told, upsert=True, session=session)
        entry = LogEntry(log_id, tenant_id, now, "retention", actor, None, {"messages_days": days})
        await self._privacy.log(session, entry)
        job_id = uuid5("retention", tenant_id)
        if days is None:
            await self._jobs.cancel(session, job_id)
        else:
            await self._jobs.put(session, Job(job_id, "retention", tenant_id, now))

    async def look_again(self, session: "Session", tenant_id: str) -> None:
        """A hold is gone: what it kept is looked at in the next run."""
        await self._rows.update_one({"_id": tenant_id}, {"$set": {"place": _LONG_AGO}}, session=session)

    async def _step(self, job: Job) -> Again | None:
        row = await self._rows.find_one({"_id": job.tenant_id})
        if row is None or row["messages_days"] is None:
            return None
        now = self._clock.now()
        until = now - timedelta(days=row["messages_days"])
        conversation = await self._next(job.tenant_id, row["place"], until)
        if conversation is None:
            await self._rows.update_one({"_id": job.tenant_id}, {"$set": {"swept_at": now}})
            return Again(now + _EVERY)
        subjects = [f"conversation:{conversation.id}", f"contact:{conversation.contact.id}"]
        removed = 0
        if not await self._privacy.held(job.tenant_id, subjects):
            removed = await self._remove(conversation)
        if removed == 0:
            await self._rows.update_one({"_id": job.tenant_id}, {"$set": {"place": conversation.last_activity_at}})
        else:
            await self._rows.update_one({"_id": job.tenant_id}, {"$inc": {"removed": removed}})
            day = f"{now:%Y-%m-%d}"
            entry = LogEntry(uuid5("retained", job.tenant_id, day), job.tenant_id, now, "retained", SYSTEM, None, {})
            await self._privacy.log(None, entry)
        return Again(self._clock.now())

    async def _next(self, tenant_id: str, after: datetime, until: datetime) -> Conversation | None:
        """The closed conversation whose last activity comes next after a moment, and before another."""
        query = {"tenant_id": tenant_id, "status": "closed", "last_activity_at": {"$gt": after, "$lt": until}}
        row = await self._conversations.find_one(query, sort=[("last_activity_at", 1), ("_id", 1)], hint=BY_STATUS)
        return conversation_of(row) if row else None

    async def _remove(self, conversation: Conversation) -> int:
        """Remove some of its messages with their files; how many. The list shows none of them any more."""
        piece = await self._removal.piece(conversation)
        if not piece.message_ids:
            return 0
        for attachment_id in piece.attachment_ids:
            for variant in ("", THUMBNAIL):
                await self._files.delete(file_key(conversation.tenant_id, attachment_id, variant))

        async def work(session: "Session") -> int:
            query = {"_id": conversation.id, "status": "closed"}
            await self._conversations.update_one(query, {"$unset": {"last_message": ""}}, session=session)
            return await self._removal.remove_messages(session, piece)

        removed: int = await self._transaction(work)
        return removed
