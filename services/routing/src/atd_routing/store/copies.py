"""Routing's copies of conversations: one document each, with its timers, saved only over what was read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pymongo import IndexModel, InsertOne, ReplaceOne

from atd_routing.domain.conversation import Charge, Pending, RoutedConversation
from atd_routing.domain.distribution.order import rank
from atd_schemas.views import ChannelKind, TransferView
from atd_servicekit.mongo import Write

if TYPE_CHECKING:
    from pymongo.results import BulkWriteResult

    from atd_servicekit.mongo import Database, Document, Operation, Session

COPIES = "conversations"
NO_TEAM = ""
"""The queue of conversations without a team."""

KEPT = timedelta(days=90)
"""How long the copy of a closed conversation is kept: for dry runs of rules, and for who knew the customer."""

_IN_ORDER = [("tenant_id", 1), ("queue", 1), ("rank", 1), ("_id", 1)]

COPY_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    COPIES: [
        IndexModel(
            _IN_ORDER,
            name="by_rank",
            partialFilterExpression={"queue": {"$exists": True}},
        ),
        IndexModel([("next_due", 1)], name="by_due", partialFilterExpression={"next_due": {"$exists": True}}),
        IndexModel([("tenant_id", 1), ("contact_id", 1), ("opened_at", -1)], name="by_contact"),
        IndexModel([("tenant_id", 1), ("opened_at", -1), ("_id", -1)], name="by_opening"),
        IndexModel(
            [("tenant_id", 1), ("assignee_id", 1), ("active", 1), ("_id", 1)],
            name="by_assignee",
            partialFilterExpression={"active": True},
        ),
        IndexModel([("tenant_id", 1), ("revision", 1)], name="by_revision", partialFilterExpression={"active": True}),
        IndexModel(
            [("tenant_id", 1), ("team_id", 1), ("assigned_at", 1)],
            name="by_giving",
            partialFilterExpression={"assigned_at": {"$exists": True}},
        ),
        IndexModel([("expires_at", 1)], expireAfterSeconds=0),
    ]
}

_MOST_OF_A_CONTACT = 10_000


class Copies:
    """Reads and writes copies. Every query but that of what is due is of one tenant."""

    def __init__(self, database: "Database") -> None:
        self._copies = database[COPIES]

    async def of_ids(self, ids: Collection[str], session: "Session | None" = None) -> dict[str, RoutedConversation]:
        """Copies by id, whatever their tenant: for events and timers, which name it themselves."""
        if not ids:
            return {}
        rows = self._copies.find({"_id": {"$in": list(ids)}}, session=session).limit(len(ids))
        return {row["_id"]: copy_of(row) for row in await rows.to_list(len(ids) or 1)}

    async def due(self, now: datetime, limit: int) -> list[tuple[str, str, datetime]]:
        """Tenant, id and moment of those whose earliest timer has come, the earliest first."""
        shown = {"tenant_id": 1, "next_due": 1}
        cursor = self._copies.find({"next_due": {"$lte": now}}, shown).sort("next_due", 1).hint("by_due").limit(limit)
        return [(row["tenant_id"], row["_id"], row["next_due"]) for row in await cursor.to_list(limit)]

    async def put_off(self, conversation_id: str, until: datetime) -> None:
        """Have the timers of a conversation be due no sooner than then, unless it is saved before."""
        query: Document = {"_id": conversation_id, "next_due": {"$lt": until}}
        await self._copies.update_one(query, {"$set": {"next_due": until}})

    async def waiting(
        self,
        tenant_id: str,
        queue: str,
        *,
        limit: int,
        after: tuple[datetime, str] | None = None,
        without: Sequence[ChannelKind] = (),
        session: "Session | None" = None,
    ) -> list[RoutedConversation]:
        """Up to `limit` of those that wait in the queue of a team (`NO_TEAM`: of none), in order, after a place.

        `without`: kinds of channel that are passed over.
        """
        query: Document = {"tenant_id": tenant_id, "queue": queue}
        if without:
            query["channel"] = {"$nin": list(without)}
        if after is not None:
            moment, last = after
            query["$or"] = [{"rank": {"$gt": moment}}, {"rank": moment, "_id": {"$gt": last}}]
            query["rank"] = {"$gte": moment}
        cursor = self._copies.find(query, session=session).sort(_IN_ORDER).hint("by_rank").limit(limit)
        return [copy_of(row) for row in await cursor.to_list(limit)]

    async def all_waiting(
        self, tenant_id: str, queues: Collection[str], *, below: int, session: "Session"
    ) -> dict[str, list[RoutedConversation]] | None:
        """All that wait in these queues, by queue and in order, with one query; None where they are `below` or more."""
        query: Document = {"tenant_id": tenant_id, "queue": {"$in": sorted(queues)}}
        cursor = self._copies.find(query, session=session).sort(_IN_ORDER).hint("by_rank").limit(below)
        rows = await cursor.to_list(below)
        if len(rows) == below:
            return None
        found: dict[str, list[RoutedConversation]] = {queue: [] for queue in queues}
        for row in rows:
            found[row["queue"]].append(copy_of(row))
        return found

    async def latest(self, tenant_id: str, limit: int) -> list[RoutedConversation]:
        """Up to `limit` conversations of a company, the latest first, closed ones too."""
        cursor = self._copies.find({"tenant_id": tenant_id}).sort([("opened_at", -1), ("_id", -1)])
        return [copy_of(row) for row in await cursor.hint("by_opening").limit(limit).to_list(limit)]

    async def uncounted(self, tenant_id: str, limit: int, session: "Session") -> list[RoutedConversation]:
        """Up to `limit` of those that somebody has open and that weigh on nobody yet."""
        query: Document = {"tenant_id": tenant_id, "assignee_id": {"$exists": True}, "active": True, "status": "open"}
        query["charge"] = {"$exists": False}
        cursor = self._copies.find(query, session=session).hint("by_assignee").limit(limit)
        return [copy_of(row) for row in await cursor.to_list(limit)]

    async def last_attendant(
        self, tenant_id: str, contact_id: str, besides: str, session: "Session | None" = None
    ) -> str | None:
        """Who had the contact's last conversation but this one."""
        query: Document = {"tenant_id": tenant_id, "contact_id": contact_id}
        cursor = self._copies.find(query, {"knew": 1}, session=session).sort("opened_at", -1).hint("by_contact")
        rows = await cursor.limit(5).to_list(5)
        return next((row["knew"] for row in rows if row["_id"] != besides and "knew" in row), None)

    async def ids_of_attendant(self, tenant_id: str, attendant_id: str, *, limit: int, after: str = "") -> list[str]:
        """Up to `limit` active conversations that somebody has, by id after one."""
        query: Document = {"tenant_id": tenant_id, "assignee_id": attendant_id, "active": True, "_id": {"$gt": after}}
        cursor = self._copies.find(query, {"_id": 1}).sort("_id", 1).hint("by_assignee").limit(limit)
        return [row["_id"] for row in await cursor.to_list(limit)]

    async def ids_of_contact(self, session: "Session", tenant_id: str, contact_id: str) -> list[str]:
        """The active conversations of a contact."""
        query: Document = {"tenant_id": tenant_id, "contact_id": contact_id, "active": True}
        cursor = self._copies.find(query, {"_id": 1}, session=session).hint("by_contact").limit(_MOST_OF_A_CONTACT)
        return [row["_id"] for row in await cursor.to_list(_MOST_OF_A_CONTACT)]

    async def ids_open(self, tenant_id: str, attendant_id: str, limit: int) -> list[str]:
        """Up to `limit` conversations that somebody has open, and of which nothing else was decided yet."""
        query: Document = {"tenant_id": tenant_id, "assignee_id": attendant_id, "active": True, "status": "open"}
        query["pending"] = {"$exists": False}
        cursor = self._copies.find(query, {"_id": 1}).sort("_id", 1).hint("by_assignee").limit(limit)
        return [row["_id"] for row in await cursor.to_list(limit)]

    async def ids_before(self, tenant_id: str, revision: int, limit: int) -> list[str]:
        """Up to `limit` active conversations that were looked at under earlier settings of the company."""
        query: Document = {"tenant_id": tenant_id, "revision": {"$lt": revision}, "active": True}
        cursor = self._copies.find(query, {"_id": 1}).hint("by_revision").limit(limit)
        return [row["_id"] for row in await cursor.to_list(limit)]

    async def count_waiting(self, tenant_id: str, queue: str, limit: int) -> int:
        """How many wait in a queue, up to `limit`."""
        query: Document = {"tenant_id": tenant_id, "queue": queue}
        return await self._copies.count_documents(query, limit=limit, hint="by_rank")

    async def tenants_waiting(self, limit: int) -> list[str]:
        """Tenants in whose queues something waits, up to `limit`."""
        stages: list[Document] = [
            {"$match": {"queue": {"$exists": True}}},
            {"$group": {"_id": "$tenant_id"}},
            {"$limit": limit},
        ]
        cursor = await self._copies.aggregate(stages, hint="by_rank")
        return [row["_id"] for row in await cursor.to_list(limit)]

    async def in_team(self, tenant_id: str, team_id: str, session: "Session | None" = None) -> bool:
        """Whether a conversation waits in the queue of a team."""
        query: Document = {"tenant_id": tenant_id, "queue": team_id}
        return await self._copies.find_one(query, {"_id": 1}, session=session, hint="by_rank") is not None

    async def forget_contact(self, session: "Session", tenant_id: str, contact_id: str) -> None:
        """Remove what a customer said and is called; nobody knows them any more."""
        query: Document = {"tenant_id": tenant_id, "contact_id": contact_id}
        gone = {"first_text": "", "contact_name": "", "knew": "", "language": ""}
        await self._copies.update_many(query, {"$unset": gone, "$inc": {"version": 1}}, session=session)

    async def move_contact(self, session: "Session", tenant_id: str, contact_id: str, into: str) -> None:
        """The contact turned out to be another one."""
        query: Document = {"tenant_id": tenant_id, "contact_id": contact_id}
        change: Document = {"$set": {"contact_id": into}, "$inc": {"version": 1}}
        await self._copies.update_many(query, change, session=session)

    @staticmethod
    def write_of(changed: Iterable[RoutedConversation]) -> Write:
        """The write that saves copies over what was read (`version`); they count on by it.

        New ones first, and no more after one that is there already: its error ends the transaction.
        """
        inserts: list[Operation] = []
        replaces: list[Operation] = []
        for copy in changed:
            before, copy.version = copy.version, copy.version + 1
            document = document_of(copy)
            if before == 0:
                inserts.append(InsertOne({"_id": copy.id, **document}))
            else:
                replaces.append(ReplaceOne({"_id": copy.id, "version": before}, document))
        return Write(COPIES, [*inserts, *replaces], ordered=True)

    @staticmethod
    def all_saved(write: Write, result: "BulkWriteResult") -> bool:
        """Whether nobody else had changed one of them."""
        return result.matched_count + result.inserted_count == len(write.operations)


def document_of(copy: RoutedConversation) -> "Document":
    """A copy as it is stored: what is absent is left out, and what is searched by stands beside it."""
    document: Document = {}
    for each in fields(RoutedConversation):
        value = getattr(copy, each.name)
        if each.name != "id" and value is not None:
            document[each.name] = _stored(value)
    document["active"] = copy.active
    pending = copy.pending
    moves = pending is not None and pending.attendant_id is None
    if moves or (copy.waits and pending is None):
        team_id = pending.team_id if pending is not None else copy.team_id
        document |= {"queue": team_id or NO_TEAM, "rank": rank(copy)}
    if copy.timers:
        document["next_due"] = copy.next_due
    if not copy.active:
        document["expires_at"] = (copy.closed_at or copy.opened_at) + KEPT
    return document


def copy_of(row: "Document") -> RoutedConversation:
    """The copy of a document; fields of later versions are left out."""
    values: dict[str, Any] = {"id": row["_id"]}
    for each in fields(RoutedConversation):
        if each.name in row:
            values[each.name] = _read(each.name, row[each.name])
    return RoutedConversation(**values)


_SETS = frozenset({"not_for", "ruled"})


def _stored(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, (Pending, Charge)):
        return {name: one for name, one in asdict(value).items() if one is not None}
    if isinstance(value, TransferView):
        return value.model_dump(mode="json")
    return dict(value) if isinstance(value, Mapping) else value


def _read(name: str, value: Any) -> Any:
    if name in _SETS:
        return frozenset(value)
    if name == "pending":
        return Pending(**{"attendant_id": None, "team_id": None, **value})
    if name == "charge":
        return Charge(**{"team_id": None, **value})
    if name == "transfer":
        return TransferView.model_validate(value)
    return tuple(value) if isinstance(value, list) else value
