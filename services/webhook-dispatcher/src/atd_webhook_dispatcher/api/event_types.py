"""`GET /api/v1/webhooks/event-types`: what can be asked for."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from atd_servicekit.pagination import Page
from atd_servicekit.problems import not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_webhook_dispatcher.api.parts import Manager, Parts
from atd_webhook_dispatcher.domain.catalogue import EventKind


class EventTypeView(BaseModel):
    """A type of event, with a real example of what is sent."""

    type: str
    group: str = Field(description="`message` of `message.received`; `message.*` asks for all of a group")
    description: dict[str, str] = Field(description="In pt-BR, en and es")
    example: dict[str, Any]


class EventTypeWithSchemaView(EventTypeView):
    """A type of event, with the JSON Schema (2020-12) of what is sent."""

    json_schema: dict[str, Any] = Field(serialization_alias="schema")


def event_types_router(parts: Parts) -> APIRouter:
    """The catalogue: the same for every company."""
    router = APIRouter(prefix="/api/v1/webhooks/event-types", tags=["webhooks"])
    kinds = parts.catalogue.kinds

    @router.get("", summary="The types of events that webhooks can ask for", dependencies=[DECLARED_ONLY])
    async def list_event_types(_identity: Manager) -> Page[EventTypeView]:
        return Page(items=[EventTypeView(**_shown(kind)) for kind in kinds.values()])

    @router.get("/{event_type}", summary="One type of event, with its JSON Schema")
    async def get_event_type(_identity: Manager, event_type: str) -> EventTypeWithSchemaView:
        kind = kinds.get(event_type)
        if kind is None:
            raise not_found("Event type not found.")
        return EventTypeWithSchemaView(**_shown(kind), json_schema=dict(kind.schema))

    return router


def _shown(kind: EventKind) -> dict[str, Any]:
    return {
        "type": kind.type,
        "group": kind.group,
        "description": dict(kind.description),
        "example": dict(kind.example),
    }
