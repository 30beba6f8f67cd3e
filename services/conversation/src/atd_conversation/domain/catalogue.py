"""What a company makes lists of: tags, labels, types, replies. Items of one kind have names that differ.

A kind is described once. Its values are what the API's body of the kind says; nothing here knows which they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.teams import TeamCopy
from atd_servicekit.text_folding import folded

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CatalogueKind:
    """One kind of list.

    Attributes:
        name: of one item, in events and in the store: `tag`.
        limit: the most items that a tenant can have; archived ones count.
        named_by: the value that two items cannot share; accents and case do not make a difference.
        told: whether events show the values to everybody who may read conversations.
        remembered: whether the items are kept in memory for the message path: for lists that are short.
        own_limit: the most items that one attendant can have of their own, where attendants have some.
        found_by: the values whose words the items are found by.
        within: the value among whose items names differ, where that is not all of the kind: `parent_id`.
        unshown: values that the API does not show: nobody is told that they were changed.
    """

    name: str
    limit: int
    named_by: str = "name"
    told: bool = True
    remembered: bool = True
    own_limit: int | None = None
    found_by: tuple[str, ...] = ()
    within: str | None = None
    unshown: tuple[str, ...] = ()


@dataclass(slots=True)
class CatalogueItem:
    """One item. `owner_id` is the attendant whose own it is, None: it is everybody's. `version` counts its changes.

    `order` is the hybrid clock of its events (see `atd_servicekit.outbox`). An archived item stays on what has it, and
    is offered no more. `uses` is how often it was used, as far as its kind counts that; the store alone keeps it.
    """

    id: str
    tenant_id: str
    kind: str
    values: dict[str, Any]
    created_at: datetime
    changed_at: datetime
    owner_id: str | None = None
    archived: bool = False
    version: int = 1
    order: int = 0
    uses: int = 0

    def change(self, values: Values, now: datetime, *, archived: bool | None = None) -> tuple[str, ...]:
        """Take these values over; the names of those that differ from before."""
        changed = [name for name, value in values.items() if self.values.get(name) != value]
        self.values = {**self.values, **values}
        if archived is not None and archived != self.archived:
            self.archived = archived
            changed.append("archived")
        if changed:
            self.version += 1
            self.changed_at = now
        return tuple(changed)


def unique_key(kind: CatalogueKind, item: CatalogueItem) -> str:
    """What no other item of the tenant may have: its kind, whose it is, and the folded name."""
    within = (str(item.values.get(kind.within) or ""),) if kind.within else ()
    return "\x1f".join((kind.name, item.owner_id or "", *within, folded(str(item.values[kind.named_by])).strip()))


@dataclass(frozen=True, slots=True)
class Policy:
    """A setting of the whole company. `defaults` stand until somebody changes it; `version` is 0 until then."""

    tenant_id: str
    name: str
    values: Values
    version: int = 0
    order: int = 0


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What a company has set, as far as the message path needs it: items by kind and id, policies by name.

    `teams` are copies of what routing owns. `revision` counts the changes of all of them.
    """

    tenant_id: str
    revision: int = 0
    items: Mapping[str, Mapping[str, CatalogueItem]] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    teams: Mapping[str, TeamCopy] = field(default_factory=dict)

    def of(self, kind: CatalogueKind) -> Mapping[str, CatalogueItem]:
        """The items of a kind by id, archived ones too, in the order in which they were made."""
        return self.items.get(kind.name, {})

    def policy(self, name: str) -> Values:
        """The values of a policy; empty while nobody has changed it."""
        found = self.policies.get(name)
        return found.values if found else {}


CheckItem = Callable[[CatalogueItem, TenantSettings], None]
"""Raises `Refusal` for an item that does not fit the others."""


def check_taken(*, taken: bool, kind: CatalogueKind) -> None:
    """Raises `Refusal` `name_taken` when another item has the name."""
    if taken:
        raise Refusal("name_taken", f"another {kind.name.replace('_', ' ')} has it already", kind.named_by)


def check_room(count: int, limit: int) -> None:
    """Raises `Refusal` `too_many` when there are as many items as a company, or an attendant, can have."""
    if count >= limit:
        raise Refusal("too_many", f"There can be at most {limit} of these; delete some first.")
