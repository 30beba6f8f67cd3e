"""What the ids of tags, labels and types are called now, and the ids that something bears.

A message stores the ids of its tags, a contact those of its labels, a conversation that of its type. Names and colours
are looked up when it is read, so that renaming is one write however many bear the id, and what was deleted is shown
by nobody from then on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from atd_schemas.views import AuthorView, LabelRef, Named, TagRef

Ref = TypeVar("Ref", TagRef, LabelRef, Named)


@dataclass(frozen=True, slots=True)
class Names:
    """What ids stand for, by id; unknown ones stand for nothing.

    `children` are the types under a type of the first level.
    The id of one that was merged into another stands for the other, until all that bear it have been rewritten.
    """

    tags: Mapping[str, TagRef] = field(default_factory=dict)
    labels: Mapping[str, LabelRef] = field(default_factory=dict)
    types: Mapping[str, Named] = field(default_factory=dict)
    teams: Mapping[str, Named] = field(default_factory=dict)

    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def stands_for(self, kind: str, item_id: str) -> str | None:
        """The other item that has taken the place of this one, if one has. `kind`: `tag`, `label` or `type`."""
        known: Mapping[str, TagRef | LabelRef | Named] = self.types
        if kind != "type":
            known = self.tags if kind == "tag" else self.labels
        found = known.get(item_id)
        return found.id if found is not None and found.id != item_id else None

    def with_tags(self, tags: Iterable[TagRef]) -> "Names":
        """These names, and those of tags that may be newer than them."""
        return replace(self, tags={**self.tags, **{one.id: one for one in tags}})

    def with_label(self, label: LabelRef) -> "Names":
        """These names, and that of a label that may be newer than them."""
        return replace(self, labels={**self.labels, label.id: label})

    def with_type(self, chosen: Named) -> "Names":
        """These names, and that of a type that may be newer than them."""
        return replace(self, types={**self.types, chosen.id: chosen})


UNNAMED = Names()
"""Nothing is called anything: of what was not read from the store."""


@dataclass(frozen=True, slots=True)
class Mark:
    """That something bears a tag or label: who put it there, and when."""

    id: str
    by: AuthorView
    at: datetime


def refs(ids: Iterable[str], known: Mapping[str, Ref]) -> tuple[Ref, ...]:
    """What is shown of these ids, in their order and each once."""
    found = {ref.id: ref for ref in map(known.get, ids) if ref is not None}
    return tuple(found.values())


def same(wanted: str, known: Mapping[str, Ref]) -> tuple[str, ...]:
    """The id, and all that stand for the same: under each of them something may be stored."""
    ref = known.get(wanted)
    meant: str = wanted if ref is None else ref.id
    return (meant, *(one for one, ref in known.items() if ref.id == meant and one != meant))


def bears(marks: Iterable[Mark], wanted: str, known: Mapping[str, Ref]) -> bool:
    """Whether one of the marks is, or stands for, this tag or label."""
    return any(_stands_for(mark.id, wanted, known) for mark in marks)


def without(marks: Iterable[Mark], unwanted: str, known: Mapping[str, Ref]) -> tuple[Mark, ...]:
    """The marks but for those that are, or stand for, this tag or label."""
    return tuple(mark for mark in marks if not _stands_for(mark.id, unwanted, known))


def shown(marks: Iterable[Mark], known: Mapping[str, Ref]) -> int:
    """How many different ones readers see."""
    return len(refs((mark.id for mark in marks), known))


def marked(marks: Iterable[Mark], known: Mapping[str, Ref]) -> tuple[Ref, ...]:
    """What readers see of these marks, with who put each there and when."""
    found: dict[str, Ref] = {}
    for mark in marks:
        ref = known.get(mark.id)
        if ref is not None and ref.id not in found:
            found[ref.id] = ref.model_copy(update={"set_by": mark.by, "set_at": mark.at})
    return tuple(found.values())


def _stands_for(mark_id: str, wanted: str, known: Mapping[str, Ref]) -> bool:
    ref = known.get(mark_id)
    return mark_id == wanted or (ref is not None and ref.id == wanted)
