"""Two records of one customer are joined by people, and separated again, whoever joined them."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from atd_conversation.api.contact_bodies import MergedContact, Merger, Merges, MergeView, SeparatedContact
from atd_conversation.api.contact_records import caller_of, checked_edit, present
from atd_conversation.api.guard import keep_to_sight
from atd_conversation.api.parts import ContactReader, ContactWriter, Parts, RequestId
from atd_conversation.commands.contacts import Merged
from atd_conversation.domain.contact import Contact, Merge
from atd_schemas.views import Named
from atd_servicekit.requests import DECLARED_ONLY
from atd_servicekit.versions import set_etag

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


def merges_router(parts: Parts) -> APIRouter:
    """`POST /api/v1/contacts/{id}/merge` and what undoes it."""
    router = APIRouter(prefix="/api/v1/contacts", tags=["contacts"])
    commands = parts.customers.commands

    @router.post("/merges/{merge_id}/undo", summary="Separate two records again")
    async def undo(
        identity: ContactWriter, merge_id: str, response: Response, request_id: RequestId
    ) -> SeparatedContact:
        caller = caller_of(identity, request_id)

        async def work(session: "Session") -> Merged:
            lost = await parts.customers.records.by_merge(identity.tenant_id, merge_id, session)
            await keep_to_sight(parts, identity, session, contact_id=lost.id if lost else merge_id)
            return await commands.undo(session, caller, merge_id)

        undone = await parts.transaction(work)
        set_etag(response, undone.kept.sequence)
        return SeparatedContact(**undone.kept.view().model_dump(), restored=undone.other.view())

    @router.post("/{contact_id}/merge", summary="Let a record go on for another one too")
    async def merge(
        identity: ContactWriter, contact_id: str, merger: Merger, response: Response, request_id: RequestId
    ) -> MergedContact:
        chosen = await checked_edit(parts, identity.tenant_id, merger.fields) if merger.fields else {}
        caller = caller_of(identity, request_id)

        async def work(session: "Session") -> Merged:
            await keep_to_sight(parts, identity, session, contact_id=merger.contact_id)
            return await commands.merge(session, caller, contact_id, merger.contact_id, chosen)

        merged = await parts.transaction(work)
        set_etag(response, merged.kept.sequence)
        return MergedContact(**merged.kept.view().model_dump(), merge=_view(merged.other, merged.merge))

    @router.get("/{contact_id}/merges", summary="The records it goes on for", dependencies=[DECLARED_ONLY])
    async def list_merges(identity: ContactReader, contact_id: str) -> Merges:
        contact = await present(parts, identity, contact_id)
        ids = [contact.id, *contact.absorbed]
        rows = await parts.customers.records.merged_into(identity.tenant_id, ids)
        return Merges(items=[_view(row, row.merged) for row in rows if row.merged is not None])

    return router


def _view(lost: Contact, merge: Merge) -> MergeView:
    return MergeView(id=merge.id, contact=Named(id=lost.id, name=lost.name), into=merge.into, at=merge.at, by=merge.by)
