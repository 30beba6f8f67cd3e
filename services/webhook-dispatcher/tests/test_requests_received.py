"""What arrives at a receiver over the real client: a library verifies it, and the bytes are those that were stored."""

from dataclasses import replace

import pytest
import standardwebhooks
import svix

from atd_servicekit.clock import SystemClock
from atd_servicekit.crypto import FieldCipher, new_master_key
from atd_servicekit.customer_calls import CustomerCalls
from atd_servicekit.metrics import Metrics
from atd_servicekit.url_policy import UrlPolicy
from atd_testing.receivers import OK, Closing, receiver
from atd_webhook_dispatcher.domain.delivery import Delivery
from atd_webhook_dispatcher.domain.endpoint import Endpoint, SigningSecret
from atd_webhook_dispatcher.domain.signing import secret_text
from atd_webhook_dispatcher.engine.attempts import attempt
from atd_webhook_dispatcher.requests import EndpointCalls
from atd_webhook_dispatcher.sealing import seal

SECRET = secret_text(b"s" * 32)
BODY = '{"id":"event-1","data":{"text":"João disse \\"oi\\" 👋"}}'.encode()


NOW = SystemClock().now()
DELIVERY = Delivery(
    id="delivery-1",
    tenant_id="tenant-1",
    endpoint_id="endpoint-1",
    event_id="event-1",
    event_type="message.received",
    thread="conversation-1",
    sequence=1,
    accepted_at=NOW,
    due_at=NOW,
)


def endpoint_at(url: str, cipher: FieldCipher) -> Endpoint:
    secrets = (SigningSecret(seal(cipher, "endpoint-1", "secret", SECRET), NOW),)
    return Endpoint(
        id="endpoint-1",
        tenant_id="tenant-1",
        url=url,
        secrets=secrets,
        state_since=NOW,
        reset_at=NOW,
        created_at=NOW,
        changed_at=NOW,
    )


@pytest.mark.parametrize("library", [standardwebhooks.Webhook, svix.Webhook], ids=["standardwebhooks", "svix"])
async def test_a_receiver_verifies_what_came_also_when_its_kept_connection_had_ended(library: type) -> None:
    cipher = FieldCipher.from_master_key(new_master_key("k1"))
    calls = CustomerCalls("webhooks", Metrics(), UrlPolicy(allow_private=True))
    sender = EndpointCalls(calls, cipher, SystemClock())
    await calls.start()
    async with receiver(OK, Closing(), OK) as server:
        endpoint = endpoint_at(server.url("/in/%28a%29/b%2Fc?token=x%40y"), cipher)
        answers = [await sender.send(endpoint, DELIVERY, BODY) for _ in range(2)]
        assert [(one.status, one.repeated) for one in answers] == [(200, False), (200, True)]
        assert len(server.received) == 3
        for one in server.received:
            assert one.target == "/in/%28a%29/b%2Fc?token=x%40y"
            assert one.body == BODY
            names = ("webhook-id", "webhook-timestamp", "webhook-signature")
            library(SECRET).verify(one.body, {name: one.header(name) or "" for name in names})
        assert server.received[1].head == server.received[2].head
    await calls.stop()


async def test_what_no_request_can_carry_ends_as_unsendable_and_is_not_tried_for_ever() -> None:
    cipher, clock = FieldCipher.from_master_key(new_master_key("k1")), SystemClock()
    calls = CustomerCalls("webhooks", Metrics(), UrlPolicy(allow_private=True))
    await calls.start()
    async with receiver() as server:
        endpoint = endpoint_at(server.url(), cipher)
        sender = EndpointCalls(calls, cipher, clock)
        made = await attempt(sender, clock, endpoint, replace(DELIVERY, event_id="event\r\nHost: evil"), BODY)
        assert (made.outcome, made.status) == ("unsendable", None)
        assert made.error == "a header contains a line break or a NUL character"
        assert server.connections == 0
    await calls.stop()
