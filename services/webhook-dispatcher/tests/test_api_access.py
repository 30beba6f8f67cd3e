"""Who may call which route, and that no route leads into another company."""

import re
from typing import Any

import pytest

from atd_schemas.ids import uuid7
from atd_servicekit.identity import route_permissions
from atd_servicekit.requests import route_inputs
from atd_testing.service import RunningService, TenantClient
from atd_webhook_dispatcher.domain.delivery import Delivery
from atd_webhook_dispatcher.store.deliveries import DELIVERIES, Deliveries
from atd_webhook_dispatcher.store.endpoints import ENDPOINTS

pytestmark = pytest.mark.asyncio(loop_scope="module")

PERMISSION = "webhooks:manage"
URL = "https://crm.example.com/in"
PERIOD = {"since": "2026-03-01T12:00:00Z"}
BODIES: dict[str, Any] = {
    "POST /api/v1/webhooks": {"url": URL},
    "POST /api/v1/webhooks/preview": {},
    "PATCH /api/v1/webhooks/{webhook_id}": {"description": "mine"},
    "POST /api/v1/webhooks/{webhook_id}/replay": PERIOD,
    "POST /api/v1/webhooks/{webhook_id}/replay/count": PERIOD,
    "POST /api/v1/webhooks/{webhook_id}/resend-failed": PERIOD,
}


def routes(service: RunningService) -> list[str]:
    return [name for name in route_permissions(service.app) if "/api/v1/" in name]


async def test_every_route_needs_the_permission(service: RunningService) -> None:
    needed = route_permissions(service.app)
    assert {needed[name] for name in routes(service)} == {PERMISSION}
    others = TenantClient(service, permissions=("conversations:read", "settings:manage"))
    for name in routes(service):
        method, _, path = name.partition(" ")
        place = re.sub(r"\{\w+\}", uuid7(), path.removeprefix("/api/v1"))
        assert (await others.refused(method, place, BODIES.get(name)))[:2] == (403, "forbidden"), name


async def test_no_route_reaches_anything_of_another_company(service: RunningService, desk: TenantClient) -> None:
    new = await desk.do("POST", "/webhooks", {"url": URL})
    now = service.runtime.clock.now()
    row = Delivery(
        id=uuid7(),
        tenant_id=desk.tenant,
        endpoint_id=new["id"],
        event_id=uuid7(),
        event_type="message.received",
        thread="c",
        sequence=1,
        accepted_at=now,
        due_at=now.replace(year=now.year + 1),
    )
    await Deliveries(service.db).add([row])
    before = [await service.db[one].find_one({"tenant_id": desk.tenant}) for one in (ENDPOINTS, DELIVERIES)]
    theirs = {"webhook_id": new["id"], "delivery_id": row.id, "replay_id": uuid7()}
    other = TenantClient(service, permissions=(PERMISSION,))
    tried = 0
    for name in routes(service):
        method, _, path = name.partition(" ")
        if not theirs.keys() & set(re.findall(r"\{(\w+)\}", path)):
            continue
        place = path.removeprefix("/api/v1").format(**theirs)
        assert (await other.refused(method, place, BODIES.get(name)))[:2] == (404, "not_found"), name
        tried += 1
    assert tried >= 5
    assert (await other.get("/webhooks"))["items"] == []
    after = [await service.db[one].find_one({"tenant_id": desk.tenant}) for one in (ENDPOINTS, DELIVERIES)]
    assert after == before


async def test_no_body_takes_a_field_that_it_does_not_know(service: RunningService) -> None:
    for name, takes in route_inputs(service.app).items():
        for model in takes.models:
            assert model.model_config.get("extra") == "forbid", f"{name}: {model.__name__}"


async def test_every_list_refuses_parameters_that_it_does_not_know(service: RunningService) -> None:
    lists = {name for name, takes in route_inputs(service.app).items() if takes.strict}
    assert {"GET /api/v1/webhooks", "GET /api/v1/webhooks/event-types"} <= lists
