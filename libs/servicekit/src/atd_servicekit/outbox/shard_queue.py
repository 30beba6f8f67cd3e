"""What one process knows of one shard's rows: which may be published now, and when the database must be asked.

Pure: no I/O, no clock. The rule that it keeps is told in `__init__.py`.
"""

from collections.abc import Iterable, Sequence

from bson import ObjectId

from atd_servicekit.outbox.rows import ListedRow, Row

KNOWN_KEYS = 16_000
"""Keys of a shard whose last published order is remembered, at about 140 bytes (9 MB for all shards).

A change of one that was forgotten costs a list of stored rows.
"""


class Memory:
    """A number of bytes that the queues of all shards share."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.used = 0

    def reserve(self, size: int) -> bool:
        """Take `size` bytes; False when they are not left."""
        if self.used + size > self._limit:
            return False
        self.used += size
        return True

    def release(self, size: int) -> None:
        self.used -= size


class ShardQueue:
    """The rows of one shard in this process.

    `ready` may be given to the producer, in this order. `waiting` were committed here, but their place is for a
    list of the stored rows to tell. `sent` are with the producer. `acknowledged` are in Kafka, and not deleted yet.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._ready: dict[ObjectId, Row] = {}
        self._waiting: dict[ObjectId, Row] = {}
        self._sent: dict[ObjectId, Row] = {}
        self._held: dict[ObjectId, int] = {}
        self._acknowledged: set[ObjectId] = set()
        self._last_order: dict[bytes, int] = {}
        self._waited_before_list: set[ObjectId] = set()
        self.behind = True
        """Whether there may be rows that only the database can tell of."""

    def __len__(self) -> int:
        """Rows that are known and not acknowledged."""
        return len(self._ready) + len(self._waiting) + len(self._sent)

    @property
    def has_ready(self) -> bool:
        return bool(self._ready)

    def committed(self, rows: Sequence[Row]) -> None:
        """Take the rows of one transaction of this process, after its commit."""
        if any(row.id in self._acknowledged or row.id in self._sent or row.id in self._ready for row in rows):
            self.behind = True  # a list was faster than the answer to the commit; the next one tells of the rest
            return
        size = sum(row.size for row in rows)
        if not self._memory.reserve(size):
            self.behind = True
            return
        for row in rows:
            self._held[row.id] = row.size
        if self._follows(rows):
            self._append(rows)
            return
        self.behind = True
        self._waiting.update((row.id, row) for row in rows)

    def _follows(self, rows: Sequence[Row]) -> bool:
        """Whether every earlier row of these rows' keys was published, or is before them in `ready`."""
        return all(
            self._last_order.get(key, 0) == row.before.get(key, -1)  # -1: not told
            for row in rows
            for key in row.keys
        )

    def _append(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._waiting.pop(row.id, None)
            self._ready[row.id] = row
            for key in row.keys:
                self._last_order[key] = max(self._last_order.pop(key, 0), row.order)
        while len(self._last_order) > KNOWN_KEYS:
            del self._last_order[next(iter(self._last_order))]

    def begin_list(self) -> None:
        """To be called before the stored rows are listed."""
        self.behind = False
        self._waited_before_list = set(self._waiting)

    def end_list(self, listed: Sequence[ListedRow], *, complete: bool) -> list[ListedRow]:
        """Take the list, sorted by order; which of it is to be published. `complete`: there were no more rows."""
        left = [one for one in listed if not self._passed(one.id)]
        if complete:
            for row_id in self._waited_before_list.difference(one.id for one in left):
                if self._waiting.pop(row_id, None) is not None:  # another process published and deleted it
                    self._release(row_id)
        else:
            self.behind = True
        return left

    def _passed(self, row_id: ObjectId) -> bool:
        return row_id in self._acknowledged or row_id in self._ready or row_id in self._sent

    def absent(self, listed: Sequence[ListedRow]) -> list[ObjectId]:
        """Which of the listed rows must be read."""
        return [one.id for one in listed if not self._passed(one.id) and one.id not in self._waiting]

    def place(self, listed: Sequence[ListedRow], read: Iterable[Row]) -> None:
        """Let the listed rows be published, in this order; `read` are those that memory did not have.

        One that is in neither was published and deleted by another process.
        """
        found = {row.id: row for row in read}
        rows = [found.get(one.id) or self._waiting.get(one.id) for one in listed if not self._passed(one.id)]
        self._append(row for row in rows if row is not None)

    def take(self) -> list[Row]:
        """Take what is ready, in order, to give it to the producer."""
        rows, self._ready = self._ready, {}
        self._sent.update(rows)
        return list(rows.values())

    def acknowledged(self, rows: Iterable[Row]) -> None:
        """Kafka has these; they stay known until `deleted`."""
        for row in rows:
            self._sent.pop(row.id, None)
            self._release(row.id)
            self._acknowledged.add(row.id)

    def kept(self, row: Row) -> None:
        """The rest of this one is stored where no list finds it."""
        self._sent.pop(row.id, None)
        self._release(row.id)

    def deleted(self, row_ids: Iterable[ObjectId]) -> None:
        self._acknowledged.difference_update(row_ids)

    def forget(self) -> None:
        """Forget everything but what is acknowledged: the database tells it again."""
        for rows in (self._ready, self._waiting, self._sent):
            for row_id in rows:
                self._release(row_id)
            rows.clear()
        self._last_order.clear()
        self.behind = True

    def _release(self, row_id: ObjectId) -> None:
        self._memory.release(self._held.pop(row_id, 0))
