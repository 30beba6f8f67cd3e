"""Finding customers: by what somebody types, by name, by id. Always of one tenant, by an index, within a bound."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pymongo
from pymongo import UpdateOne
from pymongo.errors import PyMongoError

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.search_terms import listed_as, terms_of
from atd_conversation.domain.sight import Sight
from atd_conversation.store.documents import contact_of
from atd_conversation.store.followed import FollowedContacts
from atd_conversation.store.indexes import BY_ATTENDANT, BY_NAME, BY_TERM, CONTACTS, COUNTERS
from atd_conversation.store.late_work import batches_since
from atd_conversation.store.names import NameSource, NoNames
from atd_conversation.store.sights import seen_contacts

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

LIST_SECONDS = 3.0
"""The longest a list may search before it is refused as too wide."""

MOST_FOUND = 200
"""Contacts that one question finds at the most: whoever means another one asks for more of them."""

_PLACE = "contacts.terms"
"""Where in `counters` it is noted up to which contact the terms are there; no tenant has such an id."""


class TooWide(Exception):
    """The filters match so little of so much that the search was given up."""


@contextmanager
def bounded() -> Iterator[None]:
    """Give a search up after `LIST_SECONDS`. Raises `TooWide`."""
    try:
        with pymongo.timeout(LIST_SECONDS):  # `max_time_ms` gives way to the client's own timeout
            yield
    except PyMongoError as error:
        if error.timeout:
            raise TooWide from error
        raise


class ContactQueries:
    """Contacts of one tenant at a time. One that another contact goes on for is found by its id alone."""

    def __init__(self, database: "Database", names: NameSource | None = None) -> None:
        self._contacts = database[CONTACTS]
        self._names = names or NoNames()
        self.followed = FollowedContacts(database, self._names)
        self._counters = database[COUNTERS]

    async def one(self, tenant_id: str, contact_id: str, session: "Session | None" = None) -> Contact | None:
        """The contact itself, also one that another one goes on for."""
        return await self.followed.one(tenant_id, contact_id, session)

    async def by_name(self, sight: Sight, *, limit: int, after: tuple[str, str] | None) -> list[Contact]:
        """Up to `limit` contacts by name that are seen and come after the place `after` (`listed_as` and id)."""
        query: Document = {**seen_contacts(sight), "listed_as": {"$gte": after[0] if after else ""}}
        if after is not None:
            query["$or"] = [{"listed_as": {"$gt": after[0]}}, {"_id": {"$gt": after[1]}}]
        cursor = self._contacts.find(query).sort([("listed_as", 1), ("_id", 1)]).limit(limit)
        cursor = cursor.hint(BY_ATTENDANT if sight.limited else BY_NAME)
        names = await self._names.of(sight.tenant_id)
        with bounded():
            return [contact_of(row, names) for row in await cursor.to_list(limit)]

    async def search(
        self, sight: Sight, terms: Sequence[str], *, limit: int = MOST_FOUND, after: tuple[str, str] | None = None
    ) -> list[Contact]:
        """Up to `limit` of the contacts of `found_places`, by name, from the one after a place on.

        Raises `TooWide`.
        """
        places = [one for one in await self.found_places(sight, terms) if after is None or one > after][:limit]
        query = {"_id": {"$in": [contact_id for _, contact_id in places]}, "tenant_id": sight.tenant_id}
        names = await self._names.of(sight.tenant_id)
        with bounded():
            rows = await self._contacts.find(query).hint("_id_").limit(MOST_FOUND).to_list(MOST_FOUND)
        return sorted((contact_of(row, names) for row in rows), key=place_of_contact)

    async def found_places(self, sight: Sight, terms: Sequence[str]) -> list[tuple[str, str]]:
        """Where up to `MOST_FOUND` seen contacts stand that have each of `terms` as the beginning of one of theirs.

        By name. Of somebody with a limited sight all contacts are looked through: those are few.

        Raises `TooWide` when `LIST_SECONDS` were not enough: of several words only one narrows by the index.
        """
        longest_first = sorted(terms, key=len, reverse=True)
        beginnings = [{"terms": {"$regex": f"^{re.escape(term)}"}} for term in longest_first]
        cursor = self._contacts.find({**seen_contacts(sight), "$and": beginnings}, {"listed_as": 1}).limit(MOST_FOUND)
        cursor = cursor.hint(BY_ATTENDANT if sight.limited else BY_TERM)
        with bounded():
            return sorted((row.get("listed_as") or "", row["_id"]) for row in await cursor.to_list(MOST_FOUND))

    async def add_terms(self) -> int:
        """Make contacts of earlier versions findable; how many were. Safe to repeat, and to stop at any time.

        A contact that changes meanwhile gets its terms by that.
        """
        changed = 0
        async for rows in batches_since(self._contacts, self._counters, _PLACE):
            updates = [_with_terms(row) for row in rows if "terms" not in row]
            if updates:
                changed += (await self._contacts.bulk_write(updates, ordered=False)).modified_count
        return changed


def place_of_contact(contact: Contact) -> tuple[str, str]:
    """Where a contact stands in a list by name."""
    return listed_as(contact) or "", contact.id


def _with_terms(row: "Document") -> UpdateOne:
    contact = contact_of(row)
    fields = {"terms": terms_of(contact), "listed_as": listed_as(contact)}
    return UpdateOne({"_id": contact.id, "order": contact.order}, {"$set": fields})
