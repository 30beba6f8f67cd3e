"""Notes on customers: `/api/v1/contacts/{id}/notes`."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import Response as PlainResponse

from atd_conversation.api.contact_bodies import NewNote, NoteView
from atd_conversation.api.contact_records import caller_of, present
from atd_conversation.api.parts import ContactReader, ContactWriter, Parts, RequestId, as_json, json_response
from atd_conversation.domain.contact import Contact
from atd_conversation.store.contact_notes import MOST_NOTES, ContactNote
from atd_schemas.ids import uuid7
from atd_schemas.views import Named
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.identity import Identity
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import Problem, forbidden, not_found
from atd_servicekit.requests import DECLARED_ONLY

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


def notes_router(parts: Parts) -> APIRouter:
    """Colleagues read all notes on a customer; each changes their own."""
    router = APIRouter(prefix="/api/v1/contacts/{contact_id}/notes", tags=["contacts"])
    customers = parts.customers

    @router.get("", summary="Notes on a customer, the latest first", dependencies=[DECLARED_ONLY])
    async def list_notes(
        identity: ContactReader, contact_id: str, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
    ) -> Page[NoteView]:
        contact = await present(parts, identity, contact_id)
        before = decode_cursor(cursor, str)[0] if cursor else None
        ids = [contact.id, *contact.absorbed]
        rows = await customers.notes.of(identity.tenant_id, ids, limit=limit + 1, before=before)
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.id))
        return Page(items=[NoteView.of(row) for row in page], next_cursor=next_cursor)

    @router.post("", status_code=201, summary="Write a note on a customer", response_model=NoteView)
    async def add_note(
        identity: ContactWriter,
        contact_id: str,
        new: NewNote,
        request: Request,
        request_id: RequestId,
        idempotency_key: IdempotencyKey = None,
    ) -> PlainResponse:
        async def work(session: "Session") -> StoredAnswer:
            contact = await _present(parts, identity, contact_id, session)
            if await customers.notes.count(identity.tenant_id, contact.id, session) >= MOST_NOTES:
                raise Problem(422, "too_many", f"The customer has {MOST_NOTES} notes already.")
            author = Named(id=identity.actor_id, name=identity.actor_name)
            now = parts.runtime.clock.now()
            note = ContactNote(uuid7(), identity.tenant_id, contact.id, new.text, author, now)
            await customers.notes.add(session, note)
            await customers.commands.note_changed(session, caller_of(identity, request_id), contact)
            return StoredAnswer(201, as_json(NoteView.of(note)), about=(contact.id,))

        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route=f"POST /contacts/{contact_id}/notes",
            key=idempotency_key,
            body=await request.body(),
        )
        return json_response(answer.body, answer.status, answer.headers)

    _changing(router, parts)
    return router


def _changing(router: APIRouter, parts: Parts) -> None:
    """Edits by the author; the author, and who manages settings, take a note away."""
    customers = parts.customers

    @router.patch("/{note_id}", summary="Change a note of one's own")
    async def edit_note(
        identity: ContactWriter, contact_id: str, note_id: str, new: NewNote, request_id: RequestId
    ) -> NoteView:
        async def work(session: "Session") -> ContactNote:
            contact, note = await _note(parts, identity, contact_id, note_id, session)
            if note.author.id != identity.actor_id:
                raise forbidden("Only who wrote a note can change it.")
            edited = ContactNote(
                note.id,
                note.tenant_id,
                note.contact_id,
                new.text,
                note.author,
                note.created_at,
                parts.runtime.clock.now(),
            )
            await customers.notes.edit(session, edited)
            await customers.commands.note_changed(session, caller_of(identity, request_id), contact)
            return edited

        return NoteView.of(await parts.transaction(work))

    @router.delete("/{note_id}", status_code=204, summary="Take a note away")
    async def remove_note(identity: ContactWriter, contact_id: str, note_id: str, request_id: RequestId) -> None:
        async def work(session: "Session") -> None:
            contact, note = await _note(parts, identity, contact_id, note_id, session)
            if note.author.id != identity.actor_id and "settings:manage" not in identity.permissions:
                raise forbidden("Only who wrote a note, or a supervisor, can take it away.")
            await customers.notes.remove(session, note)
            await customers.commands.note_changed(session, caller_of(identity, request_id), contact)

        await parts.transaction(work)


async def _present(parts: Parts, identity: Identity, contact_id: str, session: "Session") -> Contact:
    contact = await parts.customers.records.contacts.present(identity.tenant_id, contact_id, session)
    if contact is None:
        raise not_found("Contact not found.")
    return contact


async def _note(
    parts: Parts, identity: Identity, contact_id: str, note_id: str, session: "Session"
) -> tuple[Contact, ContactNote]:
    """The contact that goes on and a note that it shows. Raises `Problem` 404."""
    contact = await _present(parts, identity, contact_id, session)
    note = await parts.customers.notes.one(identity.tenant_id, note_id, session)
    if note is None or note.contact_id not in (contact.id, *contact.absorbed):
        raise not_found("Note not found.")
    return contact, note
