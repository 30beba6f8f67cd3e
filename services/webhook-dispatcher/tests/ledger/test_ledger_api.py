"""The routes of deliveries, replays and tests, in a running service with a receiver."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import pytest_asyncio

from atd_schemas.ids import uuid7
from atd_servicekit.identity import route_permissions
from atd_testing.receivers import OK, Receiver, receiver
from atd_testing.service import RunningService, TenantClient
from atd_testing.waiting import eventually
from atd_webhook_dispatcher import replaying
from atd_webhook_dispatcher.api import replays
from atd_webhook_dispatcher.domain.acceptance import row_of
from atd_webhook_dispatcher.domain.delivery import Attempt, Delivery
from atd_webhook_dispatcher.domain.disabling import Failing
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.events import Event
from atd_webhook_dispatcher.domain.outcome import Outcome
from atd_webhook_dispatcher.domain.reading import event_from
from atd_webhook_dispatcher.store.deliveries import Deliveries
from atd_webhook_dispatcher.store.queue import DeliveryQueue

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO = b"HTTP/1.1 500 No\r\nContent-Length: 4\r\nX-Why: broken\r\n\r\nnope"
MINUTE = timedelta(minutes=1)


@pytest_asyncio.fixture(loop_scope="module")
async def hook() -> AsyncIterator[Receiver]:
    """The server of the external system."""
    async with receiver(OK) as server:
        yield server


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is on its way here, so that nobody has to wait for it."""
    monkeypatch.setattr(replaying, "LATE", timedelta())
    monkeypatch.setattr(replays, "AFTER_ENABLING", timedelta())


async def made(desk: TenantClient, hook: Receiver, **more: Any) -> str:
    """A webhook of the desk's company that asks for everything; its id."""
    found = await desk.do("POST", "/webhooks", {"url": hook.url(), "event_types": ["*"], **more})
    return str(found["id"])


def event(desk: TenantClient, subject: str = "bia", at: datetime | None = None, sequence: int = 1) -> Event:
    moment = (at or datetime.now(UTC)).isoformat()
    record = {
        "id": uuid7(),
        "type": "attendant.online",
        "tenant_id": desk.tenant,
        "occurred_at": moment,
        "recorded_at": moment,
        "subject": subject,
        "sequence": sequence,
        "actor": {"type": "system"},
        "data": {"attendant": {"id": subject}},
    }
    found = event_from(orjson.dumps(record))
    assert found is not None
    return found


async def endpoint_of(desk: TenantClient, webhook_id: str) -> Endpoint:
    found: Endpoint | None = await desk.service.app.state.parts.endpoints.one(desk.tenant, webhook_id)
    assert found is not None
    return found


async def failed(desk: TenantClient, webhook_id: str, *events: Event) -> list[Delivery]:
    """Deliveries of archived events that have failed."""
    db, now = desk.service.db, datetime.now(UTC)
    await desk.service.app.state.parts.events.add(events, now)
    endpoint = await endpoint_of(desk, webhook_id)
    rows = [row_of(one, endpoint, None, one.recorded_at) for one in events]
    attempt = Attempt(at=now, outcome="refused", ms=3, status=500, answer="nope", answer_headers=(("x-why", "b"),))
    until = now + timedelta(days=30)
    await Deliveries(db).add(rows)
    outcomes = [Outcome(row, "failed", 10, attempt, now, expires_at=until, reason="used_up") for row in rows]
    await DeliveryQueue(db).write(outcomes)
    return rows


async def finished(desk: TenantClient, webhook_id: str, replay_id: str) -> dict[str, Any]:
    """A replay when it has ended."""
    shown: dict[str, Any] = {}

    async def ended() -> bool:
        shown.update(await desk.get(f"/webhooks/{webhook_id}/replays/{replay_id}"))
        return bool(shown["state"] != "running")

    await eventually(ended)
    return shown


async def test_a_delivery_is_shown_with_its_answer_and_without_what_is_secret(
    desk: TenantClient, hook: Receiver
) -> None:
    auth = {"kind": "bearer", "token": "t-secret"}
    webhook = await made(desk, hook, headers={"X-Api-Key": "k-secret"}, auth=auth)
    [row] = await failed(desk, webhook, event(desk))
    answer = await desk.ask("GET", f"/webhook-deliveries/{row.id}")
    shown = answer.json()
    assert "secret" not in answer.text
    assert shown["request"]["url_host"] == "127.0.0.1"
    assert orjson.loads(shown["request"]["body"])["id"] == row.event_id
    headers = {one["name"]: one["value"] for one in shown["request"]["headers"]}
    assert headers["webhook-id"] == row.event_id
    assert [headers[name] for name in ("Authorization", "X-Api-Key", "webhook-signature")] == [None, None, None]
    assert (shown["state"], shown["reason"], shown["waiting_for"], shown["due_at"]) == ("failed", "used_up", None, None)
    [attempt] = shown["attempts"]
    assert (attempt["status"], attempt["answer"], attempt["answer_headers"]) == (
        500,
        "nope",
        [{"name": "x-why", "value": "b"}],
    )
    assert shown["last"] == {name: attempt[name] for name in ("at", "outcome", "status", "ms", "error")}


async def test_deliveries_are_found_by_event_by_subject_and_by_filters(desk: TenantClient, hook: Receiver) -> None:
    webhook, other = await made(desk, hook), await made(desk, hook)
    first, second = await failed(desk, webhook, event(desk, "bia"), event(desk, "rui"))
    [third] = await failed(desk, other, event(desk, "bia", sequence=2))

    async def ids(path: str, **asked: str) -> set[str]:
        return {one["id"] for one in await desk.pages(path, **asked)}

    assert await ids("/webhook-deliveries") == {first.id, second.id, third.id}
    assert await ids("/webhook-deliveries", webhook_id=other) == {third.id}
    assert await ids(f"/webhooks/{webhook}/deliveries") == {first.id, second.id}
    assert await ids("/webhook-deliveries", q=second.event_id) == {second.id}
    assert await ids("/webhook-deliveries", q="bia") == {first.id, third.id}
    assert await ids("/webhook-deliveries", q=third.id, state="failed") == {third.id}
    assert await ids("/webhook-deliveries", q=uuid7()) == set()
    assert await ids("/webhook-deliveries", outcome="timeout") == set()
    await desk.service.db.events.delete_many({"tenant_id": desk.tenant})
    assert await ids("/webhook-deliveries", q=second.event_id) == {second.id}  # by the time in the event's id


async def test_no_company_reaches_the_deliveries_and_replays_of_another(
    service: RunningService, desk: TenantClient, hook: Receiver
) -> None:
    webhook = await made(desk, hook)
    [row] = await failed(desk, webhook, event(desk))
    since = {"since": (datetime.now(UTC) - MINUTE).isoformat()}
    replay = await desk.do("POST", f"/webhooks/{webhook}/resend-failed", since)
    stranger = TenantClient(service, permissions=("webhooks:manage",))
    assert await stranger.pages("/webhook-deliveries") == []
    assert await stranger.pages("/webhook-deliveries", webhook_id=webhook) == []
    assert await stranger.pages("/webhook-deliveries", q=row.id) == []
    own = await made(stranger, hook)
    for method, path in (
        ("GET", f"/webhook-deliveries/{row.id}"),
        ("POST", f"/webhook-deliveries/{row.id}/resend"),
        ("GET", f"/webhooks/{webhook}/deliveries"),
        ("POST", f"/webhooks/{webhook}/test"),
        ("POST", f"/webhooks/{webhook}/recover"),
        ("GET", f"/webhooks/{webhook}/replays"),
        ("GET", f"/webhooks/{own}/replays/{replay['id']}"),
        ("DELETE", f"/webhooks/{own}/replays/{replay['id']}"),
    ):
        assert (await stranger.refused(method, path))[:2] == (404, "not_found"), path
    for name in ("replay", "replay/count", "resend-failed"):
        assert (await stranger.refused("POST", f"/webhooks/{webhook}/{name}", since))[0] == 404


async def test_every_route_needs_the_permission_to_manage_webhooks(service: RunningService) -> None:
    mine = {name: need for name, need in route_permissions(service.app).items() if "/webhook" in name}
    assert {"GET /api/v1/webhook-deliveries", "POST /api/v1/webhooks/{webhook_id}/replay"} <= mine.keys()
    assert set(mine.values()) == {"webhooks:manage"}


async def test_a_failed_delivery_is_sent_again_as_a_new_one_once_per_key(desk: TenantClient, hook: Receiver) -> None:
    webhook = await made(desk, hook)
    [row] = await failed(desk, webhook, event(desk))
    path, key = f"/webhook-deliveries/{row.id}/resend", {"headers": {"Idempotency-Key": "k1"}}
    first, second = await desk.do("POST", path, **key), await desk.do("POST", path, **key)
    assert first["id"] == second["id"] != row.id

    async def arrived() -> bool:
        return bool((await desk.get(f"/webhook-deliveries/{first['id']}"))["state"] == "delivered")

    await eventually(arrived)
    [received] = hook.received
    assert received.header("atendimento-replay") == "manual"
    assert received.header("webhook-id") == row.event_id
    assert orjson.loads(received.body)["id"] == row.event_id


async def test_a_delivery_that_waits_for_its_next_attempt_is_tried_now(desk: TenantClient, hook: Receiver) -> None:
    webhook = await made(desk, hook)
    await desk.service.app.state.parts.events.add([one := event(desk)], datetime.now(UTC))
    endpoint = await endpoint_of(desk, webhook)
    later = datetime.now(UTC) + timedelta(hours=1)
    row = replace(row_of(one, endpoint, None, datetime.now(UTC)), due_at=later, tries=3)
    await Deliveries(desk.service.db).add([row])
    [shown] = (await desk.get("/webhook-deliveries", state="waiting"))["items"]
    assert (shown["waiting_for"], shown["tries"]) == ("retry", 3)
    again = await desk.do("POST", f"/webhook-deliveries/{row.id}/resend")
    assert again["id"] == row.id

    async def arrived() -> bool:
        return bool((await desk.get(f"/webhook-deliveries/{row.id}"))["state"] == "delivered")

    await eventually(arrived)
    assert len(hook.received) == 1


async def test_what_is_kept_no_longer_or_has_nowhere_to_go_cannot_be_sent_again(
    desk: TenantClient, hook: Receiver
) -> None:
    webhook = await made(desk, hook)
    [row] = await failed(desk, webhook, event(desk))
    await desk.service.db.events.delete_many({"tenant_id": desk.tenant})
    path = f"/webhook-deliveries/{row.id}/resend"
    assert (await desk.refused("POST", path))[:2] == (409, "event_gone")
    assert (await desk.get(f"/webhook-deliveries/{row.id}"))["request"]["body"] is None
    await desk.do("DELETE", f"/webhooks/{webhook}")
    assert (await desk.refused("POST", path))[:2] == (409, "webhook_deleted")


async def test_a_test_is_a_real_request_at_once_whose_answer_is_shown_and_kept(
    desk: TenantClient, hook: Receiver
) -> None:
    hook.behaviours[:] = [NO]
    auth = {"kind": "basic", "username": "u", "password": "p-secret"}
    webhook = await made(desk, hook, enabled=False, auth=auth)
    answer = await desk.ask("POST", f"/webhooks/{webhook}/test", {})
    shown, [received] = answer.json(), hook.received
    assert "secret" not in answer.text
    assert (shown["attempt"]["status"], shown["attempt"]["answer"]) == (500, "nope")
    assert shown["request"]["body"].encode() == received.body
    headers = {one["name"]: one["value"] for one in shown["request"]["headers"]}
    assert headers["webhook-signature"].startswith("v1,")
    assert received.header("authorization") is not None
    assert headers["Authorization"] is None
    assert orjson.loads(received.body)["type"] == "webhook.test"
    kept = await desk.get(f"/webhook-deliveries/{shown['delivery_id']}")
    assert (kept["event_type"], kept["state"], kept["reason"]) == ("webhook.test", "failed", "test")
    assert (await desk.get(f"/webhooks/{webhook}"))["failing"] is None


async def test_a_test_of_a_type_is_like_its_latest_event_with_an_id_of_its_own(
    desk: TenantClient, hook: Receiver
) -> None:
    webhook = await made(desk, hook, template={"who": "{{ data.attendant.id }}", "id": "{{ id }}"})
    await desk.service.app.state.parts.events.add([latest := event(desk, "rui")], datetime.now(UTC))
    path = f"/webhooks/{webhook}/test"
    shown = await desk.do("POST", path, {"event_type": "attendant.online"})
    body = orjson.loads(shown["request"]["body"])
    assert body["who"] == "rui"
    assert body["id"] != latest.id
    assert shown["attempt"]["outcome"] == "delivered"
    await desk.do("POST", path, {"event_type": "message.received"})  # none has happened: the catalogue's example
    assert await desk.refused("POST", path, {"event_type": "no.such"}) == (422, "invalid", ["event_type"])


async def test_of_an_endpoint_there_is_one_test_at_a_time(desk: TenantClient, hook: Receiver) -> None:
    webhook = await made(desk, hook)
    tester = desk.service.app.state.ledger.tester
    tester._under_way.add(webhook)
    assert (await desk.refused("POST", f"/webhooks/{webhook}/test"))[:2] == (429, "rate_limited")
    tester._under_way.discard(webhook)


async def test_a_replay_is_counted_started_followed_and_marked_in_its_requests(
    desk: TenantClient, hook: Receiver
) -> None:
    webhook = await made(desk, hook)
    await desk.service.app.state.parts.events.add([event(desk) for _ in range(3)], datetime.now(UTC))
    asked = {"since": (datetime.now(UTC) - MINUTE).isoformat(), "event_types": ["attendant.*"]}
    counted = await desk.do("POST", f"/webhooks/{webhook}/replay/count", asked)
    assert (counted["count"], counted["exact"]) == (3, True)
    key = {"headers": {"Idempotency-Key": "r1"}}
    replay = await desk.do("POST", f"/webhooks/{webhook}/replay", asked, **key)
    assert (await desk.do("POST", f"/webhooks/{webhook}/replay", asked, **key))["id"] == replay["id"]
    assert (replay["state"], replay["total"]) == ("running", 3)
    done = await finished(desk, webhook, replay["id"])
    assert (done["state"], done["added"], done["delivered"], done["waiting"]) == ("done", 3, 3, 0)
    assert {one.header("atendimento-replay") for one in hook.received} == {replay["id"]}
    assert [one["id"] for one in await desk.pages(f"/webhooks/{webhook}/replays")] == [replay["id"]]


async def test_one_replay_runs_at_a_time_and_can_be_stopped(desk: TenantClient, hook: Receiver) -> None:
    webhook = await made(desk, hook, enabled=False)
    await desk.service.app.state.parts.events.add([event(desk)], datetime.now(UTC))
    asked = {"since": (datetime.now(UTC) - MINUTE).isoformat()}
    replay = await desk.do("POST", f"/webhooks/{webhook}/replay", asked)
    refused = await desk.refused("POST", f"/webhooks/{webhook}/replay", asked)
    assert refused[:2] == (409, "replay_running")
    path = f"/webhooks/{webhook}/replays/{replay['id']}"
    assert (await desk.do("DELETE", path))["state"] == "stopped"
    assert (await desk.do("DELETE", path))["reason"] == "by_hand"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "since"),
        ({"since": "1999-01-01T00:00:00Z"}, "since"),
        ({"since": "2999-01-01T00:00:00Z"}, "since"),
        ({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "since"),
        ({"since": "2026-01-02T00:00:00"}, "since"),
        ({"since": "2026-01-02T00:00:00Z", "event_types": ["no.such"]}, "event_types[0]"),
        ({"since": "2026-01-02T00:00:00Z", "event_types": []}, "event_types"),
        ({"since": "2026-01-02T00:00:00Z", "only": "some"}, "only"),
    ],
)
async def test_a_period_that_there_cannot_be_is_refused(
    desk: TenantClient, hook: Receiver, asked: dict[str, Any], field: str
) -> None:
    webhook = await made(desk, hook)
    assert await desk.refused("POST", f"/webhooks/{webhook}/replay", asked) == (422, "invalid", [field])


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"cursor": "x"}, "cursor"), ({"since": "0001-01-01T00:00:00Z"}, "since"), ({"state": "lost"}, "state"),
     ({"limit": "101"}, "limit"), ({"q": ""}, "q"), ({"stat": "failed"}, "stat")],
)  # fmt: skip
async def test_a_filter_that_there_is_not_is_refused_by_its_name(
    desk: TenantClient, asked: dict[str, str], field: str
) -> None:
    assert (await desk.refused("GET", "/webhook-deliveries", params=asked))[2] == [field]


async def test_one_button_enables_a_webhook_and_recovers_what_it_missed(desk: TenantClient, hook: Receiver) -> None:
    webhook = await made(desk, hook)
    assert (await desk.refused("POST", f"/webhooks/{webhook}/recover"))[:2] == (409, "nothing_to_recover")
    [row] = await failed(desk, webhook, event(desk))
    await desk.service.app.state.parts.events.add([missed := event(desk)], datetime.now(UTC))
    now = datetime.now(UTC).replace(microsecond=0)
    endpoints = desk.service.app.state.parts.endpoints
    await endpoints.save_failing(webhook, Failing(since=now + timedelta(seconds=1), last=now))
    before = await endpoint_of(desk, webhook)
    await desk.service.runtime.transaction(
        lambda session: endpoints.update_state(session, before, "disabled", "failing", now)
    )
    assert (await desk.refused("POST", f"/webhook-deliveries/{row.id}/resend"))[:2] == (409, "webhook_disabled")
    replay = await desk.do("POST", f"/webhooks/{webhook}/recover")
    assert (replay["kind"], replay["only"], replay["total"]) == ("recovery", "missed", 2)
    shown = await desk.get(f"/webhooks/{webhook}")
    assert (shown["state"], shown["failing"]) == ("enabled", None)
    done = await finished(desk, webhook, replay["id"])
    assert (done["state"], done["delivered"]) == ("done", 2)
    assert {one.header("webhook-id") for one in hook.received} == {row.event_id, missed.id}


async def test_webhooks_are_listed_with_their_health(desk: TenantClient, hook: Receiver) -> None:
    webhook = await made(desk, hook)
    health = (await desk.get(f"/webhooks/{webhook}"))["health"]
    assert (health["status"], health["breaker"], health["waiting"], len(health["hours"])) == ("idle", "closed", 0, 24)
    await desk.service.app.state.parts.events.add([one := event(desk)], datetime.now(UTC))
    replay = await desk.do("POST", f"/webhooks/{webhook}/replay", {"since": (one.recorded_at - MINUTE).isoformat()})
    await finished(desk, webhook, replay["id"])

    async def told() -> bool:
        [listed] = (await desk.get("/webhooks"))["items"]
        lately = sum(one["delivered"] for one in listed["health"]["hours"][-2:])  # the hour may have just ended
        return bool(lately == 1 and listed["health"]["status"] == "healthy")

    await eventually(told)


async def test_live_events_go_before_a_replay_which_has_a_share_and_can_be_stopped(
    desk: TenantClient, hook: Receiver
) -> None:
    webhook = await made(desk, hook, concurrency=4)
    parts, began = desk.service.app.state.parts, datetime.now(UTC)
    await parts.events.add([event(desk, at=began) for _ in range(2_000)], began)
    asked = {"since": (began - MINUTE).isoformat()}
    replay = await desk.do("POST", f"/webhooks/{webhook}/replay", asked)
    await eventually(lambda: len(hook.received) > 20)
    endpoint, live = await endpoint_of(desk, webhook), [event(desk) for _ in range(40)]
    rows = [row_of(one, endpoint, None, one.recorded_at) for one in live]
    await parts.events.add(live, began)
    await Deliveries(desk.service.db).add(rows)
    before = len(hook.received)
    await desk.service.app.state.engine.accepted(
        [(endpoint, row, one.body) for row, one in zip(rows, live, strict=True)]
    )
    ids = {one.id for one in live}

    def places() -> list[int]:
        return [place for place, one in enumerate(hook.received) if one.header("webhook-id") in ids]

    await eventually(lambda: len(places()) == len(live))
    assert len(hook.received) - before < 1_000
    assert places()[-1] - places()[0] < 2 * len(live)  # at most every fourth turn in between was the replay's
    stopped = await desk.do("DELETE", f"/webhooks/{webhook}/replays/{replay['id']}")
    assert stopped["state"] == "stopped"

    async def counted() -> bool:
        shown = await desk.get(f"/webhooks/{webhook}/replays/{replay['id']}")
        return bool(shown["dropped"] > 0 and shown["delivered"] + shown["dropped"] == shown["added"])

    await eventually(counted)
    assert (await desk.get(f"/webhooks/{webhook}/deliveries", state="waiting"))["items"] == []


async def test_what_waits_for_a_paused_webhook_is_found_and_goes_to_its_new_address_with_the_same_ids(
    desk: TenantClient, hook: Receiver
) -> None:
    webhook = await made(desk, hook)
    await desk.do("PATCH", f"/webhooks/{webhook}", {"enabled": False})
    endpoint, events = await endpoint_of(desk, webhook), [event(desk) for _ in range(5)]
    await desk.service.app.state.parts.events.add(events, datetime.now(UTC))
    await Deliveries(desk.service.db).add([row_of(one, endpoint, None, one.recorded_at) for one in events])
    shown = (await desk.get("/webhook-deliveries", state="waiting"))["items"]
    assert {(one["event_id"], one["waiting_for"]) for one in shown} == {(one.id, "pause") for one in events}
    assert (await desk.get(f"/webhooks/{webhook}"))["health"]["waiting"] == 5
    await desk.do("PATCH", f"/webhooks/{webhook}", {"enabled": True, "url": hook.url("/new")})
    await eventually(lambda: len(hook.received) == len(events))
    assert {one.target for one in hook.received} == {"/new"}
    assert {one.header("webhook-id") for one in hook.received} == {one.id for one in events}


async def test_what_waits_for_a_deleted_webhook_is_dropped_and_counted(desk: TenantClient, hook: Receiver) -> None:
    webhook = await made(desk, hook, enabled=False)
    endpoint, events = await endpoint_of(desk, webhook), [event(desk) for _ in range(600)]
    await desk.service.app.state.parts.events.add(events, datetime.now(UTC))
    await Deliveries(desk.service.db).add([row_of(one, endpoint, None, one.recorded_at) for one in events])
    count = desk.service.app.state.engine._metrics.webhook_finished.labels("dropped")._value.get
    before = count()
    await desk.do("DELETE", f"/webhooks/{webhook}")
    await eventually(lambda: count() - before == len(events))
    dropped = await desk.get("/webhook-deliveries", webhook_id=webhook, state="dropped", limit="100")
    assert {(one["state"], one["reason"], one["waiting_for"]) for one in dropped["items"]} == {
        ("dropped", "deleted", None)
    }
    assert len(dropped["items"]) == 100
