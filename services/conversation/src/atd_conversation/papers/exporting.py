"""Writes contacts into a CSV file, all of a tenant's or those that a search finds."""

import tempfile
from typing import BinaryIO

from atd_conversation.domain.catalogue_kinds import CONTACT_FIELD
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.custom_fields import definitions_of
from atd_conversation.domain.imports.writing import Sheet
from atd_conversation.domain.prepared_files import PreparedFile
from atd_conversation.domain.search_terms import asked_terms, listed_as
from atd_conversation.domain.sight import Sight
from atd_conversation.papers.preparing import Made, Told
from atd_conversation.settings_cache import SettingsCache
from atd_conversation.store.queries import Queries

MOST_CONTACTS = 1_000_000
_AT_ONCE = 500
_IN_MEMORY = 4 * 1024 * 1024


class ContactsExport:
    """Makes the file that was asked for."""

    def __init__(self, queries: Queries, settings: SettingsCache) -> None:
        self._queries = queries
        self._settings = settings

    async def __call__(self, file: PreparedFile, told: Told) -> Made | None:
        sight = Sight(file.tenant_id, file.details["seen_by"])
        settings = await self._settings.of(file.tenant_id)
        labels = {item.values["key"]: item.values["label"] for item in settings.of(CONTACT_FIELD).values()}
        custom = [(key, labels.get(key, key)) for key in sorted(definitions_of(settings))]
        sheet = Sheet.of(file.details["language"], custom)
        out: BinaryIO = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115 - handed on
        try:
            out.write(sheet.head())
            if file.details["q"]:
                found = await self._queries.contacts.search(sight, asked_terms(file.details["q"]))
                out.write(sheet.lines(found))
                await told(len(found), len(found))
            else:
                await self._write_all(sight, sheet, out, told)
            out.seek(0)
        except BaseException:
            out.close()
            raise
        return f"contatos-{file.created_at:%Y-%m-%d}.csv", "text/csv", out

    async def _write_all(self, sight: Sight, sheet: Sheet, out: BinaryIO, told: Told) -> None:
        after: tuple[str, str] | None = None
        done = 0
        while done < MOST_CONTACTS:
            rows: list[Contact] = await self._queries.contacts.by_name(sight, limit=_AT_ONCE, after=after)
            out.write(sheet.lines(rows))
            done += len(rows)
            await told(done, done)
            if len(rows) < _AT_ONCE:
                return
            after = (listed_as(rows[-1]) or "", rows[-1].id)
