"""Gates that this process is changing, so that what it reads meanwhile does not undo the change."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Iterable

from atd_servicekit.ledger.rows import Gate


class LocalGates:
    """Tracks gate changes of this process, so that neither an older reading nor an older suspension undoes one.

    `lock` is held while MongoDB's gates are written.
    """

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self._reading = 0
        self._changing: Counter[str] = Counter()
        self._changed: dict[str, int] = {}
        self._closings: defaultdict[str, deque[bool]] = defaultdict(deque)
        """Closings that wait to be written: whether one that suspends still may."""

    def begin_reading(self) -> int:
        self._reading += 1
        self._changed = {group: at for group, at in self._changed.items() if at >= self._reading - 1}
        return self._reading

    def newer_here(self, group: str, reading: int) -> bool:
        """Whether the gate may have changed here since that reading began."""
        return self._changing[group] > 0 or self._changed.get(group, 0) >= reading

    def begin(self, group: str) -> None:
        """The gate is being changed; `end` follows when MongoDB has it."""
        self._changing[group] += 1

    def end(self, group: str) -> None:
        self._changing[group] -= 1
        if not self._changing[group]:
            del self._changing[group]
        self._changed[group] = self._reading

    def begin_closing(self, group: str) -> None:
        """As `begin`, for a closing that waits to be written; `take_closing` and `end` follow."""
        self.begin(group)
        self._closings[group].append(True)

    def take_closing(self, group: str, gate: Gate) -> bool:
        """Whether the oldest waiting closing is still to be written: a suspension only if nobody resumed since."""
        waiting = self._closings[group]
        may_suspend = waiting.popleft()
        if not waiting:
            del self._closings[group]
        return may_suspend or not gate.suspended

    def resumed(self, group: str) -> None:
        """The suspensions that wait came before this."""
        if group in self._closings:
            self._closings[group] = deque([False] * len(self._closings[group]))


def combined(one: Gate, other: Gate) -> Gate:
    """The gate that is closed as long as either: each reason to wait ends by itself."""
    later = other if one.until is None or (other.until is not None and other.until > one.until) else one
    why = next((gate for gate in (one, other) if gate.suspended), later)
    return Gate(later.until, one.suspended or other.suspended, why.reason)


def combined_by_group(gates: Iterable[tuple[str, Gate]]) -> dict[str, Gate]:
    """The one gate to close for each group."""
    found: dict[str, Gate] = {}
    for group, gate in gates:
        found[group] = combined(found[group], gate) if group in found else gate
    return found


def without_suspension(gate: Gate) -> Gate:
    """What is left when the group is resumed: a throttle ends by time alone."""
    return Gate(gate.until)
