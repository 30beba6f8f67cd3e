"""Decisions of routing, made by the tests."""

from typing import Any

import pytest

from atd_schemas.attendants import AttendantChanged
from atd_schemas.attendants import AttendantData as Availability
from atd_schemas.ids import uuid7
from atd_schemas.routing import (
    AssignData,
    Assigned,
    Closed,
    CloseData,
    Condition,
    DecisionData,
    Queued,
    QueueData,
    Said,
    Saying,
    ServiceLevelData,
    ServiceLevelSet,
    Set,
    SetData,
)
from atd_schemas.settings_changes import AttendantChanged as AttendantSettings
from atd_schemas.settings_changes import AttendantData
from atd_schemas.topics import ATTENDANT_EVENTS, ROUTING_DECISIONS
from atd_schemas.views import AvailabilityState, AvailabilityView, Named
from atd_testing.inbound import NOON
from atd_testing.teams import team_changed

ANA = Named(id="ana", name="Ana Reis")
CAIO = Named(id="caio", name="Caio")
SALES, SUPPORT = Named(id="sales", name="Vendas"), Named(id="support", name="Suporte")

_KINDS: dict[str, tuple[type[Any], type[DecisionData]]] = {
    "assign": (Assigned, AssignData),
    "queue": (Queued, QueueData),
    "set": (Set, SetData),
    "close": (Closed, CloseData),
    "say": (Said, DecisionData),
    "service_level": (ServiceLevelSet, ServiceLevelData),
}


def envelope(tenant_id: str, subject: str, **more: Any) -> dict[str, Any]:
    """What every event of routing has."""
    common = {"id": uuid7(), "tenant_id": tenant_id, "occurred_at": NOON, "recorded_at": NOON, "source": "routing"}
    return {**common, "subject": subject, **more}


def decision(kind: str, conversation: Any, *, tenant_id: str = "t1", **data: Any) -> Any:
    """A decision on a conversation; `actor`: whose wish it was. What it was made on is named as `Condition` does."""
    event, shape = _KINDS[kind]
    made_on = {name: data.pop(name, None) for name in Condition.model_fields}
    condition = Condition(**made_on)
    more = {"actor": data.pop("actor")} if "actor" in data else {}
    conversation_id = conversation if isinstance(conversation, str) else conversation.id
    told = shape(conversation_id=conversation_id, condition=condition, **data)
    return event(**envelope(tenant_id, conversation_id, **more), data=told)


def saying(purpose: Any = "greeting", text: str = "Olá", once: str = "1", **more: Any) -> Saying:
    return Saying(purpose=purpose, text=text, once=once, **more)


class Router:
    """Routing, as the conversation service hears it, for the tenant of a desk."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self._running = desk.service._running
        self._revision = 0

    async def decide(self, *decisions: Any) -> None:
        """One batch of decisions."""
        await self._running.handle(ROUTING_DECISIONS, *decisions)

    def decision(self, kind: str, conversation_id: str, **data: Any) -> Any:
        return decision(kind, conversation_id, tenant_id=self.desk.tenant, **data)

    async def team(self, team: Named, *members: str, deleted: bool = False, revision: int | None = None) -> None:
        """A team was made, or is another one now."""
        self._revision += 1
        named, number = team.name or "", revision or self._revision
        event = team_changed(self.desk.tenant, team.id, named, *members, deleted=deleted, revision=number)
        await self.desk.service.learn(event)

    async def attendant(self, attendant: Named) -> None:
        """There is such a person."""
        data = AttendantData(attendant_id=attendant.id, name=attendant.name or "")
        await self.desk.service.learn(AttendantSettings(**envelope(self.desk.tenant, attendant.id), data=data))

    async def available(self, attendant: Named, state: AvailabilityState = "online", **more: Any) -> None:
        """An attendant is online, away and so on from now on."""
        self._revision += 1
        shown = AvailabilityView(id=attendant.id, name=attendant.name, state=state, since=NOON, **more)
        common = envelope(self.desk.tenant, attendant.id, sequence=self._revision, type=f"attendant.{state}")
        event = AttendantChanged(**common, data=Availability(attendant=shown))
        await self._running.handle(ATTENDANT_EVENTS, event)


@pytest.fixture
def router(desk: Any) -> Router:
    """Tells this tenant what routing decides. Team ids are the tenant's own."""
    return Router(desk)
