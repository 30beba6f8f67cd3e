"""All data of a customer as a zip file, to be handed to them: the record, what was said, transcripts, files.

What is internal (notes, lines of the product, messages that never reached them) is not theirs and not in it.
"""

import asyncio
import tempfile
import zipfile
from contextlib import suppress
from typing import BinaryIO

import orjson

from atd_conversation.domain.attachments import file_name
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.domain.prepared_files import PreparedFile
from atd_conversation.domain.transcripts import is_shown, words_of
from atd_conversation.papers.preparing import MAX_BYTES, Made, Told
from atd_conversation.papers.transcripts.writer import PAGE, TranscriptWriter
from atd_conversation.store.erasing import Removal
from atd_conversation.store.queries import Queries
from atd_conversation.store.records import Records
from atd_conversation.store.transcripts import ThreadReader
from atd_servicekit.files import FileMissing, FileStore, file_key

MOST_CONVERSATIONS = 5_000
_IN_MEMORY = 4 * 1024 * 1024


class ContactData:
    """Makes the file that was asked for."""

    def __init__(
        self,
        records: Records,
        removal: Removal,
        queries: Queries,
        threads: ThreadReader,
        writer: TranscriptWriter,
        files: FileStore,
    ) -> None:
        self._records = records
        self._removal = removal
        self._queries = queries
        self._threads = threads
        self._writer = writer
        self._files = files

    async def __call__(self, file: PreparedFile, told: Told) -> Made | None:
        contact = await self._records.contacts.present(file.tenant_id, file.about or "")
        if contact is None:
            return None
        out: BinaryIO = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115 - handed on
        try:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                identities = sorted((await self._records.belongings(file.tenant_id, [contact.id])).contact_ids)
                known = [key.partition("|")[2] for key in identities]
                archive.writestr("contact.json", _json({**contact.view().model_dump(mode="json"), "identities": known}))
                ids = await self._removal.conversation_ids(file.tenant_id, [contact.id], limit=MOST_CONVERSATIONS)
                for done, conversation_id in enumerate(ids):
                    await told(done, len(ids))
                    conversation = await self._queries.conversation(file.tenant_id, conversation_id)
                    if conversation is not None:
                        await self._add(archive, file, conversation)
            out.seek(0)
        except BaseException:
            out.close()
            raise
        return f"dados-{contact.id}.zip", "application/zip", out

    async def _add(self, archive: zipfile.ZipFile, file: PreparedFile, conversation: Conversation) -> None:
        folder = f"conversations/{conversation.number}"
        words = words_of(file.details["language"], file.details["time_zone"])

        async def nobody(_done: int, _total: int) -> None:
            """The progress is that of the whole file."""

        name, transcript = await self._writer.write(conversation, "customer", "text", words, nobody)
        with transcript:
            archive.writestr(f"{folder}/{name}", transcript.read())
        after, shown = 0, []
        while page := await self._threads.page(conversation.tenant_id, conversation.id, after=after, limit=PAGE):
            after = page[-1].sequence
            for message in (one for one in page if is_shown(one, "customer")):
                shown.append(message.view().model_dump(mode="json", exclude={"tags", "error", "client_id"}))
                await self._add_files(archive, folder, message)
        about = {
            "number": conversation.number,
            "opened_at": conversation.opened_at,
            "closed_at": conversation.closed_at,
        }
        where = {"channel": conversation.channel.model_dump(mode="json")}
        if conversation.thread is not None:
            where["thread"] = conversation.thread.model_dump(mode="json", exclude={"private_channel"})
        archive.writestr(f"{folder}/messages.json", _json({**about, **where, "messages": shown}))

    async def _add_files(self, archive: zipfile.ZipFile, folder: str, message: Message) -> None:
        for attachment in message.attachments if message.deleted_at is None else ():
            if attachment.state != "ready" or (attachment.size or 0) > MAX_BYTES:
                continue
            with suppress(FileMissing):
                opened = await self._files.open(file_key(message.tenant_id, attachment.id))
                kept_as = file_name(message.kind, attachment.name, attachment.mime_type)
                with archive.open(f"{folder}/files/{attachment.id[-8:]}-{kept_as}", "w", force_zip64=True) as target:
                    async for chunk in opened.chunks:
                        await asyncio.to_thread(target.write, chunk)


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)
