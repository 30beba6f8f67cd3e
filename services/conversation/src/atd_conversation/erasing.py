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
from atd_conversation.domain.channels import Channels
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.events import erase_command
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.preparing import Preparing
from atd_conversation.store.erasing import Piece, Removal
from atd_conversation.store.importing import ImportMatches
from atd_conversation.store.privacy import Erasure, LogEntry, Privacy
from atd_conversation.store.unit import UnitStore
from atd_conversation.uploads import THUMBNAIL
from atd_schemas.ids import uuid5
from atd_schemas.privacy import ErasureConfirmed
from atd_servicekit.clock import Clock
from atd_servicekit.consuming import Record
from atd_servicekit.files import FileStore, file_key
from atd_servicekit.jobs import Again, Job, Jobs

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

LOOK_AGAIN = timedelta(minutes=1)
"""After the last step: what was being taken in at the first one is stored by then."""


class Erasing:
    """The job of an erasure, and the handler of confirmations."""

    def __init__(
        self,
        privacy: Privacy,
        removal: Removal,
        matches: ImportMatches,
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
        removed = await self._removal.remove_identities(erasure.tenant_id, erasure.contacts)
        await self._privacy.count_erased(erasure.id, {"identities": removed})
        conversation = await self._removal.a_conversation(erasure.tenant_id, erasure.contacts)
        if conversation is not None:
            await self._erase_piece(erasure, conversation)
            return Again(self._clock.now())
        await self._erase_contacts(erasure)
        await self._finish(erasure)
        if job.data.get("looked_again"):
            return None
        return Again(self._clock.now() + LOOK_AGAIN, {"looked_again": True})

    async def _erase_piece(self, erasure: Erasure, conversation: Conversation) -> None:
        """Some messages of a conversation, or the conversation once it has none. Bytes go first: see `Uploads`."""
        piece = await self._removal.piece(conversation)
        for attachment_id in piece.attachment_ids:
            for variant in ("", THUMBNAIL):
                await self._files.delete(file_key(erasure.tenant_id, attachment_id, variant))

        async def work(session: "Session") -> int:
            await self._tell_channel(session, erasure, conversation, piece)
            if piece.message_ids:
                return await self._removal.remove_messages(session, piece)
            for file in await self._preparing.rows.latest(
                erasure.tenant_id, "transcript", conversation.id, limit=100, session=session
            ):
                await self._preparing.discard(session, file)
            await self._removal.remove_conversation(session, conversation)
            return 0

        removed = await self._transaction(work)
        counts = {"messages": removed, "files": len(piece.attachment_ids), "conversations": 0 if removed else 1}
        await self._privacy.count_erased(erasure.id, counts)

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

    async def _erase_contacts(self, erasure: Erasure) -> None:
        caller = Caller(erasure.tenant_id, erasure.asked_by, erasure.id)

        async def work(session: "Session") -> dict[str, int]:
            counts = await self._removal.remove_rest(session, erasure.tenant_id, erasure.contacts)
            for contact_id in erasure.contacts:
                for file in await self._preparing.rows.latest(
                    erasure.tenant_id, "contact_data", contact_id, limit=100, session=session
                ):
                    await self._preparing.discard(session, file)
                contact = await self._matches.one(erasure.tenant_id, contact_id, session)
                if contact is not None:
                    await self._contacts.remove(session, caller, contact)
                    counts["contacts"] = counts.get("contacts", 0) + 1
            return counts

        await self._privacy.count_erased(erasure.id, await self._transaction(work))

    async def _finish(self, erasure: Erasure) -> None:
        """Done once every service has confirmed."""
        now = self._clock.now()
        if not await self._privacy.all_confirmed(erasure.id):
            await self._privacy.set_state(erasure.id, "waiting", now)
            if not await self._privacy.all_confirmed(erasure.id):
                return
        if await self._privacy.set_state(erasure.id, "done", now):
            await self._privacy.log(
                None,
                LogEntry(
                    uuid5("erased", erasure.id),
                    erasure.tenant_id,
                    now,
                    "erased",
                    erasure.asked_by,
                    f"contact:{erasure.contact_id}",
                    {"erasure_id": erasure.id},
                ),
            )
