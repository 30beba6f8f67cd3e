"""The catalogue of events and the preview over HTTP."""

from typing import Any

import orjson
import pytest

from atd_schemas.ids import uuid7
from atd_testing.service import RunningService, TenantClient
from atd_webhook_dispatcher.domain.catalogue import Catalogue
from atd_webhook_dispatcher.domain.events import Event
from atd_webhook_dispatcher.domain.reading import facts_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

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
