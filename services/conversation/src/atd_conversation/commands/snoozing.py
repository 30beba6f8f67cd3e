"""Putting conversations aside: the timers that bring them back."""

from datetime import datetime
from typing import TYPE_CHECKING

from atd_conversation.commands.conversations import Commands
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_schemas.envelope import SYSTEM, Actor
from atd_servicekit.jobs import Again, Job, Jobs
from atd_servicekit.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from atd_servicekit.mongo import Session

WAKE = "wake-conversation"
"""The kind of the jobs: one for each snoozed conversation that comes back at a time."""


class Snoozing:
    """Snoozes conversations, and wakes them when they are due. A conversation has one timer at the most."""

    def __init__(
        self,
        commands: Commands,
        jobs: Jobs,
        transaction: "Callable[[Callable[[Session], Awaitable[None]]], Awaitable[None]]",
    ) -> None:
        self._commands = commands
        self._jobs = jobs
        self._transaction = transaction
        jobs.handle(WAKE, self._wake_due)

    async def snooze(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        conversation_id: str,
        until: datetime | None,
        *,
        request_id: str,
        expected_sequence: int | None = None,
    ) -> Conversation:
        """Put a conversation aside, with its timer, in the transaction of `session`. Raises as `Commands.change` does.

        A customer's message needs not touch the timer: when it is due, it finds that it is no longer wanted.
        """
        changes: list[Change] = []

        def decide(conversation: Conversation, now: datetime) -> list[Change]:
            changes[:] = conversation.snooze(until, now)
            return changes

        conversation = await self._commands.change(
            session,
            tenant_id,
            actor,
            conversation_id,
            decide,
            request_id=request_id,
            expected_sequence=expected_sequence,
        )
        if changes and conversation.snoozed_until is not None:
            timer = _timer_of(conversation_id)
            job = Job(timer, WAKE, tenant_id, conversation.snoozed_until, _data(conversation))
            await self._jobs.put(session, job)
        elif changes:
            await self._jobs.cancel(session, _timer_of(conversation_id))
        return conversation

    async def wake(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        conversation_id: str,
        *,
        request_id: str,
        expected_sequence: int | None = None,
    ) -> Conversation:
        """Take a snoozed conversation back by hand; one that is not snoozed stays as it is."""
        conversation = await self._commands.change(
            session,
            tenant_id,
            actor,
            conversation_id,
            lambda conversation, now: conversation.wake(now),
            request_id=request_id,
            expected_sequence=expected_sequence,
        )
        await self._jobs.cancel(session, _timer_of(conversation_id))
        return conversation

    async def _wake_due(self, job: Job) -> Again | None:
        """Wakes the conversation in the transaction that ends the job: once, whoever else has the job too."""

        async def work(session: "Session") -> None:
            await self._jobs.finish(session, job)
            try:
                await self._commands.change(
                    session,
                    job.tenant_id,
                    SYSTEM,
                    job.data["conversation_id"],
                    lambda conversation, now: conversation.wake_when_due(job.data["until"], now),
                    request_id=job.id,
                )
            except Problem as problem:
                if problem.status != 404:  # noqa: PLR2004 - erased meanwhile
                    raise

        await self._transaction(work)
        return None


def _timer_of(conversation_id: str) -> str:
    return f"snooze:{conversation_id}"


def _data(conversation: Conversation) -> dict[str, object]:
    return {"conversation_id": conversation.id, "until": conversation.snoozed_until}
