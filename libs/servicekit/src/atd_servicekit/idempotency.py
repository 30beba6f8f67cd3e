"""`Idempotency-Key`: a creating request that is sent again gets the answer of the first, and has no second effect.

The key is claimed first, in the transaction of the effect, and the answer is stored in the same transaction: none of
the three exists without the others. Two requests at once: the second one waits until the first has committed and gets
its answer; when that takes longer than a transaction is tried, it is 409 `idempotency_in_progress`. Answers are kept
for 24 hours, sealed where the service has a key of its own: they may show a secret that is shown once.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Header
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError, OperationFailure

from atd_servicekit.clock import Clock, SystemClock
from atd_servicekit.crypto import CannotDecrypt, FieldCipher
from atd_servicekit.mongo import is_conflict
from atd_servicekit.problems import Problem, conflict, invalid

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

IDEMPOTENCY = "idempotency"
IDEMPOTENCY_INDEXES = {
    IDEMPOTENCY: [
        IndexModel([("expires_at", 1)], expireAfterSeconds=0),
        IndexModel([("about", 1)], name="by_subject", partialFilterExpression={"about": {"$exists": True}}),
    ]
}
KEPT = timedelta(hours=24)
IDEMPOTENCY_CONFLICT = "idempotency_conflict"
"""The code of 409 for a key that was used for something else."""

IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="The same key and body within 24 hours answer the same resource"),
]
"""Use as `idempotency_key: IdempotencyKey = None`."""

_MAX_KEY = 255
_RETRY_AFTER_SECONDS = 1

T = TypeVar("T")
Transaction = Callable[[Callable[["Session"], Awaitable[T]]], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A stored HTTP answer; its body is text (JSON). `about`: ids of what it tells of, by which it can be forgotten."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyUse:
    """One request with a key: `id` names the key of its actor, `digest` what was asked (route and body)."""

    id: str
    digest: str
    tenant_id: str

    @classmethod
    def of(cls, tenant_id: str, actor_id: str, route: str, key: str, body: bytes) -> "KeyUse":
        """Raises `Problem` 422 when the key is not 1 to 255 printable ASCII characters."""
        if not 1 <= len(key) <= _MAX_KEY or not key.isascii() or not key.isprintable():
            raise invalid("Idempotency-Key", f"must be 1 to {_MAX_KEY} printable ASCII characters")
        return cls(_hash(tenant_id, actor_id, key), _hash(route, hashlib.sha256(body).hexdigest()), tenant_id)


class AnsweredMeanwhile(DuplicateKeyError):
    """Another request with the key was faster; its answer is there for `find`."""


class Idempotency:
    """The answers of one service, in its own database."""

    def __init__(self, db: "Database", clock: Clock | None = None, cipher: FieldCipher | None = None) -> None:
        """`cipher` seals the answers: to be given where an answer may show a secret."""
        self._collection = db[IDEMPOTENCY]
        self._clock = clock or SystemClock()
        self._cipher = cipher

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

        Without a key it always runs. A key belongs to an actor. Raises `Problem` 409 `idempotency_conflict` when the
        first request had another route or body, 409 `idempotency_in_progress` with `Retry-After` while it runs, 422
        for a bad key, and what `work` raises: a request that failed has not used its key.
        """
        if key is None:
            return await transaction(work)
        use = KeyUse.of(tenant_id, actor_id, route, key, body)
        stored = await self.find(use)
        if stored is not None:
            return stored
        waits = False

        async def claimed(session: "Session") -> StoredAnswer:
            nonlocal waits
            waits = True
            await self.claim(session, use)
            waits = False
            answer = await work(session)
            await self.remember(session, use, answer)
            return answer

        try:
            return await transaction(claimed)
        except AnsweredMeanwhile:
            stored = await self.find(use)
            if stored is None:
                raise _in_progress() from None
            return stored
        except OperationFailure as error:
            if waits and is_conflict(error):
                raise _in_progress() from None
            raise

    async def find(self, use: KeyUse) -> StoredAnswer | None:
        """The answer of an earlier request with this key; `None` when this is the first. Raises `Problem` 409."""
        found = await self._collection.find_one({"_id": use.id})
        if found is None:
            return None
        if found["expires_at"] <= self._clock.now():  # MongoDB removes expired documents once a minute only
            await self._collection.delete_one({"_id": found["_id"], "expires_at": found["expires_at"]})
            return None
        if found["digest"] != use.digest:
            raise conflict(
                "This Idempotency-Key was already used for another route or with a different request body.",
                IDEMPOTENCY_CONFLICT,
            )
        return StoredAnswer(found["status"], self._opened(found), dict(found["headers"]))

    async def claim(self, session: "Session", use: KeyUse) -> None:
        """Take the key, as the first thing of the transaction.

        While another transaction holds it, this raises a conflict, for which transactions are tried again. Raises
        `AnsweredMeanwhile` (a `DuplicateKeyError`; the transaction is over) when that one has committed.
        """
        document: Document = {
            "_id": use.id,
            "tenant_id": use.tenant_id,
            "digest": use.digest,
            "expires_at": self._clock.now() + KEPT,
        }
        try:
            await self._collection.insert_one(document, session=session)
        except DuplicateKeyError as error:
            raise AnsweredMeanwhile(str(error), error.code, error.details) from error

    async def remember(self, session: "Session", use: KeyUse, answer: StoredAnswer) -> None:
        """Store the answer beside the claim, in the transaction of its effect."""
        body: dict[str, Any] = {"body": answer.body}
        if self._cipher is not None:
            body = {"sealed": self._cipher.encrypt(answer.body.decode(), context=_context(use.id))}
        about = {"about": list(answer.about)} if answer.about else {}
        fields = {"status": answer.status, "headers": answer.headers, **body, **about}
        await self._collection.update_one({"_id": use.id}, {"$set": fields}, session=session)

    async def forget(self, session: "Session", tenant_id: str, about: Sequence[str]) -> int:
        """Remove the answers that tell of one of these ids; how many. The same request again is a new one."""
        query: Document = {"about": {"$in": list(about)}, "tenant_id": tenant_id}
        return (await self._collection.delete_many(query, session=session, hint="by_subject")).deleted_count

    def _opened(self, found: "Document") -> bytes:
        if "sealed" not in found:
            return bytes(found["body"])
        try:
            if self._cipher is None:
                raise CannotDecrypt("the service has no key")
            return self._cipher.decrypt(found["sealed"], context=_context(found["_id"])).encode()
        except CannotDecrypt:
            raise conflict(
                "The request with this Idempotency-Key was done; its answer cannot be decrypted any more.",
                IDEMPOTENCY_CONFLICT,
            ) from None


def _in_progress() -> Problem:
    detail = "The first request with this Idempotency-Key is still being processed; try again shortly."
    return Problem(409, "idempotency_in_progress", detail, headers={"Retry-After": str(_RETRY_AFTER_SECONDS)})


def _context(key_id: str) -> str:
    return f"idempotency:{key_id}"


def _hash(*parts: str) -> str:
    """Of fixed length and without the parts themselves, which may be anything a client chose."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
