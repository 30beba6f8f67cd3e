"""Takes contacts from a file in, in steps: checking, running, undoing. Each step is one transaction, done once.

A step that is repeated after a crash finds that its lines are done: the number of handled lines is compared and
raised in the transaction of their effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from atd_conversation.commands.contacts import Caller, ContactCommands
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.custom_fields import definitions_of
from atd_conversation.domain.imports.custom import custom_readers
from atd_conversation.domain.imports.decisions import Decision, Known, decide, undo_of
from atd_conversation.domain.imports.lines import Line, line_of, readers, signs_of_values
from atd_conversation.domain.imports.records import edit_of, is_as_imported, known_values
from atd_conversation.settings_cache import SettingsCache
from atd_conversation.store.importing import ImportMatches
from atd_conversation.store.imports import ROWS_AT_ONCE, Import, Imports, LineRecord
from atd_schemas.ids import uuid7
from atd_servicekit.clock import Clock
from atd_servicekit.errors import StaleVersion
from atd_servicekit.jobs import Again, Job, Jobs

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

KEPT = timedelta(days=30)
"""How long an import can be undone, and its report read."""

_TRIES = 5


class Transaction(Protocol):
    """What runs work in a transaction and commits it."""

    async def __call__(self, work: "Any") -> Any: ...


class _OtherState(Exception):
    """The import was cancelled, or the step was done by somebody else."""


class Importing:
    """The jobs of imports; the job of an import has its id."""

    def __init__(
        self,
        imports: Imports,
        matches: ImportMatches,
        commands: ContactCommands,
        settings: SettingsCache,
        jobs: Jobs,
        transaction: Transaction,
        clock: Clock,
    ) -> None:
        self.imports = imports
        self._matches = matches
        self._commands = commands
        self._settings = settings
        self._jobs = jobs
        self._transaction = transaction
        self._clock = clock
        for kind, step in (
            ("import.check", self._check),
            ("import.run", self._run),
            ("import.undo", self._undo),
            ("import.forget", self._forget),
        ):
            jobs.handle(kind, step)

    async def begin(self, session: "Session", made: Import, kind: str) -> None:
        """Let a job go over the lines from the first one (for undoing: from the last one)."""
        await self._jobs.put(session, Job(made.id, kind, made.tenant_id, self._clock.now(), {"step": 0}))

    async def forget_later(self, session: "Session", made: Import) -> None:
        """Remove everything of it when its days are over."""
        await self._jobs.put(session, Job(made.id, "import.forget", made.tenant_id, self._clock.now() + KEPT))

    async def _check(self, job: Job) -> Again | None:
        made = await self.imports.one(job.tenant_id, job.id)
        if made is None or made.state != "checking":
            return None
        step = int(job.data["step"])
        rows = await self.imports.rows(made.id, step)
        if not rows:
            counts = await self.imports.counts(made.id)
            await self.imports.change(None, made, ["checking"], state="checked", counts=counts)
            return None
        read = await self._readers(made.tenant_id)
        lines = [line_of(row, made.columns, read) for row in rows]
        await self.imports.put_lines(None, made, await self._checked(made, lines))
        await self.imports.change(None, made, ["checking"], done=min(step * ROWS_AT_ONCE + len(rows), made.total))
        return Again(self._clock.now(), {"step": step + 1})

    async def _checked(self, made: Import, lines: Sequence[Line]) -> list[LineRecord]:
        signs = [sign for line in lines for sign in line.keys]
        seen = await self.imports.first_with(made.id, signs, lines[0].number)
        known = await self._matches.by_signs(made.tenant_id, signs)
        found = []
        for line in lines:
            same = min((seen[sign] for sign in line.keys if sign in seen), default=None)
            for sign in line.keys:
                seen.setdefault(sign, line.number)
            found.append(
                LineRecord(
                    line.number,
                    "refused" if line.problems else "ok",
                    signs=line.keys,
                    code=line.problems[0].code if line.problems else None,
                    problems=line.problems,
                    same_as_line=same,
                    existing=any(sign in known for sign in line.keys),
                )
            )
        return found

    async def _run(self, job: Job) -> Again | None:
        made = await self.imports.one(job.tenant_id, job.id)
        if made is None or made.state != "running":
            return None
        step = int(job.data["step"])
        rows = await self.imports.rows(made.id, step)
        if not rows:
            await self._finish(made, "running", "done")
            return None
        read = await self._readers(made.tenant_id)
        lines = [line_of(row, made.columns, read) for row in rows]

        async def work(session: "Session") -> None:
            done = made.done + len(rows)
            if not await self.imports.go_on(session, made, "running", done, step):
                raise _OtherState
            await self.imports.put_lines(session, made, await self._take(session, made, lines))

        if made.done == step * ROWS_AT_ONCE:
            await self._once(work)
        return Again(self._clock.now(), {"step": step + 1})

    async def _take(self, session: "Session", made: Import, lines: Sequence[Line]) -> list[LineRecord]:
        """Create and change the contacts of some lines, in their order."""
        caller = Caller(made.tenant_id, made.asked_by, made.id)
        known = await self._matches.by_signs(made.tenant_id, [sign for line in lines for sign in line.keys], session)
        of_line = await self._matches.made_by(made, known)
        found: list[LineRecord] = []
        for line in lines:
            candidates = {one.id: one for sign in line.keys for one in known.get(sign, ())}
            decision = decide(line, [_known(one, of_line) for one in candidates.values()], made.duplicates)
            contact_id, before, after = decision.contact_id, {}, {}
            if decision.outcome == "created":
                contact = await self._commands.create(session, caller, edit_of(decision.changes))
                contact_id, after = contact.id, contact.values()
            elif decision.outcome == "updated" and contact_id is not None:
                was = candidates[contact_id].values()
                contact = await self._commands.edit(session, caller, contact_id, edit_of(decision.changes))
                now = contact.values()
                names = {name for name in {*was, *now} if was.get(name) != now.get(name)}
                before, after = ({name: each.get(name) for name in names} for each in (was, now))
            else:
                contact = None
            if contact is not None:
                of_line.setdefault(contact.id, line.number)
                for sign in signs_of_values(known_values(contact)):
                    others = [one for one in known.get(sign, []) if one.id != contact.id]
                    known[sign] = [contact, *others]
            found.append(_record(line, decision, contact_id, before, after))
        return found

    async def _undo(self, job: Job) -> Again | None:
        made = await self.imports.one(job.tenant_id, job.id)
        if made is None or made.state != "undoing":
            return None
        before = int(job.data.get("before", 10**9 - 1))

        async def work(session: "Session") -> int | None:
            lines = await self.imports.to_undo(session, made.id, before, ROWS_AT_ONCE)
            if not await self.imports.go_on(session, made, "undoing", made.done + len(lines), before):
                raise _OtherState
            caller = Caller(made.tenant_id, made.asked_by, f"{made.id}-undo")
            await self.imports.put_lines(session, made, [await self._take_back(session, caller, one) for one in lines])
            return lines[-1].number if lines else None

        last = await self._once(work)
        if last is None:
            await self._finish(made, "undoing", "undone")
            return None
        return Again(self._clock.now(), {"before": last})

    async def _take_back(self, session: "Session", caller: Caller, line: LineRecord) -> LineRecord:
        contact = await self._matches.one(caller.tenant_id, line.contact_id or "", session)
        if contact is None or contact.merged is not None:
            return replace(line, undone="kept", undo_code="merged" if contact else "gone")
        if line.outcome == "created":
            if not is_as_imported(contact, line.after):
                return replace(line, undone="kept", undo_code="changed")
            if await self._matches.is_used(contact, session):
                return replace(line, undone="kept", undo_code="used")
            await self._commands.remove(session, caller, contact)
            return replace(line, undone="removed")
        restored, since = undo_of(line.before, line.after, contact.values())
        if restored:
            await self._commands.restore(session, caller, contact, restored)
        return replace(
            line,
            undone="restored" if restored else "kept",
            undo_code="changed" if since else None,
            kept=tuple(sorted(since)),
        )

    async def _finish(self, made: Import, state: "Any", after: "Any") -> None:
        async def work(session: "Session") -> None:
            counts = await self.imports.counts(made.id, session)
            told = {"state": after, "counts": counts, "finished_at": self._clock.now()}
            if await self.imports.change(session, made, [state], **told):
                await self.forget_later(session, made)

        await self._transaction(work)

    async def _forget(self, job: Job) -> Again | None:
        await self.imports.remove(job.id)
        return None

    async def _readers(self, tenant_id: str) -> Mapping[str, Any]:
        return readers(custom_readers(definitions_of(await self._settings.of(tenant_id))))

    async def _once(self, work: "Any") -> Any:
        """Run a step; decided again when somebody changed the same contacts meanwhile."""
        for attempt in range(_TRIES):
            try:
                return await self._transaction(work)
            except StaleVersion:
                if attempt + 1 == _TRIES:
                    raise RuntimeError("the contacts of a step kept changing") from None
            except _OtherState:
                return None
        return None


def _known(contact: Contact, of_line: Mapping[str, int]) -> Known:
    return Known(contact.id, known_values(contact), of_line.get(contact.id))


def _record(
    line: Line, decision: Decision, contact_id: str | None, before: Mapping[str, Any], after: Mapping[str, Any]
) -> LineRecord:
    return LineRecord(
        line.number,
        decision.outcome,
        signs=line.keys,
        code=decision.code,
        problems=line.problems,
        same_as_line=decision.same_as_line,
        existing=contact_id is not None and decision.outcome != "created" and decision.same_as_line is None,
        kept=decision.kept,
        contact_id=contact_id,
        before=before,
        after=after,
    )


def new_import_id() -> str:
    """The id of an import, by which lists are sorted."""
    return uuid7()
