"""Where a list that is sorted by a moment, and by `_id` where moments are equal, goes on after a place in it.

Each query stays one range of the index of the list. Alternatives (`$or`) would say the same, but MongoDB may look those
up one by one, and sort what it finds.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

Place = tuple[datetime, str]
"""The moment and the id of the last one that was shown."""


def earlier(query: "Document", name: str, place: Place) -> "Document":
    """`query`, narrowed to what comes after `place` where the latest comes first; `name` is the field of the moment.

    What the query says of the field, in operators, and what it excludes stay.
    """
    return _narrowed(query, name, place, "$lte", "$gte")


def later(query: "Document", name: str, place: Place) -> "Document":
    """The same where the oldest comes first."""
    return _narrowed(query, name, place, "$gte", "$lte")


def _narrowed(query: "Document", name: str, place: Place, to_come: str, shown: str) -> "Document":
    at, found_id = place
    moments: dict[str, Any] = {**query.get(name, {}), to_come: at}
    return {**query, name: moments, "$nor": [*query.get("$nor", ()), {name: at, "_id": {shown: found_id}}]}
