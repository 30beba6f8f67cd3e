"""A record that cannot be handled is put aside alone, with reason and origin, and the next one is handled."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import orjson
import pytest

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundContact, InboundMessage, InboundMessageData, inbound_subject
from atd_schemas.settings_changes import AttendantChanged, AttendantData
from atd_schemas.topics import (
    CONVERSATION_EVENTS,
    INBOUND_EVENTS,
    OUTBOUND_WHATSAPP,
    SETTINGS_CHANGES,
    Topic,
    encode,
)
from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.kafka import content, dead_letters, origin, produce
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import conversations
from tests.harness.system import GATEWAY, System

CUSTOMER = "5511999990005"
NOT_JSON = b'{"id": "unfinished'
WRONG_SHAPE = b'{"type": "inbound.message", "data": 7}'


async def put_aside(system: System, topic: Topic, key: bytes, poison: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Write the poison; what returns its dead letter when there is one."""
    ((partition, offset),) = await produce(system.kafka.bootstrap_servers, topic.name, key, [poison])
    place = (topic.name, partition, offset)

    async def find() -> dict[str, Any]:
        for letter in await dead_letters(system.kafka.bootstrap_servers):
            if origin(letter) == place:
                return letter
        raise AssertionError(f"no dead letter of {place}")

    return find


def assert_explained(letter: dict[str, Any], service: str, poison: bytes, *, error: str = "invalid") -> None:
    assert letter["source"] == service
    assert letter["data"]["group"] == f"{service}.{letter['data']['topic']}"
    assert letter["data"]["error"] == error
    assert letter["data"]["detail"]
    assert content(letter) == poison


@pytest.mark.parametrize("poison", [NOT_JSON, WRONG_SHAPE, b""])
async def test_in_inbound_events(
    system: System, shop: Shop, provider: Provider, listener: Listener, poison: bytes
) -> None:
    key = inbound_subject(shop.account.id, CUSTOMER).encode()
    await provider.write(CUSTOMER, ["antes"])
    letter = await put_aside(system, INBOUND_EVENTS, key, poison)
    await provider.write(CUSTOMER, ["depois"])
    await eventually(lambda: len(listener.of_type("message.received")) == 2, message="the message behind it")
    assert_explained(await eventually(letter), "conversation", poison)


async def test_in_inbound_events_that_is_read_and_cannot_be_stored(
    system: System, shop: Shop, provider: Provider, listener: Listener
) -> None:
    """It has the right shape, and MongoDB takes no NUL in the name of a field."""
    key, now = inbound_subject(shop.account.id, CUSTOMER), datetime.now(UTC)
    event = InboundMessage(
        id=uuid7(),
        tenant_id=shop.company.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source="test",
        subject=key,
        data=InboundMessageData(
            account_id=shop.account.id,
            account_name="Loja",
            channel="whatsapp",
            external_id=uuid7(),
            contact=InboundContact(external_id=CUSTOMER, phone=f"+{CUSTOMER}"),
            kind="interactive",
            text="Oi",
            content=cast(Any, {"reply": {"id": "1", "title": "Oi"}, "form": {"a\0b": 1}}),
        ),
    )
    poison = encode(event)
    letter = await put_aside(system, INBOUND_EVENTS, key.encode(), poison)
    await provider.write(CUSTOMER, ["depois"])
    await eventually(lambda: len(listener.of_type("message.received")) == 1, message="the message behind it")
    assert_explained(await eventually(letter), "conversation", poison, error="InvalidDocument")
    assert [event["data"]["message"]["text"] for event in listener.of_type("message.received")] == ["depois"]


async def test_in_outbound_whatsapp(
    system: System, shop: Shop, provider: Provider, listener: Listener, graph: Graph
) -> None:
    await provider.write(CUSTOMER, ["Oi"])
    await eventually(lambda: listener.of_type("message.received"))
    (conversation,) = await conversations(shop.client)
    letter = await put_aside(system, OUTBOUND_WHATSAPP, conversation["id"].encode(), NOT_JSON)
    answer = await shop.client.post(f"/conversations/{conversation['id']}/messages", json={"text": "depois"})
    assert answer.status_code == httpx.codes.CREATED
    assert [one.text for one in await eventually(graph.sent, message="the reply behind it")] == ["depois"]
    assert_explained(await eventually(letter), "ingest-whatsapp", NOT_JSON)


async def test_in_settings_changes(system: System, shop: Shop, provider: Provider, listener: Listener) -> None:
    now, attendant_id = datetime.now(UTC), uuid7()
    change = AttendantChanged(
        id=uuid7(),
        tenant_id=shop.company.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source="test",
        subject=attendant_id,
        sequence=1,
        data=AttendantData(attendant_id=attendant_id, name="Bia"),
    )
    letter = await put_aside(system, SETTINGS_CHANGES, change.key(), NOT_JSON)
    await produce(system.kafka.bootstrap_servers, SETTINGS_CHANGES.name, change.key(), [encode(change)])
    assert_explained(await eventually(letter), "conversation", NOT_JSON)
    await provider.write(CUSTOMER, ["Oi"])
    await eventually(lambda: listener.of_type("message.received"))
    (conversation,) = await conversations(shop.client)

    async def assigned() -> bool:
        """The record behind it: conversation knows the attendant."""
        path = f"/conversations/{conversation['id']}/assign"
        answer = await shop.client.post(path, json={"attendant_id": attendant_id})
        return answer.status_code == httpx.codes.OK and answer.json()["assignee"]["name"] == "Bia"

    await eventually(assigned, message="the conversation assigned")


async def test_in_conversation_events_the_onlooker_names_it_and_passes_on(
    system: System, shop: Shop, provider: Provider, listener: Listener
) -> None:
    """The gateway reads without a group: it commits nothing, so putting aside is for those who handle."""
    await provider.write(CUSTOMER, ["antes"])
    opened = await eventually(lambda: listener.of_type("conversation.opened"))
    key = opened[0]["subject"].encode()
    ((partition, offset),) = await produce(system.kafka.bootstrap_servers, CONVERSATION_EVENTS.name, key, [NOT_JSON])
    await provider.write(CUSTOMER, ["depois"])
    await eventually(lambda: len(listener.of_type("message.received")) == 2, message="the event behind it")
    skipped = [orjson.loads(line) for line in system.log(GATEWAY).splitlines() if '"feed.skipped"' in line]
    assert (partition, offset) in {(line["partition"], line["offset"]) for line in skipped}


async def test_the_operator_finds_them(system: System, shop: Shop) -> None:
    key = inbound_subject(shop.account.id, CUSTOMER).encode()
    letter = await eventually(await put_aside(system, INBOUND_EVENTS, key, WRONG_SHAPE))
    found = orjson.loads(system.atd("dead-letters", "list", "--json", "--service", "conversation").stdout)
    (mine,) = [each for each in found if each["id"] == letter["id"]]
    assert mine["state"] == "open"
    assert mine["origin"] == "/".join(str(part) for part in origin(letter))
    assert mine["error"] == "invalid"
