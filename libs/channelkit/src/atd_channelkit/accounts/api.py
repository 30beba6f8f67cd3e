"""HTTP: `/api/v1/channels` as the gateway hands it on, and the re-sealing of credentials for operators."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from atd_channelkit.accounts.guide import ConnectableKinds, connectable
from atd_channelkit.accounts.service import ChannelService
from atd_channelkit.accounts.views import Channel
from atd_schemas.services import CHANNELS_PREFIX
from atd_schemas.views import ChannelKind
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.mongo import Session
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.requests import DECLARED_ONLY, RequestBody
from atd_servicekit.versions import ExpectedVersion, etag_of, set_etag

MANAGE = "channels:manage"

Reader = Annotated[Identity, Depends(Requires("channels:read"))]
Manager = Annotated[Identity, Depends(Requires(MANAGE))]
Operator = Annotated[Identity, Depends(Requires("operator"))]


class ResealRequest(RequestBody):
    """How many accounts one call may seal again."""

    limit: int = Field(default=100, ge=0, le=1000, description="0 only counts those that are left")


class ResealResult(BaseModel):
    """Accounts sealed again by this call, those left for the next, and those that no configured key opens."""

    resealed: int
    remaining: int
    unreadable: int


def channels_router(service: ChannelService[Any]) -> APIRouter:
    """The routes of channel accounts, with the models of the channel."""
    router = APIRouter(prefix=CHANNELS_PREFIX, tags=["channels"])
    _add_kinds(router, service)
    _add_creating(router, service)
    _add_listing(router, service)
    _add_changing(router, service)
    _add_checking(router, service)
    return router


def _add_kinds(router: APIRouter, service: ChannelService[Any]) -> None:
    """Before the routes of an account: `kinds` is no account's id."""
    kinds = ConnectableKinds(items=[connectable(one) for one in service.spec.guides])

    @router.get("/kinds")
    async def list_connectable_kinds(identity: Reader) -> ConnectableKinds:  # noqa: ARG001 - who may
        """The kinds of channel that can be connected: the form of each, and the steps at the provider, in words."""
        return kinds


def _add_creating(router: APIRouter, service: ChannelService[Any]) -> None:
    runtime = service.runtime
    idempotency = runtime.use_idempotency()

    async def connect_channel(
        new: Any, identity: Manager, request: Request, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Connect a channel account. 409 when it is connected already."""
        made: Channel | None = None
        proposed = await service.proposed(new, identity.tenant_id)

        async def work(session: Session) -> StoredAnswer:
            nonlocal made
            made = await service.create(session, proposed, identity.actor())
            headers = {"ETag": etag_of(made.version), "Location": f"{CHANNELS_PREFIX}/{made.id}"}
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
            await service.announce(made.id)
        return Response(answer.body, answer.status, headers=answer.headers, media_type="application/json")

    connect_channel.__annotations__["new"] = service.spec.new_channel
    router.post("", status_code=201, response_model=service.spec.channel)(connect_channel)


def _add_listing(router: APIRouter, service: ChannelService[Any]) -> None:
    @router.get("", response_model=Page[service.spec.channel], dependencies=[DECLARED_ONLY])  # type: ignore[name-defined]  # made at run time
    async def list_channels(
        identity: Reader,
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
        kind: ChannelKind | None = None,
    ) -> Page[Any]:
        """The tenant's channel accounts, newest first; a cursor holds the id of the last one."""
        before_id = None if cursor is None else decode_cursor(cursor, str)[0]
        reveal = identity.may(MANAGE)
        rows = await service.page(identity.tenant_id, kind, before_id, limit + 1, reveal=reveal)
        items, following = cut(rows, limit, lambda channel: encode_cursor(channel.id))
        return Page(items=list(items), next_cursor=following)

    @router.get("/{account_id}", response_model=service.spec.channel)
    async def get_channel(account_id: str, identity: Reader, response: Response) -> Channel:
        """One account."""
        found = await service.get(identity.tenant_id, account_id, reveal=identity.may(MANAGE))
        return _tagged(found, response)


def _add_changing(router: APIRouter, service: ChannelService[Any]) -> None:
    channel = service.spec.channel

    async def change_channel(
        account_id: str, changes: Any, identity: Manager, response: Response, version: ExpectedVersion
    ) -> Channel:
        """Change name, status, credentials or settings. A replaced webhook secret still works for a while."""
        changed = await service.change(identity.tenant_id, account_id, changes, version, identity.actor())
        return _tagged(changed, response)

    change_channel.__annotations__["changes"] = service.spec.changes
    router.patch("/{account_id}", response_model=channel)(change_channel)

    for name in (one.name for one in service.spec.secrets if one.overlaps):
        _add_forgetting(router, service, name)

    @router.delete("/{account_id}", status_code=204)
    async def disconnect_channel(account_id: str, identity: Manager) -> None:
        """Disconnect the account: its webhooks are 404 from now on, its unsent messages fail."""
        await service.delete(identity.tenant_id, account_id, identity.actor())


def _add_forgetting(router: APIRouter, service: ChannelService[Any], name: str) -> None:
    path = f"/{{account_id}}/previous-{name.replace('_', '-')}s"
    operation = f"forget_previous_{name}s"

    @router.delete(path, response_model=service.spec.channel, operation_id=operation)
    async def forget_replaced_secrets(account_id: str, identity: Manager, response: Response) -> Channel:
        """From now on only the current secret proves webhooks."""
        changed = await service.forget_replaced_secrets(identity.tenant_id, account_id, name, identity.actor())
        return _tagged(changed, response)


def _add_checking(router: APIRouter, service: ChannelService[Any]) -> None:
    @router.post("/{account_id}/check", response_model=service.spec.check_result)
    async def check_channel(account_id: str, identity: Manager) -> Any:
        """Ask the provider whether the credentials work; good ones repair an account that needed reconnection."""
        return await service.check(identity.tenant_id, account_id, identity.actor())

    @router.post("/{account_id}/repair", response_model=service.spec.channel)
    async def repair_channel(account_id: str, identity: Manager, response: Response) -> Channel:
        """Have the provider send the account's webhooks here again, and look at what is wrong with it (`warnings`).

        409 for a kind of channel whose provider is not told of accounts.
        """
        return _tagged(await service.repair(identity.tenant_id, account_id), response)


def reseal_router(service: ChannelService[Any]) -> APIRouter:
    """The internal route that the gateway does not hand on."""
    router = APIRouter(prefix="/internal/credentials", tags=["internal"])

    @router.post("/reseal")
    async def reseal_credentials(wanted: ResealRequest, identity: Operator) -> ResealResult:  # noqa: ARG001 - who may
        """Seal the credentials of up to `limit` accounts with the current key. Repeat until `remaining` is 0."""
        done = await service.reseal(wanted.limit)
        return ResealResult(resealed=done.resealed, remaining=done.remaining, unreadable=done.unreadable)

    return router


def _tagged(channel: Channel, response: Response) -> Channel:
    set_etag(response, channel.version)
    return channel
