"""Each event has its effect once: the ids of handled events are written in the transaction of the effect.

Two processes that handle the same event, or change the same aggregate, at the same time: one commits, the other one
gets `StaleVersion`, reads again and decides again (`retry_stale`). There are two ways to use it:

- A handler that loads and decides by batch asks `handled` together with the rest of what it loads, writes with `add`
  inside its transaction, and runs under `retry_stale`.
- A handler that needs no more than a transaction hands its work to `once`, which does all of that.

Ids are kept for `KEPT`: longer than the topics are, and than providers repeat a webhook.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from pymongo import IndexModel
from pymongo.errors import BulkWriteError, DuplicateKeyError

from atd_servicekit.backoff import Backoff
from atd_servicekit.clock import Clock
from atd_servicekit.consuming import Record
from atd_servicekit.errors import InfrastructureFault, StaleVersion
from atd_servicekit.mongo import Write, write_all

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Session

INBOX = "inbox"
KEPT = timedelta(days=8)
INBOX_INDEXES = {INBOX: [IndexModel([("at", 1)], expireAfterSeconds=int(KEPT.total_seconds()))]}

STALE_BACKOFF = Backoff.of_seconds(0.003, 0.4, attempts=8)
"""Between decisions that are taken again because somebody else changed the same thing."""

T = TypeVar("T")
Transaction = Callable[[Callable[["Session"], Awaitable[None]]], Awaitable[None]]
Work = Callable[["Session", Sequence[Record[Any]]], Awaitable[None]]

_DUPLICATE_KEY = 11000


class Inbox:
    """The handled events of one service, in its own database. Its indexes: `INBOX_INDEXES`."""

    def __init__(self, database: "Database", clock: Clock) -> None:
        self._database = database
        self._collection = database[INBOX]
        self._clock = clock

    async def handled(self, event_ids: Collection[str], session: "Session | None" = None) -> set[str]:
        """Those of the ids whose effect is committed, or was when the transaction of `session` began."""
        if not event_ids:
            return set()
        count = len(event_ids)
        rows = self._collection.find({"_id": {"$in": list(event_ids)}}, {"_id": 1}, session=session).limit(count)
        return {row["_id"] for row in await rows.to_list(count)}

    async def add(self, session: "Session", event_ids: Collection[str]) -> None:
        """Write the ids, each given once, in the transaction of their effect.

        Raises `StaleVersion` when one of them was handled meanwhile; the transaction is over.
        """
        if not event_ids:
            return
        with stale_when_duplicate():
            await write_all(self._database, session, [self.write_of(event_ids)])

    def write_of(self, event_ids: Collection[str]) -> Write:
        """The write of `add`, to be made by the caller, with others, under `stale_when_duplicate`."""
        now = self._clock.now()
        return Write.inserts(INBOX, [{"_id": event_id, "at": now} for event_id in event_ids])

    async def once(self, transaction: Transaction, records: Sequence[Record[Any]], work: Work) -> None:
        """Run `work(session, new)` in a transaction with the ids of `new`: the records that were not handled before.

        A repeat of an event within the batch is left out too. `work` may run several times, and raises `StaleVersion`
        when what it read has changed. Raises as `retry_stale` does.
        """
        first = {record.event.id: record for record in reversed(records)}

        async def attempt(_number: int) -> None:
            handled = await self.handled(first.keys())
            new = [one for one in records if first[one.event.id] is one and one.event.id not in handled]
            if not new:
                return

            async def effect(session: "Session") -> None:
                await self.add(session, [record.event.id for record in new])
                await work(session, new)

            await transaction(effect)

        await retry_stale(attempt, records=len(records))


@contextmanager
def stale_when_duplicate() -> Iterator[None]:
    """Turn the error of a unique key into `StaleVersion`: somebody else wrote the same document first."""
    try:
        yield
    except DuplicateKeyError as error:
        raise StaleVersion from error
    except BulkWriteError as error:
        if any(each.get("code") == _DUPLICATE_KEY for each in error.details.get("writeErrors", ())):
            raise StaleVersion from error
        raise


async def retry_stale(
    decide: Callable[[int], Awaitable[T]], *, records: int = 1, backoff: Backoff = STALE_BACKOFF
) -> T:
    """Run `decide(attempt)`, 1 for the first, until it does not raise `StaleVersion`; what it returned.

    When that does not end: for several records the last `StaleVersion` is raised, so that the kit tries them one by
    one; for one record `InfrastructureFault`, so that it comes again and is never dead-lettered.
    """
    attempt = 1
    while True:
        try:
            return await decide(attempt)
        except StaleVersion as error:
            seconds = backoff.seconds(attempt)
            if seconds is None:
                if records > 1:
                    raise
                raise InfrastructureFault("what this record changes keeps being changed by others") from error
        await asyncio.sleep(seconds)
        attempt += 1
