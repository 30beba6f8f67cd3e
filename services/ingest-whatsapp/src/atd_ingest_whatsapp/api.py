"""HTTP: channel accounts for the gateway, and the re-driving of kept webhook bodies for operators."""

import base64
import binascii
import re
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel

from atd_ingest_whatsapp.channel_service import MANAGE, ChannelService
from atd_ingest_whatsapp.channels import KIND, Channel, ChannelChanges, NewChannel
from atd_ingest_whatsapp.client import NumberFacts, Refused
from atd_ingest_whatsapp.redrive import Redriver
from atd_schemas.envelope import Timestamp
from atd_schemas.inbound import InboundUnparsed
from atd_schemas.views import ChannelKind
from atd_servicekit.idempotency import Idempotency, IdempotencyKey, StoredAnswer
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.mongo import Session
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import invalid
from atd_servicekit.runtime import Runtime

Reader = Annotated[Identity, Depends(Requires("channels:read"))]
Manager = Annotated[Identity, Depends(Requires(MANAGE))]
Operator = Annotated[Identity, Depends(Requires("operator"))]

IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The `ETag` (version) that the change is meant for; else 409")
]

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


class CheckResult(BaseModel):
    """Whether the credentials work. Without an answer of the provider `reason` is `unreachable`."""

    ok: bool
    status: str
    reason: str | None = None
    code: str | None = None
    message: str | None = None
    display_phone_number: str | None = None
    verified_name: str | None = None
    quality_rating: str | None = None
    checked_at: Timestamp


class Redriven(BaseModel):
    """What a kept body gave now: how many events were published, and what is still not understood."""

    published: int
    problems: list[str]


def channels_router(runtime: Runtime, service: ChannelService) -> APIRouter:
    """`/api/v1/channels`, as the gateway hands it on."""
    router = APIRouter(prefix="/api/v1/channels", tags=["channels"])
    _add_collection(router, runtime, service)
    _add_item(router, runtime, service)
    return router


def _add_collection(router: APIRouter, runtime: Runtime, service: ChannelService) -> None:
    idempotency = Idempotency(runtime.mongo.db, runtime.clock)

    @router.post("", status_code=201, response_model=Channel)
    async def connect_channel(
        new: NewChannel, identity: Manager, request: Request, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Connect a WhatsApp number. 409 when it is connected already."""
        made: Channel | None = None

        async def work(session: Session) -> StoredAnswer:
            nonlocal made
            made = await service.create(session, new, identity)
            headers = {"ETag": _etag(made), "Location": f"/api/v1/channels/{made.id}"}
            return StoredAnswer(201, made.model_dump_json().encode(), headers)

        answer = await idempotency.once(
            runtime.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route="POST /channels",
            key=idempotency_key,
            body=await request.body(),
        )
        if made is not None:
            await service.hold(made.id)
        return Response(answer.body, answer.status, headers=answer.headers, media_type="application/json")

    @router.get("")
    async def list_channels(
        identity: Reader,
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
        kind: ChannelKind | None = None,
    ) -> Page[Channel]:
        """The tenant's WhatsApp accounts, newest first; none for another `kind`."""
        if kind not in (None, KIND):
            return Page(items=[])
        before_id = None if cursor is None else decode_cursor(cursor, str)[0]
        rows = await service.page(identity, before_id, limit + 1)
        items, following = cut(rows, limit, lambda channel: encode_cursor(channel.id))
        return Page(items=list(items), next_cursor=following)


def _add_item(router: APIRouter, runtime: Runtime, service: ChannelService) -> None:
    @router.get("/{account_id}")
    async def get_channel(account_id: str, identity: Reader, response: Response) -> Channel:
        """One account."""
        return _tagged(await service.get(identity, account_id), response)

    @router.patch("/{account_id}")
    async def change_channel(
        account_id: str, changes: ChannelChanges, identity: Manager, response: Response, if_match: IfMatch = None
    ) -> Channel:
        """Change name, status or credentials. A replaced app secret still proves webhooks for a while."""
        version = _version(if_match)
        return _tagged(await service.change(identity, account_id, changes, version), response)

    @router.delete("/{account_id}/previous-app-secrets")
    async def forget_previous_app_secrets(account_id: str, identity: Manager, response: Response) -> Channel:
        """From now on only the current app secret proves webhooks."""
        return _tagged(await service.forget_previous_secrets(identity, account_id), response)

    @router.delete("/{account_id}", status_code=204)
    async def disconnect_channel(account_id: str, identity: Manager) -> None:
        """Disconnect the number: its webhooks are 404 from now on, its unsent messages fail."""
        await service.delete(identity, account_id)

    @router.post("/{account_id}/check")
    async def check_channel(account_id: str, identity: Manager) -> CheckResult:
        """Ask Meta whether the credentials work; a good token repairs an account that needed reconnection."""
        checked = await service.check(identity, account_id)
        result = CheckResult(ok=False, status=checked.channel.status, checked_at=runtime.clock.now())
        answer = checked.answer
        if isinstance(answer, NumberFacts):
            found = {
                "ok": True,
                "display_phone_number": answer.display_phone_number,
                "verified_name": answer.verified_name,
                "quality_rating": answer.quality_rating,
            }
        elif isinstance(answer, Refused):
            found = {"reason": answer.failure, "code": answer.code, "message": answer.detail}
        else:
            found = {"reason": "unreachable", "message": answer.reason}
        return result.model_copy(update=found)


def internal_router(redriver: Redriver) -> APIRouter:
    """Routes that the gateway does not hand on."""
    router = APIRouter(prefix="/internal", tags=["internal"])

    @router.post("/unparsed/redrive")
    async def redrive_unparsed(event: InboundUnparsed, identity: Operator) -> Redriven:  # noqa: ARG001 - who may
        """Read a kept webhook body again and publish the events that it now gives.

        The body is the record of `inbound.unparsed.v1` as it is. What had been understood before gives the same
        events with the same ids, so nothing is doubled. The body is not kept a second time.
        """
        try:
            raw = base64.b64decode(event.data.body, validate=True)
        except binascii.Error:
            raise invalid("data.body", "is not base64") from None
        translation = await redriver.redrive(event.data.account_id, raw, event.data.received_at)
        return Redriven(published=len(translation.events), problems=list(translation.problems))

    return router


def _etag(channel: Channel) -> str:
    return f'"{channel.version}"'


def _tagged(channel: Channel, response: Response) -> Channel:
    response.headers["ETag"] = _etag(channel)
    return channel


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise invalid("If-Match", 'is an ETag like "3"')
    return int(found[1])
