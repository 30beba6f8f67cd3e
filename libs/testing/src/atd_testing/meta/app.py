"""Builds the fake of Meta: one application, for use in a test's process or as a process of its own."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from atd_testing.meta.comments import Comments
from atd_testing.meta.control import control_router
from atd_testing.meta.customers import Customers
from atd_testing.meta.errors import GraphError, refuse
from atd_testing.meta.media import download
from atd_testing.meta.messages import Messages
from atd_testing.meta.nodes import Nodes
from atd_testing.meta.state import CallKind, FakeState, Json, SentMessage
from atd_testing.meta.webhooks_sender import MetaWebhooks
from atd_testing.providers import Call, WebhookSender
from atd_testing.providers.behaviours import no_effect, scripted_answer
from atd_testing.providers.fake import create_fake_app, mounted_at

_VERSION = re.compile(r"v[0-9]{1,2}\.[0-9]")
_TOKEN = re.compile(r"([0-9]{1,32})\.(.+)")
Take = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class GraphCall:
    """One call of the Graph API. `own` is the page or Instagram account of the token, if it is of one."""

    method: str
    node: str
    edge: str | None
    params: Mapping[str, str]
    body: Json
    own: str | None
    token: str
    file: bytes | None = None
    file_name: str | None = None

    @property
    def account(self) -> str:
        """The page or account that the call is about."""
        return self.own or self.node if self.node == "me" else self.node


class Listener(Protocol):
    """Is called with what companies do."""

    def on_sent(self, sent: SentMessage) -> None:
        """Something was accepted: a message, a comment, a reaction, a change of a comment."""

    def on_action(self, account: str, person: str, action: str) -> None:
        """A company writes (`typing_on`), or has seen what a person wrote (`mark_seen`)."""


class _Nobody:
    def on_sent(self, sent: SentMessage) -> None: ...

    def on_action(self, account: str, person: str, action: str) -> None: ...


@dataclass(slots=True)
class FakeMeta:
    """An ASGI application that plays the Graph API of pages and Instagram accounts.

    Tests in the same process read and set `state`, and let `customers` do something; others use the routes under
    `/_fake/`. A token `<page or account id>.<anything>` is of that page or account, any other one of a person.
    """

    state: FakeState
    webhooks: MetaWebhooks
    listener: Listener
    http: httpx.AsyncClient
    app: FastAPI = field(init=False)
    customers: Customers = field(init=False)

    def __post_init__(self) -> None:
        self.customers = Customers(self.state, self.webhooks)
        self._messages = Messages(self.state, self.webhooks, self.http)
        self._comments = Comments(self.state, self.webhooks)
        self._nodes = Nodes(self.state)
        self.app = create_fake_app("Fake Meta", self.webhooks.sender)
        self.app.include_router(control_router(self.state, self.webhooks, self.customers))
        _add_routes(self.app, self)

    _messages: Messages = field(init=False)
    _comments: Comments = field(init=False)
    _nodes: Nodes = field(init=False)

    @property
    def webhook_sender(self) -> WebhookSender[Any]:
        """Posts the webhooks."""
        return self.webhooks.sender

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI interface."""
        await self.app(scope, receive, send)

    async def answer(self, request: Request, version: str, path: str) -> Response:
        """Answer one call."""
        self.state.calls += 1
        if not _VERSION.fullmatch(version):
            raise GraphError(2500, f"Unknown path components: /{version}")
        call = await self._read(request, path)
        kind, text, recipient, act = self._handler(call)
        behaviour = self.state.take_behaviour(Call(kind, call.own or call.account, recipient, text))
        if behaviour is not None and behaviour.kind == "error":
            if behaviour.accept:
                await act()
            return refuse(behaviour)
        if behaviour is not None and behaviour.kind == "cut_before":
            await scripted_answer(behaviour, no_effect, refuse)
        done: list[Any] = []
        waits = behaviour is None or behaviour.kind != "server_error" or behaviour.accept
        if waits:
            done.append(await act())
        scripted = await scripted_answer(behaviour, no_effect, refuse)
        return JSONResponse(done[0]) if scripted is None else scripted

    async def _read(self, request: Request, path: str) -> GraphCall:
        token = _bearer(request)
        if any(token == one or token.endswith(f".{one}") for one in self.state.revoked_tokens):
            raise GraphError(190, "Error validating access token: The session has been invalidated", 460)
        node, _, edge = path.partition("/")
        body, file, name = await _body_of(request)
        found = _TOKEN.fullmatch(token)
        own = found[1] if found is not None else None
        return GraphCall(request.method, node, edge or None, dict(request.query_params), body, own, token, file, name)

    def _handler(self, call: GraphCall) -> tuple[CallKind, str, str, Callable[[], Awaitable[Any]]]:
        """What kind of call it is, its text and whom it is to, and what answers it."""
        for place in (self._messages.handler, self._comments.handler, self._nodes.handler):
            found = place(call)
            if found is not None:
                kind, text, recipient, act = found
                return kind, text, recipient, self._heard(act)
        raise GraphError(100, f"Unsupported {call.method.lower()} request.", 33)

    def _heard(self, act: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
        async def heard() -> Any:
            before, actions = self.state.sends, len(self.state.actions)
            done = await act()
            if self.state.sends > before:
                self.listener.on_sent(self.state.sent[-1])
            if len(self.state.actions) > actions:
                self.listener.on_action(*self.state.actions[-1])
            return done

        return heard


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        token = request.query_params.get("access_token", "")
    if not token:
        raise GraphError(190, "An access token is required to request this resource.")
    return token


async def _body_of(request: Request) -> tuple[Json, bytes | None, str | None]:
    """The fields of a body, JSON or a form, and the file in it."""
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("multipart/form-data"):
        fields: Json = {}
        file, name = None, None
        async with request.form() as form:
            for key, value in form.items():
                if isinstance(value, str):
                    fields[key] = _json_or_text(value)
                else:
                    file, name = await value.read(), value.filename
        return fields, file, name
    raw = await request.body()
    if not raw:
        return {}, None, None
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise GraphError(100, "The request body is not valid JSON") from None
    return (found if isinstance(found, dict) else {}), None, None


def _json_or_text(value: str) -> Any:
    if value[:1] in ("{", "["):
        return orjson.loads(value)
    return value


def _add_routes(app: FastAPI, fake: FakeMeta) -> None:
    async def answer_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, GraphError)
        return error.response()

    app.add_exception_handler(GraphError, answer_error)

    @app.get("/cdn/{file_id}/{key}")
    async def read_file(file_id: str, key: str) -> Response:
        return await download(fake.state, file_id, key)

    @app.api_route("/{version}/{path:path}", methods=["GET", "POST", "DELETE"])
    async def graph(version: str, path: str, request: Request) -> Response:
        fake.state.base_url = mounted_at(request)
        return await fake.answer(request, version, path)


def create_fake_meta(
    *,
    webhook_client: httpx.AsyncClient | None = None,
    state: FakeState | None = None,
    listener: Listener | None = None,
    http: httpx.AsyncClient | None = None,
) -> FakeMeta:
    """Build the fake.

    Args:
        webhook_client: posts webhooks (default: over the network).
        state: what it remembers (default: a new one).
        listener: is called with what companies do.
        http: fetches the files that are given by their address.
    """
    state = state or FakeState()
    client = http or httpx.AsyncClient(timeout=10, trust_env=False)
    return FakeMeta(state, MetaWebhooks(state, webhook_client), listener or _Nobody(), client)
