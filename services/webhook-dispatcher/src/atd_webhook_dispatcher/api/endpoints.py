"""`/api/v1/webhooks`: making, changing and deleting endpoints, and rotating their secrets."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import Response as PlainResponse
from pydantic import BaseModel, ValidationError

from atd_schemas.ids import uuid7
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.pagination import Page
from atd_servicekit.problems import FieldError, Problem, conflict, field_errors
from atd_servicekit.requests import DECLARED_ONLY
from atd_servicekit.versions import ExpectedVersion, etag_of, set_etag
from atd_webhook_dispatcher.api.configuring import Configuring, Mistakes, as_body
from atd_webhook_dispatcher.api.endpoint_bodies import EndpointBody, EndpointEdit
from atd_webhook_dispatcher.api.endpoint_views import (
    CreatedEndpointView,
    EndpointView,
    RotatedSecretView,
    SecretsView,
    endpoint_view,
    secret_views,
    values_of,
)
from atd_webhook_dispatcher.api.parts import Manager, Parts
from atd_webhook_dispatcher.domain.endpoint import MOST_ENDPOINTS, Endpoint, SigningSecret
from atd_webhook_dispatcher.domain.signing import SECRET_BYTES, TooManySecrets, rotated, secret_text
from atd_webhook_dispatcher.endpoint_health import no_health
from atd_webhook_dispatcher.sealing import seal
from atd_webhook_dispatcher.store.endpoints import TooMany

if TYPE_CHECKING:
    from atd_servicekit.identity import Identity
    from atd_servicekit.mongo import Session

_ALL_FIELDS = frozenset(EndpointBody.model_fields)


def endpoints_router(parts: Parts) -> APIRouter:
    """The routes of endpoints and of their secrets."""
    router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])
    _reading(router, parts)
    _creating(router, parts)
    _changing(router, parts)
    _secrets(router, parts)
    return router


def _reading(router: APIRouter, parts: Parts) -> None:
    @router.get("", summary="The company's webhooks, the oldest first", dependencies=[DECLARED_ONLY])
    async def list_webhooks(identity: Manager) -> Page[EndpointView]:
        found = await parts.endpoints.of_tenant(identity.tenant_id)
        now = parts.runtime.clock.now()
        health = await parts.health.of(found)
        return Page(items=[endpoint_view(one, health[one.id], now, parts.runtime.cipher) for one in found])

    @router.get("/{webhook_id}", summary="One webhook")
    async def get_webhook(identity: Manager, webhook_id: str, response: Response) -> EndpointView:
        found = await parts.endpoint(identity.tenant_id, webhook_id)
        set_etag(response, found.version)
        return await _shown(parts, found)


def _creating(router: APIRouter, parts: Parts) -> None:
    @router.post("", status_code=201, summary="Make a webhook", response_model=CreatedEndpointView)
    async def create_webhook(
        identity: Manager, new: EndpointBody, request: Request, idempotency_key: IdempotencyKey = None
    ) -> PlainResponse:
        async def work(session: "Session") -> StoredAnswer:
            now, cipher = parts.runtime.clock.now(), parts.runtime.cipher
            secret = secret_text(os.urandom(SECRET_BYTES))
            made = _checked(parts, new, _bare(identity.tenant_id, now), now, _ALL_FIELDS)
            made = replace(made, secrets=(SigningSecret(seal(cipher, made.id, "secret", secret), now),))
            try:
                await parts.endpoints.add(session, made)
            except TooMany:
                detail = f"There can be at most {MOST_ENDPOINTS} webhooks; delete some first."
                raise conflict(detail, "too_many") from None
            view = CreatedEndpointView(**values_of(made, no_health(made, now), now, cipher), secret=secret)
            return _stored(201, view, made)

        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route="POST /webhooks",
            key=idempotency_key,
            body=await request.body(),
        )
        parts.cache.forget(identity.tenant_id)
        return PlainResponse(answer.body, answer.status, answer.headers, media_type="application/json")


def _changing(router: APIRouter, parts: Parts) -> None:
    @router.patch("/{webhook_id}", summary="Change, pause or enable a webhook")
    async def change_webhook(
        identity: Manager, webhook_id: str, edit: EndpointEdit, response: Response, version: ExpectedVersion
    ) -> EndpointView:
        given = edit.model_dump(exclude_unset=True)

        async def work(session: "Session") -> Endpoint:
            now = parts.runtime.clock.now()
            before = await _read(parts, session, identity, webhook_id, version)
            after = _checked(parts, _merged(before, given), before, now, frozenset(given))
            return before if after == before else await parts.save(session, identity, before, after)

        after = await parts.transaction(work)
        parts.cache.forget(identity.tenant_id)
        set_etag(response, after.version)
        return await _shown(parts, after)

    @router.delete("/{webhook_id}", status_code=204, summary="Delete a webhook; what waits for it is dropped")
    async def delete_webhook(identity: Manager, webhook_id: str, version: ExpectedVersion) -> None:
        async def work(session: "Session") -> None:
            before = await _read(parts, session, identity, webhook_id, version)
            await parts.endpoints.remove(session, before, parts.runtime.clock.now())

        await parts.transaction(work)
        parts.cache.forget(identity.tenant_id)


def _secrets(router: APIRouter, parts: Parts) -> None:
    @router.post(
        "/{webhook_id}/rotate-secret",
        summary="Make a new secret; the one before it signs for 24 hours more",
        response_model=RotatedSecretView,
    )
    async def rotate_secret(
        identity: Manager,
        webhook_id: str,
        request: Request,
        version: ExpectedVersion,
        idempotency_key: IdempotencyKey = None,
    ) -> PlainResponse:
        async def work(session: "Session") -> StoredAnswer:
            now, secret = parts.runtime.clock.now(), secret_text(os.urandom(SECRET_BYTES))
            before = await _read(parts, session, identity, webhook_id, version)
            try:
                secrets = rotated(before.secrets, seal(parts.runtime.cipher, before.id, "secret", secret), now)
            except TooManySecrets as error:
                raise conflict(f"{str(error).capitalize()}; end the old ones first.", "too_many") from None
            after = await parts.save(session, identity, before, replace(before, secrets=secrets))
            view = RotatedSecretView(secret=secret, secrets=secret_views(after, now))
            return _stored(200, view, after)

        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route=f"POST /webhooks/{webhook_id}/rotate-secret",
            key=idempotency_key,
            body=await request.body(),
        )
        parts.cache.forget(identity.tenant_id)
        return PlainResponse(answer.body, answer.status, answer.headers, media_type="application/json")

    @router.delete("/{webhook_id}/secrets/old", summary="Have rotated secrets sign no more, at once")
    async def end_old_secrets(
        identity: Manager, webhook_id: str, response: Response, version: ExpectedVersion
    ) -> SecretsView:
        now = parts.runtime.clock.now()

        async def work(session: "Session") -> Endpoint:
            before = await _read(parts, session, identity, webhook_id, version)
            current = tuple(one for one in before.secrets if one.until is None)
            if current == before.secrets:
                return before
            return await parts.save(session, identity, before, replace(before, secrets=current))

        after = await parts.transaction(work)
        parts.cache.forget(identity.tenant_id)
        set_etag(response, after.version)
        return SecretsView(secrets=secret_views(after, now))


async def _read(
    parts: Parts, session: "Session", identity: "Identity", webhook_id: str, version: int | None
) -> Endpoint:
    """The endpoint that is to be changed. Raises `Problem` 404, and 409 with who was faster and changed what."""
    before = await parts.endpoint(identity.tenant_id, webhook_id, session)
    await parts.check_version(session, before, version)
    return before


def _checked(parts: Parts, body: EndpointBody, before: Endpoint, now: datetime, given: frozenset[str]) -> Endpoint:
    """What the endpoint becomes. Raises `Problem` 422 with every mistake."""
    configuring = Configuring(parts.catalogue, parts.urls, parts.runtime.cipher, now)
    try:
        return configuring.endpoint(body, before, given)
    except Mistakes as mistakes:
        raise _refused(mistakes.errors) from None


def _merged(before: Endpoint, given: dict[str, Any]) -> EndpointBody:
    """The endpoint as a body, with the fields that are given. Raises `Problem` 422."""
    values = as_body(before)
    auth = {**values["auth"], **(given.get("auth") or {})}
    try:
        return EndpointBody.model_validate(values | given | {"auth": auth})
    except ValidationError as error:
        raise _refused(field_errors(error.errors(include_url=False, include_input=False))) from None


def _refused(errors: Sequence[FieldError]) -> Problem:
    summary = "; ".join(f"{one.field}: {one.message}" for one in errors[:3])
    return Problem(422, "invalid", summary, errors=errors)


def _bare(tenant_id: str, now: datetime) -> Endpoint:
    return Endpoint(
        id=uuid7(), tenant_id=tenant_id, url="", state_since=now, created_at=now, changed_at=now, reset_at=now
    )


async def _shown(parts: Parts, endpoint: Endpoint) -> EndpointView:
    health = (await parts.health.of([endpoint]))[endpoint.id]
    return endpoint_view(endpoint, health, parts.runtime.clock.now(), parts.runtime.cipher)


def _stored(status: int, view: BaseModel, endpoint: Endpoint) -> StoredAnswer:
    """An answer that is kept for its repeat."""
    body = view.__pydantic_serializer__.to_json(view)
    return StoredAnswer(status, body, {"ETag": etag_of(endpoint.version)})
