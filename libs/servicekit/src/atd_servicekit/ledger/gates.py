"""Gates that this process is changing, so that what it reads meanwhile does not undo the change."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from atd_servicekit.ledger.rows import Gate


class LocalGates:
    """Tracks gate changes of this process, so that neither an older reading nor an older closing undoes one.

    `lock` is held while MongoDB's gates are written.
    """

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self._reading = 0
        self._changing: Counter[str] = Counter()
        self._changed: dict[str, int] = {}
        self._closings: Counter[str] = Counter()
        self._void: Counter[str] = Counter()

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
        self._closings[group] += 1

    def take_closing(self, group: str) -> bool:
        """Whether the oldest waiting closing is still to be written: the group was not opened since."""
        self._closings[group] -= 1
        if not self._closings[group]:
            del self._closings[group]
        if not self._void[group]:
            del self._void[group]
            return True
        self._void[group] -= 1
        return False

    def opened(self, group: str) -> None:
        """The closings that wait came before this."""
        self._void[group] = self._closings[group]


def stricter(one: Gate, other: Gate) -> Gate:
    """The gate that stays closed for longer."""
    if one.suspended or other.suspended:
        return one if one.suspended else other
    if one.until is None or (other.until is not None and other.until > one.until):
        return other
    return one


def strictest(gates: Iterable[tuple[str, Gate]]) -> dict[str, Gate]:
    """The one gate to close for each group."""
    found: dict[str, Gate] = {}
    for group, gate in gates:
        found[group] = stricter(found.get(group, gate), gate)
    return found
