"""Merges the lists of the channel services into one, newest first.

Ids are UUIDv7, so the newest account has the greatest id, and every service pages by id: "after this id" means the
same to each. The cursor of the merged list is the id of its last account, each service is asked for the page after it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from atd_gateway.channels.finding import Getter
from atd_gateway.proxy.headers import RequestHeaders
from atd_gateway.proxy.request import PublicRequest
from atd_gateway.proxy.upstreams import Reply
from atd_schemas.services import CHANNELS_PREFIX
from atd_servicekit.pagination import DEFAULT_LIMIT, MAX_LIMIT, encode_cursor
from atd_servicekit.problems import Problem, invalid, unavailable

_OK, _SERVER_ERRORS = 200, 500

KINDS = f"{CHANNELS_PREFIX}/kinds"
"""Not the address of an account: the kinds of channel that can be connected."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list was asked for: `limit`, and the rest as it came."""

    limit: int
    kind: str | None
    encoded: str


def read_query(query_string: bytes) -> ListQuery:
    """The query of a list. Raises `Problem` 422 for a limit that no list takes."""
    pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
    values = dict(pairs)
    text = values.get("limit")
    if text is None:
        limit = DEFAULT_LIMIT
    elif text.isascii() and text.isdigit() and len(text) <= len(str(MAX_LIMIT)) and 1 <= int(text) <= MAX_LIMIT:
        limit = int(text)
    else:
        raise invalid("limit", f"must be a number from 1 to {MAX_LIMIT}")
    passed = [(name, value) for name, value in pairs if name != "limit"]
    return ListQuery(limit, values.get("kind"), urlencode([*passed, ("limit", str(limit))]))


def merge_pages(pages: Sequence[dict[str, Any]], limit: int) -> dict[str, Any]:
    """One page of `limit` accounts out of the same page of every service. Each has up to `limit`, newest first."""
    items = sorted((item for page in pages for item in page["items"]), key=lambda item: str(item["id"]), reverse=True)
    more = len(items) > limit or any(page["next_cursor"] for page in pages)
    kept = items[:limit]
    return {"items": kept, "next_cursor": encode_cursor(kept[-1]["id"]) if more and kept else None}


class MergedList:
    """The list over several services.

    It is whole or it is an error: when a service is away, the answer is 503 and names it. A list without that service's
    accounts would look as if they had been disconnected.
    """

    def __init__(self, services: Sequence[str], getter: Getter, headers: RequestHeaders) -> None:
        self._services = services
        self._getter = getter
        self._headers = headers

    async def read(self, request: PublicRequest, query: ListQuery) -> Reply:
        """The merged page, or the refusal of a service (they all refuse the same). Raises `Problem` 502, 503 or 504."""
        headers = [*self._headers.added(request), ("Accept", "application/json")]
        target = f"{CHANNELS_PREFIX}?{query.encoded}"
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._page(service, target, headers)) for service in self._services]
        return _merged([task.result() for task in tasks], lambda pages: merge_pages(pages, query.limit))

    async def read_kinds(self, request: PublicRequest) -> Reply:
        """The kinds of channel that can be connected, in the order of the services; errors as of the list."""
        headers = [*self._headers.added(request), ("Accept", "application/json")]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._page(service, KINDS, headers)) for service in self._services]
        return _merged(
            [task.result() for task in tasks], lambda found: {"items": [one for each in found for one in each["items"]]}
        )

    async def _page(self, service: str, target: str, headers: list[tuple[str, str]]) -> Reply | Problem:
        try:
            reply = await self._getter.get(service, CHANNELS_PREFIX, target, headers=headers)
        except Problem as problem:
            return problem
        if reply.status >= _SERVER_ERRORS:
            return unavailable(
                f"The service {service} cannot list its channel accounts; try again shortly, or list others by `kind`."
            )
        return reply


def _merged(replies: Sequence[Reply | Problem], merge: Callable[[list[dict[str, Any]]], dict[str, Any]]) -> Reply:
    """One answer out of those of all services, or the refusal of one. Raises the `Problem` of one that is away."""
    problems = [reply for reply in replies if isinstance(reply, Problem)]
    if problems:
        raise problems[0]
    answers = [reply for reply in replies if isinstance(reply, Reply)]
    refusal = next((reply for reply in answers if reply.status != _OK), None)
    if refusal is not None:
        return refusal
    body = orjson.dumps(merge([orjson.loads(reply.body) for reply in answers]))
    return Reply(_OK, [(b"content-type", b"application/json")], body)
