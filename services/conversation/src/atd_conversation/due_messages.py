"""Says scheduled messages when they are due: the handler of their jobs."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from atd_conversation.commands.scheduled import ScheduledCommands
from atd_conversation.own_frames import OwnFrames
from atd_servicekit.identity import Identity
from atd_servicekit.jobs import Again, Job
from atd_servicekit.problems import Problem

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

Transaction = Callable[["Callable[[Session], Awaitable[Any]]"], Awaitable[Any]]

SETTING = "scheduled_message"
"""What `setting.own_changed` calls a scheduled message of one's own."""

_SERVER_FAULT = 500


class DueMessages:
    """What the rules do not allow when it is due fails for good, and is told; other faults are tried again."""

    def __init__(self, commands: ScheduledCommands, transaction: Transaction, own_frames: OwnFrames) -> None:
        self._commands = commands
        self._transaction = transaction
        self._own_frames = own_frames

    async def __call__(self, job: Job) -> Again | None:
        try:
            await self._transaction(lambda session: self._commands.say(session, job))
        except Problem as problem:
            if problem.status >= _SERVER_FAULT:
                raise
            reason = problem.code
            failed = await self._transaction(lambda session: self._commands.fail(session, job, reason))
            if failed is not None:  # its author may not see the conversation, and so hear nothing of it
                author = Identity(job.tenant_id, "attendant", failed.author.id, failed.author.name, frozenset())
                self._own_frames.tell_setting(author, SETTING, failed.id, deleted=False)
        return None
