"""Imports of contacts: what was asked for, the rows of the file in pieces, and what became of each line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pymongo import IndexModel, ReplaceOne

from atd_conversation.domain.imports.columns import Column
from atd_conversation.domain.imports.decisions import Duplicates
from atd_conversation.domain.imports.lines import Problem
from atd_conversation.domain.imports.rows import Row
from atd_conversation.domain.imports.sniffing import Format
from atd_conversation.domain.imports.traces import ERASED
from atd_schemas.envelope import Actor

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

IMPORTS, IMPORT_ROWS, IMPORT_LINES = "imports", "import_rows", "import_lines"
BY_OUTCOME, BY_SIGN, BY_CONTACT = "by_outcome", "by_sign", "by_contact"

IMPORT_INDEXES = {
    IMPORTS: [IndexModel([("tenant_id", 1), ("_id", -1)])],
    IMPORT_ROWS: [],
    IMPORT_LINES: [
        IndexModel([("import_id", 1), ("outcome", 1), ("_id", 1)], name=BY_OUTCOME),
        IndexModel([("import_id", 1), ("signs", 1), ("number", 1)], name=BY_SIGN),
        IndexModel(
            [("tenant_id", 1), ("contact_id", 1)],
            name=BY_CONTACT,
            partialFilterExpression={"contact_id": {"$exists": True}},
        ),
    ],
}

_IMPORTS_AT_ONCE = 100
ROWS_AT_ONCE = 100
"""Rows of one step, which is one transaction."""

ImportState = Literal["draft", "checking", "checked", "running", "done", "cancelled", "undoing", "undone", "failed"]
LineOutcome = Literal["ok", "created", "updated", "unchanged", "skipped", "refused"]
"""`ok`: checked and not taken in yet."""

UndoOutcome = Literal["removed", "restored", "kept"]


@dataclass(slots=True)
class Import:
    """An import. `total` lines, of which `done` were handled in the present state; `counts` by outcome.

    `attachment_id` is the upload that it was read from, which is gone after a day; imports of before do not say.
    """

    id: str
    tenant_id: str
    asked_by: Actor
    created_at: datetime
    file_name: str
    file_size: int
    written: Format
    columns: tuple[Column, ...]
    total: int
    unreadable: int = 0
    state: ImportState = "draft"
    duplicates: Duplicates = "update"
    done: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    finished_at: datetime | None = None
    attachment_id: str | None = None


@dataclass(frozen=True, slots=True)
class LineRecord:
    """What became of a line. `before` and `after` are the values of the record that it changed, or created.

    `existing`: it is of somebody who was there before the file; `kept` are fields that the record has otherwise.
    """

    number: int
    outcome: LineOutcome
    signs: tuple[str, ...] = ()
    code: str | None = None
    problems: tuple[Problem, ...] = ()
    same_as_line: int | None = None
    existing: bool = False
    kept: tuple[str, ...] = ()
    contact_id: str | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    undone: UndoOutcome | None = None
    undo_code: str | None = None


class Imports:
    """By id, always of one tenant."""

    def __init__(self, database: "Database") -> None:
        self._imports = database[IMPORTS]
        self._rows = database[IMPORT_ROWS]
        self._lines = database[IMPORT_LINES]

    async def one(self, tenant_id: str, import_id: str, session: "Session | None" = None) -> Import | None:
        row = await self._imports.find_one({"_id": import_id, "tenant_id": tenant_id}, session=session)
        return _import_of(row) if row else None

    async def latest(self, tenant_id: str, *, limit: int) -> list[Import]:
        """The newest first."""
        rows = await self._imports.find({"tenant_id": tenant_id}).sort("_id", -1).limit(limit).to_list(limit)
        return [_import_of(row) for row in rows]

    async def add(self, session: "Session | None", made: Import) -> None:
        await self._imports.insert_one(_document(made), session=session)

    async def add_rows(self, import_id: str, tenant_id: str, piece: int, rows: Sequence[Row]) -> None:
        """Keep a piece of the file."""
        kept = [[row.number, list(row.cells), row.problem] for row in rows]
        document = {"_id": f"{import_id}:{piece:06}", "tenant_id": tenant_id, "rows": kept}
        await self._rows.replace_one({"_id": document["_id"]}, document, upsert=True)

    async def rows(self, import_id: str, piece: int, session: "Session | None" = None) -> list[Row]:
        """A piece of the file; empty after its end."""
        found = await self._rows.find_one({"_id": f"{import_id}:{piece:06}"}, session=session)
        return [Row(number, tuple(cells), problem) for number, cells, problem in found["rows"]] if found else []

    async def change(
        self, session: "Session | None", made: Import, expected: Iterable[ImportState], **fields: Any
    ) -> bool:
        """Set fields of an import that is in one of the states; whether it was."""
        query = {"_id": made.id, "tenant_id": made.tenant_id, "state": {"$in": list(expected)}}
        told = {"$set": {name: _stored(value) for name, value in fields.items()}}
        return (await self._imports.update_one(query, told, session=session)).matched_count == 1

    async def go_on(self, session: "Session", made: Import, state: ImportState, done: int, step: int) -> bool:
        """Note the progress of a step; False when the import is in another state or the step was done before."""
        query = {"_id": made.id, "state": state, "done": made.done}
        told = {"$set": {"done": done, "step": step}}
        return (await self._imports.update_one(query, told, session=session)).matched_count == 1

    async def put_lines(self, session: "Session | None", made: Import, lines: Sequence[LineRecord]) -> None:
        """Keep what became of lines; the same line replaces what was known of it."""
        if lines:
            writes: list[ReplaceOne[Document]] = []
            for line in lines:
                document = _line_document(made, line)
                writes.append(ReplaceOne({"_id": document["_id"]}, document, upsert=True))
            await self._lines.bulk_write(writes, ordered=False, session=session)

    async def first_with(self, import_id: str, signs: Sequence[str], before: int) -> dict[str, int]:
        """By sign the first line before `before` that has it."""
        if not signs:
            return {}
        stages: list[Document] = [
            {"$match": {"import_id": import_id, "signs": {"$in": list(signs)}, "number": {"$lt": before}}},
            {"$unwind": "$signs"},
            {"$match": {"signs": {"$in": list(signs)}}},
            {"$group": {"_id": "$signs", "first": {"$min": "$number"}}},
        ]
        cursor = await self._lines.aggregate(stages, hint=BY_SIGN)
        rows = await cursor.to_list(len(signs) or 1)
        return {row["_id"]: row["first"] for row in rows}

    async def counts(self, import_id: str, session: "Session | None" = None) -> dict[str, int]:
        """How many lines have each outcome, how many are of somebody known, and how many of the file's own."""
        stages: list[Document] = [
            {"$match": {"import_id": import_id}},
            {
                "$group": {
                    "_id": "$outcome",
                    "lines": {"$sum": 1},
                    "existing": {"$sum": {"$cond": ["$existing", 1, 0]}},
                    "repeated": {"$sum": {"$cond": [{"$gt": ["$same_as_line", None]}, 1, 0]}},
                    "removed": {"$sum": {"$cond": [{"$eq": ["$undone", "removed"]}, 1, 0]}},
                    "restored": {"$sum": {"$cond": [{"$eq": ["$undone", "restored"]}, 1, 0]}},
                    "kept": {"$sum": {"$cond": [{"$eq": ["$undone", "kept"]}, 1, 0]}},
                }
            },
        ]
        cursor = await self._lines.aggregate(stages, session=session, hint=BY_OUTCOME)
        rows = await cursor.to_list(20)
        found = {row["_id"]: row["lines"] for row in rows}
        for name in ("existing", "repeated", "removed", "restored", "kept"):
            found[name] = sum(row[name] for row in rows)
        return found

    async def lines(
        self, tenant_id: str, import_id: str, outcomes: Sequence[str], *, after: int, limit: int
    ) -> list[LineRecord]:
        """Up to `limit` lines with one of the outcomes, by number, after the line `after`."""
        query: Document = {"tenant_id": tenant_id, "_id": {"$gt": _line_id(import_id, after), "$lt": f"{import_id};"}}
        if outcomes:
            query |= {"import_id": import_id, "outcome": {"$in": list(outcomes)}}
        found = self._lines.find(query).sort("_id", 1).hint(BY_OUTCOME if outcomes else "_id_")
        rows = await found.limit(limit).to_list(limit)
        return [_line_of(row) for row in rows]

    async def to_undo(self, session: "Session", import_id: str, before: int, limit: int) -> list[LineRecord]:
        """Up to `limit` lines that changed something, the last first, before the line `before`."""
        query: Document = {
            "import_id": import_id,
            "outcome": {"$in": ["created", "updated"]},
            "undone": None,
            "_id": {"$lt": _line_id(import_id, before)},
        }
        cursor = self._lines.find(query, session=session).sort("_id", -1).hint(BY_OUTCOME).limit(limit)
        return [_line_of(row) for row in await cursor.to_list(limit)]

    async def some(self, tenant_id: str, *, after: str | None = None) -> list[Import]:
        """Some of the tenant's imports, the oldest first, after the one `after`; 100 at the most."""
        query: Document = {"tenant_id": tenant_id, **({"_id": {"$gt": after}} if after else {})}
        rows = await self._imports.find(query).sort("_id", 1).limit(_IMPORTS_AT_ONCE).to_list(_IMPORTS_AT_ONCE)
        return [_import_of(row) for row in rows]

    async def erase(self, import_id: str, is_about: Callable[[Sequence[str]], bool]) -> int:
        """Empty the rows that a customer stands in, and forget what became of their lines; how many rows."""
        erased = 0
        place = {"_id": {"$gte": f"{import_id}:", "$lt": f"{import_id};"}}
        async for piece in self._rows.find(place).sort("_id", 1):
            found = [number for number, cells, _ in piece["rows"] if is_about(cells)]
            if not found:
                continue
            rows = [[n, [], ERASED] if n in found else [n, cells, problem] for n, cells, problem in piece["rows"]]
            await self._lines.delete_many({"_id": {"$in": [_line_id(import_id, number) for number in found]}})
            await self._rows.update_one({"_id": piece["_id"]}, {"$set": {"rows": rows}})
            erased += len(found)
        return erased

    async def forget_rows(self, import_id: str) -> None:
        """Remove the file's rows: what became of each line is enough from now on."""
        await self._rows.delete_many({"_id": {"$gte": f"{import_id}:", "$lt": f"{import_id};"}})

    async def remove(self, import_id: str) -> None:
        """Remove everything of an import."""
        await self.forget_rows(import_id)
        await self._lines.delete_many({"import_id": import_id})
        await self._imports.delete_one({"_id": import_id})


def _line_id(import_id: str, number: int) -> str:
    return f"{import_id}:{number:09}"


def _stored(value: Any) -> Any:
    if isinstance(value, tuple) and value and isinstance(value[0], Column):
        return [[one.index, one.name, one.field] for one in value]
    return dict(value) if isinstance(value, Mapping) else value


def _document(made: Import) -> "Document":
    names = ("tenant_id", "created_at", "file_name", "file_size", "total", "unreadable", "state", "duplicates", "done")
    written = made.written
    return {
        "_id": made.id,
        **{name: getattr(made, name) for name in names},
        "asked_by": made.asked_by.model_dump(),
        "written": [written.encoding, written.bom, written.delimiter, written.header],
        "columns": _stored(made.columns),
        "counts": dict(made.counts),
        "finished_at": made.finished_at,
        "attachment_id": made.attachment_id,
    }


def _import_of(row: "Document") -> Import:
    names = ("tenant_id", "created_at", "file_name", "file_size", "total", "unreadable", "state", "duplicates", "done")
    return Import(
        id=row["_id"],
        **{name: row[name] for name in names},
        asked_by=Actor(**row["asked_by"]),
        written=Format(*row["written"]),
        columns=tuple(Column(*one) for one in row["columns"]),
        counts=row["counts"],
        finished_at=row["finished_at"],
        attachment_id=row.get("attachment_id"),
    )


def _line_document(made: Import, line: LineRecord) -> "Document":
    return {
        "_id": _line_id(made.id, line.number),
        "import_id": made.id,
        "tenant_id": made.tenant_id,
        "number": line.number,
        "outcome": line.outcome,
        "signs": list(line.signs),
        "code": line.code,
        "problems": [[one.code, one.column, one.value] for one in line.problems],
        "same_as_line": line.same_as_line,
        "existing": line.existing,
        "kept": list(line.kept),
        **({"contact_id": line.contact_id} if line.contact_id else {}),
        "before": dict(line.before),
        "after": dict(line.after),
        "undone": line.undone,
        "undo_code": line.undo_code,
    }


def _line_of(row: "Document") -> LineRecord:
    return LineRecord(
        number=row["number"],
        outcome=row["outcome"],
        signs=tuple(row["signs"]),
        code=row["code"],
        problems=tuple(Problem(*one) for one in row["problems"]),
        same_as_line=row["same_as_line"],
        existing=row["existing"],
        kept=tuple(row["kept"]),
        contact_id=row.get("contact_id"),
        before=row["before"],
        after=row["after"],
        undone=row["undone"],
        undo_code=row["undo_code"],
    )
