"""Gates: what this process knows of the groups that wait."""

from collections import Counter
from collections.abc import Iterable

from atd_servicekit.ledger.rows import Gate


class GatesInHand:
    """Which gates this process changed so recently that what is read from MongoDB can be older."""

    def __init__(self) -> None:
        self._reading = 0
        self._unwritten: Counter[str] = Counter()
        self._written: dict[str, int] = {}

    def begin_reading(self) -> int:
        self._reading += 1
        self._written = {group: at for group, at in self._written.items() if at >= self._reading - 1}
        return self._reading

    def changed(self, group: str) -> None:
        """The gate was closed or opened on the board; `written` follows."""
        self._unwritten[group] += 1

    def written(self, group: str) -> None:
        """MongoDB has it too, now; a reading under way may have missed it."""
        self._unwritten[group] -= 1
        if not self._unwritten[group]:
            del self._unwritten[group]
        self._written[group] = self._reading

    def newer_here(self, group: str, reading: int) -> bool:
        return group in self._unwritten or self._written.get(group, 0) >= reading


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
