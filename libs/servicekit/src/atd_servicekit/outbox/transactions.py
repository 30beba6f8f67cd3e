"""What services see of the outbox: records are added in a transaction, and go out after its commit."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from bson import ObjectId

from atd_servicekit.clock import Clock
from atd_servicekit.kafka import Outgoing
from atd_servicekit.mongo import Write, write_all
from atd_servicekit.outbox.rows import OUTBOX, Row, rows_of, stored

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Session

T = TypeVar("T")
Work = Callable[["Session"], Awaitable[T]]


class CommitListener(Protocol):
    """Publishes what was committed."""

    def committed(self, rows: Sequence[Row]) -> None:
        """These rows of one transaction are committed."""
        ...

    def uncertain(self, rows: Sequence[Row]) -> None:
        """These rows of one transaction may be committed or not."""
        ...

    def wake(self) -> None:
        """There may be rows that nobody told of."""
        ...


class Outbox:
    """Stores the records that must be published when a transaction commits."""

    def __init__(self, database: "Database", clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._running: dict[int, list[Row]] = {}
        self._listener: CommitListener | None = None
        self.writer = ObjectId()
        """Names this process in the rows that it writes."""

    def listen(self, listener: CommitListener) -> None:
        """Tell `listener` of every commit from now on."""
        self._listener = listener

    async def add(
        self,
        session: "Session",
        records: Sequence[Outgoing],
        *,
        order: int,
        before: Mapping[bytes, int] | None = None,
    ) -> None:
        """Write the records inside the transaction of `session`; arguments as in `write_of`."""
        write = self.write_of(session, records, order=order, before=before)
        if write.operations:
            await write_all(self._database, session, [write])

    def write_of(
        self,
        session: "Session",
        records: Sequence[Outgoing],
        *,
        order: int,
        before: Mapping[bytes, int] | None = None,
    ) -> Write:
        """Build the write of the records, to be made by the caller inside the transaction of `session`.

        `order` comes from `next_order`, and must be greater than in every earlier call for any of these keys. `before`
        has, by key of records, the order at which the key's aggregate was read (0: this transaction creates it): the
        relay needs no reading then. Keys without it are published too, a little later.
        """
        rows = rows_of(records, order, self._clock.now(), before or {})
        if (running := self._running.get(id(session))) is not None:
            running += rows
        return Write.inserts(OUTBOX, [stored(row, self.writer) for row in rows])

    async def publishing(self, transaction: Callable[[Work[T]], Awaitable[T]], work: Work[T]) -> T:
        """Run `work` by `transaction`, which commits it, and publish what was added to its session after the commit."""
        added: list[Row] = []
        worked = False

        async def attempt(session: "Session") -> T:
            nonlocal worked
            worked = False
            added.clear()
            self._running[id(session)] = added
            try:
                result = await work(session)
            finally:
                del self._running[id(session)]
            worked = True
            return result

        try:
            result = await transaction(attempt)
        except BaseException:
            if worked and added and self._listener is not None:  # the commit failed, or its answer was lost
                self._listener.uncertain(added)
            raise
        if added and self._listener is not None:
            self._listener.committed(added)
        return result

    def committed(self) -> None:
        """Wake the relay after a commit that `publishing` did not see."""
        if self._listener is not None:
            self._listener.wake()
