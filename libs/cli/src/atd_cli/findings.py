"""What a check of `atd doctor` found."""

from dataclasses import dataclass

_GIB = 1024**3
_LEAST_FREE_BYTES = 2 * _GIB
_LEAST_FREE_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, what is so, and, when that is not good, what to do."""

    name: str
    good: bool
    found: str
    advice: str = ""


def good(name: str, found: str) -> Finding:
    """Nothing to do."""
    return Finding(name, good=True, found=found)


def bad(name: str, found: str, advice: str) -> Finding:
    """Something to do."""
    return Finding(name, good=False, found=found, advice=advice)


def disk(name: str, free_bytes: float, total_bytes: float) -> Finding:
    """Whether a disk has room: 2 GiB and a twentieth of it at least. Kafka and MongoDB stop when theirs is full."""
    words = f"{free_bytes / _GIB:.1f} GiB of {total_bytes / _GIB:.1f} GiB free"
    if free_bytes < _LEAST_FREE_BYTES or free_bytes < total_bytes * _LEAST_FREE_SHARE:
        return bad(name, words, "Make room or a larger disk; Kafka and MongoDB stop when theirs is full.")
    return good(name, words)
