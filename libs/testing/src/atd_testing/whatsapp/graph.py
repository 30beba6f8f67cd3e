"""The Graph API side of the fake: send, mark read, and the number's own node."""

import asyncio
import base64
import os
import re
from collections.abc import Callable
from typing import Annotated, Any

import httpx
import orjson
from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from atd_testing.whatsapp.builders import Json, business_scoped_user_id
from atd_testing.whatsapp.graph_errors import error_body, http_status_of
from atd_testing.whatsapp.state import Behaviour, FakeState, SentMessage

TEXT_LIMIT_CHARACTERS = 4096
CALLBACK_DATA_LIMIT_CHARACTERS = 512
_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_VERSION = re.compile(r"v[0-9]{1,2}\.[0-9]")
_PHONE = re.compile(r"\+?[0-9]{7,15}")


class RefusalError(Exception):
    """The request is answered with this Graph error."""

    def __init__(self, code: int, details: str = "") -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    def response(self) -> Response:
        """The answer that Meta gives."""
        return JSONResponse(error_body(self.code, self.details), http_status_of(self.code))


class CutError(Exception):
    """The connection ends here without an answer; `CutConnection` does it."""


def bearer_token(state: FakeState, authorization: str | None) -> str:
    """The token of an `Authorization: Bearer` header; refuses none, an empty and a revoked one."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise RefusalError(190, "An access token is required to request this resource")
    if token in state.revoked_tokens:
        raise RefusalError(190, "The session has been invalidated")
    return token


def check_version(version: str) -> None:
    """Refuse a path whose first segment is no Graph API version."""
    if not _VERSION.fullmatch(version):
        raise RefusalError(2500, f"Unknown path components: /{version}")


def check_send(body: Any) -> str:
    """The recipient of a well-formed send request.

    Raises:
        RefusalError: with the code that Meta answers for what is missing or wrong.
    """
    if not isinstance(body, dict):
        raise RefusalError(100, "The request body must be a JSON object")
    if body.get("messaging_product") != "whatsapp":
        raise RefusalError(100, "The parameter messaging_product is required")
    if body.get("recipient_type", "individual") != "individual":
        raise RefusalError(131009, "recipient_type must be individual")
    callback_data = body.get("biz_opaque_callback_data", "")
    if not isinstance(callback_data, str) or len(callback_data) > CALLBACK_DATA_LIMIT_CHARACTERS:
        raise RefusalError(100, "biz_opaque_callback_data must be a string of at most 512 characters")
    kind = body.get("type", "text")
    if kind != "text":
        raise RefusalError(131051, f"Message type {kind} is not supported by this fake yet")
    _check_text(body.get("text"))
    _check_context(body.get("context"))
    return _recipient(body)


def _check_text(text: Any) -> None:
    if not isinstance(text, dict) or "body" not in text:
        raise RefusalError(131008, "text.body is required")
    words = text["body"]
    if not isinstance(words, str) or not words.strip():
        raise RefusalError(100, "text.body must be a non-empty string")
    if len(words) > TEXT_LIMIT_CHARACTERS:
        raise RefusalError(100, f"text.body must be at most {TEXT_LIMIT_CHARACTERS} characters long")


def _check_context(context: Any) -> None:
    if context is not None and not (isinstance(context, dict) and isinstance(context.get("message_id"), str)):
        raise RefusalError(131009, "context.message_id must be a string")


def _recipient(body: Json) -> str:
    to, user = body.get("to"), body.get("recipient")
    if to is not None:
        if not isinstance(to, str) or not _PHONE.fullmatch(re.sub(r"[ ()-]", "", to)):
            raise RefusalError(131009, "to is not a valid phone number")
        return to
    if user is not None:
        if not isinstance(user, str) or not _BSUID.fullmatch(user):
            raise RefusalError(131009, "recipient is not a valid business-scoped user id")
        return user
    raise RefusalError(131008, "to or recipient is required")


def accepted(sent: SentMessage) -> Json:
    """The answer to a send that was taken."""
    phone = sent.recipient.lstrip("+") if _PHONE.fullmatch(sent.recipient) else None
    person: Json = {"input": sent.recipient}
    person |= {"user_id": sent.recipient} if phone is None else {"wa_id": phone}
    if phone is not None:
        person["user_id"] = business_scoped_user_id(phone)
    return {"messaging_product": "whatsapp", "contacts": [person], "messages": [{"id": sent.message_id}]}


def _new_message_id() -> str:
    return "wamid." + base64.b64encode(b"fake" + os.urandom(15)).decode()


async def _misbehave(behaviour: Behaviour, take: Callable[[], SentMessage]) -> Response | None:
    """What this behaviour answers; `None`: go on as usual. `take` accepts the message."""
    if behaviour.delay_ms:
        await asyncio.sleep(behaviour.delay_ms / 1000)
    match behaviour.kind:
        case "error":
            raise RefusalError(behaviour.code, behaviour.details)
        case "cut_before":
            raise CutError
        case "cut_after":
            take()
            raise CutError
        case "garbage":
            take()
            return Response("<html>It works!</html>", 200, media_type="text/html")
        case "server_error":
            if behaviour.accept:
                take()
            return Response("<html>502 Bad Gateway</html>", 502, media_type="text/html")
        case "delay":
            return None


def graph_router(state: FakeState, on_sent: Callable[[SentMessage], None]) -> APIRouter:
    """The routes of the Graph API; `on_sent` hears of every message that was taken."""
    router = APIRouter(tags=["Graph API"])

    @router.post("/{version}/{phone_number_id}/messages")
    async def messages(
        version: str,
        phone_number_id: str,
        request: Request,
        authorization: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Send a text, or mark a message as read."""
        state.calls += 1
        check_version(version)
        bearer_token(state, authorization)
        try:
            body = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            raise RefusalError(100, "The request body is not valid JSON") from None
        if isinstance(body, dict) and body.get("status") == "read":
            return _mark_read(state, body)
        return await _send(state, phone_number_id, body, on_sent)

    @router.get("/{version}/{node}")
    async def number(version: str, node: str, authorization: Annotated[str | None, Header()] = None) -> Response:
        """The number's own node, as a check of the credentials reads it."""
        check_version(version)
        bearer_token(state, authorization)
        if (behaviour := state.take_check_error(node)) is not None:
            raise RefusalError(behaviour.code, behaviour.details)
        callback = state.callback_of(node)
        return JSONResponse(
            {
                "id": node,
                "verified_name": "Loja Exemplo",
                "display_phone_number": callback.display_phone_number if callback else "551133330000",
                "quality_rating": "GREEN",
            }
        )

    return router


def _mark_read(state: FakeState, body: Json) -> Response:
    if body.get("messaging_product") != "whatsapp" or not isinstance(body.get("message_id"), str):
        raise RefusalError(100, "messaging_product and message_id are required")
    state.read.append(body["message_id"])
    return JSONResponse({"success": True})


async def _send(state: FakeState, phone_number_id: str, body: Any, on_sent: Callable[[SentMessage], None]) -> Response:
    recipient = check_send(body)

    def take() -> SentMessage:
        sent = state.record(phone_number_id, recipient, _new_message_id(), body)
        on_sent(sent)
        return sent

    behaviour = state.take_behaviour(phone_number_id, recipient, body["text"]["body"])
    if behaviour is not None and (answer := await _misbehave(behaviour, take)) is not None:
        return answer
    return JSONResponse(accepted(take()))


class CutConnection(Response):
    """In place of an answer: closes the TCP connection; in-process it is httpx's error for the same."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  (ASGI)
        """The ASGI interface."""
        # uvicorn's receive is a method of the request cycle, which holds the transport.
        transport = getattr(getattr(receive, "__self__", None), "transport", None)
        if transport is None:
            raise httpx.RemoteProtocolError("the fake cut the connection")
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
