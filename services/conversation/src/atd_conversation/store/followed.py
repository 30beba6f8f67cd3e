"""Whom an id means: a contact, or the one that goes on for it.

A contact can be merged into another one at any time, and its id stays in addresses, forms, jobs and other services.
"""

from typing import TYPE_CHECKING

from atd_conversation.domain.contact import Contact
from atd_conversation.store.documents import contact_of
from atd_conversation.store.indexes import CONTACTS
from atd_conversation.store.names import NameSource, NoNames

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Session

LONGEST_PATH = 101
"""Contacts that go on for one another: whoever has gone on for as many as it can gives way once more."""


class FollowedContacts:
    """Contacts of one tenant at a time, by id. Whatever is told a contact's id asks here whom it means."""

    def __init__(self, database: "Database", names: NameSource | None = None) -> None:
        self._contacts = database[CONTACTS]
        self._names = names or NoNames()

    async def one(self, tenant_id: str, contact_id: str, session: "Session | None" = None) -> Contact | None:
        """The contact itself, also one that another one goes on for."""
        row = await self._contacts.find_one({"_id": contact_id, "tenant_id": tenant_id}, session=session)
        return contact_of(row, await self._names.of(tenant_id)) if row else None

    async def path(self, tenant_id: str, contact_id: str, session: "Session | None" = None) -> list[Contact]:
        """The contact and those that go on for it, one after the other; empty when there is none.

        The last one is whom everything is about that names any of them, at any later time.
        """
        found: list[Contact] = []
        wanted: str | None = contact_id
        while wanted is not None and len(found) < LONGEST_PATH:
            contact = await self.one(tenant_id, wanted, session)
            if contact is None:
                break
            found.append(contact)
            wanted = contact.merged.into if contact.merged else None
        return found

    async def present(self, tenant_id: str, contact_id: str, session: "Session | None" = None) -> Contact | None:
        """The contact, or the one that goes on for it."""
        path = await self.path(tenant_id, contact_id, session)
        return path[-1] if path and path[-1].merged is None else None
