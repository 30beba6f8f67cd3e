"""One action on many conversations: each has its own outcome, and none stands in another's way."""

import asyncio
import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
import structlog
from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints, field_validator

from atd_conversation.api.actions import Closing, Snooze
from atd_conversation.api.deeds import Deed, Deeds
from atd_conversation.api.parts import Body, Parts, RequestId, Writer, as_json
from atd_conversation.api.placing import Assignment, target_of
from atd_conversation.domain.conversation import Conversation
from atd_schemas.views import ConversationView, Priority
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.identity import Identity
from atd_servicekit.problems import forbidden, problem_of

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

MAX_BULK = 100
"""Conversations that one request changes."""

_AT_ONCE = 8
_OK = 200
_FAULT = 500

_Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Many(Body):
    """Which conversations. `versions`: by id the version that the caller saw, where it matters, as `If-Match`."""

    ids: list[_Id] = Field(min_length=1, max_length=MAX_BULK)
    versions: dict[_Id, Annotated[int, Field(ge=0, lt=2**53)]] = Field(default_factory=dict, max_length=MAX_BULK)

    @field_validator("ids")
    @classmethod
    def _different(cls, ids: list[str]) -> list[str]:
        if len(set(ids)) < len(ids):
            raise ValueError("contains an id twice")
        return ids


class AssignMany(Many, Assignment):
    """Give all of them to an attendant, to a team's queue, or with null back to the queue."""

    action: Literal["assign"]


class CloseMany(Many, Closing):
    """End all of them."""

    action: Literal["close"]


class ReopenMany(Many):
    """Take closed ones up again."""

    action: Literal["reopen"]


class SnoozeMany(Many, Snooze):
    """Put all of them aside."""

    action: Literal["snooze"]


class WakeMany(Many):
    """Take snoozed ones back."""

    action: Literal["wake"]


class PrioritiseMany(Many):
    """Set the priority of all of them."""

    action: Literal["priority"]
    priority: Priority


class ClassifyMany(Many):
    """Say of all of them what they are about; null: it is not said any more."""

    action: Literal["classify"]
    type_id: _Id | None


class ReadMany(Many):
    """Mark all of them as read."""

    action: Literal["read"]


class UnreadMany(Many):
    """Mark all of them as unread for the caller."""

    action: Literal["unread"]


BulkChange = Annotated[
    AssignMany | CloseMany | ReopenMany | SnoozeMany | WakeMany | PrioritiseMany | ClassifyMany | ReadMany | UnreadMany,
    Field(discriminator="action"),
]


class Outcome(BaseModel):
    """What became of one conversation: `conversation` as it is now, or with another `status` the `problem`."""

    id: str
    status: int
    conversation: ConversationView | None = None
    problem: dict[str, Any] | None = None


class Outcomes(BaseModel):
    """One outcome for each id, in the order of the request; `failed` counts those with a problem."""

    results: list[Outcome]
    failed: int


def bulk_router(parts: Parts) -> APIRouter:
    """`POST /api/v1/conversations/bulk`."""
    router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])

    @router.post("/bulk", summary="One action on up to 100 conversations, each with its own outcome")
    async def change_many(
        identity: Writer, wanted: BulkChange, request_id: RequestId, idempotency_key: IdempotencyKey = None
    ) -> Outcomes:
        deeds = Deeds(parts, identity, request_id)
        deed = await _deed(parts, deeds, wanted)
        places = asyncio.Semaphore(_AT_ONCE)

        async def outcome(conversation_id: str) -> Outcome:
            async with places:
                return await _outcome(deeds, deed, wanted, conversation_id, idempotency_key)

        results = await asyncio.gather(*(outcome(conversation_id) for conversation_id in wanted.ids))
        return Outcomes(results=results, failed=sum(one.status != _OK for one in results))

    return router


async def _deed(parts: Parts, deeds: Deeds, wanted: Any) -> Deed:
    """What is wanted. Raises `Problem` where it cannot be done to any conversation."""
    if isinstance(wanted, AssignMany):
        _require(deeds.identity, "conversations:assign")
        target = await target_of(parts, deeds.identity, wanted)
        return deeds.assign(target.attendant, target.team)
    if isinstance(wanted, CloseMany):
        return deeds.close(wanted.command())
    if isinstance(wanted, SnoozeMany):
        return deeds.snooze(wanted.until)
    if isinstance(wanted, PrioritiseMany):
        return deeds.prioritise(wanted.priority)
    if isinstance(wanted, ClassifyMany):
        return deeds.edit(None, wanted.type_id, None, classify=True, move=False)
    simple = {"reopen": deeds.reopen, "wake": deeds.wake, "read": deeds.read, "unread": deeds.unread}
    return simple[wanted.action]()


def _require(identity: Identity, permission: str) -> None:
    if permission not in identity.permissions:
        raise forbidden(f"The permission {permission} is missing.")


async def _outcome(deeds: Deeds, deed: Deed, wanted: Any, conversation_id: str, key: str | None) -> Outcome:
    """Do it to one conversation, once for each key; a failure leaves the key unused, so a repeat tries it again."""
    parts, identity = deeds.parts, deeds.identity
    changed: Conversation | None = None

    async def work(session: "Session") -> StoredAnswer:
        nonlocal changed
        changed = conversation = await deed(session, conversation_id, wanted.versions.get(conversation_id))
        view = conversation.view(identity.actor_id)
        return StoredAnswer(_OK, as_json(view), about=(conversation_id,))

    try:
        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route="POST /conversations/bulk",
            key=None if key is None else _key_of(key, conversation_id),
            body=orjson.dumps(wanted.model_dump(mode="json", exclude={"ids"})),
        )
    except Exception as error:  # noqa: BLE001 - one conversation's fault is the outcome of that one alone
        problem = problem_of(error)
        if problem.status >= _FAULT:
            structlog.get_logger().error("bulk.failed", conversation_id=conversation_id, exc_info=error)
        return Outcome(id=conversation_id, status=problem.status, problem=problem.body(deeds.request_id))
    if changed is not None and isinstance(wanted, ReadMany | UnreadMany):
        deeds.tell_read(changed)
    return Outcome(id=conversation_id, status=_OK, conversation=ConversationView.model_validate_json(answer.body))


def _key_of(key: str, conversation_id: str) -> str:
    """The request's key for one of its conversations, short enough whatever the key is."""
    return hashlib.sha256(f"{key}\x1f{conversation_id}".encode()).hexdigest()
