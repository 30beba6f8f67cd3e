"""Says scheduled messages when they are due: the handler of their jobs."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from atd_conversation.commands.scheduled import ScheduledCommands
from atd_servicekit.jobs import Again, Job
from atd_servicekit.problems import Problem

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

Transaction = Callable[["Callable[[Session], Awaitable[Any]]"], Awaitable[Any]]

_SERVER_FAULT = 500


class DueMessages:
    """What the rules do not allow when it is due fails for good, and is told; other faults are tried again."""

    def __init__(self, commands: ScheduledCommands, transaction: Transaction) -> None:
        self._commands = commands
        self._transaction = transaction

    async def __call__(self, job: Job) -> Again | None:
        try:
            await self._transaction(lambda session: self._commands.say(session, job))
        except Problem as problem:
            if problem.status >= _SERVER_FAULT:
                raise
            reason = problem.code
            await self._transaction(lambda session: self._commands.fail(session, job, reason))
        return None
