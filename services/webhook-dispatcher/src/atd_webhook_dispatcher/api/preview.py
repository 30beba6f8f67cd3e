"""`POST /api/v1/webhooks/preview`: what a webhook would get of what has just happened."""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, Field

from atd_servicekit.problems import FieldError
from atd_webhook_dispatcher.api.configuring import Configuring
from atd_webhook_dispatcher.api.endpoint_bodies import PreviewBody
from atd_webhook_dispatcher.api.parts import Manager, Parts
from atd_webhook_dispatcher.domain.catalogue import Catalogue
from atd_webhook_dispatcher.domain.endpoint import Filters, Shape
from atd_webhook_dispatcher.domain.events import Event
from atd_webhook_dispatcher.domain.matching import is_wanted, passes
from atd_webhook_dispatcher.domain.shaping import CannotShape, shaped

MOST_EXAMINED = 100
"""Events of the archive, the newest."""

_CHECKED = frozenset({"event_types", "expression", "fields", "template"})


class ExampleView(BaseModel):
    """What would be sent. `event_id` is null where nothing matched, and the catalogue's example is shown."""

    event_id: str | None
    type: str
    body: Any


class MistakeView(BaseModel):
    """What keeps the webhook from being saved."""

    field: str
    detail: str


class PreviewView(BaseModel):
    """What the webhook would have got of the last events of the company."""

    examined: int = Field(
        description="The last 100 events; fewer where fewer are kept: only companies with webhooks have any"
    )
    matched: int
    example: ExampleView | None
    mistakes: list[MistakeView]


def preview_router(parts: Parts) -> APIRouter:
    """The preview."""
    router = APIRouter(prefix="/api/v1/webhooks/preview", tags=["webhooks"])

    @router.post("", summary="What a webhook would have got of the last 100 events; nothing is saved or sent")
    async def preview(identity: Manager, body: PreviewBody) -> PreviewView:
        checking = Configuring(parts.catalogue, parts.urls, parts.runtime.cipher, parts.runtime.clock.now())
        filters, shape = checking.choice(body, _CHECKED)
        events = await parts.events.latest(identity.tenant_id, MOST_EXAMINED)
        patterns = tuple(body.event_types)
        matching = [] if checking.errors else _matching(events, patterns, filters)
        errors = list(checking.errors)
        example = None
        if not errors:
            example = _example(matching, parts.catalogue, patterns, shape, body.event_type, errors)
        return PreviewView(
            examined=len(events),
            matched=len(matching),
            example=example,
            mistakes=[MistakeView(field=one.field, detail=one.message) for one in errors],
        )

    return router


def _matching(events: Sequence[Event], patterns: tuple[str, ...], filters: Filters) -> list[Event]:
    return [event for event in events if is_wanted(patterns, event.type) and passes(filters, event)]


def _example(
    matching: Sequence[Event],
    catalogue: Catalogue,
    patterns: tuple[str, ...],
    shape: Shape,
    event_type: str | None,
    errors: list[FieldError],
) -> ExampleView | None:
    """The newest event that matched, or an example of the catalogue; of one type if that is asked for."""
    event = next((one for one in matching if event_type in (None, one.type)), None)
    if event is not None:
        event_id, kind, body = event.id, event.type, event.body
    else:
        kinds = [one for one in catalogue.wanted(patterns) if event_type in (None, one.type)]
        if not kinds:
            return None
        event_id, kind, body = None, kinds[0].type, orjson.dumps(kinds[0].example)
    try:
        made = shaped(shape, body)
    except CannotShape as error:
        errors.append(FieldError("fields" if shape.fields else "template", str(error)))
        return None
    return ExampleView(event_id=event_id, type=kind, body=orjson.loads(body if made is None else made))
