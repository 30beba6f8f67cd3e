"""A Graph API that takes every send and costs next to nothing: what is measured is the sender.

The full fake (`atd_testing.whatsapp`) checks and remembers everything, which takes more than a send does.
`GET /_fake/status` answers how many came and when the last one did (nanoseconds of the monotonic clock).
`PUT /_fake/trouble` names customers whose sends are throttled (131056) and tokens that are dead (190);
`GET /_fake/times` answers when each numbered text came (see `traffic.text_of`). The providers of other channels are
their full fakes: accounts are connected there, and nothing is sent. Whoever writes to a page has a name here, and every
post says something, as for a page that is really connected: what Meta tells is not asked for again.
"""

from __future__ import annotations

import itertools
import os
from time import monotonic_ns
from typing import Any

import orjson
import uvicorn

from atd_schemas.services import INGEST_META, SERVICES
from atd_testing.every_provider import AT_ROOT, create_every_provider, provider_path
from tests.harness.webhooks import CUSTOMER_DIGITS, CUSTOMER_PREFIX
from tests.load.traffic import number_in

_OTHERS = tuple(f"{provider_path(one)}/" for one in (each.outbound for each in SERVICES) if one and one != AT_ROOT)

_META = f"{provider_path(INGEST_META.outbound or '')}/"
_JSON = (b"content-type", b"application/json")
_THROTTLED = b'{"error":{"message":"pair rate limit hit","type":"OAuthException","code":131056}}'
_DEAD = b'{"error":{"message":"Access token has expired","type":"OAuthException","code":190}}'


class Graph:
    """The application."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._sent = 0
        self._last_ns = 0
        self._times: dict[int, int] = {}
        self._pairs: tuple[bytes, ...] = ()
        self._tokens: tuple[bytes, ...] = ()
        self._others = create_every_provider(but=(AT_ROOT,))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or (scope["path"].startswith(_OTHERS) and not _is_looked_up(scope)):
            await self._others(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, answer = self._answer(scope, body)
        headers = [_JSON, (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, scope: Any, body: bytes) -> tuple[int, bytes]:
        match scope["method"], scope["path"]:
            case _, "/_fake/status":
                return 200, b'{"sent":%d,"last_ns":%d}' % (self._sent, self._last_ns)
            case _, "/_fake/times":
                return 200, orjson.dumps(list(self._times.items()))
            case "PUT", "/_fake/trouble":
                asked = orjson.loads(body)
                self._pairs = tuple(customer.encode() for customer in asked["customers"])
                self._tokens = tuple(b"Bearer " + token.encode() for token in asked["tokens"])
                self._times.clear()
                return 200, b"{}"
            case "GET", path if path.startswith(_META):
                return 200, _told(path.rpartition("/")[2])
            case "GET", path:  # a list is empty, and a number is whose it is asked for
                return 200, orjson.dumps({"data": [], "id": path.rpartition("/")[2]})
        return self._send(scope, body)

    def _send(self, scope: Any, body: bytes) -> tuple[int, bytes]:
        if self._tokens and dict(scope["headers"]).get(b"authorization") in self._tokens:
            return 401, _DEAD
        if any(customer in body for customer in self._pairs):
            return 400, _THROTTLED
        self._sent += 1
        self._last_ns = monotonic_ns()
        if (number := number_in(body)) >= 0:
            self._times.setdefault(number, self._last_ns)
        return 200, (
            b'{"messaging_product":"whatsapp","contacts":[{"input":"0","wa_id":"0"}],'
            b'"messages":[{"id":"wamid.bench%d"}]}' % next(self._numbers)
        )


def _is_looked_up(scope: Any) -> bool:
    """Whether somebody who wrote, or a post, is asked for: see `tests.harness.webhooks`."""
    node = scope["path"].rpartition("/")[2]
    is_person = node.startswith(CUSTOMER_PREFIX) and len(node) == len(CUSTOMER_PREFIX) + CUSTOMER_DIGITS
    return scope["method"] == "GET" and scope["path"].startswith(_META) and (is_person or _is_post(node))


def _is_post(node: str) -> bool:
    page, _, post = node.partition("_")
    return page.isdigit() and post.isdigit()


def _told(node: str) -> bytes:
    if _is_post(node):
        return orjson.dumps({"id": node, "message": "Chegou!", "permalink_url": f"https://www.facebook.com/{node}"})
    name = f"Cliente {node[-5:]}"
    return orjson.dumps({"id": node, "name": name, "username": f"cliente{node[-5:]}"})


if __name__ == "__main__":
    uvicorn.run(
        Graph(),
        host="127.0.0.1",
        port=int(os.environ["ATD_PORT"]),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
    )
