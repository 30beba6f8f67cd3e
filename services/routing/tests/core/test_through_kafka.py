"""The running service: an event on one topic leads to a decision on the other."""

import pytest

from atd_schemas.topics import ATTENDANT_DEVICES, CONVERSATION_EVENTS, ROUTING_DECISIONS
from atd_testing.service import RunningService, TenantClient

from .talks import device
from .world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_opened_conversation_is_assigned_through_kafka(desk: TenantClient, service: RunningService) -> None:
    world = World(service.runtime.mongo, desk.tenant)
    members = [{"attendant_id": world.id("ana")}]
    team = await desk.do("POST", "/teams", {"name": "Vendas", "members": members})
    (talk,) = world.begin(team_id=team["id"])
    async with service.reading(ROUTING_DECISIONS) as decisions:
        await service.publish(ATTENDANT_DEVICES, device(desk.tenant, world.id("ana")))
        await service.publish(CONVERSATION_EVENTS, talk.opened())
        (decision,) = await decisions.until(lambda found: found, desk.tenant)
    assert (decision.type, decision.subject) == ("routing.assign", talk.id)
    assert (decision.data.attendant.id, decision.data.condition.placement) == (world.id("ana"), talk.placement)
