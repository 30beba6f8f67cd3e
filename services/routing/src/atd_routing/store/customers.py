"""What is kept of customers' records: custom fields, for rules and for the language they are written to in.

Only customers who have any are here. They are erased with the contact.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pymongo import DeleteOne, IndexModel, ReplaceOne

from atd_routing.domain.customers import UNKNOWN, Customer, kept_fields
from atd_routing.domain.tenant import Tenant
from atd_routing.store.copies import COPIES
from atd_schemas.conversation import ContactChanged

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Operation, Session

CUSTOMERS = "customers"
CUSTOMER_INDEXES: Mapping[str, Sequence[IndexModel]] = {CUSTOMERS: []}
"""They are read by their ids alone."""

_GONE = frozenset({"contact.erased", "contact.merged"})


class Customers:
    """Reads and writes the copies."""

    def __init__(self, database: "Database") -> None:
        self._customers = database[CUSTOMERS]
        self._copies = database[COPIES]

    async def of(
        self,
        contacts: Collection[str],
        tenants: Sequence[Tenant],
        session: "Session | None" = None,
        *,
        always: bool = False,
    ) -> Mapping[str, Customer]:
        """What is kept of these contacts, by their id, as far as the settings of these companies ask for it.

        `always`: whatever they have set.
        """
        asking = [tenant.id for tenant in tenants if always or tenant.asks_for_customers]
        if not contacts or not asking:
            return {}
        wanted, who = {"$in": sorted(contacts)}, {"$in": asking}
        query: Document = {"_id": wanted, "tenant_id": who}
        rows = await self._customers.find(query, session=session).limit(len(contacts)).to_list(len(contacts) or 1)
        fields = {row["_id"]: {key: tuple(values) for key, values in row["fields"].items()} for row in rows}
        first = await self._first_openings({"tenant_id": who, "contact_id": wanted}, session)
        return {
            one: Customer(fields.get(one, UNKNOWN.fields), first.get(one)) for one in {*fields, *first} & set(contacts)
        }

    async def _first_openings(self, query: "Document", session: "Session | None") -> dict[str, datetime]:
        """When the first conversation of each contact was opened of which a copy is kept; the index has all of it."""
        stages: list[Document] = [
            {"$match": query},
            {"$group": {"_id": "$contact_id", "first": {"$min": "$opened_at"}}},
        ]
        cursor = await self._copies.aggregate(stages, session=session, hint="by_contact")
        return {row["_id"]: row["first"] for row in await cursor.to_list(None)}

    async def take(self, session: "Session", events: Sequence[ContactChanged]) -> None:
        """Take over what these events tell, in their order."""
        newest = {event.subject: event for event in events}
        operations = [one for event in newest.values() for one in _operations(event)]
        if operations:
            await self._customers.bulk_write(operations, ordered=False, session=session)


def _operations(event: ContactChanged) -> "list[Operation]":
    contact = event.data.contact
    if event.type not in _GONE and contact.fields:
        document: Document = {"tenant_id": event.tenant_id, "fields": kept_fields(contact.fields)}
        return [ReplaceOne({"_id": event.subject}, document, upsert=True)]
    return [] if event.type == "contact.created" else [DeleteOne({"_id": event.subject, "tenant_id": event.tenant_id})]
