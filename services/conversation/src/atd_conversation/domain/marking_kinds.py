"""The lists that messages, customers and conversations are marked from: tags, labels and types."""

from collections.abc import Mapping

from atd_conversation.domain.catalogue import CatalogueItem, CatalogueKind, TenantSettings
from atd_conversation.domain.names import Names
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.types import UNORDERED, TypeNode, check_parent, children_of
from atd_schemas.views import LabelRef, Named, TagRef

REPLACES = "replaces"
"""The value of an item that names those of which it takes the place."""

TAG = CatalogueKind("tag", limit=500, unshown=(REPLACES,))
"""What messages are marked with."""

LABEL = CatalogueKind("label", limit=500, unshown=(REPLACES,))
"""What customers are marked with."""

TYPE = CatalogueKind("type", limit=500, within="parent_id", unshown=(REPLACES,))
"""What conversations are about. Types under different parents can have one name."""

MARKING_KINDS: tuple[CatalogueKind, ...] = (TAG, LABEL, TYPE)

MAX_REPLACED = 20
"""Items of which one can take the place at the same time, until all that bear them have been rewritten."""


def replaced_by(item: CatalogueItem) -> tuple[str, ...]:
    """The ids of those whose place this one takes while what bears them is rewritten."""
    return tuple(item.values.get(REPLACES, ()))


def names_of(settings: TenantSettings) -> Names:
    """What a tenant's ids are called; those that were merged stand for the one that takes their place."""
    return Names(
        tags={i: tag_ref(one) for one in settings.of(TAG).values() for i in _ids(one)},
        labels={i: label_ref(one) for one in settings.of(LABEL).values() for i in _ids(one)},
        types={i: type_ref(one) for one in settings.of(TYPE).values() for i in _ids(one)},
        teams={one.id: one.named for one in settings.teams.values()},
        children=children_of(type_nodes(settings).values()),
    )


def tag_ref(item: CatalogueItem) -> TagRef:
    """A tag as messages show it."""
    return TagRef(id=item.id, name=item.values["name"], color=item.values["color"])


def label_ref(item: CatalogueItem) -> LabelRef:
    """A label as customers show it."""
    return LabelRef(id=item.id, name=item.values["name"], color=item.values["color"])


def type_ref(item: CatalogueItem) -> Named:
    """A type as conversations show it."""
    return Named(id=item.id, name=item.values["name"])


def _ids(item: CatalogueItem) -> tuple[str, ...]:
    return (item.id, *replaced_by(item))


def type_node(item: CatalogueItem) -> TypeNode:
    """A type's place in the tree."""
    values = item.values
    return TypeNode(item.id, values.get("parent_id"), item.archived, values.get("position", UNORDERED))


def type_nodes(settings: TenantSettings) -> Mapping[str, TypeNode]:
    """The tenant's tree of types, by id."""
    return {item_id: type_node(item) for item_id, item in settings.of(TYPE).items()}


def check_type(item: CatalogueItem, settings: TenantSettings) -> None:
    """Raises `Refusal`, field `parent_id`, for a type that does not fit into the tree."""
    check_parent(type_nodes(settings).values(), item.id, item.values.get("parent_id"))


def check_can_go(item: CatalogueItem, settings: TenantSettings) -> None:
    """Raises `Refusal` `has_children` for a type that is to go and has others under it."""
    if item.kind == TYPE.name and any(node.parent_id == item.id for node in type_nodes(settings).values()):
        raise Refusal("has_children", "The type has others under it; move or delete these first.")


def take_place(item: CatalogueItem, gone: CatalogueItem) -> tuple[str, ...]:
    """What an item `replaces` once it has taken the place of another one of its kind.

    Raises `Refusal`: `invalid`, `archived`, `too_many`.
    """
    if item.id == gone.id:
        raise Refusal("invalid", "must be another one", "into")
    if item.archived:
        raise Refusal("archived", "is archived", "into")
    replaced = (*replaced_by(item), gone.id, *replaced_by(gone))
    if len(replaced) > MAX_REPLACED:
        raise Refusal("too_many", f"At most {MAX_REPLACED} can be merged into one at once; try again soon.", "into")
    return replaced
