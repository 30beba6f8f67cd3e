"""`Idempotency-Key`: a creating request that is sent again gets the answer of the first, and has no second effect.

The answer is stored in the transaction of the effect, so neither exists without the other. Answers are kept for 24
hours. Two requests at once: the second one's transaction fails on the unique key, and it reads the first one's answer.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Header
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from atd_servicekit.clock import Clock, SystemClock
from atd_servicekit.problems import Problem, conflict, invalid

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

IDEMPOTENCY = "idempotency"
IDEMPOTENCY_INDEXES = {IDEMPOTENCY: [IndexModel([("expires_at", 1)], expireAfterSeconds=0)]}
KEPT = timedelta(hours=24)

IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="The same key and body within 24 hours answer the same resource"),
]
"""Use as `idempotency_key: IdempotencyKey = None`."""

_MAX_KEY = 255

T = TypeVar("T")
Transaction = Callable[[Callable[["Session"], Awaitable[T]]], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A stored HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class AnsweredMeanwhile(DuplicateKeyError):
    """Another request with the key was faster; its answer is there for `begin`."""


class Idempotency:
    """The answers of one service, in its own database."""

    def __init__(self, db: "Database", clock: Clock | None = None) -> None:
        self._collection = db[IDEMPOTENCY]
        self._clock = clock or SystemClock()

    async def once(
        self,
        transaction: "Transaction[StoredAnswer]",
        work: "Callable[[Session], Awaitable[StoredAnswer]]",
        *,
        tenant_id: str,
        actor_id: str,
        route: str,
        key: str | None,
        body: bytes,
    ) -> StoredAnswer:
        """Run `work` in a transaction (`mongo.transaction`), or return the stored answer of the first request.

        Without a key it always runs. Raises as `begin` does.
        """
        if key is None:
            return await transaction(work)
        stored = await self.begin(tenant_id, actor_id, route, key, body)
        if stored is not None:
            return stored

        async def remembered(session: "Session") -> StoredAnswer:
            answer = await work(session)
            await self.remember(session, tenant_id, actor_id, route, key, body, answer)
            return answer

        try:
            return await transaction(remembered)
        except AnsweredMeanwhile:
            stored = await self.begin(tenant_id, actor_id, route, key, body)
            if stored is None:
                raise
            return stored

    async def begin(self, tenant_id: str, actor_id: str, route: str, key: str, body: bytes) -> StoredAnswer | None:
        """Find the answer of an earlier request with this key; `None` when this is the first.

        A key belongs to an actor and a route. Raises `Problem` 409 `idempotency_conflict` when the earlier request had
        another body, 422 when the key is not 1 to 255 printable ASCII characters.
        """
        _check(key)
        found = await self._collection.find_one({"_id": _id(tenant_id, actor_id, route, key)})
        if found is None:
            return None
        if found["expires_at"] <= self._clock.now():  # MongoDB removes expired documents once a minute only
            await self._collection.delete_one({"_id": found["_id"], "expires_at": found["expires_at"]})
            return None
        if found["body_digest"] != _digest(body):
            raise _other_body()
        return StoredAnswer(found["status"], bytes(found["body"]), dict(found["headers"]))

    async def remember(
        self, session: "Session", tenant_id: str, actor_id: str, route: str, key: str, body: bytes, answer: StoredAnswer
    ) -> None:
        """Store the answer in the transaction of its effect.

        Raises `AnsweredMeanwhile` (a `DuplicateKeyError`; the transaction is over) when another request was faster.
        """
        document: Document = {
            "_id": _id(tenant_id, actor_id, route, key),
            "tenant_id": tenant_id,
            "body_digest": _digest(body),
            "status": answer.status,
            "body": answer.body,
            "headers": answer.headers,
            "expires_at": self._clock.now() + KEPT,
        }
        try:
            await self._collection.insert_one(document, session=session)
        except DuplicateKeyError as error:
            raise AnsweredMeanwhile(str(error), error.code, error.details) from error


def _check(key: str) -> None:
    if not 1 <= len(key) <= _MAX_KEY or not key.isascii() or not key.isprintable():
        raise invalid("Idempotency-Key", f"must be 1 to {_MAX_KEY} printable ASCII characters")


def _other_body() -> Problem:
    return conflict("This Idempotency-Key was already used with a different request body.", "idempotency_conflict")


def _id(*parts: str) -> str:
    """Of fixed length and without the key itself, which may be anything a client chose."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
