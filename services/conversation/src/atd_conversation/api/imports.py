"""Contacts from a CSV file: upload, preview, columns, check, start, report by line, undo."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response as PlainResponse
from pydantic import BaseModel, Field

from atd_conversation.api.parts import Body, ContactImporter, Parts, as_json, json_response
from atd_conversation.domain.catalogue_kinds import CONTACT_FIELD
from atd_conversation.domain.custom_fields import definitions_of
from atd_conversation.domain.imports.columns import IGNORED, PLAIN_FIELDS, Column
from atd_conversation.domain.imports.custom import PREFIX
from atd_conversation.domain.imports.decisions import Duplicates
from atd_conversation.domain.imports.rows import MAX_ROWS, TooManyRows
from atd_conversation.domain.imports.sniffing import Delimiter, Encoding
from atd_conversation.papers.importing import new_import_id
from atd_conversation.papers.imports_reading import MAX_FILE_BYTES, EmptyFile, ReadFile, read_file
from atd_conversation.store.imports import ROWS_AT_ONCE, Import, ImportState, LineOutcome, LineRecord
from atd_schemas.envelope import Timestamp
from atd_schemas.views import Named
from atd_servicekit.files import FileMissing, file_key
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.identity import Identity
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import conflict, invalid, not_found, too_large
from atd_servicekit.requests import DECLARED_ONLY

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

MOST_LISTED = 50
_SAMPLE = 5


class NewImport(Body):
    """A file that was uploaded. What is not given of its format is found out."""

    attachment_id: str = Field(max_length=64)
    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    header: bool | None = None


class ColumnChoice(Body):
    """What a column fills; `ignore`: nothing."""

    index: int = Field(ge=0, lt=100)
    field: str = Field(max_length=80)


class ImportPlan(Body):
    """What the columns fill, and what to do with a line of somebody who is known or stands in the file before.

    `update`: what the line says is written to their record, a phone, e-mail or document only where there is none;
    `skip`: the line is left out; `create`: another record is made.
    """

    columns: list[ColumnChoice] = Field(min_length=1, max_length=100)
    duplicates: Duplicates = "update"


class ColumnView(BaseModel):
    """A column of the file: its name, what it fills, and its first values."""

    index: int
    name: str
    field: str
    samples: list[str] = []


class FieldChoice(BaseModel):
    """What a column can fill. `name` is a custom field's own; the client names the others."""

    field: str
    name: str | None = None


class ImportView(BaseModel):
    """An import. `lines` of the file, of which `done` were handled in the present state.

    `counts` has lines by outcome; `existing` are of customers who were there, `repeated` stand in the file before;
    after undoing `removed`, `restored` and `kept`.
    """

    id: str
    state: ImportState
    file_name: str
    file_size: int
    encoding: Encoding
    bom: bool
    delimiter: Delimiter
    header: bool
    columns: list[ColumnView]
    fields: list[FieldChoice] = []
    duplicates: Duplicates
    lines: int
    unreadable: int
    done: int
    counts: dict[str, int]
    created_at: Timestamp
    created_by: Named
    finished_at: Timestamp | None

    @classmethod
    def of(
        cls, made: Import, samples: list[list[str]] | None = None, fields: list[FieldChoice] | None = None
    ) -> "ImportView":
        columns = [
            ColumnView(
                index=one.index,
                name=one.name,
                field=one.field,
                samples=[row[one.index][:200] for row in samples or [] if one.index < len(row)],
            )
            for one in made.columns
        ]
        written = made.written
        return cls(
            id=made.id,
            state=made.state,
            file_name=made.file_name,
            file_size=made.file_size,
            encoding=written.encoding,
            bom=written.bom,
            delimiter=written.delimiter,
            header=written.header,
            columns=columns,
            fields=fields or [],
            duplicates=made.duplicates,
            lines=made.total,
            unreadable=made.unreadable,
            done=made.done,
            counts=dict(made.counts),
            created_at=made.created_at,
            created_by=Named(id=made.asked_by.id or "", name=made.asked_by.name),
            finished_at=made.finished_at,
        )


class ProblemView(BaseModel):
    """Why a line is not taken: `code`, the column, and what stands there."""

    code: str
    column: str | None
    value: str | None


class LineView(BaseModel):
    """What became of a line; its number is the row in a spreadsheet. `ok`: checked, and not taken in yet."""

    line: int
    outcome: LineOutcome
    code: str | None
    problems: list[ProblemView]
    same_as_line: int | None
    existing: bool
    kept: list[str]
    contact_id: str | None
    undone: Literal["removed", "restored", "kept"] | None
    undo_code: str | None

    @classmethod
    def of(cls, line: LineRecord) -> "LineView":
        return cls(
            line=line.number,
            outcome=line.outcome,
            code=line.code,
            problems=[ProblemView(code=one.code, column=one.column, value=one.value) for one in line.problems],
            same_as_line=line.same_as_line,
            existing=line.existing,
            kept=list(line.kept),
            contact_id=line.contact_id,
            undone=line.undone,
            undo_code=line.undo_code,
        )


class ImportList(BaseModel):
    """The latest imports, the newest first."""

    items: list[ImportView]


def imports_router(parts: Parts) -> APIRouter:
    """`/api/v1/contacts/imports`."""
    router = APIRouter(prefix="/api/v1/contacts/imports", tags=["contacts"])
    imports = parts.papers.imports

    @router.get("", summary="The latest imports", dependencies=[DECLARED_ONLY])
    async def list_imports(identity: ContactImporter) -> ImportList:
        found = await imports.latest(identity.tenant_id, limit=MOST_LISTED)
        return ImportList(items=[ImportView.of(one) for one in found])

    @router.post("", status_code=201, summary="Read an uploaded file", response_model=ImportView)
    async def begin(
        identity: ContactImporter, new: NewImport, request: Request, idempotency_key: IdempotencyKey = None
    ) -> PlainResponse:
        made, read = await _read(parts, identity, new)

        async def work(session: "Session") -> StoredAnswer:
            await imports.add(session, made)
            await parts.papers.importing.forget_later(session, made)
            view = ImportView.of(made, read.samples(_SAMPLE), await _fields(parts, identity.tenant_id))
            return StoredAnswer(201, as_json(view), about=(made.id,))

        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route="POST /contacts/imports",
            key=idempotency_key,
            body=await request.body(),
        )
        if made.id.encode() not in answer.body:
            await imports.forget_rows(made.id)
        return json_response(answer.body, answer.status, answer.headers)

    @router.get("/{import_id}", summary="How far an import is")
    async def get_import(identity: ContactImporter, import_id: str) -> ImportView:
        return await _shown(parts, identity, await _import(parts, identity, import_id))

    @router.get("/{import_id}/lines", summary="The report, line by line", dependencies=[DECLARED_ONLY])
    async def lines(
        identity: ContactImporter,
        import_id: str,
        outcome: Annotated[list[LineOutcome] | None, Query(description="One or several")] = None,
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
    ) -> Page[LineView]:
        made = await _import(parts, identity, import_id)
        (after,) = decode_cursor(cursor, int) if cursor else (0,)
        rows = await imports.lines(made.tenant_id, made.id, outcome or (), after=after, limit=limit + 1)
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.number))
        return Page(items=[LineView.of(row) for row in page], next_cursor=next_cursor)

    _steps(router, parts)
    return router


def _steps(router: APIRouter, parts: Parts) -> None:
    """What leads an import from one state to the next."""
    importing = parts.papers.importing

    async def go(
        identity: Identity, import_id: str, states: tuple[ImportState, ...], job: str | None, **told: object
    ) -> ImportView:
        made = await _import(parts, identity, import_id)

        async def work(session: "Session") -> None:
            if not await importing.imports.change(session, made, states, **told):
                raise conflict(f"The import is {made.state}; this is possible while it is {' or '.join(states)}.")
            if job is not None:
                await importing.begin(session, made, job)
            elif told.get("state") == "cancelled":
                await importing.forget_later(session, made)

        await parts.transaction(work)
        return await _shown(parts, identity, await _import(parts, identity, import_id))

    @router.post("/{import_id}/check", summary="Look at every line, and write nothing")
    async def check(identity: ContactImporter, import_id: str, plan: ImportPlan) -> ImportView:
        made = await _import(parts, identity, import_id)
        columns = _columns(made, plan, await _fields(parts, identity.tenant_id))
        told: dict[str, Any] = {
            "columns": columns,
            "duplicates": plan.duplicates,
            "counts": {},
            "done": 0,
            "state": "checking",
        }
        return await go(identity, import_id, ("draft", "checked"), "import.check", **told)

    @router.post("/{import_id}/start", summary="Take the checked lines in")
    async def start(identity: ContactImporter, import_id: str) -> ImportView:
        return await go(identity, import_id, ("checked",), "import.run", state="running", done=0)

    @router.post("/{import_id}/cancel", summary="Stop; what was taken in stays, and can be undone")
    async def cancel(identity: ContactImporter, import_id: str) -> ImportView:
        states: tuple[ImportState, ...] = ("draft", "checking", "checked", "running")
        return await go(identity, import_id, states, None, state="cancelled", finished_at=parts.runtime.clock.now())

    @router.post("/{import_id}/undo", summary="Remove what it created, and give back what it changed")
    async def undo(identity: ContactImporter, import_id: str) -> ImportView:
        return await go(identity, import_id, ("done", "cancelled"), "import.undo", state="undoing", done=0)


async def _read(parts: Parts, identity: Identity, new: NewImport) -> tuple[Import, ReadFile]:
    """The file as an import, its rows kept. Raises `Problem` 413, 422."""
    files = await parts.files.uploads(identity.tenant_id, [new.attachment_id])
    file = files.get(new.attachment_id)
    if file is None:
        raise invalid("attachment_id", "is no file that was uploaded and waits to be used")
    attachment = file.attachment
    if (attachment.size or 0) > MAX_FILE_BYTES:
        raise too_large(MAX_FILE_BYTES)
    try:
        opened = await parts.file_store.open(file_key(identity.tenant_id, attachment.id))
        data = b"".join([chunk async for chunk in opened.chunks])
        read = await asyncio.to_thread(read_file, data, new.encoding, new.delimiter, new.header)
    except FileMissing:
        raise invalid("attachment_id", "is gone") from None
    except EmptyFile:
        raise invalid("attachment_id", "has no lines beside its header") from None
    except TooManyRows:
        raise invalid("attachment_id", f"has more than {MAX_ROWS} lines") from None
    import_id = new_import_id()
    pieces = range(0, len(read.rows), ROWS_AT_ONCE)
    for number, begin in enumerate(pieces):
        await parts.papers.imports.add_rows(
            import_id, identity.tenant_id, number, read.rows[begin : begin + ROWS_AT_ONCE]
        )
    more = [(one.field, one.name) for one in await _fields(parts, identity.tenant_id) if one.name]
    made = Import(
        id=import_id,
        tenant_id=identity.tenant_id,
        asked_by=identity.actor(),
        created_at=parts.runtime.clock.now(),
        file_name=attachment.name,
        file_size=attachment.size or 0,
        written=read.written,
        columns=read.columns(more),
        total=len(read.rows),
        unreadable=sum(row.problem is not None for row in read.rows),
        attachment_id=attachment.id,
    )
    return made, read


async def _import(parts: Parts, identity: Identity, import_id: str) -> Import:
    made = await parts.papers.imports.one(identity.tenant_id, import_id)
    if made is None:
        raise not_found("Import not found.")
    return made


async def _shown(parts: Parts, identity: Identity, made: Import) -> ImportView:
    rows = await parts.papers.imports.rows(made.id, 0)
    samples = [list(row.cells) for row in rows if row.problem is None][:_SAMPLE]
    return ImportView.of(made, samples, await _fields(parts, identity.tenant_id))


async def _fields(parts: Parts, tenant_id: str) -> list[FieldChoice]:
    """What a column can fill: fields of every record, and the tenant's own."""
    settings = await parts.settings_cache.of(tenant_id)
    names = {item.values["key"]: item.values["label"] for item in settings.of(CONTACT_FIELD).values()}
    custom = [key for key, one in definitions_of(settings).items() if not one.archived]
    return [
        *(FieldChoice(field=name) for name in PLAIN_FIELDS),
        *(FieldChoice(field=f"{PREFIX}{key}", name=names.get(key)) for key in sorted(custom)),
    ]


def _columns(made: Import, plan: ImportPlan, fields: list[FieldChoice]) -> tuple[Column, ...]:
    """The columns as they were chosen. Raises `Problem` 422 that names the wrong one."""
    known = {one.field for one in fields} | {IGNORED}
    chosen: dict[int, str] = {}
    for place, one in enumerate(plan.columns):
        if one.index >= len(made.columns):
            raise invalid(f"columns[{place}].index", "is no column of the file")
        if one.field not in known:
            raise invalid(f"columns[{place}].field", "is no field of a contact")
        if one.field != IGNORED and one.field in chosen.values():
            raise invalid(f"columns[{place}].field", "is filled by another column already")
        chosen[one.index] = one.field
    if not set(chosen.values()) & {"name", "first_name", "last_name", "phone", "email"}:
        raise invalid("columns", "must fill the name, the phone or the e-mail address")
    return tuple(Column(one.index, one.name, chosen.get(one.index, IGNORED)) for one in made.columns)
