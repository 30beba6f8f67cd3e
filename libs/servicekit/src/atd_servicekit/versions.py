"""Optimistic versions over HTTP: `ETag` in answers, `If-Match` in requests (RFC 9110, sections 8.8.3 and 13.1.1).

An ETag of ours is the version of the resource in quotes: `"7"`. A client that sends it back as `If-Match` has its
change refused with 409 when somebody else was faster. Without `If-Match`, or with `*`, the last change wins.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Response

from atd_schemas.envelope import rfc3339
from atd_servicekit.changes import Change
from atd_servicekit.problems import Problem, invalid

_ETAG = re.compile(r'(?:(?:W/)?"([0-9]{1,18})"|([0-9]{1,18}))')
"""One ETag, or the version itself, which answers show as well: RFC 9110 wants quotes, people leave them out, and there
is nothing else that a bare number could mean. Proxies that compress an answer mark its ETag as weak, so `W/` is
accepted.
"""


def etag_of(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def parse_if_match(value: str | None) -> int | None:
    """The version that an `If-Match` header names; `None` when any version will do.

    Raises `Problem` 422 for anything but one ETag, the version itself, or `*`.
    """
    if value is None or value.strip() == "*":
        return None
    found = _ETAG.fullmatch(value.strip())
    if found is None:
        raise invalid("If-Match", 'must be the ETag of the resource, such as "7"')
    return int(found[1] or found[2])


async def _expected_version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description='The `ETag` that was read, `"7"`: the change is refused with 409 when it is no longer current',
        ),
    ] = None,
) -> int | None:
    return parse_if_match(if_match)


ExpectedVersion = Annotated[int | None, Depends(_expected_version)]
"""Parameter of a route that changes a resource: the version that the caller saw last, or `None`."""


@dataclass(frozen=True, slots=True)
class Overtaking:
    """A change since the version that a caller saw: which fields, when, and by whom where that is known."""

    type: str
    version: int
    at: datetime
    fields: Sequence[str] = ()
    actor_type: str | None = None
    actor_id: str | None = None
    actor_name: str | None = None

    def shown(self) -> dict[str, Any]:
        """As the problem document tells it."""
        actor = {"type": self.actor_type, "id": self.actor_id, "name": self.actor_name}
        return {
            "type": self.type,
            "version": self.version,
            "at": rfc3339(self.at),
            "fields": list(self.fields),
            "actor": actor if self.actor_type else None,
        }


def overtakings(event_type: str, changes: Iterable[Change]) -> list[Overtaking]:
    """Changes that a resource remembers, as a problem document tells them."""
    return [
        Overtaking(event_type, one.version, one.at, one.fields, one.actor.type, one.actor.id, one.actor.name)
        for one in changes
    ]


def overtaken(expected: int, current: int, resource: str, changes: Sequence[Overtaking] = ()) -> Problem:
    """409 `conflict` with what was changed since.

    `version` is the current one, `changed` has the fields, `changes` who changed which. `resource` names it for a
    person: "conversation", "channel account".
    """
    detail = f"The {resource} is at version {current}, not {expected}; read it again."
    fields = list(dict.fromkeys(field for one in changes for field in one.fields))
    members = {"version": current, "changed": fields, "changes": [one.shown() for one in changes]}
    return Problem(409, "conflict", detail, members=members)


def check_version(expected: int | None, current: int, resource: str, changes: Sequence[Overtaking] = ()) -> None:
    """Raise `Problem` 409 (see `overtaken`) when the caller expected another version than the current one."""
    if expected is not None and expected != current:
        raise overtaken(expected, current, resource, changes)


def set_etag(response: Response, version: int) -> None:
    """Add the ETag of what is answered to the headers of the response."""
    response.headers["ETag"] = etag_of(version)
