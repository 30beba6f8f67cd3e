"""Writes the transcript of a conversation into a file, in pieces."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.domain.names import marked
from atd_conversation.domain.prepared_files import PreparedFile
from atd_conversation.domain.transcripts import (
    Audience,
    Entry,
    Transcript,
    Words,
    entry_of,
    event_entry,
    is_own_quote,
    is_shown,
    transcript_name,
    words_of,
)
from atd_conversation.domain.transcripts.head import Format
from atd_conversation.domain.transcripts.text import entry_text, head_text
from atd_conversation.files.thumbnails import MAX_THUMBNAIL_BYTES, NoThumbnail, Thumbnails
from atd_conversation.names_lookup import NamesLookup
from atd_conversation.store.queries import Queries
from atd_conversation.store.timeline import Timeline
from atd_conversation.store.transcripts import ThreadReader
from atd_servicekit.files import FileMissing

if TYPE_CHECKING:
    from atd_conversation.papers.transcripts.pdf import PdfTranscript

MOST_MESSAGES = 100_000
"""Messages of one transcript."""

PAGE = 200
"""Messages that are read and written at once."""

MOST_EVENTS = 1_000
"""Events that are told within `PAGE` messages, and after the last one."""

MIME_TYPES: dict[Format, str] = {"pdf": "application/pdf", "text": "text/plain"}
_IN_MEMORY = 4 * 1024 * 1024

Told = Callable[[int, int], Awaitable[None]]
"""Hears how many messages of how many are written."""


class TranscriptWriter:
    """One PDF at a time in a process, in a thread: laying out takes processor."""

    def __init__(self, reader: ThreadReader, timeline: Timeline, names: NamesLookup, thumbnails: Thumbnails) -> None:
        self._reader = reader
        self._timeline = timeline
        self._names = names
        self._thumbnails = thumbnails
        self._place = asyncio.Lock()

    async def write(
        self, conversation: Conversation, audience: Audience, file_format: Format, words: Words, told: Told
    ) -> tuple[str, BinaryIO]:
        """The name of the file, and the file itself at its beginning; its reader closes it."""
        directions = ("outbound",) if audience == "customer" else ("outbound", "note")
        names = await self._reader.attendants(conversation.tenant_id, conversation.id, directions)
        head = Transcript.of(conversation, audience, words, tuple(names))
        name = transcript_name(conversation.number, words, audience, file_format)
        out: BinaryIO = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115 - handed on
        try:
            if file_format == "pdf":
                async with self._place:
                    await self._write_pdf(conversation, head, out, name, told)
            else:
                await self._write_text(conversation, head, out, told)
            out.seek(0)
        except BaseException:
            out.close()
            raise
        return name, out

    async def _write_text(self, conversation: Conversation, head: Transcript, out: BinaryIO, told: Told) -> None:
        day: str | None = None

        async def take(some: Sequence[Entry], _: dict[str, bytes]) -> None:
            nonlocal day
            for entry in some:
                out.write(entry_text(entry, head.words, day).encode())
                day = head.words.day(entry.at)

        out.write(b"\xef\xbb\xbf")  # editors of some systems know UTF-8 by it
        out.write(head_text(head).encode())
        await self._read(conversation, head, take, told)

    async def _write_pdf(
        self, conversation: Conversation, head: Transcript, out: BinaryIO, name: str, told: Told
    ) -> None:
        pdf = await asyncio.to_thread(_pdf, out, head, name)

        async def take(some: Sequence[Entry], pictures: dict[str, bytes]) -> None:
            await asyncio.to_thread(_add, pdf, some, pictures)

        await self._read(conversation, head, take, told, pictures=lambda: pdf.takes_pictures)
        await asyncio.to_thread(pdf.finish)

    async def _read(
        self,
        conversation: Conversation,
        head: Transcript,
        take: Callable[[Sequence[Entry], dict[str, bytes]], Awaitable[None]],
        told: Told,
        *,
        pictures: Callable[[], bool] = lambda: False,
    ) -> None:
        tenant_id, after, done = conversation.tenant_id, 0, 0
        total = await self._reader.count(tenant_id, conversation.id, most=MOST_MESSAGES)
        while done < total:
            messages = await self._reader.page(tenant_id, conversation.id, after=after, limit=min(PAGE, total - done))
            if not messages:
                break
            answered = await self._reader.by_ids(tenant_id, (one.reply_to for one in messages if one.reply_to))
            quoted = {key: one for key, one in answered.items() if is_own_quote(conversation, one)}
            shown = [one for one in messages if is_shown(one, head.audience)]
            tags = (await self._names.of(tenant_id)).tags
            entries = [
                (
                    one.sequence,
                    entry_of(
                        one,
                        head.audience,
                        head.words,
                        customer=head.customer,
                        quoted=quoted.get(one.reply_to or ""),
                        tags=tuple(tag.name for tag in marked(one.tags, tags)),
                    ),
                )
                for one in shown
            ]
            entries += await self._events(conversation, head, after, messages[-1].sequence)
            sequenced = [entry for _, entry in sorted(entries, key=lambda pair: pair[0])]
            await take(sequenced, await self._pictures(tenant_id, shown) if pictures() else {})
            done, after = done + len(messages), messages[-1].sequence
            await told(done, total)
        await take([entry for _, entry in await self._events(conversation, head, after, None)], {})

    async def _events(
        self, conversation: Conversation, head: Transcript, after: int, until: int | None
    ) -> list[tuple[int, Entry]]:
        """What happened between two places, for the company alone; each with its place."""
        if head.audience != "internal":
            return []
        found = await self._timeline.between(conversation.tenant_id, conversation.id, after, until, limit=MOST_EVENTS)
        lines = ((one.sequence, event_entry(one, head.words, customer=head.customer)) for one in found)
        return [(sequence, entry) for sequence, entry in lines if entry is not None]

    async def _pictures(self, tenant_id: str, messages: Sequence[Message]) -> dict[str, bytes]:
        """The small pictures of the files that have one, by the file's id."""
        found = {}
        for attachment in (file for message in messages if message.deleted_at is None for file in message.attachments):
            if attachment.state != "ready":
                continue
            with suppress(NoThumbnail, FileMissing):
                opened = await self._thumbnails.open(tenant_id, attachment)
                if opened.size <= MAX_THUMBNAIL_BYTES:
                    found[attachment.id] = b"".join([chunk async for chunk in opened.chunks])
        return found


def _pdf(out: BinaryIO, head: Transcript, name: str) -> "PdfTranscript":
    from atd_conversation.papers.transcripts.pdf import PdfTranscript  # noqa: PLC0415 - 0.4 s of each start

    return PdfTranscript(out, head, name)


def _add(pdf: "PdfTranscript", entries: Sequence[Entry], pictures: dict[str, bytes]) -> None:
    for entry in entries:
        pdf.add(entry, pictures if pdf.takes_pictures else {})


class TranscriptMaker:
    """Makes a transcript that was asked for."""

    def __init__(self, queries: Queries, writer: TranscriptWriter) -> None:
        self._queries = queries
        self._writer = writer

    async def __call__(self, file: PreparedFile, told: Told) -> tuple[str, str, BinaryIO] | None:
        conversation = await self._queries.conversation(file.tenant_id, file.about or "")
        if conversation is None:
            return None
        asked = file.details
        words = words_of(asked["language"], asked["time_zone"])
        name, out = await self._writer.write(conversation, asked["audience"], asked["format"], words, told)
        return name, MIME_TYPES[asked["format"]], out
