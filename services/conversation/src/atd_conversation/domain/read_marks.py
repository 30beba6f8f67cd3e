"""Who has read what: a mark for each attendant who has read the customer's messages since the last answer.

A conversation counts the customer's messages that nobody has answered, its *window*: `unread_count` of them, from
`first_unread_sequence` on. An answer ends it for everybody. What is unread for one attendant are those of the window
that they have not read; who never opened the conversation has read none. So a customer's message writes nothing for any
reader, and an attendant's reading nothing for another one (docs/adr/0024).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

MOST_MARKS = 500
"""Attendants whose marks one conversation keeps; the oldest go first."""


@dataclass(frozen=True, slots=True)
class ReadMark:
    """How many messages of the window an attendant has read, and the conversation's sequence at that moment.

    A mark of an earlier window counts nothing: its sequence is before the first message of the present one. `unread`:
    they have marked the conversation as unread by hand, which stands until they read or answer it.
    """

    count: int
    sequence: int
    unread: bool = False


class Window(NamedTuple):
    """The customer's messages since the last answer: how many, and the place of the first one, where it is known."""

    size: int
    first: int | None = None


class Unread(NamedTuple):
    """What is unread for one attendant: how many messages, and the place of the first one."""

    messages: int
    first: int | None = None


def unread_for(window: Window, mark: ReadMark | None) -> Unread:
    """What is unread for whom the mark is; None: for whoever has none."""
    if mark is None:
        return Unread(*window)
    read = min(mark.count, window.size) if (window.first or 0) <= mark.sequence else 0
    if window.size > read:
        return Unread(window.size - read, mark.sequence + 1 if read else window.first)
    return Unread(1, mark.sequence + 1) if mark.unread else Unread(0)


def with_read(marks: Mapping[str, ReadMark], reader: str, window: Window, sequence: int) -> Mapping[str, ReadMark]:
    """The marks once `reader` has read everything; the same object when they had."""
    known = marks.get(reader)
    if unread_for(window, known).messages == 0:
        return marks
    others = {who: mark for who, mark in marks.items() if who != reader}
    if window.size == 0:
        return others
    kept = sorted(others, key=lambda who: others[who].sequence)[-(MOST_MARKS - 1) :]
    return {**{who: others[who] for who in kept}, reader: ReadMark(window.size, sequence)}


def with_unread(marks: Mapping[str, ReadMark], reader: str, window: Window, place: int) -> Mapping[str, ReadMark]:
    """The marks once `reader` wants to find the conversation unread, from the customer's message at `place` on."""
    known = marks.get(reader)
    if unread_for(window, known).messages == 0:
        mark = ReadMark(max(window.size - 1, 0), place - 1, unread=True)
    elif known is not None and known.unread:
        return marks
    else:
        mark = replace(known, unread=True) if known else ReadMark(0, (window.first or place) - 1, unread=True)
    return {**marks, reader: mark}


def once_answered(marks: Mapping[str, ReadMark], by: str | None) -> Mapping[str, ReadMark]:
    """The marks once somebody has answered: what others marked as unread by hand stays so."""
    return {who: replace(mark, count=0) for who, mark in marks.items() if mark.unread and who != by}


def read_keys(window: Window, marks: Mapping[str, ReadMark], mentions: Mapping[str, int]) -> Iterator[str]:
    """By what an index finds whose count differs from that of somebody without a mark.

    `read:<id>`: there is a window, and they have read all of it. `unread:<id>`: there is none, and they have marked the
    conversation as unread. `mention:<id>`: a note mentions them, and they have not read it.
    """
    for who, mark in marks.items():
        left = unread_for(window, mark).messages
        if window.size > 0 and left == 0:
            yield f"read:{who}"
        elif window.size == 0 and left > 0:
            yield f"unread:{who}"
    yield from (f"mention:{who}" for who, sequence in mentions.items() if sequence)
