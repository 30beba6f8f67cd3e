"""The ledger of deliveries (`deliveries`): one document for each event and endpoint.

A row is written twice in its life, both times with many others: when it is accepted, and when it is finished; a failed
attempt that is not the last one writes it once more. Its id follows from what it is, so that adding it again changes
nothing. Finished rows leave by themselves at `expires_at`.

    {_id, tenant_id, endpoint_id, event_id, type, thread, sequence, lane, at, state, tries,
     due_at,                              while it waits
     ordered: true,                       while it waits, at an ordered endpoint
     body, contact_id, replay_id, traceparent,      where there are such
     attempts: [{at, outcome, ms, status, error, trouble, answer, headers, retry_after}],
     finished_at, expires_at, reason}     when it has come to its end
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pymongo import IndexModel
from pymongo.errors import BulkWriteError

from atd_webhook_dispatcher.domain.delivery import Attempt, Delivery
from atd_webhook_dispatcher.domain.outcome import Outcome

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

DELIVERIES = "deliveries"

MOST_ROWS = 1_000
"""Rows in one insert."""

MOST_ATTEMPTS = 20
"""Attempts that are kept of a delivery, the latest."""

_DUPLICATE = 11000
_WAITING = {"state": "waiting"}

DELIVERY_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    DELIVERIES: [
        IndexModel(
            [("endpoint_id", 1), ("lane", 1), ("due_at", 1), ("sequence", 1), ("_id", 1)],
            name="due",
            partialFilterExpression=_WAITING,
        ),
        IndexModel(
            [("endpoint_id", 1), ("lane", 1), ("thread", 1), ("sequence", 1)],
            name="by_thread",
            partialFilterExpression={"ordered": True},
        ),
        IndexModel([("endpoint_id", 1), ("_id", 1)], name="by_endpoint"),
        IndexModel(
            [("endpoint_id", 1), ("state", 1), ("_id", 1)],
            name="ended",
            partialFilterExpression={"state": {"$in": ["failed", "dropped"]}},
        ),
        IndexModel([("replay_id", 1), ("state", 1)], name="by_replay", sparse=True),
        IndexModel([("contact_id", 1)], name="by_contact", sparse=True),
        IndexModel([("expires_at", 1)], name="expired", expireAfterSeconds=0, sparse=True),
    ]
}


def delivery_document(row: Delivery) -> "Document":
    """A waiting row as it is kept."""
    document: Document = {
        "_id": row.id,
        "tenant_id": row.tenant_id,
        "endpoint_id": row.endpoint_id,
        "event_id": row.event_id,
        "type": row.event_type,
        "thread": row.thread,
        "sequence": row.sequence,
        "lane": row.lane,
        "at": row.accepted_at,
        "due_at": row.due_at,
        "state": row.state,
        "tries": row.tries,
    }
    kept = {
        "ordered": row.ordered or None,
        "body": row.body,
        "contact_id": row.contact_id,
        "replay_id": row.replay_id,
        "traceparent": row.traceparent,
    }
    return document | {name: value for name, value in kept.items() if value is not None}


def delivery_of(document: Mapping[str, Any]) -> Delivery:
    """A row as it was kept; of a finished one `due_at` is when it was accepted."""
    body = document.get("body")
    return Delivery(
        id=document["_id"],
        tenant_id=document["tenant_id"],
        endpoint_id=document["endpoint_id"],
        event_id=document["event_id"],
        event_type=document["type"],
        thread=document["thread"],
        sequence=document["sequence"],
        lane=document["lane"],
        replay_id=document.get("replay_id"),
        accepted_at=document["at"],
        due_at=document.get("due_at", document["at"]),
        state=document["state"],
        tries=document["tries"],
        body=None if body is None else bytes(body),
        contact_id=document.get("contact_id"),
        traceparent=document.get("traceparent"),
        ordered=document.get("ordered", False),
    )


def attempt_document(attempt: Attempt) -> "Document":
    """An attempt as it is kept; what is absent is not."""
    kept: dict[str, Any] = {
        "at": attempt.at,
        "outcome": attempt.outcome,
        "ms": attempt.ms,
        "status": attempt.status,
        "error": attempt.error,
        "trouble": attempt.trouble,
        "answer": attempt.answer or None,
        "headers": [list(pair) for pair in attempt.answer_headers] or None,
        "retry_after": attempt.retry_after,
    }
    return {name: value for name, value in kept.items() if value is not None}


def attempt_of(document: Mapping[str, Any]) -> Attempt:
    """An attempt as it was kept."""
    return Attempt(
        at=document["at"],
        outcome=document["outcome"],
        ms=document["ms"],
        status=document.get("status"),
        error=document.get("error"),
        trouble=document.get("trouble"),
        answer=document.get("answer"),
        answer_headers=tuple((name, value) for name, value in document.get("headers", ())),
        retry_after=document.get("retry_after"),
    )


def ended_document(ended: Outcome) -> "Document":
    """A row that came to its end as it was accepted, as it is kept."""
    document = delivery_document(replace(ended.row, ordered=False)) | {
        "state": ended.state,
        "tries": ended.tries,
        "finished_at": ended.at,
        "expires_at": ended.expires_at,
        "reason": ended.reason,
        "attempts": [] if ended.attempt is None else [attempt_document(ended.attempt)],
    }
    del document["due_at"]
    return document


class Deliveries:
    """Writes rows down. What the engine and the API ask for is in modules of their own."""

    def __init__(self, database: "Database") -> None:
        self._rows = database[DELIVERIES]

    async def add(self, rows: Sequence[Delivery]) -> set[str]:
        """Write down what is not there yet; the ids of what was.

        Raises PyMongo's errors: adding the same rows again is then safe.
        """
        known: set[str] = set()
        for start in range(0, len(rows), MOST_ROWS):
            some = rows[start : start + MOST_ROWS]
            known |= await insert_new(self._rows, [delivery_document(row) for row in some])
        return known

    async def add_ended(self, ended: Sequence[Outcome]) -> None:
        """Write down rows that can never be sent. Raises PyMongo's errors: it may be repeated."""
        await insert_new(self._rows, [ended_document(one) for one in ended])


async def insert_new(collection: Any, documents: "Sequence[Document]") -> set[str]:
    """Insert the documents whose ids are not there yet; the ids of the others. Raises PyMongo's errors."""
    if not documents:
        return set()
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        details = error.details or {}
        errors = details.get("writeErrors", ())
        if details.get("writeConcernErrors") or any(one["code"] != _DUPLICATE for one in errors):
            raise
        return {documents[one["index"]]["_id"] for one in errors}
    return set()
