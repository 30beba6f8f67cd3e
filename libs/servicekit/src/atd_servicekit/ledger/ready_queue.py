"""Decides which row is sent next: the part of the ledger that a process holds in memory. No I/O, no clock.

A lane is here while its head (its oldest row that is not finished) can be sent or is being sent. What stands behind a
head that must wait stays in MongoDB. Each group holds a bounded number of lanes, so a group that is slow or has a long
backlog takes neither memory nor slots from others.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from atd_servicekit.ledger.gates import without_suspension
from atd_servicekit.ledger.lanes import OPEN_GATE, Entry, Group, Lane, LoadedLanes
from atd_servicekit.ledger.rows import Gate, Row

_SHARE = 8


class ReadyQueue:
    """The lanes that this process may send from, by group.

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
        self._groups: dict[str, Group] = {}
        self._lanes: dict[str, Lane] = {}
        self._requested: dict[str, str] = {}
        self._loading: dict[str, str] = {}
        self._stale: set[str] = set()
        self.disowned: set[int] = set()
        """Shards of which lanes were dropped here because their lease was away."""
        self.running = 0

    @property
    def has_requests(self) -> bool:
        """Whether lanes are to be loaded from MongoDB."""
        return bool(self._requested)

    def oldest_ready(self) -> datetime | None:
        """Since when the row that waits longest for a slot has been due."""
        return min((row.at for group in self._groups.values() for row in group.ready), default=None)

    def holds(self, lane: str) -> bool:
        """Whether a row of the lane is being sent here, or can be."""
        return lane in self._lanes

    # Lanes to load

    def request(self, lane: str, group: str) -> None:
        """Ask for a lane to be loaded: a row was added to it, or may have become due."""
        held = self._lanes.get(lane)
        if held is not None:
            held.more = True
            return
        if lane in self._requested:
            return
        if lane in self._loading:  # being read at this moment, perhaps too early to see the new row
            self._stale.add(lane)
            return
        state = self._group(group)
        if state.gate is not OPEN_GATE or state.held >= self.window:
            state.backlog = True
            return
        state.held += 1
        self._requested[lane] = group

    def mark_for_poll(self, group: str) -> None:
        """Have the group polled: it may have due rows that are not here."""
        self._group(group).backlog = True

    def take_requested(self, limit: int) -> list[str]:
        """The lanes to load now; each is answered by `add_loaded` or `load_failed`."""
        taken = list(self._requested)[:limit]
        for lane in taken:
            self._loading[lane] = self._requested.pop(lane)
        return taken

    def load_failed(self, lanes: Iterable[str]) -> None:
        """Give lanes back that could not be loaded; their groups are polled later."""
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
            if group.backlog and group.gate is OPEN_GATE and group.held <= self.window // 2
        ]

    def take_page(self, group: str, entries: Sequence[Entry], *, full: bool) -> None:
        """Take over a page of due rows of a group, oldest first; `full`: there may be more."""
        self._groups[group] = state = self._groups.pop(group)  # polled last from now on
        state.backlog = full
        for entry in entries:
            held = self._lanes.get(entry.lane)
            if held is None:
                self.request(entry.lane, group)
            elif entry.order > held.rows[-1].order:
                held.more = True

    def blocked(self, entries: Iterable[Entry], waiting: dict[str, int]) -> list[Entry]:
        """The entries that cannot be sent before another row of their lane is: they only fill pages."""
        found = []
        for entry in entries:
            held = self._lanes.get(entry.lane)
            head = held.rows[0].order if held is not None else waiting.get(entry.lane)
            if head is not None and entry.order > head:
                found.append(entry)
        return found

    # Loaded lanes

    def add_loaded(
        self,
        asked: Sequence[str],
        rows: Sequence[Row],
        now: datetime,
        *,
        truncated: bool,
        owns: Callable[[int], bool] = lambda _: True,
    ) -> LoadedLanes:
        """Add the open rows of the lanes `asked`, sorted by lane and order; `truncated`: the end is missing.

        A lane belongs to whoever owns the shard of its head (`owns`); others leave it alone.
        """
        by_lane: dict[str, list[Row]] = {}
        for row in rows:
            by_lane.setdefault(row.lane, []).append(row)
        last = rows[-1].lane if truncated else None
        loaded = LoadedLanes([], {})
        for lane in asked:
            group = self._loading.pop(lane)
            self._group(group).held -= 1
            found = by_lane.get(lane)
            if found is not None and not owns(found[0].shard):
                loaded.waiting[lane] = found[0].order
            elif found is not None:
                self._add_lane(found, loaded, now, more=lane == last)
            if (found is None and last is not None and lane > last) or lane in self._stale:
                self._stale.discard(lane)
                self.request(lane, group)
        return loaded

    def _add_lane(self, found: list[Row], loaded: LoadedLanes, now: datetime, *, more: bool) -> None:
        head = found[0]
        if head.state == "sending":
            loaded.orphans.append(head)
        elif _tried(head) and head.at > now:
            loaded.waiting[head.lane] = head.order
        else:
            untried = 1
            while untried < len(found) and not _tried(found[untried]):
                untried += 1
            self._lanes[head.lane] = Lane(deque(found[:untried]), more or untried < len(found))
            self._group(head.group).held += 1
            self._make_ready(head)
            loaded.ready += 1

    def _make_ready(self, row: Row) -> None:
        group = self._group(row.group)
        if group.gate is OPEN_GATE:
            group.ready.append(row)
        else:
            self._forget(row)
            group.gated_lanes.add(row.lane)

    # Sending

    def take_next(self, owns: Callable[[int], bool]) -> list[Row]:
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
        """Free the slot of a row whose call has returned. The lane goes on only with `advance`."""
        self._group(row.group).running -= 1
        self.running -= 1

    def advance(self, row: Row) -> None:
        """Make the next row of the lane ready: this one is finished, and that is written."""
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
            self.request(row.lane, row.group)

    def forget(self, row: Row, *, again: bool) -> None:
        """Drop the row's lane, of which nothing can be sent now; `again`: load it again at once."""
        self._forget(row)
        if again:
            self.request(row.lane, row.group)

    def _forget(self, row: Row) -> None:
        if self._lanes.pop(row.lane, None) is not None:
            self._group(row.group).held -= 1

    # Gates

    def close(self, group: str, gate: Gate) -> None:
        """Close the gate of a group; its ready lanes are dropped until it opens."""
        state = self._group(group)
        self._set_gate(state, gate)
        while state.ready:
            row = state.ready.popleft()
            self._forget(row)
            state.gated_lanes.add(row.lane)
        for lane in [lane for lane, name in self._requested.items() if name == group]:
            del self._requested[lane]
            state.held -= 1
            state.gated_lanes.add(lane)

    def open(self, group: str) -> None:
        """Open the gate of a group, load its lanes again and poll it."""
        state = self._group(group)
        self._set_gate(state, OPEN_GATE)
        state.backlog = True
        gated_lanes, state.gated_lanes = state.gated_lanes, set()
        for lane in gated_lanes:
            self.request(lane, group)

    def resume(self, group: str, now: datetime) -> None:
        """Lift the suspension of a group; what throttles it stays until its time."""
        state = self._group(group)
        left = without_suspension(state.gate)
        if left.closed(now):
            self._set_gate(state, left)
        else:
            self.open(group)
        state.resumptions += 1

    def resumptions(self, group: str) -> int:
        """How often the group was resumed, counted while any row of it is running."""
        return self._group(group).resumptions

    @staticmethod
    def _set_gate(state: Group, gate: Gate) -> None:
        if state.gate.suspended and not gate.suspended:
            state.resumptions += 1
        state.gate = gate

    def gates(self) -> dict[str, Gate]:
        """The closed gates, by group."""
        return {name: group.gate for name, group in self._groups.items() if group.gate is not OPEN_GATE}

    def drop_idle_groups(self) -> None:
        """Forget groups without rows, running sends or a closed gate."""
        idle = [
            name
            for name, group in self._groups.items()
            if not (group.held or group.running or group.backlog) and group.gate is OPEN_GATE
        ]
        for name in idle:
            del self._groups[name]

    def _group(self, name: str) -> Group:
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = Group()
        return group


def _tried(row: Row) -> bool:
    """Whether the row's own time counts: before its first attempt only its place in the lane does."""
    return row.attempt > 1 or row.state != "due"
