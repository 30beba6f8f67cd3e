"""Saying something later: scheduled, changed, cancelled, and said once when it is due.

The row, the conversation's count, its event and the job change in one transaction. When a message is due, its job says
it as its author would, by the same rules; what they do not allow by then is told in the thread, and nothing is lost.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from atd_conversation.commands.conversations import Commands
from atd_conversation.commands.effects import decided, publish_changes, refused
from atd_conversation.domain.arrivals import notice_message
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.drafts import Draft
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.scheduled import ScheduledMessage, check_due, check_reachable, check_room
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.directory import Directory
from atd_conversation.store.files import Files
from atd_conversation.store.queries import Queries
from atd_conversation.store.scheduled import ScheduledMessages
from atd_conversation.store.unit import UnitStore
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import uuid5, uuid7
from atd_schemas.notices import ScheduledFailedContent
from atd_schemas.views import Named
from atd_servicekit.clock import Clock
from atd_servicekit.jobs import Job, Jobs
from atd_servicekit.problems import Problem, forbidden, not_found
from atd_servicekit.versions import check_version

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

JOB = "scheduled-message"

May = Callable[[ScheduledMessage], Awaitable[None]]
"""Raises `Problem` for who may not change it."""


class ScheduledCommands:
    """Each method runs inside the transaction whose session it is given."""

    def __init__(
        self,
        scheduled: ScheduledMessages,
        commands: Commands,
        queries: Queries,
        store: UnitStore,
        directory: Directory,
        files: Files,
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._scheduled = scheduled
        self._commands = commands
        self._queries = queries
        self._store = store
        self._directory = directory
        self._files = files
        self._jobs = jobs
        self._clock = clock

    async def add(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        conversation_id: str,
        draft: Draft,
        *,
        due_at: datetime,
        until_reply: bool,
        request_id: str,
    ) -> ScheduledMessage:
        """Schedule a message; the same `client_id` again gives the same one.

        Raises `Problem` as saying it would, at that time, and 422 for a time that is not allowed or `too_many`.
        """
        scheduled_id = _id_of(conversation_id, actor, draft)
        known = await self._scheduled.one(tenant_id, scheduled_id, session) if draft.client_id else None
        if known is not None:
            return known
        now = self._clock.now()
        decided(lambda: check_due(due_at, now))
        conversation = await self._checked(session, tenant_id, actor, conversation_id, draft, due_at)
        waiting = await self._scheduled.waiting(session, tenant_id, conversation_id)
        decided(lambda: check_room(waiting))
        scheduled = ScheduledMessage(
            scheduled_id,
            tenant_id,
            conversation_id,
            Named(id=actor.id or "", name=actor.name),
            draft,
            due_at,
            now,
            until_reply=until_reply,
        )
        await self._files.hold(session, list(_files_of(draft)), scheduled.holder)
        await self._save(session, scheduled, conversation, actor, request_id, waits=1)
        return scheduled

    async def change(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        scheduled_id: str,
        *,
        text: str | None,
        due_at: datetime | None,
        until_reply: bool | None,
        expected_version: int | None,
        request_id: str,
        may: May,
    ) -> ScheduledMessage:
        """Change what is said or when, by its author; one that failed waits again. None: as it was.

        Raises `Problem` 403, 404, 409 when it is no longer at `expected_version`, 422 as `add` does.
        """
        scheduled = await self._changeable(session, tenant_id, scheduled_id, expected_version, may)
        if scheduled.author.id != actor.id:
            raise forbidden("Only its author can change a scheduled message; cancel it, or write one of your own.")
        now = self._clock.now()
        scheduled.draft = replace(scheduled.draft, text=scheduled.draft.text if text is None else text)
        scheduled.due_at = due_at or scheduled.due_at
        scheduled.until_reply = scheduled.until_reply if until_reply is None else until_reply
        decided(lambda: check_due(scheduled.due_at, now))
        conversation = await self._checked(
            session, tenant_id, actor, scheduled.conversation_id, scheduled.draft, scheduled.due_at
        )
        again = scheduled.state == "failed"
        if again:
            waiting = await self._scheduled.waiting(session, tenant_id, scheduled.conversation_id)
            decided(lambda: check_room(waiting))
        scheduled.state, scheduled.reason = "waiting", None
        scheduled.version += 1
        await self._save(session, scheduled, conversation, actor, request_id, waits=int(again))
        return scheduled

    async def cancel(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        scheduled_id: str,
        *,
        expected_version: int | None,
        request_id: str,
        may: May,
    ) -> ScheduledMessage:
        """Do not say it, or forget one that failed. Raises `Problem` 404, 409 as `change` does."""
        scheduled = await self._changeable(session, tenant_id, scheduled_id, expected_version, may)
        waited = scheduled.state == "waiting"
        scheduled.end("cancelled", self._clock.now())
        await self._files.let_go(session, list(_files_of(scheduled.draft)), scheduled.holder, self._clock.now())
        await self._jobs.cancel(session, scheduled.id)
        conversation = await self._queries.conversation(tenant_id, scheduled.conversation_id, session)
        await self._save(session, scheduled, conversation, actor, request_id, waits=-int(waited))
        return scheduled

    async def say(self, session: "Session", job: Job) -> None:
        """Say what is due. Raises `Problem` for what the rules do not allow any more."""
        scheduled = await self._scheduled.one(job.tenant_id, job.id, session)
        if scheduled is None or scheduled.state != "waiting":  # cancelled by the customer's message, or erased
            await self._files.let_go(session, list(job.data["files"]), f"scheduled:{job.id}", self._clock.now())
            await self._jobs.finish(session, job)
            return
        if await self._directory.is_deactivated(job.tenant_id, scheduled.author.id):
            raise refused(Refusal("author_deactivated", "Its author has no account any more."))
        conversation = await self._queries.conversation(job.tenant_id, scheduled.conversation_id, session)
        await self._check_still_seen(conversation, scheduled)
        decided(lambda: check_reachable(scheduled.draft, conversation.unreachable if conversation else None))
        draft = replace(scheduled.draft, client_id=scheduled.holder)
        message = await self._commands.say(
            session, job.tenant_id, scheduled.actor, scheduled.conversation_id, draft, request_id=scheduled.holder
        )
        scheduled.message_id = message.id
        scheduled.end("sent", self._clock.now())
        await self._end(session, job, scheduled)

    async def _check_still_seen(self, conversation: Conversation | None, scheduled: ScheduledMessage) -> None:
        """Nobody speaks in a conversation that they do not see: it was taken from them since."""
        author = scheduled.author.id
        if not await self._directory.limited(scheduled.tenant_id, [author]):
            return
        if conversation is not None and not conversation.is_assigned_to(author):
            raise refused(Refusal("conversation_taken", "The conversation is not its author's any more."))

    async def fail(self, session: "Session", job: Job, reason: str) -> ScheduledMessage | None:
        """Tell that what is due cannot be said: in the thread, and by the state of the row, which stays."""
        scheduled = await self._scheduled.one(job.tenant_id, job.id, session)
        if scheduled is None or scheduled.state != "waiting":
            return None
        scheduled.end("failed", self._clock.now(), reason=reason)
        await self._end(session, job, scheduled)
        return scheduled

    async def _end(self, session: "Session", job: Job, scheduled: ScheduledMessage) -> None:
        await self._jobs.finish(session, job)
        conversation = await self._queries.conversation(scheduled.tenant_id, scheduled.conversation_id, session)
        await self._save(session, scheduled, conversation, SYSTEM, scheduled.holder, waits=-1)

    async def _save(
        self,
        session: "Session",
        scheduled: ScheduledMessage,
        conversation: Conversation | None,
        actor: Actor,
        request_id: str,
        *,
        waits: int,
    ) -> None:
        """Write the row, its job while it waits, and tell it; `waits`: by how many more or less wait."""
        await self._scheduled.save(session, scheduled)
        if scheduled.state == "waiting":
            data = {"files": list(_files_of(scheduled.draft))}
            await self._jobs.put(session, Job(scheduled.id, JOB, scheduled.tenant_id, scheduled.due_at, data))
        if conversation is None:  # erased meanwhile
            return
        unit, now = UnitOfWork(), self._clock.now()
        unit.touch(conversation)
        conversation.scheduled_count += waits
        changes = [conversation.note_scheduled(scheduled.ref(), until_reply=scheduled.until_reply)]
        publish_changes(unit, conversation, changes, actor, now, request_id)
        if scheduled.state == "failed":
            notice = notice_message(
                uuid7(),
                scheduled.tenant_id,
                conversation.id,
                conversation.channel.account_id,
                ScheduledFailedContent(
                    type="scheduled_failed",
                    scheduled_id=scheduled.id,
                    author_name=scheduled.author.name,
                    reason=scheduled.reason or "",
                ),
                occurred_at=now,
                now=now,
            )
            publish_changes(unit, conversation, [conversation.add_notice(notice)], SYSTEM, now, request_id)
            unit.new_messages.append(notice)
        await self._store.save(session, unit, now)

    async def _checked(
        self, session: "Session", tenant_id: str, actor: Actor, conversation_id: str, draft: Draft, due_at: datetime
    ) -> Conversation:
        """The conversation, where the draft could be said then, as things are now. Raises `Problem` as `add` does."""
        try:
            return await self._commands.check(session, tenant_id, actor, conversation_id, draft, at=due_at)
        except Problem as problem:
            if problem.code != "window_closed":
                raise
            detail = "is after the reply window closes; choose an earlier time, or a template where there are some"
            raise refused(Refusal("window_closed", detail, "scheduled_for")) from None

    async def _changeable(
        self, session: "Session", tenant_id: str, scheduled_id: str, expected_version: int | None, may: May
    ) -> ScheduledMessage:
        scheduled = await self._scheduled.one(tenant_id, scheduled_id, session)
        if scheduled is None:
            raise not_found("Scheduled message not found.")
        await may(scheduled)
        check_version(expected_version, scheduled.version, "scheduled message")
        if scheduled.state not in ("waiting", "failed"):
            raise refused(Refusal("not_waiting", f"It is {scheduled.state} already."))
        return scheduled


def _files_of(draft: Draft) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(file_id) for _, file_id in draft.files_named))


def _id_of(conversation_id: str, actor: Actor, draft: Draft) -> str:
    if draft.client_id is None:
        return uuid7()
    return uuid5("scheduled-message", conversation_id, actor.id or "", draft.client_id)
