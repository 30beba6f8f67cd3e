"""A target that is missed, from the customer's message to the frame on the attendant's screen, at the right moment.

The clock that timers go by is moved for one conversation: a second process of routing, which hears nothing, lets its
timers ring as if it were days later. What it decides goes the way of everything: by the outbox and Kafka to
conversation, and as its event by the gateway to the browser.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from atd_routing.app import SERVICE, create_app
from atd_routing.engine import Engine
from atd_routing.settings import RoutingSettings
from atd_testing.keys import service_keys
from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.system import System

CUSTOMER = "5511999990091"
ZONE = "America/Sao_Paulo"
EVERY_DAY = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WARNED, BREACHED = "conversation.service_level_warned", "conversation.service_level_breached"
DAY = timedelta(days=1)
HEARING = timedelta(seconds=2)
"""So long an answer may be under way before a target counts as missed."""


class MovedTime:
    """The clock of the second process."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    async def now(self) -> datetime:
        return self.moment


class Later:
    """Routing, as it is at another moment."""

    def __init__(self, engine: Engine, time: MovedTime) -> None:
        self._engine, self._time = engine, time

    async def rings(self, conversation_id: str, moment: datetime) -> None:
        """Let the timers of one conversation ring that are due then."""
        self._time.moment = moment
        await self._engine.fire([conversation_id])


@pytest.fixture
async def later(system: System) -> AsyncIterator[Later]:
    servers: dict[str, Any] = {"KAFKA_BOOTSTRAP_SERVERS": system.kafka_servers, "MONGODB_URL": system.mongo.url}
    time = MovedTime()
    parts = create_app(RoutingSettings(**servers, **service_keys(SERVICE)), time=time).state.parts
    yield Later(parts.engine, time)
    await parts.runtime.mongo.close()


async def made(shop: Shop, path: str, body: Any) -> None:
    answer = await shop.client.post(path, json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text


async def test_a_target_is_missed_in_the_right_working_minute_and_the_attendant_sees_it(
    shop: Shop, provider: Provider, listener: Listener, later: Later
) -> None:
    closed = (datetime.now(ZoneInfo(ZONE)) + 2 * DAY).date().isoformat()
    always = [{"day": day, "start": "00:00", "end": "24:00"} for day in EVERY_DAY]
    exceptions = [{"date": closed, "kind": "closed"}]
    hours = {"name": "Sempre", "zone": ZONE, "is_default": True, "intervals": always, "exceptions": exceptions}
    await made(shop, "/hours", hours)
    days = int(4 * DAY / timedelta(minutes=1))
    await made(shop, "/service-levels", {"name": "Padrão", "first_response_minutes": days, "warn_percent": 75})

    await provider.write(CUSTOMER, ["Alguém pode me ajudar?"])
    (opened,) = await eventually(lambda: listener.of_type("conversation.opened"), message="the conversation")
    conversation_id = opened["subject"]

    async def targets() -> list[dict[str, Any]]:
        level = (await shop.client.get(f"/conversations/{conversation_id}")).json().get("service_level")
        return level["targets"] if level else []

    (target,) = await eventually(targets, message="what was promised")
    due, warned = (datetime.fromisoformat(target[name]) for name in ("due_at", "warn_at"))
    began = datetime.fromisoformat(opened["data"]["conversation"]["opened_at"])
    assert (due - began, warned - began) == (5 * DAY, 4 * DAY), "four days of work, and one that is closed"

    await later.rings(conversation_id, warned + HEARING)
    await eventually(lambda: listener.of_type(WARNED), message="the warning on the screen")
    await later.rings(conversation_id, due + HEARING - timedelta(seconds=1))
    await later.rings(conversation_id, due + HEARING)
    (frame,) = await eventually(lambda: listener.of_type(BREACHED), message="the missed target on the screen")
    await later.rings(conversation_id, due + DAY)

    shown = frame["data"]["conversation"]["service_level"]
    assert (shown["policy"]["name"], frame["actor"]["type"], frame["data"]["changed"]) == (
        "Padrão",
        "system",
        ["service_level"],
    )
    (missed,) = shown["targets"]
    assert (missed["target"], missed["state"], missed["breached_at"]) == (
        "first_response",
        "breached",
        target["due_at"],
    )
    assert await targets() == shown["targets"], "as a browser reads it that comes later"
    answer = await shop.client.post(f"/conversations/{conversation_id}/messages", json={"text": "Agora sim"})
    assert answer.is_success, answer.text
    await eventually(lambda: listener.of_type("message.sent"), message="the answer, which comes too late")
    assert len(listener.of_type(WARNED)) == len(listener.of_type(BREACHED)) == 1
