"""What becomes of a line: a new customer, a change of one who is here, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from atd_conversation.domain.imports.lines import Line

Duplicates = Literal["update", "skip", "create"]
"""What to do with a line of somebody who is here already, or stands in the file before."""

Outcome = Literal["created", "updated", "unchanged", "skipped", "refused"]


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom a line may be about, and what is recorded of them. `line`: the line of this file that made them."""

    id: str
    values: Mapping[str, Any]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a line leads to. `changes` are fields to set; `kept` those that the record has otherwise and keeps.

    `code` is why nothing was done: `duplicate` (rule `skip`), `ambiguous` (phone and e-mail are of two customers).
    """

    outcome: Outcome
    contact_id: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    code: str | None = None
    same_as_line: int | None = None


_ONLY_IF_ABSENT = frozenset({"phone", "email", "document"})
"""By these a person is recognised: a file never replaces one, it only adds what is not known."""


def decide(line: Line, known: Sequence[Known], rule: Duplicates) -> Decision:
    """What becomes of the line, of whom `known` are all that share a key with it."""
    if line.problems:
        return Decision("refused", code=line.problems[0].code)
    if not known or rule == "create":
        return Decision("created", changes=line.values)
    first = known[0]
    if rule == "skip":
        return Decision("skipped", first.id, code="duplicate", same_as_line=first.line)
    if len({one.id for one in known}) > 1:
        return Decision("refused", code="ambiguous")
    changes, kept = {}, []
    for name, value in line.values.items():
        now = first.values.get(name)
        if now == value:
            continue
        if now is not None and name in _ONLY_IF_ABSENT:
            kept.append(name)
        else:
            changes[name] = value
    outcome: Outcome = "updated" if changes else "unchanged"
    return Decision(outcome, first.id, changes, tuple(kept), same_as_line=first.line)


def undo_of(
    before: Mapping[str, Any], written: Mapping[str, Any], now: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What gives a changed record back what it had, and the fields that somebody has changed since: these stay."""
    restored, since = {}, []
    for name, value in written.items():
        if now.get(name) != value:
            since.append(name)
        else:
            restored[name] = before.get(name)
    return restored, tuple(since)
