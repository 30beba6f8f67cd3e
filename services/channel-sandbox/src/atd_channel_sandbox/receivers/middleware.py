"""`POST /receiver/{name}`: where webhooks arrive. Below the framework, since one of its answers is to hang up."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from atd_channel_sandbox.receivers.model import MOST_BODY_BYTES, Behaviour, Receivers, TooManyReceivers

_SUCCESS = range(200, 300)
_PATH = re.compile(r"/receiver/([a-z0-9][a-z0-9-]{0,39})")


class ReceiverMiddleware:
    """Takes the requests of receivers; everything else goes on to `app`. `changed` is told the name after each."""

    def __init__(self, app: ASGIApp, receivers: Receivers, changed: Callable[[str], None]) -> None:
        self._app = app
        self._receivers = receivers
        self._changed = changed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface."""
        found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        body = await _body(receive)
        answer: Response
        if body is None:
            answer = PlainTextResponse("the body is too large", 413)
        else:
            try:
                receiver = self._receivers.of(found[1])
            except TooManyReceivers:
                await PlainTextResponse("there are too many receivers", 409)(scope, receive, send)
                return
            behaviour = receiver.behaviour
            headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
            receiver.take(headers, body, _type_of(body), datetime.now(UTC))
            self._changed(receiver.name)
            await asyncio.sleep(behaviour.delay_ms / 1000)
            if behaviour.hang_up:
                await _hang_up(receive, send)
                return
            answer = _answer(behaviour)
        await answer(scope, receive, send)


def _answer(behaviour: Behaviour) -> Response:
    headers = {} if behaviour.retry_after is None else {"Retry-After": str(behaviour.retry_after)}
    words = "received" if behaviour.status in _SUCCESS else "told to fail"
    if behaviour.status == HTTPStatus.NO_CONTENT:
        words = ""
    return PlainTextResponse(words, behaviour.status, headers)


async def _body(receive: Receive) -> bytes | None:
    """The body of a request; None where it is too large."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


async def _hang_up(receive: Receive, send: Send) -> None:
    """Close the connection without an answer: by what uvicorn keeps beside `send`; elsewhere until the caller goes."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _type_of(body: bytes) -> str | None:
    """The `type` that the body says, whatever else it is."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    kind = found.get("type") if isinstance(found, dict) else None
    return kind if isinstance(kind, str) else None
