"""What Meta says of the health of an account is shown with the account."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from atd_ingest_whatsapp.health import HealthStore
from atd_ingest_whatsapp.translate import kinds
from atd_ingest_whatsapp.translate.kinds import Said
from atd_schemas.inbound import InboundMessage, InboundUnparsed
from atd_testing.whatsapp import builders

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/api/v1/channels"
AT = 1_767_225_600


def told(made: dict[str, Any], field: str, at: int = AT, **value: Any) -> bytes:
    change = {"field": field, "value": value}
    return builders.encode(builders.body({"id": made["business_account_id"], "time": at, "changes": [change]}))


async def connected(service: Service) -> dict[str, Any]:
    made: dict[str, Any] = await service.connect(business_account_id=str(uuid4().int)[:15])
    return made


async def health(service: Service, made: dict[str, Any]) -> Any:
    shown = await service.client.get(f"{PATH}/{made['id']}", headers=service.headers())
    listed = await service.client.get(PATH, headers=service.headers())
    [in_list] = [one for one in listed.json()["items"] if one["id"] == made["id"]]
    assert in_list["health"] == shown.json()["health"]
    return shown.json()["health"]


async def test_a_new_account_has_an_empty_health(service: Service) -> None:
    made = await connected(service)
    assert made["health"] == {"quality": None, "messaging_limit": None, "alerts": []}
    assert await health(service, made) == made["health"]


@pytest.mark.proves("whatsapp", "account-quality-limits-review")
@pytest.mark.parametrize("of_app", [True, False])
async def test_what_meta_warns_of_is_shown(service: Service, of_app: bool) -> None:
    made = await connected(service)
    address = "" if of_app else f"/{made['id']}"
    number = "551133330000"
    alert = {"alert_type": "OBA_DENIED", "alert_severity": "CRITICAL", "alert_description": "Not notable."}
    bodies = [
        told(
            made, "phone_number_quality_update", display_phone_number=number, event="FLAGGED", current_limit="TIER_2K"
        ),
        told(made, "account_update", AT + 1, event="ACCOUNT_VIOLATION", violation_info={"violation_type": "SCAM"}),
        told(made, "account_alerts", AT + 2, entity_type="WABA", alert_info=alert),
        told(made, "business_capability_update", AT + 3, max_daily_conversations_per_business="TIER_10K"),
    ]
    for raw in (*bodies, *reversed(bodies)):
        assert (await service.deliver(address, raw)).status_code == 200
    found = await health(service, made)
    assert (found["quality"], found["messaging_limit"]) == ("RED", "TIER_10K")
    assert [(one["type"], one["severity"], one["message"]) for one in found["alerts"]] == [
        ("OBA_DENIED", "critical", "Not notable."),
        ("ACCOUNT_VIOLATION", "critical", "SCAM"),
        ("FLAGGED", "warning", "TIER_2K"),
    ]
    assert found["alerts"][2]["at"] == "2026-01-01T00:00:00.000Z"


async def test_errors_beside_messages_are_alerts_of_their_account(service: Service) -> None:
    made = await connected(service)
    change = builders.change(made["phone_number_id"], errors=[builders.error(131031, "Account locked.")])
    raw = builders.encode(builders.body(builders.entry(made["business_account_id"], change)))
    assert (await service.deliver(f"/{made['id']}", raw)).status_code == 200
    [alert] = (await health(service, made))["alerts"]
    assert (alert["type"], alert["code"], alert["message"]) == ("error:account", 131031, "Account locked.")


async def test_alerts_that_come_at_once_are_all_kept(service: Service) -> None:
    made = await connected(service)
    bodies = [told(made, "account_review_update", AT + second, decision=f"NUMBER_{second}") for second in range(12)]
    answers = await asyncio.gather(*(service.deliver(f"/{made['id']}", raw) for raw in bodies))
    assert {answer.status_code for answer in answers} == {200}
    assert len((await health(service, made))["alerts"]) == 12


async def test_a_check_tells_the_quality(service: Service) -> None:
    made = await connected(service)
    await service.client.post(f"{PATH}/{made['id']}/check", headers=service.headers())
    assert (await health(service, made))["quality"] == "GREEN"


async def test_what_is_of_another_business_or_secret_changes_no_health(service: Service) -> None:
    made = await connected(service)
    foreign = await service.connect(
        f"{service.tenant}-2", business_account_id=made["business_account_id"], app_secret="another-secret"
    )
    raw = told(made, "account_review_update", decision="REJECTED")
    assert (await service.deliver(f"/{made['id']}", raw)).status_code == 200
    other = told({"business_account_id": "77"}, "account_review_update", decision="REJECTED")
    assert (await service.deliver(f"/{foreign['id']}", other, "another-secret")).status_code == 200
    assert len((await health(service, made))["alerts"]) == 1
    shown = await service.client.get(f"{PATH}/{foreign['id']}", headers=service.headers(f"{service.tenant}-2"))
    assert shown.json()["health"]["alerts"] == []
    [kept] = [event for event in await service.of_account(foreign["id"], 1) if isinstance(event, InboundUnparsed)]
    assert "has no account that the signature proves" in kept.data.problems[0]


@pytest.mark.proves("whatsapp", "webhook-kafka-mongodb-away")
async def test_mongodb_away_is_503_after_kafka_has_the_events(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await connected(service)

    async def away(_self: object, _notes: object) -> None:
        raise ServerSelectionTimeoutError("away")

    said = builders.change(
        made["phone_number_id"],
        messages=[builders.text_message("wamid.1", "Oi", service.runtime.clock.now(), sender="5511999990000")],
        errors=[builders.error(131000, "x")],
    )
    raw = builders.encode(builders.body(builders.entry(made["business_account_id"], said)))
    with monkeypatch.context() as patched:
        patched.setattr(HealthStore, "note", away)
        answer = await service.deliver(f"/{made['id']}", raw)
    assert answer.status_code == 503
    assert len(await service.of_account(made["id"], 1)) == 1
    assert (await service.deliver(f"/{made['id']}", raw)).status_code == 200
    assert len((await health(service, made))["alerts"]) == 1


async def test_a_placeholder_is_followed_by_the_message_once_its_kind_is_understood(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await connected(service)
    poll = {"id": "wamid.P", "from": "5511999990000", "timestamp": str(AT), "type": "poll", "poll": {"name": "?"}}
    change = builders.change(made["phone_number_id"], messages=[poll])
    raw = builders.encode(builders.body(builders.entry(made["business_account_id"], change)))
    assert (await service.deliver(f"/{made['id']}", raw)).status_code == 200
    events = await service.of_account(made["id"], 2)
    [placeholder] = [event for event in events if isinstance(event, InboundMessage)]
    [kept] = [event for event in events if isinstance(event, InboundUnparsed)]

    async def redriven() -> Any:
        answer = await service.client.post(
            "/internal/unparsed/redrive",
            json=kept.model_dump(mode="json"),
            headers=service.headers("", ("operator",)),
        )
        return answer.json()

    assert (await redriven())["published"] == 1
    monkeypatch.setattr(kinds, "KINDS", {**kinds.KINDS, "poll": lambda _part: Said("text", "?")})
    assert await redriven() == {"published": 1, "problems": []}
    found = [event for event in await service.of_account(made["id"], 4) if isinstance(event, InboundMessage)]
    assert [event.id == placeholder.id for event in found] == [True, True, False]
    assert {event.message_id() for event in found} == {found[-1].id}
    assert (placeholder.data.kind, found[-1].data.kind) == ("unsupported", "text")
