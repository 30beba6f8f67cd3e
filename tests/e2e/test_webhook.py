"""From a customer's message to the request at a company's own server, in the whole product."""

from typing import Any

import httpx
import orjson
import pytest
from standardwebhooks import Webhook

from atd_testing.receivers import OK, Received, Receiver, receiver
from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.provider import Provider

CUSTOMER = "5511999990401"
ASKED = ["conversation.opened", "message.received"]
UNAVAILABLE = b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n"


async def endpoint(shop: Shop, url: str, **more: Any) -> dict[str, Any]:
    """A new endpoint of the shop, with its secret."""
    answer = await shop.client.post("/webhooks", json={"url": url, "event_types": ASKED, **more})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def requests(server: Receiver, count: int) -> list[Received]:
    """The first `count` requests at a server."""
    await eventually(lambda: len(server.received) >= count, message=f"{count} requests")
    return server.received[:count]


def verified(secret: str, request: Received) -> dict[str, Any]:
    """The body of a request whose signature is right: by a library that receivers use."""
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    found: dict[str, Any] = Webhook(secret).verify(request.body, {name: request.header(name) or "" for name in names})
    return found


async def test_a_customers_message_reaches_the_companys_server_signed_and_again_after_a_failure(
    shop: Shop, provider: Provider
) -> None:
    async with receiver(UNAVAILABLE, OK) as server:
        made = await endpoint(shop, server.url("/in/%28a%29?from=atendimento"), ordered=True, retry_seconds=[1, 1, 1])
        await provider.write(CUSTOMER, ["Vocês entregam hoje?"])
        first, again, message = await requests(server, 3)
    assert {one.target for one in server.received} == {"/in/%28a%29?from=atendimento"}
    assert (again.body, again.header("webhook-id")) == (first.body, first.header("webhook-id"))
    opened, received = verified(made["secret"], again), verified(made["secret"], message)
    assert [opened["type"], received["type"]] == ASKED
    assert {opened["tenant_id"], received["tenant_id"]} == {shop.company.tenant_id}
    assert received["data"]["message"]["text"] == "Vocês entregam hoje?"
    assert received["data"]["conversation"]["channel"] == "whatsapp"
    assert "visible_to" not in orjson.loads(message.body)
    attempts = await attempts_at(shop, made["id"], opened["id"])
    assert [(one["outcome"], one["status"]) for one in attempts] == [("refused", 503), ("delivered", 200)]


async def attempts_at(shop: Shop, webhook_id: str, event_id: str) -> list[dict[str, Any]]:
    """What the ledger says of the way of one event to one endpoint, once it is written down."""

    async def delivered() -> Any:
        page = (await shop.client.get(f"/webhooks/{webhook_id}/deliveries", params={"q": event_id})).json()
        return [one for one in page["items"] if one["state"] == "delivered"]

    (row,) = await eventually(delivered, message="a delivered row")
    found: list[dict[str, Any]] = (await shop.client.get(f"/webhook-deliveries/{row['id']}")).json()["attempts"]
    return found


@pytest.mark.parametrize(
    "url", ["http://[::ffff:169.254.169.254]/", "http://169.254.169.254/latest", "ftp://a.example"]
)
async def test_a_url_that_leads_to_where_nothing_may_be_sent_is_refused_by_name(shop: Shop, url: str) -> None:
    answer = await shop.client.post("/webhooks", json={"url": url, "event_types": ["*"]})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert [one["field"] for one in answer.json()["errors"]] == ["url"]
