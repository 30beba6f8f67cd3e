"""Who changed which fields of a resource: kept with it, and told to whoever saves over an older version.

    await rows.update_one({"_id": id, "version": 6}, {"$set": after, "$push": pushed(Change(7, now, ("name",), actor))})
    check_version(expected, 7, "team", overtakings("team.changed", changes_of(row)))

No value is kept, and no more than `MOST_KEPT` changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atd_schemas.envelope import SYSTEM, Actor

MOST_KEPT = 20
"""Changes of a resource that are remembered: whoever saves over an older version is told less of what was before."""


@dataclass(frozen=True, slots=True)
class Change:
    """Who made which version of a resource out of the one before, and which fields differ, as the API calls them."""

    version: int
    at: datetime
    fields: tuple[str, ...]
    actor: Actor = SYSTEM


def fields_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the values that differ."""
    return tuple(name for name, value in after.items() if name not in before or before[name] != value)


def change_document(change: Change) -> dict[str, Any]:
    """One change, as it is kept."""
    actor = {"type": change.actor.type, "id": change.actor.id, "name": change.actor.name}
    return {"version": change.version, "at": change.at, "fields": list(change.fields), "actor": actor}


def pushed(change: Change) -> dict[str, Any]:
    """What MongoDB's `$push` is given to keep a change behind the others."""
    return {"changes": {"$each": [change_document(change)], "$slice": -MOST_KEPT}}


def changes_of(document: Mapping[str, Any]) -> list[Change]:
    """The changes that are remembered, the oldest first; none of what was kept before changes were."""
    return [
        Change(one["version"], one["at"], tuple(one["fields"]), Actor(**one["actor"]))
        for one in document.get("changes", [])
    ]
