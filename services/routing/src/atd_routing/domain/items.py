"""What a company sets for its routing: items (teams, schedules, rules) and policies, as they are stored.

A kind is described once. The values are what the API's body of the kind says, as JSON; each part makes its own value of
them for `Tenant`, and nothing here knows what they mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from atd_schemas.refusals import FieldCode
from atd_servicekit.text_folding import folded

Values = Mapping[str, Any]

POLICY = "policy"
"""The kind of a setting of which there is one: it has a name, and no list."""


@dataclass(frozen=True, slots=True)
class ItemKind:
    """One kind of item.

    Attributes:
        name: of one item: `team`.
        limit: the most that a tenant can have.
        unique: the value that two items cannot share, whatever its accents and case; None: nothing is.
        ordered: whether people put them in order; else they stand by `unique`, or as they were made.
        called: what one is called in sentences, where that is not its name.
    """

    name: str
    limit: int
    unique: str | None = "name"
    ordered: bool = False
    called: str | None = None

    @property
    def noun(self) -> str:
        """What one is called in sentences."""
        return self.called or self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Item:
    """One item, or one policy. `version` counts its changes, `order` is its place in the outbox."""

    id: str
    tenant_id: str
    kind: str
    values: Values
    created_at: datetime
    changed_at: datetime
    position: int = 0
    version: int = 1
    order: int = 0

    def changed(self, values: Values, now: datetime, *, position: int | None = None) -> "Item":
        """With these values in the place of those that it had; itself where nothing differs."""
        merged = {**self.values, **values}
        place = self.position if position is None else position
        if merged == self.values and place == self.position:
            return self
        return replace(self, values=merged, position=place, changed_at=now, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """All that a tenant has set. `revision` counts the changes of all of it; `policies` have their values by name."""

    tenant_id: str
    revision: int = 0
    items: Mapping[str, Mapping[str, Item]] = field(default_factory=dict)
    policies: Mapping[str, Values] = field(default_factory=dict)

    def of(self, kind: ItemKind) -> Sequence[Item]:
        """The items of a kind in their order."""
        return in_order(kind, self.items.get(kind.name, {}).values())

    def policy(self, name: str) -> Values:
        """The values of a policy; empty while nobody has set it."""
        return self.policies.get(name, {})


def own_list(kind: ItemKind) -> str:
    """The name of the policy that marks a company which keeps its own list of a kind that has defaults."""
    return f"own_{kind.name}"


class Refused(Exception):
    """What was to be set does not fit what is there.

    `field` is its path in the body, `message` says why in words, `reason` to a client (`FieldCode`).
    """

    def __init__(
        self,
        code: str,
        message: str,
        field: str | None = None,
        status: int = 422,
        reason: FieldCode | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.status = status
        self.reason = reason


def unique_key(kind: ItemKind, values: Values) -> str | None:
    """What no other item of the kind may have."""
    return None if kind.unique is None else folded(str(values.get(kind.unique) or "")).strip()


def in_order(kind: ItemKind, items: "Sequence[Item] | Any") -> list[Item]:
    """Items as people are shown them."""
    if kind.ordered:
        return sorted(items, key=lambda item: (item.position, item.id))
    return sorted(items, key=lambda item: (unique_key(kind, item.values) or "", item.id))


def name_taken(kind: ItemKind) -> Refused:
    """Another item has the name."""
    words = f"another {kind.noun} has it already"
    return Refused("name_taken", words, kind.unique, status=409)


def check_room(kind: ItemKind, count: int) -> None:
    """Raises `Refused` `too_many` when a company has as many as it can."""
    if count >= kind.limit:
        raise Refused("too_many", f"There can be at most {kind.limit} of these; delete some first.", status=409)
