"""Each message counts once, and only its own tenant sees it."""

import pytest

from atd_schemas.topics import INBOUND_EVENTS
from atd_servicekit.identity import route_permissions
from atd_testing.inbound import customer_message
from atd_testing.service import RunningService, TenantClient
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_messages_from_kafka_are_counted(service: RunningService, client: TenantClient) -> None:
    await service.publish(INBOUND_EVENTS, *(customer_message(client.tenant, "a", f"{client.tenant}{n}") for n in "12"))

    async def counted() -> bool:
        return bool(await client.get("/message-counts") == {"a": 2})

    await eventually(counted)  # the group is new: it reads what every test before this one has written


async def test_a_repeated_message_counts_once(service: RunningService, client: TenantClient) -> None:
    message = customer_message(client.tenant, client.tenant, "w1")
    await service.handle(INBOUND_EVENTS, message, message)
    await service.handle(INBOUND_EVENTS, message)
    assert await client.get("/message-counts") == {client.tenant: 1}


async def test_another_tenant_sees_nothing_of_it(service: RunningService, client: TenantClient) -> None:
    await service.handle(INBOUND_EVENTS, customer_message(client.tenant, client.tenant, "w1"))
    assert await TenantClient(service, permissions=("conversations:read",)).get("/message-counts") == {}


async def test_every_route_says_what_it_needs(service: RunningService, client: TenantClient) -> None:
    assert route_permissions(service.app)["GET /api/v1/message-counts"] == "conversations:read"
    stranger = TenantClient(service, permissions=())
    assert await stranger.refused("GET", "/message-counts") == (403, "forbidden", [])
