"""The Graph API's own routes: send, mark as read, the number's node, templates."""

import base64
import os
from typing import Annotated, Any, Protocol

import orjson
from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from atd_testing.providers.behaviours import Call, no_effect, scripted_answer
from atd_testing.whatsapp.access import bearer_token, check_version
from atd_testing.whatsapp.builders import Json, business_scoped_user_id
from atd_testing.whatsapp.media import KIND_TYPES, essence, is_media_id
from atd_testing.whatsapp.media_routes import media_answer
from atd_testing.whatsapp.refusals import RefusalError, refuse
from atd_testing.whatsapp.sends import CheckedSend, check_send, is_phone
from atd_testing.whatsapp.state import FakeState, ReadMark, SentMessage
from atd_testing.whatsapp.templates import TemplateMismatch, check_template

MAX_PAGE = 100


class Listener(Protocol):
    """Is called with what the business does, and decides which receipts follow."""

    def on_sent(self, sent: SentMessage) -> None:
        """A message was accepted."""

    def on_failing(self, sent: SentMessage, code: int, details: str) -> None:
        """A message was accepted that will be reported as failed."""

    def on_read(self, mark: ReadMark) -> None:
        """A message was marked as read."""


def graph_router(state: FakeState, listener: Listener) -> APIRouter:
    """The routes of the Graph API but those of media; `listener` is called with every accepted message."""
    router = APIRouter(tags=["Graph API"])

    @router.post("/{version}/{phone_number_id}/messages")
    async def messages(
        version: str,
        phone_number_id: str,
        request: Request,
        authorization: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Send a message, or mark one as read."""
        state.calls += 1
        check_version(version)
        bearer_token(state, authorization)
        try:
            body = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            raise RefusalError(100, "The request body is not valid JSON") from None
        if isinstance(body, dict) and body.get("status") == "read":
            return await _mark_read(state, phone_number_id, body, listener)
        return await _send(state, phone_number_id, body, listener)

    @router.get("/{version}/{business_account_id}/message_templates")
    async def templates(
        version: str,
        business_account_id: str,
        request: Request,
        authorization: Annotated[str | None, Header()] = None,
    ) -> Response:
        """A page of the account's templates."""
        state.calls += 1
        check_version(version)
        bearer_token(state, authorization)
        call = Call("templates", business_account_id)
        if (scripted := await scripted_answer(state.take_behaviour(call), no_effect, refuse)) is not None:
            return scripted
        return JSONResponse(_template_page(state, business_account_id, request))

    @router.post("/{version}/{business_account_id}/subscribed_apps")
    async def subscribe(
        version: str, business_account_id: str, authorization: Annotated[str | None, Header()] = None
    ) -> Response:
        """Subscribe the app to the account's webhooks: always granted, callbacks are set under `/_fake/`."""
        check_version(version)
        bearer_token(state, authorization)
        return JSONResponse({"success": bool(business_account_id)})

    @router.get("/{version}/{node}")
    async def node(
        version: str, node: str, request: Request, authorization: Annotated[str | None, Header()] = None
    ) -> Response:
        """A file's address, or the number's own node, as a check of the credentials reads it."""
        check_version(version)
        bearer_token(state, authorization)
        if is_media_id(node):
            return await media_answer(state, node, request)
        call = Call("check", node)
        if (scripted := await scripted_answer(state.take_behaviour(call), no_effect, refuse)) is not None:
            return scripted
        profile = state.profile_of(node)
        return JSONResponse(
            {
                "id": node,
                "verified_name": profile.name,
                "display_phone_number": profile.phone,
                "quality_rating": "GREEN",
            }
        )

    return router


def accepted(sent: SentMessage) -> Json:
    """The answer to a send that was accepted."""
    phone = sent.recipient.lstrip("+") if is_phone(sent.recipient) else None
    person: Json = {"input": sent.recipient}
    person |= {"user_id": sent.recipient} if phone is None else {"wa_id": phone}
    if phone is not None:
        person["user_id"] = business_scoped_user_id(phone)
    message: Json = {"id": sent.message_id}
    if sent.kind == "template":
        message["message_status"] = "accepted"
    return {"messaging_product": "whatsapp", "contacts": [person], "messages": [message]}


def _new_message_id() -> str:
    return "wamid." + base64.b64encode(b"fake" + os.urandom(15)).decode()


def _template_page(state: FakeState, business_account_id: str, request: Request) -> Json:
    asked = request.query_params
    found = [one for one in state.catalogue(business_account_id) if asked.get("status", one.status) == one.status]
    try:
        limit = min(max(int(asked.get("limit", "25")), 1), MAX_PAGE)
        start = int(base64.urlsafe_b64decode(asked.get("after", "") or b"MA==").decode())
    except ValueError:
        raise RefusalError(100, "limit or after is not valid") from None
    fields = set(filter(None, asked.get("fields", "").split(","))) or {
        "name", "parameter_format", "components", "language", "status", "category", "id",
    }  # fmt: skip
    data = [one.model_dump(include=fields | {"id"}, exclude_none=True) for one in found[start : start + limit]]
    cursors = {place: base64.urlsafe_b64encode(str(number).encode()).decode() for place, number in (
        ("before", start), ("after", start + len(data)),
    )}  # fmt: skip
    paging: Json = {"cursors": cursors}
    if start + limit < len(found):
        paging["next"] = str(request.url.include_query_params(after=cursors["after"], limit=limit))
    return {"data": data, "paging": paging}


async def _mark_read(state: FakeState, phone_number_id: str, body: Json, listener: Listener) -> Response:
    message_id, typing = body.get("message_id"), body.get("typing_indicator")
    if body.get("messaging_product") != "whatsapp" or not isinstance(message_id, str):
        raise RefusalError(100, "messaging_product and message_id are required")
    if typing is not None and typing != {"type": "text"}:
        raise RefusalError(131009, "typing_indicator.type must be text")

    def take() -> None:
        mark = ReadMark(
            phone_number_id=phone_number_id, message_id=message_id, typing=typing is not None, at=state.now()
        )
        state.read.append(message_id)
        state.read_marks.append(mark)
        listener.on_read(mark)

    call = Call("read", phone_number_id)
    if (scripted := await scripted_answer(state.take_behaviour(call), take, refuse)) is not None:
        return scripted
    take()
    return JSONResponse({"success": True})


async def _send(state: FakeState, phone_number_id: str, body: Any, listener: Listener) -> Response:
    checked = check_send(body)
    _check_template(state, phone_number_id, checked, body)
    failing = _later_failure(state, checked) or _check_rules(state, phone_number_id, checked)

    def take() -> SentMessage:
        sent = state.record(phone_number_id, checked.recipient, _new_message_id(), body, checked.text)
        if failing is None:
            listener.on_sent(sent)
        else:
            listener.on_failing(sent, failing.code, failing.details)
        return sent

    call = Call("send", phone_number_id, checked.recipient, checked.text)
    if (scripted := await scripted_answer(state.take_behaviour(call), take, refuse)) is not None:
        return scripted
    return JSONResponse(accepted(take()))


def _check_template(state: FakeState, phone_number_id: str, checked: CheckedSend, body: Json) -> None:
    if checked.kind != "template":
        return
    try:
        check_template(state.catalogue_of(phone_number_id), body["template"])
    except TemplateMismatch as mismatch:
        raise RefusalError(mismatch.code, mismatch.details) from None


def _later_failure(state: FakeState, checked: CheckedSend) -> RefusalError | None:
    """Why an accepted send will be reported as failed. A file that does not exist is refused at once."""
    for kind, media_id in checked.media_ids:
        file = state.media.get(media_id, state.now())
        if file is None:
            raise RefusalError(131009, f"{kind}: the media id is not valid")
        if essence(file.mime_type) not in KIND_TYPES[kind]:
            return RefusalError(131053, f"Unsupported {kind} mime type {file.mime_type}")
    return None


def _check_rules(state: FakeState, phone_number_id: str, checked: CheckedSend) -> RefusalError | None:
    """Limit of the pair and window of 24 hours, where they are switched on."""
    if state.graph.pair_limit and not state.count_for_pair(phone_number_id, checked.recipient):
        raise RefusalError(131056, "Too many messages sent from this phone number to the same phone number")
    is_open = checked.kind == "template" or state.window_is_open(phone_number_id, checked.recipient)
    if is_open:
        return None
    closed = RefusalError(131047, "More than 24 hours have passed since the recipient last replied to the sender")
    if state.graph.window == "sync":
        raise closed
    return closed
