"""Erases all that is kept of a customer, here and in the services of channels, and writes the receipt.

In steps, each safe to repeat: first nobody is recognised as them any more, then messages with their files go in pieces,
then conversations, at last the records. What a channel service keeps is erased by a command on its topic that comes
after all sends of the conversation; it confirms on `privacy.confirmations.v1`.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from atd_conversation.commands.contacts import Caller, ContactCommands
from atd_conversation.commands.effects import send_command
from atd_conversation.domain.attachments import THUMBNAIL
from atd_conversation.domain.channels import Channels
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.events import erase_command
from atd_conversation.domain.imports.traces import Traces
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.papers.preparing import Preparing
from atd_conversation.store.erasing import Piece, Removal
from atd_conversation.store.importing import ImportMatches
from atd_conversation.store.imports import Import, Imports
from atd_conversation.store.privacy import Erasure, LogEntry, Privacy
from atd_conversation.store.unit import UnitStore
from atd_schemas.ids import uuid7
from atd_schemas.privacy import ErasureConfirmed
from atd_servicekit.clock import Clock
from atd_servicekit.consuming import Record
from atd_servicekit.files import FileStore, file_key
from atd_servicekit.idempotency import Idempotency
from atd_servicekit.jobs import Again, Job, Jobs

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

MOST_KEYS = 3_000
"""Identities of a customer, of all records that were merged into theirs."""

LOOK_AGAIN = timedelta(minutes=1)
"""After the last step: what was being taken in at the first one is stored by then."""


class Erasing:
    """The job of an erasure, and the handler of confirmations."""

    def __init__(
        self,
        privacy: Privacy,
        removal: Removal,
        matches: ImportMatches,
        imports: Imports,
        idempotency: Idempotency,
        contacts: ContactCommands,
        store: UnitStore,
        preparing: Preparing,
        files: FileStore,
        channels: Channels,
        jobs: Jobs,
        transaction: Any,
        clock: Clock,
    ) -> None:
        self._privacy = privacy
        self._removal = removal
        self._matches = matches
        self._imports = imports
        self._idempotency = idempotency
        self._contacts = contacts
        self._store = store
        self._preparing = preparing
        self._files = files
        self._channels = channels
        self._jobs = jobs
        self._transaction = transaction
        self._clock = clock
        jobs.handle("erasure", self._step)

    async def begin(self, session: "Session", erasure: Erasure) -> None:
        """Let the job run."""
        await self._privacy.add_erasure(session, erasure)
        await self._jobs.put(session, Job(erasure.id, "erasure", erasure.tenant_id, self._clock.now()))

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        """`privacy.confirmations.v1`."""
        for record in records:
            event = record.event
            if isinstance(event, ErasureConfirmed):
                await self._privacy.confirm(event.data.command_id, event.data.erased, event.occurred_at)
                erasure = await self._privacy.erasure(event.tenant_id, event.data.erasure_id)
                if erasure is not None and erasure.state == "waiting":
                    await self._finish(erasure)

    async def _step(self, job: Job) -> Again | None:
        erasure = await self._privacy.erasure(job.tenant_id, job.id)
        if erasure is None:
            return None
        keys = await self._forget_identities(erasure, job.data.get("keys", ()))
        conversation = await self._removal.a_conversation(erasure.tenant_id, erasure.contacts)
        if conversation is not None:
            await self._erase_piece(erasure, conversation)
            return Again(self._clock.now(), {**job.data, "keys": keys})
        await self._erase_from_imports(erasure)
        await self._erase_pictures(erasure)
        await self._erase_contacts(erasure)
        await self._finish(erasure)
        if job.data.get("looked_again"):
            return None
        return Again(self._clock.now() + LOOK_AGAIN, {"looked_again": True, "keys": keys})

    async def _forget_identities(self, erasure: Erasure, known: Sequence[str]) -> list[str]:
        """Nobody is recognised as them from now on; the keys by which they were, those `known` before among them.

        What waits for a message goes first: by the keys alone it is known whose it is.
        """
        tenant_id, contacts = erasure.tenant_id, erasure.contacts
        keys = dict.fromkeys(known)
        keys.update(dict.fromkeys(await self._removal.identity_keys(tenant_id, contacts, limit=MOST_KEYS)))
        waiting = await self._removal.remove_waiting(tenant_id, list(keys))
        removed = await self._removal.remove_identities(tenant_id, contacts)
        await self._privacy.count_erased(erasure.id, {"identities": removed, "waiting_events": waiting})
        return list(keys)

    async def _erase_piece(self, erasure: Erasure, conversation: Conversation) -> None:
        """Some messages of a conversation, or the conversation once it has none. Bytes go first: see `Uploads`."""
        piece = await self._removal.piece(conversation, erasure.contacts)
        for attachment_id in piece.attachment_ids:
            for variant in ("", THUMBNAIL):
                await self._files.delete(file_key(erasure.tenant_id, attachment_id, variant))

        async def work(session: "Session") -> None:
            await self._tell_channel(session, erasure, conversation, piece)
            told = (conversation.id, *piece.attachment_ids)
            counts = {
                "messages": await self._removal.remove_messages(session, piece),
                "files": len(piece.attachment_ids),
                "answers": await self._idempotency.forget(session, erasure.tenant_id, told),
            }
            if not piece.message_ids and not piece.attachment_ids:
                counts |= await self._removal.remove_conversation(session, conversation)
                counts["transcripts"] = await self._preparing.discard_all(
                    session, erasure.tenant_id, "transcript", conversation.id
                )
            await self._privacy.count_erased(erasure.id, counts, session)

        await self._transaction(work)

    async def _tell_channel(
        self, session: "Session", erasure: Erasure, conversation: Conversation, piece: Piece
    ) -> None:
        """Have the channel's service erase what it keeps of these messages; the last time: of the conversation."""
        topic = self._channels.topic(conversation.channel.kind)
        if topic is None or (piece.message_ids and not piece.sent_ids and not piece.attachment_ids):
            return
        unit, now = UnitOfWork(), self._clock.now()
        command = erase_command(
            conversation, erasure.id, piece.sent_ids, piece.attachment_ids, now=now, causation_id=erasure.id
        )
        unit.touch(conversation)
        send_command(unit, topic, command)
        await self._privacy.add_command(session, command.id, erasure.id, topic.consumers[0])
        await self._store.save(session, unit, now)

    async def _erase_pictures(self, erasure: Erasure) -> None:
        """Pictures of those whose conversations went before: else they are erased with a conversation."""
        while ids := await self._removal.pictures(erasure.tenant_id, erasure.contacts):
            for attachment_id in ids:
                for variant in ("", THUMBNAIL):
                    await self._files.delete(file_key(erasure.tenant_id, attachment_id, variant))

            async def work(session: "Session", ids: Sequence[str] = ids) -> None:
                await self._removal.remove_messages(session, Piece((), (), tuple(ids)))
                await self._privacy.count_erased(erasure.id, {"files": len(ids)}, session)

            await self._transaction(work)

    async def _erase_from_imports(self, erasure: Erasure) -> None:
        """Rows of files that name them, as long as the records say by what they are known."""
        found = [await self._matches.one(erasure.tenant_id, one) for one in erasure.contacts]
        traces = Traces.of(one for one in found if one is not None)
        after = None
        while imports := await self._imports.some(erasure.tenant_id, after=after):
            for made in imports:
                rows = await self._imports.erase(made.id, traces.in_row)
                if rows:
                    await self._privacy.count_erased(erasure.id, {"import_rows": rows})
                    await self._erase_file_of(erasure, made)
            after = imports[-1].id

    async def _erase_file_of(self, erasure: Erasure, made: Import) -> None:
        """The upload that an import was read from, and the answer that shows its first rows."""
        upload = made.attachment_id
        if upload is not None:
            await self._files.delete(file_key(erasure.tenant_id, upload))

        async def work(session: "Session") -> None:
            ids = [one for one in (made.id, upload) if one is not None]
            counts = {"answers": await self._idempotency.forget(session, erasure.tenant_id, ids)}
            if upload is not None:
                counts["files"] = await self._removal.remove_upload(session, erasure.tenant_id, upload)
            await self._privacy.count_erased(erasure.id, counts, session)

        await self._transaction(work)

    async def _erase_contacts(self, erasure: Erasure) -> None:
        """The records, and what was made of them: files with their data, and exports that they stand in."""
        caller = Caller(erasure.tenant_id, erasure.asked_by, erasure.id)
        tenant_id, discard = erasure.tenant_id, self._preparing.discard_all

        async def work(session: "Session") -> None:
            counts = await self._removal.remove_rest(session, tenant_id, erasure.contacts)
            counts["exports"] = await discard(session, tenant_id, "contacts", None)
            counts["answers"] = await self._idempotency.forget(session, tenant_id, erasure.contacts)
            counts["contacts"] = 0
            for contact_id in erasure.contacts:
                counts["exports"] += await discard(session, tenant_id, "contact_data", contact_id)
                contact = await self._matches.one(tenant_id, contact_id, session)
                if contact is not None:
                    await self._contacts.remove(session, caller, contact)
                    counts["contacts"] += 1
            await self._privacy.count_erased(erasure.id, counts, session)

        await self._transaction(work)

    async def _finish(self, erasure: Erasure) -> None:
        """Done once every service has confirmed."""
        now = self._clock.now()
        if not await self._privacy.all_confirmed(erasure.id):
            await self._privacy.set_state(erasure.id, "waiting", now)
            if not await self._privacy.all_confirmed(erasure.id):
                return

        async def work(session: "Session") -> None:
            if await self._privacy.set_state(erasure.id, "done", now, session):
                subject, details = f"contact:{erasure.contact_id}", {"erasure_id": erasure.id}
                entry = LogEntry(uuid7(), erasure.tenant_id, now, "erased", erasure.asked_by, subject, details)
                await self._privacy.log(session, entry)

        await self._transaction(work)
