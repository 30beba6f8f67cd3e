"""Keeping what attendants have begun to write: checked, saved with its files, gone when it was said."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from atd_conversation.commands.effects import refused
from atd_conversation.domain.drafts import Draft
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.unsent import MAX_DRAFTS, DraftPlace, UnsentDraft, next_version
from atd_conversation.store.files import Files
from atd_conversation.store.queries import Queries
from atd_conversation.store.unsent import UnsentDrafts
from atd_servicekit.clock import Clock
from atd_servicekit.problems import not_found
from atd_servicekit.versions import check_version

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


class DraftCommands:
    """Each method runs inside the transaction whose session it is given."""

    def __init__(self, drafts: UnsentDrafts, queries: Queries, files: Files, clock: Clock) -> None:
        self._drafts = drafts
        self._queries = queries
        self._files = files
        self._clock = clock

    async def put(
        self,
        session: "Session",
        place: DraftPlace,
        *,
        text: str,
        files: Mapping[str, str | None],
        reply_to: str | None,
        expected_version: int | None,
    ) -> UnsentDraft:
        """Replace the draft. Raises `Problem` 404, 409 when it is no longer at `expected_version` (0: there is none).

        422: `too_many`, `unknown_attachment`, `unknown_message`.
        """
        if await self._queries.conversation(place.tenant_id, place.conversation_id, session) is None:
            raise not_found("Conversation not found.")
        before = await self._drafts.get(place, session)
        check_version(expected_version, before.version, "draft")
        if before.version == 0 and not await self._drafts.has_room(place.tenant_id, place.attendant_id, session):
            raise refused(Refusal("too_many", f"There can be at most {MAX_DRAFTS} drafts; delete some first."))
        await self._check_files(session, place, tuple(files))
        await self._check_quote(session, place, reply_to)
        now = self._clock.now()
        draft = UnsentDraft(place, text, files, reply_to, next_version(before.version, now), now)
        await self._files.hold(session, [one for one in files if one not in before.file_ids], place.holder)
        await self._files.let_go(session, [one for one in before.file_ids if one not in files], place.holder, now)
        await self._drafts.put(session, draft)
        return draft

    async def remove(
        self, session: "Session", place: DraftPlace, *, expected_version: int | None = None
    ) -> UnsentDraft | None:
        """Delete the draft; what it was, None where there was none. Raises `Problem` 409 as `put` does."""
        before = await self._drafts.get(place, session)
        check_version(expected_version, before.version, "draft")
        if before.version == 0:
            return None
        await self._drafts.remove(session, place)
        await self._files.let_go(session, before.file_ids, place.holder, self._clock.now())
        return before

    async def said(self, session: "Session", place: DraftPlace, draft: Draft) -> UnsentDraft | None:
        """A message was sent: the draft that it has said goes with it. One that holds something else stays."""
        before = await self._drafts.get(place, session)
        if before.version == 0 or not before.says(draft.text, draft.attachment_ids):
            return None
        return await self.remove(session, place)

    async def _check_files(self, session: "Session", place: DraftPlace, file_ids: tuple[str, ...]) -> None:
        if file_ids:
            found = await self._files.uploads(place.tenant_id, file_ids, session)
            for at, file_id in enumerate(file_ids):
                if file_id not in found:
                    raise refused(Refusal("unknown_attachment", "is not an unused upload", f"attachments[{at}].id"))

    async def _check_quote(self, session: "Session", place: DraftPlace, reply_to: str | None) -> None:
        if reply_to is not None:
            quoted = await self._queries.message(place.tenant_id, reply_to, session)
            if quoted is None or quoted.conversation_id != place.conversation_id:
                raise refused(Refusal("unknown_message", "is not a message of this conversation", "reply_to"))
