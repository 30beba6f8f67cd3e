"""What a `Sight` means for queries: the condition that each takes over, and whether one thing is seen.

A thing belongs to a conversation, and a conversation to its assignee; a contact has in `attendants` the assignees of
its conversations. Nothing is asked for somebody who sees everything.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from atd_conversation.domain.sight import Sight
from atd_conversation.store.followed import FollowedContacts
from atd_conversation.store.indexes import ATTACHMENTS, BY_CONTACT, CONVERSATIONS, MESSAGES, SCHEDULED

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session


def seen_conversations(sight: Sight) -> "Document":
    """The condition for the conversations of a tenant that are seen; a narrower one walks `BY_ASSIGNEE`."""
    return {"tenant_id": sight.tenant_id} | ({} if sight.only_of is None else {"assignee.id": sight.only_of})


def seen_contacts(sight: Sight) -> "Document":
    """The condition for the contacts of a tenant that are seen; a narrower one walks `BY_ATTENDANT`."""
    return {"tenant_id": sight.tenant_id} | ({} if sight.only_of is None else {"attendants": sight.only_of})


class Seen(Protocol):
    """Whether one thing is seen; with a session, as its transaction finds it."""

    async def __call__(self, sight: Sight, thing_id: str, session: "Session | None" = None, /) -> bool: ...


class Sights:
    """Answers whether single things are seen, each by its id. What is not there is not seen."""

    def __init__(self, database: "Database") -> None:
        self._conversations = database[CONVERSATIONS]
        self._messages = database[MESSAGES]
        self._attachments = database[ATTACHMENTS]
        self._followed = FollowedContacts(database)
        self._scheduled = database[SCHEDULED]
        self.by_name: Mapping[str, Seen] = {
            "conversation_id": self.conversation,
            "message_id": self.message,
            "attachment_id": self.attachment,
            "contact_id": self.contact,
            "scheduled_id": self.scheduled,
        }
        """By the name of a parameter of a path: how the thing it names is looked at."""

    async def conversation(self, sight: Sight, conversation_id: str, session: "Session | None" = None) -> bool:
        query = {"_id": conversation_id, **seen_conversations(sight)}
        return await self._conversations.find_one(query, {"_id": 1}, session=session) is not None

    async def message(self, sight: Sight, message_id: str, session: "Session | None" = None) -> bool:
        query = {"_id": message_id, "tenant_id": sight.tenant_id}
        row = await self._messages.find_one(query, {"conversation_id": 1}, session=session)
        return row is not None and await self.conversation(sight, row["conversation_id"], session)

    async def scheduled(self, sight: Sight, scheduled_id: str, session: "Session | None" = None) -> bool:
        """A scheduled message of a conversation that is seen, or one's own: those words are not lost."""
        query = {"_id": scheduled_id, "tenant_id": sight.tenant_id}
        row = await self._scheduled.find_one(query, {"conversation_id": 1, "author.id": 1}, session=session)
        if row is None or row["author"]["id"] == sight.only_of:
            return row is not None
        return await self.conversation(sight, row["conversation_id"], session)

    async def attachment(self, sight: Sight, attachment_id: str, session: "Session | None" = None) -> bool:
        """A file of a conversation or the picture of a contact that is seen; or their own upload, or one for all.

        Of none are uploads; a quick reply's is kept for all.
        """
        query = {"_id": attachment_id, "tenant_id": sight.tenant_id}
        row = await self._attachments.find_one(
            query, {"conversation_id": 1, "uploaded_by": 1, "kept_by": 1, "contact_id": 1}, session=session
        )
        if row is None:
            return False
        if row["conversation_id"] is not None:
            return await self.conversation(sight, row["conversation_id"], session)
        if "contact_id" in row:
            return await self.contact(sight, row["contact_id"], session)
        return "kept_by" in row or sight.only_of in (None, row["uploaded_by"])

    async def contact(self, sight: Sight, contact_id: str, session: "Session | None" = None) -> bool:
        """A contact with a conversation that is seen, or that they wrote down and that has none yet.

        One that was merged away is as the one that goes on for it.
        """
        contact = await self._followed.present(sight.tenant_id, contact_id, session)
        if contact is None:
            return False
        if contact.written_by is not None and contact.written_by == sight.only_of:
            return True
        theirs = {**seen_conversations(sight), "contact.id": contact.id}
        return await self._conversations.find_one(theirs, {"_id": 1}, hint=BY_CONTACT, session=session) is not None
