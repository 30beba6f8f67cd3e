"""What holds for all routes: who may call them, that none leads into another company; and the catalogue and preview."""

import re
from typing import Any

import orjson
import pytest

from atd_schemas.ids import uuid7
from atd_servicekit.identity import route_permissions
from atd_servicekit.requests import route_inputs
from atd_testing.service import RunningService, TenantClient
from atd_webhook_dispatcher.domain.catalogue import Catalogue
from atd_webhook_dispatcher.domain.delivery import Delivery
from atd_webhook_dispatcher.domain.events import Event
from atd_webhook_dispatcher.domain.reading import facts_of
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


async def test_operators_alone_have_webhooks_sealed_again(service: RunningService) -> None:
    path = "/internal/credentials/reseal"
    headers = service.headers(uuid7(), ("webhooks:manage",))
    assert (await service.http.post(path, json={}, headers=headers)).status_code == 403
    answer = await service.http.post(path, json={}, headers=service.headers(uuid7(), ("operator",)))
    assert answer.json() == {"resealed": 0, "remaining": 0, "unreadable": 0}


# ---------------------------------------------------------------------- the catalogue, and the preview

CATALOGUE = Catalogue()


async def happened(desk: TenantClient, event_type: str, count: int = 1, **message: Any) -> list[str]:
    """Keep events of the catalogue's example in the archive of the desk's company; their ids."""
    ids = []
    events = []
    for _ in range(count):
        body = orjson.loads(orjson.dumps(CATALOGUE.kinds[event_type].example)) | {"id": uuid7()}
        if message:
            body["data"]["message"] |= message
        now = desk.service.runtime.clock.now()
        raw = orjson.dumps(body)
        events.append(
            Event(
                id=body["id"],
                type=event_type,
                tenant_id=desk.tenant,
                occurred_at=now,
                recorded_at=now,
                thread="c",
                sequence=1,
                facts=facts_of(event_type, raw),
                body=raw,
            )
        )
        ids.append(body["id"])
    await desk.service.app.state.parts.events.add(events, desk.service.runtime.clock.now())
    return ids


async def preview(desk: TenantClient, **values: Any) -> Any:
    return await desk.do("POST", "/webhooks/preview", values)


async def test_the_catalogue_shows_each_type_with_words_and_an_example(desk: TenantClient) -> None:
    items = (await desk.get("/webhooks/event-types"))["items"]
    assert {one["type"] for one in items} == set(CATALOGUE.kinds)
    received = next(one for one in items if one["type"] == "message.received")
    assert received["group"] == "message"
    assert set(received["description"]) == {"pt-BR", "en", "es"}
    assert received["example"]["data"]["message"]["text"]
    whole = await desk.get("/webhooks/event-types/message.received")
    assert whole["schema"]["properties"]["type"] == {"const": "message.received"}
    assert (await desk.refused("GET", "/webhooks/event-types/setting.changed"))[:2] == (404, "not_found")


async def test_a_preview_counts_what_would_have_matched_and_shows_the_newest(desk: TenantClient) -> None:
    await happened(desk, "message.received", 3, text="boleto")
    await happened(desk, "message.received", 2, text="outra coisa")
    await happened(desk, "contact.updated", 2)
    (last,) = await happened(desk, "message.received", text="o boleto")
    found = await preview(
        desk,
        event_types=["message.*"],
        expression="data.message.text.contains('boleto')",
        template={"said": "{{ data.message.text }}"},
    )
    assert (found["examined"], found["matched"], found["mistakes"]) == (8, 4, [])
    assert found["example"] == {"event_id": last, "type": "message.received", "body": {"said": "o boleto"}}
    assert (await preview(desk, filters={"channel": ["telegram"]}))["matched"] == 0
    assert (await preview(desk, fields=["type"], event_type="contact.updated"))["example"]["body"] == {
        "type": "contact.updated"
    }


async def test_a_preview_without_events_shows_the_example_of_the_catalogue(desk: TenantClient) -> None:
    found = await preview(desk, event_types=["rating.*"])
    assert (found["examined"], found["matched"]) == (0, 0)
    assert found["example"]["event_id"] is None
    assert found["example"]["body"]["type"] == "rating.requested"


async def test_a_preview_says_what_keeps_a_webhook_from_being_saved(desk: TenantClient) -> None:
    await happened(desk, "message.received")
    found = await preview(desk, event_types=["nothing"], expression="data.x ==", fields=["id"], template={})
    assert [one["field"] for one in found["mistakes"]] == ["event_types[0]", "expression", "template"]
    assert (found["matched"], found["example"]) == (0, None)


async def test_a_preview_sees_no_events_of_another_company(service: RunningService, desk: TenantClient) -> None:
    await happened(desk, "message.received")
    other = TenantClient(service, permissions=("webhooks:manage",))
    found = await preview(other)
    assert (found["examined"], found["example"]["event_id"]) == (0, None)
