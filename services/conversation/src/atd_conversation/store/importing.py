"""Finding the customers that the lines of a file are about, by an index and within a bound."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.imports.lines import signs_of_values
from atd_conversation.domain.imports.records import known_values
from atd_conversation.store.documents import contact_of
from atd_conversation.store.imports import BY_CONTACT as LINE_BY_CONTACT
from atd_conversation.store.imports import IMPORT_LINES, Import
from atd_conversation.store.indexes import (
    BY_CONTACT,
    BY_IDENTITY_OWNER,
    BY_NOTED_CONTACT,
    BY_SIGN,
    CONTACT_NOTES,
    CONTACTS,
    CONVERSATIONS,
    IDENTITIES,
)

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Session

MOST_ALIKE = 2_000
"""Contacts that share a phone or an e-mail address with one of the lines of a step."""


class ImportMatches:
    """Contacts of one tenant."""

    def __init__(self, database: "Database") -> None:
        self._db = database

    async def one(self, tenant_id: str, contact_id: str, session: "Session | None" = None) -> Contact | None:
        row = await self._db[CONTACTS].find_one({"_id": contact_id, "tenant_id": tenant_id}, session=session)
        return contact_of(row) if row else None

    async def by_signs(
        self, tenant_id: str, signs: Sequence[str], session: "Session | None" = None
    ) -> dict[str, list[Contact]]:
        """The contacts whose record has a sign, the oldest first. What somebody only claims is no sign here."""
        wanted = sorted(set(signs))
        if not wanted:
            return {}
        query = {"tenant_id": tenant_id, "signs": {"$in": wanted}}
        cursor = self._db[CONTACTS].find(query, session=session).hint(BY_SIGN).limit(MOST_ALIKE)
        contacts = [contact_of(row) for row in await cursor.to_list(MOST_ALIKE)]
        found: dict[str, list[Contact]] = {}
        for contact in sorted(contacts, key=lambda one: (one.created_at, one.id)):
            for sign in signs_of_values(known_values(contact)):
                if sign in wanted:
                    found.setdefault(sign, []).append(contact)
        return found

    async def made_by(self, made: Import, known: Mapping[str, Sequence[Contact]]) -> dict[str, int]:
        """By contact the line of this import that is about it."""
        ids = sorted({one.id for each in known.values() for one in each})
        if not ids:
            return {}
        query = {"tenant_id": made.tenant_id, "contact_id": {"$in": ids}, "import_id": made.id}
        cursor = self._db[IMPORT_LINES].find(query, {"contact_id": 1, "number": 1}).hint(LINE_BY_CONTACT)
        rows = await cursor.limit(MOST_ALIKE).to_list(MOST_ALIKE)
        return {row["contact_id"]: row["number"] for row in sorted(rows, key=lambda row: -row["number"])}

    async def is_used(self, contact: Contact, session: "Session") -> bool:
        """Whether anything belongs to a contact: a conversation, an identity, a note."""
        theirs = {"tenant_id": contact.tenant_id, "contact_id": contact.id}
        for collection, query, index in (
            (CONVERSATIONS, {"tenant_id": contact.tenant_id, "contact.id": contact.id}, BY_CONTACT),
            (IDENTITIES, {"contact_id": contact.id}, BY_IDENTITY_OWNER),
            (CONTACT_NOTES, theirs, BY_NOTED_CONTACT),
        ):
            if await self._db[collection].find_one(query, {"_id": 1}, session=session, hint=index) is not None:
                return True
        return False
