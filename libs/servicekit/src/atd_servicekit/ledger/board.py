"""Which row is next: the part of the ledger that a process holds in memory. No I/O, no clock.

A lane is here while its head (its oldest row that is not finished) can be sent or is being sent. What stands behind a
head that must wait stays in MongoDB. Each group holds a bounded number of lanes, so a group that is slow or has a long
backlog takes neither memory nor slots from others.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from atd_servicekit.ledger.rows import Gate, Row

_OPEN = Gate()
_SHARE = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """A row's place, as the index of due rows has it."""

    lane: str
    order: int


@dataclass(slots=True)
class Placed:
    """What became of the lanes that were read. `orphans` are in `sending` although nobody here sends them."""

    orphans: list[Row]
    waiting: dict[str, int]
    """Lanes whose head must wait, with the head's order."""
    ready: int = 0
    """Lanes of which a row can be sent now."""


@dataclass(slots=True)
class _Lane:
    rows: deque[Row]
    more: bool


@dataclass(slots=True)
class _Group:
    ready: deque[Row] = field(default_factory=deque)
    running: int = 0
    held: int = 0
    backlog: bool = False
    gate: Gate = _OPEN
    openings: int = 0
    resting: set[str] = field(default_factory=set)


class Board:
    """The lanes in hand, by group.

    A group gets another slot while it has fewer than `per_group`, and fewer than an eighth of those that are free. So a
    busy group may take much, and however many groups are stuck, some slots stay free for a newcomer (the dynamic
    threshold of Choudhury and Hahne, IEEE/ACM Transactions on Networking, 1998). Of several groups the one that has the
    fewest is next.
    """

    def __init__(self, *, concurrency: int, per_group: int) -> None:
        self._concurrency = concurrency
        self._per_group = per_group
        self.window = 2 * per_group + 16
        """How many lanes of one group are here at the most."""
        self._groups: dict[str, _Group] = {}
        self._lanes: dict[str, _Lane] = {}
        self._wanted: dict[str, str] = {}
        self._loading: dict[str, str] = {}
        self._stale: set[str] = set()
        self.disowned: set[int] = set()
        """Shards of which lanes were dropped here because their lease was away."""
        self.running = 0

    @property
    def wanting(self) -> bool:
        """Whether there is something to read from MongoDB."""
        return bool(self._wanted)

    def oldest_ready(self) -> datetime | None:
        """Since when the row that waits longest for a slot has been due."""
        return min((row.at for group in self._groups.values() for row in group.ready), default=None)

    # What may be due

    def want(self, lane: str, group: str) -> None:
        """Something was added to a lane, or may have become due in it."""
        held = self._lanes.get(lane)
        if held is not None:
            held.more = True
            return
        if lane in self._wanted:
            return
        if lane in self._loading:  # being read at this moment, perhaps too early to see the new row
            self._stale.add(lane)
            return
        state = self._group(group)
        if state.gate is not _OPEN or state.held >= self.window:
            state.backlog = True
            return
        state.held += 1
        self._wanted[lane] = group

    def suspect(self, group: str) -> None:
        """The group may have due rows that are not here."""
        self._group(group).backlog = True

    def take_wanted(self, limit: int) -> list[str]:
        """Lanes to read now; each is answered by `place` or `lost`."""
        taken = list(self._wanted)[:limit]
        for lane in taken:
            self._loading[lane] = self._wanted.pop(lane)
        return taken

    def lost(self, lanes: Iterable[str]) -> None:
        """The lanes could not be read; their groups are looked through later."""
        for lane in lanes:
            group = self._loading.pop(lane)
            self._stale.discard(lane)
            self._group(group).held -= 1
            self._group(group).backlog = True

    def groups_to_poll(self) -> list[str]:
        """Groups that may have due rows in MongoDB, and room for them here."""
        return [
            name
            for name, group in self._groups.items()
            if group.backlog and group.gate is _OPEN and group.held <= self.window // 2
        ]

    def sift(self, group: str, entries: Sequence[Entry], *, full: bool) -> None:
        """Take a page of due rows of a group, oldest first; `full`: there may be more."""
        self._groups[group] = state = self._groups.pop(group)  # to the end of the turn
        state.backlog = full
        for entry in entries:
            held = self._lanes.get(entry.lane)
            if held is None:
                self.want(entry.lane, group)
            elif entry.order > held.rows[-1].order:
                held.more = True

    def idle(self, entries: Iterable[Entry], waiting: dict[str, int]) -> list[Entry]:
        """The entries that cannot be sent before another row of their lane is: they only fill pages."""
        found = []
        for entry in entries:
            held = self._lanes.get(entry.lane)
            head = held.rows[0].order if held is not None else waiting.get(entry.lane)
            if head is not None and entry.order > head:
                found.append(entry)
        return found

    # What was read

    def place(self, asked: Sequence[str], rows: Sequence[Row], now: datetime, *, truncated: bool) -> Placed:
        """Take the open rows of the lanes `asked`, sorted by lane and order; `truncated`: the end is missing."""
        by_lane: dict[str, list[Row]] = {}
        for row in rows:
            by_lane.setdefault(row.lane, []).append(row)
        last = rows[-1].lane if truncated else None
        placed = Placed([], {})
        for lane in asked:
            group = self._loading.pop(lane)
            self._group(group).held -= 1
            found = by_lane.get(lane)
            if found is not None:
                self._place(found, placed, now, more=lane == last)
            if (found is None and last is not None and lane > last) or lane in self._stale:
                self._stale.discard(lane)
                self.want(lane, group)
        return placed

    def _place(self, found: list[Row], placed: Placed, now: datetime, *, more: bool) -> None:
        head = found[0]
        if head.state == "sending":
            placed.orphans.append(head)
        elif _tried(head) and head.at > now:
            placed.waiting[head.lane] = head.order
        else:
            untried = 1
            while untried < len(found) and not _tried(found[untried]):
                untried += 1
            self._lanes[head.lane] = _Lane(deque(found[:untried]), more or untried < len(found))
            self._group(head.group).held += 1
            self._make_ready(head)
            placed.ready += 1

    def _make_ready(self, row: Row) -> None:
        group = self._group(row.group)
        if group.gate is _OPEN:
            group.ready.append(row)
        else:
            self._forget(row)
            group.resting.add(row.lane)

    # What is sent

    def pick(self, owns: Callable[[int], bool]) -> list[Row]:
        """The rows to send now. Each holds a slot until `release`, and its lane until `advance` or `forget`."""
        picked: list[Row] = []
        heap = [(group.running, n, group) for n, group in enumerate(self._groups.values()) if group.ready]
        heapq.heapify(heap)
        while heap and self.running < self._concurrency:
            running, n, group = heapq.heappop(heap)
            if running >= self._per_group or running * _SHARE >= self._concurrency - self.running:
                continue
            row = group.ready.popleft()
            if owns(row.shard):
                group.running += 1
                self.running += 1
                picked.append(row)
            else:
                self._forget(row)
                self.disowned.add(row.shard)
            if group.ready:
                heapq.heappush(heap, (group.running, n, group))
        return picked

    def release(self, row: Row) -> None:
        """The call has come back: its slot is free. The lane goes on only with `advance`."""
        self._group(row.group).running -= 1
        self.running -= 1

    def advance(self, row: Row) -> None:
        """The row is finished, and that is written: its lane's next row may go."""
        lane = self._lanes[row.lane]
        lane.rows.popleft()
        if lane.rows:
            following = lane.rows[0]
            if following.group != row.group:
                self._group(row.group).held -= 1
                self._group(following.group).held += 1
            self._make_ready(following)
            return
        self._group(row.group).held -= 1
        del self._lanes[row.lane]
        if lane.more:
            self.want(row.lane, row.group)

    def forget(self, row: Row, *, again: bool) -> None:
        """Nothing of the row's lane can go for now; `again`: look at it once more at once."""
        self._forget(row)
        if again:
            self.want(row.lane, row.group)

    def _forget(self, row: Row) -> None:
        if self._lanes.pop(row.lane, None) is not None:
            self._group(row.group).held -= 1

    # Gates

    def close(self, group: str, gate: Gate) -> None:
        """The group waits; what was ready in it rests."""
        state = self._group(group)
        state.gate = gate
        while state.ready:
            row = state.ready.popleft()
            self._forget(row)
            state.resting.add(row.lane)
        for lane in [lane for lane, name in self._wanted.items() if name == group]:
            del self._wanted[lane]
            state.held -= 1
            state.resting.add(lane)

    def open(self, group: str) -> None:
        """The group goes on where it was, and with whatever else has become due."""
        state = self._group(group)
        state.gate = _OPEN
        state.openings += 1
        state.backlog = True
        resting, state.resting = state.resting, set()
        for lane in resting:
            self.want(lane, group)

    def openings(self, group: str) -> int:
        """How often the group was opened, counted while any row of it is running."""
        return self._group(group).openings

    def gates(self) -> dict[str, Gate]:
        """The groups that wait."""
        return {name: group.gate for name, group in self._groups.items() if group.gate is not _OPEN}

    def tidy(self) -> None:
        """Drop the groups about which there is nothing to know."""
        idle = [
            name
            for name, group in self._groups.items()
            if not (group.held or group.running or group.backlog) and group.gate is _OPEN
        ]
        for name in idle:
            del self._groups[name]

    def _group(self, name: str) -> _Group:
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = _Group()
        return group


def _tried(row: Row) -> bool:
    """Whether the row's own time counts: before its first attempt only its place in the lane does."""
    return row.attempt > 1 or row.state != "due"
