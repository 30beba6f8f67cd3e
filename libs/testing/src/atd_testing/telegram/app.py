"""Builds the fake Bot API: one application, for use in a test's process or as a process of its own."""

import re
from collections.abc import Callable
from typing import Any, Protocol

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from atd_testing.providers import Call, WebhookSender
from atd_testing.providers.behaviours import no_effect, scripted_answer
from atd_testing.providers.connections import CutBody
from atd_testing.providers.fake import create_fake_app
from atd_testing.telegram.control import control_router
from atd_testing.telegram.errors import BotApiError, refuse
from atd_testing.telegram.methods import LOGGED, Methods, Take
from atd_testing.telegram.params import Params, read_params
from atd_testing.telegram.sends import SEND_METHODS, check_send, send_out
from atd_testing.telegram.state import FakeState, Json, SentMessage
from atd_testing.telegram.updates_queue import UpdatesQueue

_TOKEN = re.compile(r"([0-9]{3,19}):([A-Za-z0-9_-]{3,})")
_SENDS = {name.lower(): name for name in SEND_METHODS}


class Listener(Protocol):
    """Is called with what bots do."""

    def on_sent(self, sent: SentMessage, messages: list[Json]) -> None:
        """A bot sent, changed or deleted something; `messages` are what it made or changed."""

    def on_action(self, bot_id: int, chat_id: int) -> None:
        """A bot shows that it does something, such as writing."""


class _Nobody:
    def on_sent(self, sent: SentMessage, messages: list[Json]) -> None: ...

    def on_action(self, bot_id: int, chat_id: int) -> None: ...


class FakeBotApi:
    """An ASGI application that plays Telegram's Bot API.

    Tests in the same process read and set `state`; others use the routes under `/_fake/`. `updates` tells bots.
    """

    def __init__(self, state: FakeState, updates: UpdatesQueue, listener: Listener) -> None:
        self.state = state
        self.updates = updates
        self._listener = listener
        self._methods = Methods(state, updates)
        self.app = create_fake_app("Fake Telegram Bot API", updates.sender)
        self.app.include_router(control_router(state, updates))
        _add_routes(self.app, self)

    @property
    def webhook_sender(self) -> WebhookSender[Any]:
        """Posts the webhooks."""
        return self.updates.sender

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI interface."""
        await self.app(scope, receive, send)

    def bot_of(self, token: str) -> int:
        """The bot of a token. Refuses tokens of a wrong form and revoked ones, whole or without the bot's id."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise BotApiError(404, "Not Found")
        if {token, found[2]} & self.state.revoked_tokens:
            raise BotApiError(401, "Unauthorized")
        return int(found[1])

    async def call(self, token: str, method: str, request: Request) -> Response:
        """Answer one call."""
        self.state.calls += 1
        bot_id = self.bot_of(token)
        params = await read_params(request)
        name = method.lower()
        if name == "getupdates":
            return await self._poll(bot_id, params)
        if name in _SENDS:
            return await self._answer("send", bot_id, params, lambda: self._sent(bot_id, _SENDS[name], params))
        found = self._methods.find(name)
        if found is None:
            raise BotApiError(404, "Not Found: method not found")
        kind, check = found

        def checked() -> Take:
            take = check(bot_id, params)
            if name == "sendchataction":
                self._listener.on_action(bot_id, params.chat_id)
            return self._logged(bot_id, method, params, take) if kind in LOGGED | {"send"} else take

        return await self._answer(kind, bot_id, params, checked)

    async def _answer(self, kind: str, bot_id: int, params: Params, check: Callable[[], Take]) -> Response:
        """Check a call, then answer it well or as a behaviour says. A scripted error comes before the checks."""
        said = str(params.values.get("text") or params.values.get("caption") or "")
        call = Call(kind, str(bot_id), str(params.values.get("chat_id", "")), said)
        behaviour = self.state.take_behaviour(call)
        take: Take = no_effect
        if behaviour is None or behaviour.kind not in ("error", "cut_before"):
            take = check()
        scripted = await scripted_answer(behaviour, take, refuse)
        return _ok(take()) if scripted is None else scripted

    def _sent(self, bot_id: int, method: str, params: Params) -> Take:
        sending = check_send(self.state, bot_id, method, params)

        def take() -> Any:
            made = send_out(self.state, bot_id, sending, params)
            self._log(bot_id, method, params, sending.text, made)
            return made if method == "sendMediaGroup" else made[0]

        return take

    def _logged(self, bot_id: int, method: str, params: Params, take: Take) -> Take:
        def logged() -> Any:
            found = take()
            self._log(bot_id, method, params, params.text("text") or params.text("caption"), [])
            return found

        return logged

    def _log(self, bot_id: int, method: str, params: Params, text: str, made: list[Json]) -> None:
        chat = params.chat_id
        target = f"{chat}:{params.values.get('message_id')}"
        ids = tuple(f"{one['chat']['id']}:{one['message_id']}" for one in made)
        said = params.object("reply_parameters")
        sent = SentMessage(
            number=self.state.next_number(),
            account=str(bot_id),
            recipient=str(chat),
            message_id=ids[0] if ids else target,
            message_ids=ids,
            text=text or None,
            reply_to=f"{chat}:{said['message_id']}" if isinstance(said, dict) and "message_id" in said else None,
            body=params.values,
            at=self.state.now(),
            kind=_kind(method),
            method=method,
            files=tuple(params.files),
        )
        self.state.sent.append(sent)
        self._listener.on_sent(sent, made)

    async def _poll(self, bot_id: int, params: Params) -> Response:
        call = Call("updates", str(bot_id))
        scripted = await scripted_answer(self.state.take_behaviour(call), no_effect, refuse)
        if scripted is not None:
            return scripted
        allowed = params.object("allowed_updates")
        if allowed is not None:
            self.state.bot(bot_id).allowed = tuple(allowed)
        offset, limit, timeout = params.number("offset", 0), params.number("limit", 100), params.number("timeout", 0)
        return _ok(await self.updates.poll(bot_id, offset, limit, timeout))

    async def download(self, token: str, path: str) -> Response:
        """The bytes of a file."""
        bot_id = self.bot_of(token)
        file = self.state.files.at(bot_id, path)
        behaviour = self.state.take_behaviour(Call("download", str(bot_id)))
        if file is None or file.is_too_large:
            raise BotApiError(404, "Not Found")
        if behaviour is not None and behaviour.kind == "cut_after":
            return CutBody(file.data)
        scripted = await scripted_answer(behaviour, no_effect, refuse)
        if scripted is not None:
            return scripted
        file.downloads += 1
        return Response(file.data, media_type="application/octet-stream")


def _add_routes(app: FastAPI, fake: FakeBotApi) -> None:
    async def answer_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, BotApiError)
        return error.response()

    app.add_exception_handler(BotApiError, answer_error)

    @app.api_route("/bot{token}/{method}", methods=["GET", "POST"])
    async def call(token: str, method: str, request: Request) -> Response:
        return await fake.call(token, method, request)

    @app.get("/file/bot{token}/{path:path}")
    async def download(token: str, path: str) -> Response:
        return await fake.download(token, path)


def create_fake_bot_api(
    *,
    webhook_client: httpx.AsyncClient | None = None,
    updates: UpdatesQueue | None = None,
    state: FakeState | None = None,
    listener: Listener | None = None,
) -> FakeBotApi:
    """Build the fake.

    Args:
        webhook_client: posts webhooks (default: over the network).
        updates: tells the bots (default: new ones that use `webhook_client`).
        state: what it remembers (default: a new one).
        listener: is called with what bots do.
    """
    state = state or FakeState()
    return FakeBotApi(state, updates or UpdatesQueue(state, webhook_client), listener or _Nobody())


def _ok(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _kind(method: str) -> str:
    lower = method.lower()
    if lower == "setmessagereaction":
        return "reaction"
    if lower == "sendmessage":
        return "text"
    if lower == "sendmediagroup":
        return "album"
    return lower.removeprefix("send") if lower.startswith("send") else lower
