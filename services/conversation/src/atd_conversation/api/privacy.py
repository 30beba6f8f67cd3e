"""Privacy: a customer's data exported or erased, legal holds, how long messages are kept, and the log of all that."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field, StringConstraints

from atd_conversation.api.parts import Body, Parts
from atd_conversation.api.prepared_files import CONTENT, PreparedFileView, content_of
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.prepared_files import PreparedFile
from atd_conversation.domain.retention import LONGEST_DAYS, SHORTEST_DAYS, RetentionPolicy
from atd_conversation.domain.transcripts import Language
from atd_conversation.store.privacy import Action, Confirmation, Erasure, ErasureState, LogEntry
from atd_schemas.envelope import Timestamp
from atd_schemas.ids import uuid7
from atd_schemas.views import Named
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import Problem, conflict, invalid, not_found
from atd_servicekit.requests import DECLARED_ONLY

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

PrivacyManager = Annotated[Identity, Depends(Requires("privacy:manage"))]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]

MOST_HELD = 1_000
"""Conversations of a customer that are looked at for holds before an erasure."""


class NewErasure(Body):
    """Why, and the customer's name (or id, where there is no name) once more: it cannot be undone."""

    confirm: str = Field(max_length=200)
    reason: Reason


class NewDataExport(Body):
    """In which language and zone transcripts are written."""

    language: Language = "pt-BR"


Days = Annotated[int | None, Field(ge=SHORTEST_DAYS, le=LONGEST_DAYS)]


class RetentionBody(Body):
    """After how many days what is removed; null: never.

    Messages (with their files) of closed conversations without activity for so long; files that are older; customers
    without activity for so long and without an open conversation, with everything of them.
    """

    messages_days: Days = None
    files_days: Days = None
    contacts_days: Days = None

    def policy(self) -> RetentionPolicy:
        return RetentionPolicy(self.messages_days, self.files_days, self.contacts_days)


class RetentionView(RetentionBody):
    """`removed` counts messages so far, the others files and customers; `swept_at` is when it was last carried out."""

    removed: int = 0
    removed_files: int = 0
    removed_contacts: int = 0
    swept_at: Timestamp | None = None


class EstimateView(BaseModel):
    """About how many; `more`: at least so many, counting was given up."""

    about: int
    more: bool


class RetentionPreview(BaseModel):
    """What would be removed at once. What is under a legal hold is counted and stays."""

    messages: EstimateView
    files: EstimateView
    contacts: EstimateView


class ConfirmationView(BaseModel):
    """What a service has said: of `asked` commands `confirmed` are carried out, and `erased` records are gone."""

    service: str
    asked: int
    confirmed: int
    erased: int
    at: Timestamp | None

    @classmethod
    def of(cls, one: Confirmation) -> "ConfirmationView":
        return cls(service=one.service, asked=one.asked, confirmed=one.confirmed, erased=one.erased, at=one.at)


class Remaining(BaseModel):
    """What is out of reach and expires by itself."""

    what: Literal["topics", "repeats", "backups"]
    days: int | None


class ReceiptView(BaseModel):
    """The receipt of an erasure: what was removed here, which services confirmed, what expires by itself.

    `waiting`: nothing is kept here any more, and a service has not confirmed yet.
    """

    id: str
    contact_id: str
    state: ErasureState
    reason: str
    asked_by: Named
    automatic: bool = Field(default=False, description="By the retention policy, and nobody asked")
    asked_at: Timestamp
    finished_at: Timestamp | None
    erased: dict[str, int]
    confirmations: list[ConfirmationView] = []
    remaining: list[Remaining] = []

    @classmethod
    def of(cls, erasure: Erasure, confirmations: list[Confirmation] | None = None) -> "ReceiptView":
        return cls(
            id=erasure.id,
            contact_id=erasure.contact_id,
            state=erasure.state,
            reason=erasure.reason,
            asked_by=Named(id=erasure.asked_by.id or "", name=erasure.asked_by.name),
            automatic=erasure.asked_by.type == "system",
            asked_at=erasure.at,
            finished_at=erasure.finished_at,
            erased=dict(erasure.erased),
            confirmations=[ConfirmationView.of(one) for one in confirmations or []],
            remaining=[
                Remaining(what="repeats", days=8),
                Remaining(what="topics", days=30),
                Remaining(what="backups", days=None),
            ],
        )


class LogView(BaseModel):
    """Who did what; `subject` is `contact:<id>` or `conversation:<id>`."""

    id: str
    at: Timestamp
    action: Action
    by: Named
    subject: str | None
    details: dict[str, Any]

    @classmethod
    def of(cls, entry: LogEntry) -> "LogView":
        by = Named(id=entry.by.id or "", name=entry.by.name)
        return cls(
            id=entry.id, at=entry.at, action=entry.action, by=by, subject=entry.subject, details=dict(entry.details)
        )


def privacy_router(parts: Parts) -> APIRouter:
    """`/api/v1/privacy`: receipts, log, retention."""
    router = APIRouter(prefix="/api/v1/privacy", tags=["privacy"])
    privacy = parts.papers.privacy

    @router.get("/erasures", summary="Erasures, the latest first", dependencies=[DECLARED_ONLY])
    async def erasures(
        identity: PrivacyManager,
        automatic: Annotated[
            bool | None, Query(description="Only those by the retention policy, or only those that people asked for")
        ] = None,
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
    ) -> Page[ReceiptView]:
        (before,) = decode_cursor(cursor, str) if cursor else (None,)
        rows = await privacy.erasures(identity.tenant_id, limit=limit + 1, before=before, automatic=automatic)
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.id))
        return Page(items=[ReceiptView.of(row) for row in page], next_cursor=next_cursor)

    @router.get("/erasures/{erasure_id}", summary="The receipt of an erasure")
    async def receipt(identity: PrivacyManager, erasure_id: str) -> ReceiptView:
        erasure = await privacy.erasure(identity.tenant_id, erasure_id)
        if erasure is None:
            raise not_found("Erasure not found.")
        return ReceiptView.of(erasure, await privacy.confirmations(erasure.id))

    @router.get("/log", summary="Who did what with whose data", dependencies=[DECLARED_ONLY])
    async def log(
        identity: PrivacyManager, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
    ) -> Page[LogView]:
        after = decode_cursor(cursor, datetime, str) if cursor else None
        rows = await privacy.entries(identity.tenant_id, limit=limit + 1, after=after)
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.at, row.id))
        return Page(items=[LogView.of(row) for row in page], next_cursor=next_cursor)

    _retention(router, parts)
    return router


def _retention(router: APIRouter, parts: Parts) -> None:
    retention = parts.papers.retention

    @router.get("/retention", summary="How long messages, files and customers are kept")
    async def get_retention(identity: PrivacyManager) -> RetentionView:
        state = await retention.rows.state(identity.tenant_id)
        return RetentionView(
            messages_days=state.policy.messages_days,
            files_days=state.policy.files_days,
            contacts_days=state.policy.contacts_days,
            removed=state.removed["messages"],
            removed_files=state.removed["files"],
            removed_contacts=state.removed["contacts"],
            swept_at=state.swept_at,
        )

    @router.post("/retention/preview", summary="About how much would be removed")
    async def preview(identity: PrivacyManager, wanted: RetentionBody) -> RetentionPreview:
        found = await retention.preview(identity.tenant_id, wanted.policy())
        return RetentionPreview(**{kind: EstimateView(about=one.about, more=one.more) for kind, one in found.items()})

    @router.put("/retention", summary="Keep messages, files and customers for so many days")
    async def put_retention(identity: PrivacyManager, new: RetentionBody) -> RetentionView:
        log_id = uuid7()
        await parts.transaction(
            lambda session: retention.set_policy(session, identity.tenant_id, identity.actor(), new.policy(), log_id)
        )
        return await get_retention(identity)


def contact_privacy_router(parts: Parts) -> APIRouter:
    """`/api/v1/contacts/{id}`: export, erase, hold."""
    router = APIRouter(prefix="/api/v1/contacts/{contact_id}", tags=["privacy"])
    papers = parts.papers

    @router.post("/data-exports", status_code=201, summary="All data of a customer as a file")
    async def export(identity: PrivacyManager, contact_id: str, new: NewDataExport) -> PreparedFileView:
        contact = await contact_of(parts, identity, contact_id)
        file = PreparedFile(
            id=uuid7(),
            tenant_id=identity.tenant_id,
            kind="contact_data",
            asked_by=identity.actor(),
            created_at=parts.runtime.clock.now(),
            about=contact.id,
            details={"language": new.language, "time_zone": papers.time_zone},
        )

        async def work(session: "Session") -> None:
            await papers.preparing.ask(session, file)
            await note(parts, session, identity, "export", f"contact:{contact.id}", {"file_id": file.id})

        await parts.transaction(work)
        return _data_view(file)

    @router.get("/data-exports/{export_id}", summary="How far it is")
    async def get_export(identity: PrivacyManager, contact_id: str, export_id: str) -> PreparedFileView:
        file = await asked_for(identity, contact_id, export_id)
        if file is None:
            raise not_found("Export not found.")
        return _data_view(file)

    @router.get("/data-exports/{export_id}/content", summary="The file", response_class=Response, responses={**CONTENT})
    async def content(identity: PrivacyManager, contact_id: str, export_id: str) -> Response:
        found = await asked_for(identity, contact_id, export_id)
        return await content_of(papers.preparing, found, parts.runtime.clock.now())

    async def asked_for(identity: Identity, contact_id: str, export_id: str) -> PreparedFile | None:
        """The file, where it was asked for about this customer, or about a record that this one goes on for."""
        contact = await contact_of(parts, identity, contact_id)
        file = await papers.preparing.rows.one(identity.tenant_id, export_id, "contact_data")
        return file if file is not None and file.about in (contact.id, *contact.absorbed) else None

    _erase(router, parts)
    return router


def _erase(router: APIRouter, parts: Parts) -> None:
    """The one thing that cannot be undone."""
    papers = parts.papers

    @router.post("/erase", status_code=202, summary="Erase all that is kept of a customer, for good")
    async def erase(identity: PrivacyManager, contact_id: str, new: NewErasure) -> ReceiptView:
        contact = await contact_of(parts, identity, contact_id)
        if new.confirm.strip() != (contact.name or contact.id).strip():
            raise invalid("confirm", "must be the customer's name, or the id of one without a name")
        ids = (contact.id, *contact.absorbed)
        erasure = Erasure(
            id=uuid7(),
            tenant_id=identity.tenant_id,
            contact_id=contact.id,
            contacts=ids,
            asked_by=identity.actor(),
            reason=new.reason,
            at=parts.runtime.clock.now(),
        )

        async def work(session: "Session") -> None:
            if await papers.privacy.open_erasure(identity.tenant_id, contact.id, session) is not None:
                raise conflict("The customer's data is being erased already.", "erasing_already")
            conversations = await papers.removal.conversation_ids(identity.tenant_id, ids, limit=MOST_HELD)
            subjects = [*(f"contact:{one}" for one in ids), *(f"conversation:{one}" for one in conversations)]
            if await papers.privacy.held(identity.tenant_id, subjects, session):
                raise Problem(409, "legal_hold", "A legal hold is set on the customer or on a conversation of theirs.")
            await papers.erasing.begin(session, erasure)
            details = {"erasure_id": erasure.id, "reason": new.reason}
            await note(parts, session, identity, "erase", f"contact:{contact.id}", details)

        await parts.transaction(work)
        return ReceiptView.of(erasure)


async def contact_of(parts: Parts, identity: Identity, contact_id: str) -> Contact:
    """The contact, or the one that goes on for it. Raises `Problem` 404."""
    contact = await parts.customers.records.contacts.present(identity.tenant_id, contact_id)
    if contact is None:
        raise not_found("Contact not found.")
    return contact


async def note(
    parts: Parts, session: "Session", identity: Identity, action: Action, subject: str, details: dict[str, Any]
) -> None:
    """Write down in the transaction of what is done, who did it."""
    now = parts.runtime.clock.now()
    entry = LogEntry(uuid7(), identity.tenant_id, now, action, identity.actor(), subject, details)
    await parts.papers.privacy.log(session, entry)


def _data_view(file: PreparedFile) -> PreparedFileView:
    path = f"/api/v1/contacts/{file.about}/data-exports"
    return PreparedFileView(**PreparedFileView.fields_of(file, path))
