"""Carries out how long a tenant keeps messages, files and customers.

A daily job goes over each of the three, the oldest first, in steps, and remembers how far it came. What is under a
legal hold stays. A customer who goes is erased as one whom somebody erased: with a receipt, in every place.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from atd_conversation.commands.effects import publish_changes
from atd_conversation.domain.attachments import THUMBNAIL, StoredAttachment
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.retention import KINDS, RetentionKind, RetentionPolicy, without_files
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.papers.erasing import Erasing
from atd_conversation.store.erasing import Piece, Removal
from atd_conversation.store.privacy import Erasure, LogEntry, Privacy
from atd_conversation.store.queries import Queries
from atd_conversation.store.retention import Aged, Estimate, RetentionRows
from atd_conversation.store.unit import UnitStore
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import uuid5, uuid7
from atd_servicekit.clock import Clock
from atd_servicekit.files import FileStore, file_key
from atd_servicekit.jobs import Again, Job, Jobs
from atd_servicekit.places import Place

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

REASON = "retention"
"""The reason on the receipt of a customer who went by the policy."""

_EVERY = timedelta(days=1)
_AFTER_ERASURES = timedelta(seconds=10)
"""Between two steps that had customers erased, so that other work is not kept waiting."""

_CONVERSATIONS, _FILES, _CONTACTS = 50, 50, 50
"""Of one step."""

_MOST_HELD = 1_000

Step = Callable[[str, Place, datetime], Awaitable[tuple[Place | None, int]]]
"""Does a piece after a place: how far it came (None: to the end), and how much was removed."""


class Retention:
    """The policies of tenants, and the job that carries them out."""

    def __init__(
        self,
        rows: RetentionRows,
        aged: Aged,
        privacy: Privacy,
        removal: Removal,
        queries: Queries,
        store: UnitStore,
        erasing: Erasing,
        files: FileStore,
        jobs: Jobs,
        transaction: Any,
        clock: Clock,
    ) -> None:
        self.rows = rows
        self._aged = aged
        self._privacy = privacy
        self._removal = removal
        self._queries = queries
        self._store = store
        self._erasing = erasing
        self._files = files
        self._jobs = jobs
        self._transaction = transaction
        self._clock = clock
        self._steps: Mapping[RetentionKind, Step] = {
            "messages": self._messages,
            "files": self._old_files,
            "contacts": self._contacts,
        }
        jobs.handle("retention", self._step)

    async def set_policy(
        self, session: "Session", tenant_id: str, actor: Actor, policy: RetentionPolicy, log_id: str
    ) -> None:
        """Keep things for so long from now on; the job begins at once."""
        now = self._clock.now()
        await self.rows.set_policy(session, tenant_id, policy)
        days = {f"{kind}_days": getattr(policy, f"{kind}_days") for kind in KINDS}
        await self._privacy.log(session, LogEntry(log_id, tenant_id, now, "retention", actor, None, days))
        job_id = uuid5("retention", tenant_id)
        if policy.keeps_all:
            await self._jobs.cancel(session, job_id)
        else:
            await self._jobs.put(session, Job(job_id, "retention", tenant_id, now))

    async def preview(self, tenant_id: str, policy: RetentionPolicy) -> dict[RetentionKind, Estimate]:
        """About how much a run would remove of each kind, were this the policy."""
        now, found = self._clock.now(), {}
        for kind in KINDS:
            until = policy.until(kind, now)
            found[kind] = Estimate(0) if until is None else await self._aged.about(tenant_id, kind, until)
        return found

    async def _step(self, job: Job) -> Again | None:
        state, now = await self.rows.state(job.tenant_id), self._clock.now()
        if state.policy.keeps_all:
            return None
        kind: RetentionKind = job.data.get("kind", KINDS[0])
        until, place, removed = state.policy.until(kind, now), None, 0
        if until is not None:
            place, removed = await self._steps[kind](job.tenant_id, state.places[kind], until)
        if removed:
            await self._note(job.tenant_id, now)
        if place is not None:
            await self.rows.came_to(job.tenant_id, kind, place, removed)
            wait = _AFTER_ERASURES if kind == "contacts" and removed else timedelta()
            return Again(self._clock.now() + wait, {"kind": kind})
        following = KINDS[KINDS.index(kind) + 1 :]
        if following:
            return Again(now, {"kind": following[0]})
        await self.rows.swept(job.tenant_id, now)
        return Again(now + _EVERY, {"kind": KINDS[0]})

    async def _note(self, tenant_id: str, now: datetime) -> None:
        """One entry a day says that something was removed."""
        entry_id = uuid5("retained", tenant_id, f"{now:%Y-%m-%d}")
        await self._privacy.log(None, LogEntry(entry_id, tenant_id, now, "retained", SYSTEM, None, {}))

    async def _is_held(self, conversation: Conversation) -> bool:
        """Whether a hold is set on it, on its customer, or on a record that was merged into theirs."""
        records = await self._removal.records_of(conversation.tenant_id, conversation.contact.id)
        subjects = [f"conversation:{conversation.id}", *(f"contact:{one}" for one in records)]
        return bool(await self._privacy.held(conversation.tenant_id, subjects))

    async def _messages(self, tenant_id: str, after: Place, until: datetime) -> tuple[Place | None, int]:
        """Up to a piece of messages; the conversation that it is of is looked at once more."""
        found = await self._aged.conversations(tenant_id, after, until, limit=_CONVERSATIONS)
        came_to: Place | None = after if found else None
        for place, conversation in found:
            removed = 0 if await self._is_held(conversation) else await self._remove_messages(conversation)
            if removed:
                return came_to, removed
            came_to = place
        return came_to, 0

    async def _remove_messages(self, conversation: Conversation) -> int:
        """Remove some of its messages with their files; how many. Everybody hears what the conversation lost."""
        piece = await self._removal.piece(conversation)
        if not piece.message_ids:
            return 0
        await self._delete_bytes(conversation.tenant_id, piece.attachment_ids)

        async def work(session: "Session") -> int:
            present = await self._queries.conversation(conversation.tenant_id, conversation.id, session)
            if present is None or present.status != "closed":
                return 0
            await self._tell_lost(session, present, piece)
            return await self._removal.remove_messages(session, piece)

        removed: int = await self._transaction(work)
        return removed

    async def _tell_lost(self, session: "Session", conversation: Conversation, piece: Piece) -> None:
        unit, now = UnitOfWork(), self._clock.now()
        tags = conversation.tags
        if piece.tags & set(tags):
            tags = await self._removal.tags_left(session, conversation, piece)
        unit.touch(conversation)
        changes = conversation.lose_messages(tags)
        await self._removal.forget_comments(session, conversation)
        if changes:
            publish_changes(unit, conversation, changes, SYSTEM, now, REASON)
            await self._store.save(session, unit, now)

    async def _old_files(self, tenant_id: str, after: Place, until: datetime) -> tuple[Place | None, int]:
        found = await self._aged.files(tenant_id, after, until, limit=_FILES)
        removed = 0
        by_conversation = sorted((one for _, one in found), key=lambda one: one.conversation_id or "")
        for conversation_id, files in groupby(by_conversation, key=lambda one: one.conversation_id or ""):
            removed += await self._remove_files(tenant_id, conversation_id, list(files))
        return (found[-1][0] if found else None), removed

    async def _remove_files(self, tenant_id: str, conversation_id: str, files: Sequence[StoredAttachment]) -> int:
        """Remove files of one conversation, unless it is held; their messages show that they are gone."""
        conversation = await self._queries.conversation(tenant_id, conversation_id)
        if conversation is not None and await self._is_held(conversation):
            return 0
        ids = [one.attachment.id for one in files]
        await self._delete_bytes(tenant_id, ids)

        async def work(session: "Session") -> None:
            unit, now = UnitOfWork(), self._clock.now()
            present = await self._queries.conversation(tenant_id, conversation_id, session)
            for message_id in dict.fromkeys(one.message_id for one in files if one.message_id):
                message = await self._queries.message(tenant_id, message_id, session)
                if message is None or present is None:
                    continue
                unit.touch(present)
                unit.touch_message(message)
                publish_changes(unit, present, without_files(present, message, ids), SYSTEM, now, REASON)
            await self._store.save(session, unit, now)
            await self._removal.files_expired(session, ids)

        await self._transaction(work)
        return len(ids)

    async def _delete_bytes(self, tenant_id: str, attachment_ids: Sequence[str]) -> None:
        for attachment_id in attachment_ids:
            for variant in ("", THUMBNAIL):
                await self._files.delete(file_key(tenant_id, attachment_id, variant))

    async def _contacts(self, tenant_id: str, after: Place, until: datetime) -> tuple[Place | None, int]:
        place, inactive = await self._aged.contacts(tenant_id, after, until, limit=_CONTACTS)
        removed = 0
        for contact in inactive:
            removed += await self._erase(tenant_id, contact)
        return place, removed

    async def _erase(self, tenant_id: str, contact: Contact) -> int:
        """Have a customer erased, unless a hold is set or it happens already; 1 if so."""
        ids = (contact.id, *contact.absorbed)
        now = self._clock.now()
        erasure = Erasure(uuid7(), tenant_id, contact.id, ids, SYSTEM, REASON, now)

        async def work(session: "Session") -> int:
            if await self._privacy.open_erasure(tenant_id, contact.id, session) is not None:
                return 0
            conversations = await self._removal.conversation_ids(tenant_id, ids, limit=_MOST_HELD)
            subjects = [*(f"contact:{one}" for one in ids), *(f"conversation:{one}" for one in conversations)]
            if await self._privacy.held(tenant_id, subjects, session):
                return 0
            await self._erasing.begin(session, erasure)
            return 1

        begun: int = await self._transaction(work)
        return begun
