"""The tree of types that conversations are classified by: two levels, and what may be chosen from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from atd_conversation.domain.refusals import Refusal

UNORDERED = 1000
"""The position of types that nobody has put in order: after the others, by name."""


@dataclass(frozen=True, slots=True)
class TypeNode:
    """One type, as far as its place in the tree goes."""

    id: str
    parent_id: str | None = None
    archived: bool = False
    position: int = UNORDERED


def check_parent(nodes: Iterable[TypeNode], type_id: str | None, parent_id: str | None) -> None:
    """Whether a type (None: a new one) may stand under a parent. Raises `Refusal` `invalid`, field `parent_id`."""
    if parent_id is None:
        return
    known = {node.id: node for node in nodes}
    parent = known.get(parent_id)
    if parent is None:
        raise Refusal("unknown_type", "is unknown", "parent_id")
    if parent_id == type_id:
        raise Refusal("invalid", "must not be the type itself", "parent_id")
    if parent.parent_id is not None:
        raise Refusal("invalid", "must be a type of the first level: the tree has two", "parent_id")
    if type_id is not None and any(node.parent_id == type_id for node in known.values()):
        raise Refusal("invalid", "must be empty: this type has types under it", "parent_id")


def may_be_chosen(nodes: Mapping[str, TypeNode], type_id: str) -> bool:
    """Whether a conversation may be given this type now: it is there, and neither it nor its parent is archived."""
    node = nodes.get(type_id)
    if node is None or node.archived:
        return False
    parent = nodes.get(node.parent_id) if node.parent_id else None
    return parent is None or not parent.archived


def children_of(nodes: Iterable[TypeNode]) -> dict[str, tuple[str, ...]]:
    """The types under each type: who looks for one of the first level means them all."""
    found: dict[str, tuple[str, ...]] = {}
    for node in nodes:
        if node.parent_id is not None:
            found[node.parent_id] = (*found.get(node.parent_id, ()), node.id)
    return found


def reorder(nodes: Iterable[TypeNode], parent_id: str | None, ids: Sequence[str]) -> dict[str, int]:
    """The new positions of types under one parent: first these, then the others that were in order, as they were.

    Raises `Refusal` `invalid`, field `ids`, for one that is not there.
    """
    siblings = [node for node in nodes if node.parent_id == parent_id]
    if not {node.id for node in siblings}.issuperset(ids):
        raise Refusal("invalid", "must be types under this parent", "ids")
    placed = sorted((node for node in siblings if node.position != UNORDERED), key=lambda node: node.position)
    order = dict.fromkeys((*ids, *(node.id for node in placed)))
    return {type_id: position for position, type_id in enumerate(order)}
