"""`POST /api/v1/routing/simulation`: what would happen to a conversation that came now. Nothing is changed."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from atd_routing.api.assignment_rules import FieldKey, Value
from atd_routing.api.parts import Body, Parts, Reader
from atd_routing.api.queue import floor_of
from atd_routing.api.queue_views import ReasonView, named
from atd_routing.api.teams import Id
from atd_routing.domain.conversation import MAX_FIRST_TEXT, RoutedConversation
from atd_routing.domain.customers import Customer, kept_fields
from atd_routing.domain.queue.trying import Tried, try_out
from atd_routing.store.queues import queues_of
from atd_schemas.routing import AssignReason
from atd_schemas.views import ChannelKind, Named, Priority

Text = Annotated[str, StringConstraints(max_length=MAX_FIRST_TEXT)]


class SimulationRequest(Body):
    """A conversation as it could come. `text`: what the customer writes first; `fields`: what is known of them."""

    channel: ChannelKind = "whatsapp"
    account_id: Id = "unknown"
    text: Text = ""
    label_ids: list[Id] = Field(default=[], max_length=50)
    type_id: Id | None = None
    priority: Priority = "normal"
    fields: dict[FieldKey, Value] = Field(default={}, max_length=50)
    returning: bool = False


class SimulationView(BaseModel):
    """Where it would go. `attendant`: who would get it at once, and why (`reason`); null: it would wait (`waits`)."""

    team: Named | None
    attendant: Named | None
    reason: AssignReason | None
    priority: Priority
    type_id: str | None
    label_ids: list[str]
    rule_ids: list[str]
    waits: list[ReasonView]


def simulation_router(parts: Parts) -> APIRouter:
    """Trying routing out."""
    router = APIRouter(prefix="/api/v1/routing", tags=["routing"])

    @router.post("/simulation", summary="What would happen to a conversation that came now")
    async def simulate(identity: Reader, wanted: SimulationRequest) -> SimulationView:
        tenant = await parts.tenants.of(identity.tenant_id)
        floor = await floor_of(parts, tenant)
        counts = await parts.queues.counts(tenant.id)
        ahead: dict[str | None, int] = {}
        for team_id in [*tenant.teams, None]:
            found = [counts[one].waiting for one in queues_of(tenant, team_id) if one in counts]
            ahead[team_id] = sum(found)
        conversation = RoutedConversation(
            id="simulated",
            tenant_id=tenant.id,
            number=0,
            status="queued",
            channel=wanted.channel,
            account_id=wanted.account_id,
            contact_id="simulated",
            opened_at=floor.now,
            label_ids=tuple(wanted.label_ids),
            type_id=wanted.type_id,
            priority=wanted.priority,
            first_text=wanted.text,
        )
        customer = Customer(kept_fields(wanted.fields))
        tried = try_out(floor, conversation, customer, returning=wanted.returning, ahead_in=ahead)
        return SimulationView(
            team=tried.team.named if tried.team else None,
            attendant=named(floor, tried.attendant_id),
            reason=tried.why,
            priority=tried.applied.facts.priority,
            type_id=tried.applied.facts.type_id,
            label_ids=sorted(tried.applied.facts.label_ids),
            rule_ids=[one.id for one in tried.applied.rules],
            waits=_waits(tried),
        )

    return router


def _waits(tried: Tried) -> list[ReasonView]:
    return [ReasonView(code=one.code, count=one.count, until=one.until) for one in tried.waits]
