"""Deeds on messages that the channel was asked for: what they undo when the channel does not do them.

A deed is shown at once. What the message was before it is kept until the channel has answered. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from atd_schemas.outbound import ActionName

MAX_PENDING = 20
"""Deeds of one message that wait for an answer; of older ones nothing can be taken back any more."""

_SAYS = frozenset({"edit", "delete"})


@dataclass(frozen=True, slots=True)
class PendingDeed:
    """One deed: the command by which it was asked for, and what the message was before it.

    `before` has plain values of its fields (`Message.kept`), for they are stored.
    """

    command: str
    action: ActionName
    before: Mapping[str, Any]


def asked(deeds: Sequence[PendingDeed], deed: PendingDeed) -> tuple[PendingDeed, ...]:
    """The deeds that wait, with one more."""
    return (*deeds, deed)[-MAX_PENDING:]


def settled(deeds: Sequence[PendingDeed], command: str) -> tuple[PendingDeed | None, tuple[PendingDeed, ...]]:
    """A deed that was done, and those that still wait: not the earlier ones, whatever becomes of them."""
    found = _named(deeds, command)
    if found is None:
        return None, tuple(deeds)
    at = deeds.index(found)
    earlier = tuple(one for one in deeds[:at] if not _same_matter(found, one))
    return found, (*earlier, *deeds[at + 1 :])


def taken_back(deeds: Sequence[PendingDeed], command: str) -> tuple[Mapping[str, Any] | None, tuple[PendingDeed, ...]]:
    """What the message is to be after a deed failed (None: as it is), and the deeds that still wait.

    Where a later deed has replaced what the failed one did, the later one stands; should that fail as well, the message
    is as it was before both.
    """
    found = _named(deeds, command)
    if found is None:
        return None, tuple(deeds)
    at = deeds.index(found)
    left = (*deeds[:at], *deeds[at + 1 :])
    later = next((one for one in deeds[at + 1 :] if _same_matter(found, one)), None)
    if later is None:
        return found.before, left
    heir = replace(later, before={**later.before, **found.before})
    return None, tuple(heir if one is later else one for one in left)


def _named(deeds: Sequence[PendingDeed], command: str) -> PendingDeed | None:
    return next((one for one in deeds if one.command == command), None)


def _same_matter(one: PendingDeed, other: PendingDeed) -> bool:
    return (one.action in _SAYS) == (other.action in _SAYS)
