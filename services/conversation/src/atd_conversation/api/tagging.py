"""Tags on messages: `/api/v1/messages/{id}/tags/{tag_id}`, and several on several messages at once."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from atd_conversation.api.guard import keep_to_sight
from atd_conversation.api.parts import Body, Parts, RequestId, Writer
from atd_conversation.commands.effects import refused
from atd_conversation.commands.tagging import Outcome
from atd_conversation.domain.message import Message
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.tagging import MAX_TAGS_OF_MESSAGE
from atd_schemas.views import MessageView
from atd_servicekit.problems import Problem, not_found

if TYPE_CHECKING:
    from atd_servicekit.identity import Identity
    from atd_servicekit.mongo import Session

MAX_MESSAGES = 100
"""Messages that one request can tag."""

_OK = 200
_NOT_FOUND = 404

_Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


def _once(ids: list[str]) -> list[str]:
    return list(dict.fromkeys(ids))


_Tags = Annotated[list[_Id], Field(max_length=MAX_TAGS_OF_MESSAGE), AfterValidator(_once)]


class Tagging(Body):
    """Tags to put on messages (`add`) and to take off them (`remove`)."""

    message_ids: Annotated[list[_Id], Field(min_length=1, max_length=MAX_MESSAGES), AfterValidator(_once)]
    add: _Tags = Field(default_factory=list)
    remove: _Tags = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_something(self) -> "Tagging":
        if not self.add and not self.remove:
            raise ValueError("add or remove: name at least one tag")
        if set(self.add) & set(self.remove):
            raise ValueError("remove: a tag cannot be both put on and taken off")
        return self


class TaggingOutcome(BaseModel):
    """What became of one message: `message` as it is now; with another `status` the `problem`, and nothing changed."""

    id: str
    status: int
    message: MessageView | None = None
    problem: dict[str, Any] | None = None


class TaggingOutcomes(BaseModel):
    """One outcome for each message, in the order of the request; `failed` counts those with a problem."""

    results: list[TaggingOutcome]
    failed: int


def tagging_router(parts: Parts) -> APIRouter:
    """Who may write in conversations may tag."""
    router = APIRouter(prefix="/api/v1/messages", tags=["messages"])

    @router.post("/tags", summary="Tag several messages at once, each with an outcome of its own")
    async def tag_many(identity: Writer, wanted: Tagging, request_id: RequestId) -> TaggingOutcomes:
        found: dict[str, Outcome] = {}
        places = await parts.marks.tags.places(identity.tenant_id, wanted.message_ids)
        for conversation_id, ids in places.items():
            try:
                found |= await _change(parts, identity, conversation_id, ids, wanted.add, wanted.remove, request_id)
            except Problem as problem:
                if problem.status != _NOT_FOUND:
                    raise
        results = [_outcome(one, found.get(one), request_id) for one in wanted.message_ids]
        return TaggingOutcomes(results=results, failed=sum(one.status != _OK for one in results))

    @router.put("/{message_id}/tags/{tag_id}", summary="Put a tag on a message")
    async def tag(identity: Writer, message_id: str, tag_id: str, request_id: RequestId) -> MessageView:
        return await _one(parts, identity, message_id, [tag_id], [], request_id)

    @router.delete("/{message_id}/tags/{tag_id}", summary="Take a tag off a message")
    async def untag(identity: Writer, message_id: str, tag_id: str, request_id: RequestId) -> MessageView:
        return await _one(parts, identity, message_id, [], [tag_id], request_id)

    return router


async def _change(
    parts: Parts,
    identity: "Identity",
    conversation_id: str,
    message_ids: list[str],
    add: list[str],
    remove: list[str],
    request_id: str,
    *,
    path: bool = False,
) -> dict[str, Outcome]:
    """Change the tags of messages of one conversation, in one transaction."""

    async def work(session: "Session") -> dict[str, Outcome]:
        await keep_to_sight(parts, identity, session, conversation_id=conversation_id)
        wanted = await parts.marks.tags.wanted(session, identity.tenant_id, add, remove, path=path)
        return await parts.marks.tags.change(
            session,
            identity.tenant_id,
            identity.actor(),
            conversation_id,
            message_ids,
            wanted,
            request_id=request_id,
        )

    return await parts.transaction(work)


async def _one(
    parts: Parts, identity: "Identity", message_id: str, add: list[str], remove: list[str], request_id: str
) -> MessageView:
    """Raises `Problem` 404 for a message or tag that is not there, 422 with the code of a `Refusal`."""
    places = await parts.marks.tags.places(identity.tenant_id, [message_id])
    outcome: Outcome | None = None
    for conversation_id, ids in places.items():
        found = await _change(parts, identity, conversation_id, ids, add, remove, request_id, path=True)
        outcome = found.get(message_id)
    if isinstance(outcome, Message):
        return outcome.view()
    raise refused(outcome) if isinstance(outcome, Refusal) else not_found("Message not found.")


def _outcome(message_id: str, outcome: Outcome | None, request_id: str) -> TaggingOutcome:
    if isinstance(outcome, Message):
        return TaggingOutcome(id=message_id, status=_OK, message=outcome.view())
    problem = refused(outcome) if isinstance(outcome, Refusal) else not_found("Message not found.")
    return TaggingOutcome(id=message_id, status=problem.status, problem=problem.body(request_id))
