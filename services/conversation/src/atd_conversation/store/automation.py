"""What a conversation keeps for automatic messages and ratings, as parts of its document."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from atd_conversation.domain.automation.memory import NOTHING_REMEMBERED, Memory
from atd_conversation.domain.automation.ratings import RatingRequest
from atd_conversation.domain.conversation import Conversation
from atd_schemas.views import Named

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document


def automation_fields(conversation: Conversation) -> "Document":
    """The fields; None stands for one that is absent, as all of them are in most conversations."""
    memory, credited = conversation.memory, conversation.credited
    request, rated = conversation.rating_request, conversation.rated
    return {
        "memory": None if memory is NOTHING_REMEMBERED else _memory_document(memory) or None,
        "credited": _named_document(credited),
        "rating_request": _request_document(request) if request else None,
        "rated": _request_document(rated) if rated else None,
    }


def automation_of(document: "Document") -> dict[str, Any]:
    """The arguments of a `Conversation`; those that the document lacks are left out."""
    found: dict[str, Any] = {}
    if memory := document.get("memory"):
        found["memory"] = _memory_of(memory)
    if credited := document.get("credited"):
        found["credited"] = Named(**credited)
    for name in ("rating_request", "rated"):
        if request := document.get(name):
            found[name] = _request_of(request)
    return found


def _memory_document(memory: Memory) -> "Document":
    """Only what is not as it is at first; rules are no names of fields, for what a name may be is MongoDB's."""
    told: Document = {
        "fired": [{"rule": rule_id, "at": at} for rule_id, at in memory.fired.items()],
        "sent": list(memory.sent),
        "in_a_row": memory.in_a_row,
        "last_at": memory.last_at,
        "machine": memory.machine,
        "texts": list(memory.texts),
        "stopped": memory.stopped,
        "quick": memory.quick,
    }
    return {name: value for name, value in told.items() if value}


def _memory_of(document: "Document") -> Memory:
    get = document.get
    return Memory(
        fired={one["rule"]: one["at"] for one in get("fired", ())},
        sent=tuple(get("sent", ())),
        in_a_row=get("in_a_row", 0),
        last_at=get("last_at"),
        machine=get("machine", 0),
        texts=tuple(get("texts", ())),
        stopped=get("stopped", False),
        quick=get("quick", 0),
    )


def _request_document(request: RatingRequest) -> "Document":
    values: Document = {one.name: getattr(request, one.name) for one in fields(request)}
    people: Document = {"attendant": _named_document(request.attendant), "type": _named_document(request.type)}
    return {name: value for name, value in {**values, **people}.items() if value is not None}


def _request_of(document: "Document") -> RatingRequest:
    values: dict[str, Any] = dict(document)
    for name in ("attendant", "type"):
        if name in document:
            values[name] = Named(**document[name])
    return RatingRequest(**values)


def _named_document(named: Named | None) -> "Document | None":
    return {"id": named.id, "name": named.name} if named else None
