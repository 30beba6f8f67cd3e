"""Customers' records as requests change them: one contact or two, with all that belongs to them, in a transaction."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.scheduled import Moved
from atd_conversation.domain.sight import Sight
from atd_conversation.store.documents import contact_of, conversation_of
from atd_conversation.store.followed import FollowedContacts
from atd_conversation.store.inbound import MOST_CONVERSATIONS, MOST_IDS
from atd_conversation.store.indexes import (
    BY_CONTACT,
    BY_IDENTITY_OWNER,
    BY_MERGE,
    BY_MERGED_INTO,
    BY_SIGN,
    BY_UNDONE,
    CONTACTS,
    CONVERSATIONS,
    IDENTITIES,
)
from atd_conversation.store.moved_papers import moved_to
from atd_conversation.store.names import NameSource, NoNames
from atd_conversation.store.sights import seen_contacts, seen_conversations
from atd_conversation.store.timeline import Timeline

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Session

MOST_ALIKE = 20
"""Contacts that are looked at for each sign that a duplicate would share."""

MOST_MERGES = 100
"""Merges of one contact that are listed."""


class Belongings(NamedTuple):
    """All that belongs to some contacts: who each identity key names, and their conversations.

    `complete` is false where there was more than can be moved in one transaction.
    """

    contact_ids: dict[str, str]
    conversations: list[Conversation]
    complete: bool


class Records:
    """Contacts of one tenant at a time, one by one; single ones are found, and followed, by `contacts`."""

    def __init__(self, database: "Database", names: NameSource | None = None) -> None:
        self._names = names or NoNames()
        self.contacts = FollowedContacts(database, self._names)
        self.timeline = Timeline(database)
        self._database = database
        self._contacts = database[CONTACTS]
        self._identities = database[IDENTITIES]
        self._conversations = database[CONVERSATIONS]

    async def by_merge(self, tenant_id: str, merge_id: str, session: "Session | None" = None) -> Contact | None:
        """The contact that gave way in a merge that was not undone. Those of earlier versions go by its own id."""
        query = {"tenant_id": tenant_id, "merged.id": merge_id}
        row = await self._contacts.find_one(query, session=session, hint=BY_MERGE)
        if row is None:
            row = await self._contacts.find_one({"_id": merge_id, "tenant_id": tenant_id}, session=session)
        contact = contact_of(row, await self._names.of(tenant_id)) if row else None
        return contact if contact is not None and contact.merged is not None and contact.merged.id == merge_id else None

    async def was_undone(self, tenant_id: str, merge_id: str, session: "Session | None" = None) -> bool:
        """Whether there was such a merge, and it was taken back."""
        query = {"tenant_id": tenant_id, "undone": merge_id}
        return await self._contacts.find_one(query, {"_id": 1}, session=session, hint=BY_UNDONE) is not None

    async def merged_into(
        self, tenant_id: str, contact_ids: Sequence[str], session: "Session | None" = None
    ) -> list[Contact]:
        """Contacts that gave way to one of these, the latest first."""
        query = {"tenant_id": tenant_id, "merged.into": {"$in": list(contact_ids)}}
        cursor = self._contacts.find(query, session=session).hint(BY_MERGED_INTO).limit(MOST_MERGES)
        names = await self._names.of(tenant_id)
        found = [contact_of(row, names) for row in await cursor.to_list(MOST_MERGES)]
        return sorted(found, key=lambda one: (one.merged.at, one.id) if one.merged else (one.created_at, one.id))[::-1]

    async def belongings(
        self, tenant_id: str, contact_ids: Sequence[str], session: "Session | None" = None, *, times: int = 1
    ) -> Belongings:
        """All that belongs to these contacts, up to `times` what can be joined."""
        names = await self._names.of(tenant_id)
        most_ids, most_conversations = times * MOST_IDS + 1, times * MOST_CONVERSATIONS + 1
        of_contacts = {"contact_id": {"$in": list(contact_ids)}}
        cursor = self._identities.find(of_contacts, session=session, batch_size=most_ids).hint(BY_IDENTITY_OWNER)
        rows = await cursor.limit(most_ids).to_list(most_ids)
        theirs = {"tenant_id": tenant_id, "contact.id": {"$in": list(contact_ids)}}
        found = self._conversations.find(theirs, session=session, batch_size=most_conversations).hint(BY_CONTACT)
        conversations = await found.limit(most_conversations).to_list(most_conversations)
        return Belongings(
            {row["_id"]: row["contact_id"] for row in rows},
            [conversation_of(row, names) for row in conversations],
            complete=len(rows) < most_ids and len(conversations) < most_conversations,
        )

    async def moved_to(self, conversations: Sequence[Conversation], session: "Session") -> list[Moved]:
        """What is to be said in these conversations of one tenant, and came from others that gave way to them."""
        if not conversations:
            return []
        ids = [one.id for one in conversations]
        return await moved_to(self._database, session, conversations[0].tenant_id, ids)

    async def conversation_ids(self, sight: Sight, contact_id: str) -> list[str]:
        """The conversations of a contact that are seen, the latest up to `MOST_CONVERSATIONS`."""
        query = {**seen_conversations(sight), "contact.id": contact_id}
        cursor = self._conversations.find(query, {"_id": 1}).sort("opened_at", -1).hint(BY_CONTACT)
        return [row["_id"] for row in await cursor.limit(MOST_CONVERSATIONS).to_list(MOST_CONVERSATIONS)]

    async def alike(self, sight: Sight, signs: Sequence[str]) -> list[Contact]:
        """Contacts that share a sign and are seen, up to `MOST_ALIKE` for each."""
        found: dict[str, Contact] = {}
        names = await self._names.of(sight.tenant_id)
        for sign in signs:
            cursor = self._contacts.find({**seen_contacts(sight), "signs": sign}).hint(BY_SIGN).limit(MOST_ALIKE + 1)
            for row in await cursor.to_list(MOST_ALIKE + 1):
                found.setdefault(row["_id"], contact_of(row, names))
        return list(found.values())
