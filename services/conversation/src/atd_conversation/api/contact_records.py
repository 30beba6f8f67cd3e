"""Customers' records: new ones, edits, blocking, by what they are known, who may be the same."""

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import Response as PlainResponse

from atd_conversation.api.contact_bodies import (
    Blocking,
    ContactEdit,
    Duplicates,
    DuplicateView,
    Identities,
)
from atd_conversation.api.guard import keep_to_sight, sight_of
from atd_conversation.api.identity_views import identity_views
from atd_conversation.api.parts import ContactReader, ContactWriter, Parts, RequestId, as_json, json_response
from atd_conversation.commands.contacts import Caller
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.custom_fields import checked_fields, definitions_of, missing_fields
from atd_conversation.domain.duplicates import same_person_hints, signs_of
from atd_schemas.views import ContactView
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.identity import Identity
from atd_servicekit.problems import FieldError, Problem, invalid, not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_servicekit.versions import ExpectedVersion, etag_of, set_etag

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

MOST_SUGGESTED = 10
"""Duplicates that are suggested of one contact."""


def caller_of(identity: Identity, request_id: str) -> Caller:
    """Who asks."""
    return Caller(identity.tenant_id, identity.actor(), request_id)


async def checked_edit(parts: Parts, tenant_id: str, edit: ContactEdit, *, new: bool = False) -> dict[str, Any]:
    """What is to change, with custom fields as they are stored. Raises `Problem` 422 that names each wrong field."""
    wanted = edit.wanted()
    if not edit.fields and not new:
        return wanted
    definitions = definitions_of(await parts.settings_cache.of(tenant_id))
    values, wrong = checked_fields(definitions, edit.fields)
    if new:
        wrong = {**missing_fields(definitions, edit.fields), **wrong}
    if wrong:
        errors = [FieldError(f"fields.{key}", message) for key, message in sorted(wrong.items())]
        summary = "; ".join(f"{one.field}: {one.message}" for one in errors[:3])
        raise Problem(422, "invalid", summary, errors=errors)
    return {**wanted, "fields": values}


async def present(parts: Parts, identity: Identity, contact_id: str) -> Contact:
    """The contact, or the one that goes on for it. Raises `Problem` 404."""
    contact = await parts.customers.records.contacts.present(identity.tenant_id, contact_id)
    if contact is None:
        raise not_found("Contact not found.")
    return contact


def records_router(parts: Parts) -> APIRouter:
    """`/api/v1/contacts`: what changes one record."""
    router = APIRouter(prefix="/api/v1/contacts", tags=["contacts"])
    commands = parts.customers.commands

    @router.post("", status_code=201, summary="Write a customer down", response_model=ContactView)
    async def create(
        identity: ContactWriter,
        new: ContactEdit,
        request: Request,
        request_id: RequestId,
        idempotency_key: IdempotencyKey = None,
    ) -> PlainResponse:
        wanted = await checked_edit(parts, identity.tenant_id, new, new=True)
        if not any(wanted.get(name) for name in ("name", "phone", "email", "document")):
            raise invalid("name", "is required, unless there is a phone, an e-mail address or a document")

        async def work(session: "Session") -> StoredAnswer:
            contact = await commands.create(
                session, caller_of(identity, request_id), wanted, written_by=sight_of(identity).only_of
            )
            headers = {"ETag": etag_of(contact.sequence)}
            return StoredAnswer(201, as_json(contact.view()), headers, about=(contact.id,))

        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route="POST /contacts",
            key=idempotency_key,
            body=await request.body(),
        )
        return json_response(answer.body, answer.status, answer.headers)

    @router.patch("/{contact_id}", summary="Change a customer's record")
    async def edit(
        identity: ContactWriter,
        contact_id: str,
        edit: ContactEdit,
        response: Response,
        version: ExpectedVersion,
        request_id: RequestId,
    ) -> ContactView:
        wanted = await checked_edit(parts, identity.tenant_id, edit)
        caller = caller_of(identity, request_id)
        contact = await parts.transaction(lambda session: commands.edit(session, caller, contact_id, wanted, version))
        set_etag(response, contact.sequence)
        return contact.view()

    @router.put("/{contact_id}/block", summary="Block: what they write is kept, and opens nothing")
    async def block(
        identity: ContactWriter,
        contact_id: str,
        response: Response,
        request_id: RequestId,
        blocking: Blocking | None = None,
    ) -> ContactView:
        caller, reason = caller_of(identity, request_id), blocking.reason if blocking else None
        contact = await parts.transaction(
            lambda session: commands.block(session, caller, contact_id, blocked=True, reason=reason or None)
        )
        set_etag(response, contact.sequence)
        return contact.view()

    @router.delete("/{contact_id}/block", summary="Take the blocking back")
    async def unblock(
        identity: ContactWriter, contact_id: str, response: Response, request_id: RequestId
    ) -> ContactView:
        caller = caller_of(identity, request_id)
        contact = await parts.transaction(lambda session: commands.block(session, caller, contact_id, blocked=False))
        set_etag(response, contact.sequence)
        return contact.view()

    _reading(router, parts)
    return router


def _reading(router: APIRouter, parts: Parts) -> None:
    """What is told of one record, and the suggestion that another one is the same customer's."""

    @router.get("/{contact_id}/identities", summary="By what they are known", dependencies=[DECLARED_ONLY])
    async def identities(identity: ContactReader, contact_id: str) -> Identities:
        contact = await present(parts, identity, contact_id)
        theirs = await parts.customers.records.belongings(identity.tenant_id, [contact.id])
        return Identities(items=identity_views(contact, theirs, parts.channels))

    @router.get("/{contact_id}/duplicates", summary="Who may be the same customer", dependencies=[DECLARED_ONLY])
    async def duplicates(identity: ContactReader, contact_id: str) -> Duplicates:
        contact = await present(parts, identity, contact_id)
        alike = await parts.customers.records.alike(sight_of(identity), signs_of(contact))
        found = [(one, hints) for one in alike if (hints := same_person_hints(contact, one))]
        found.sort(key=lambda pair: (-len(pair[1]), pair[0].created_at, pair[0].id))
        return Duplicates(
            items=[DuplicateView(contact=one.view(), reasons=list(hints)) for one, hints in found[:MOST_SUGGESTED]]
        )

    @router.delete("/{contact_id}/duplicates/{other_id}", status_code=204, summary="They are not the same customer")
    async def dismiss(identity: ContactWriter, contact_id: str, other_id: str, request_id: RequestId) -> None:
        caller = caller_of(identity, request_id)

        async def work(session: "Session") -> None:
            await keep_to_sight(parts, identity, session, contact_id=other_id)
            await parts.customers.commands.dismiss(session, caller, contact_id, other_id)

        await parts.transaction(work)
