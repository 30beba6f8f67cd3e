"""What leaves for an endpoint: headers, signature, authentication."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest
import standardwebhooks

from atd_servicekit.crypto import FieldCipher, new_master_key
from atd_servicekit.customer_calls import CustomerAnswer, CustomerRequest
from atd_testing.clock import FakeClock
from atd_webhook_dispatcher.domain.delivery import Delivery
from atd_webhook_dispatcher.domain.endpoint import Auth, Endpoint, SigningSecret
from atd_webhook_dispatcher.domain.signing import rotated, secret_text
from atd_webhook_dispatcher.oauth import NotAuthorized, OAuthTokens
from atd_webhook_dispatcher.requests import EndpointCalls
from atd_webhook_dispatcher.sealing import SealedField, seal

CIPHER = FieldCipher.from_master_key(new_master_key("k1"))
BODY = b'{"type":"message.received"}'
OLD, NEW = b"o" * 32, b"n" * 32
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Server:
    """Remembers requests; answers 200, and 401 to tokens that it has revoked."""

    def __init__(self) -> None:
        self.asked: list[CustomerRequest] = []
        self.fetches = 0
        self.revoked: set[str] = set()

    async def call(self, request: CustomerRequest) -> CustomerAnswer:
        await asyncio.sleep(0)
        if request.url == "https://id.example/token":
            self.fetches += 1
            return CustomerAnswer(200, [], b'{"access_token":"token-%d"}' % self.fetches)
        self.asked.append(request)
        sent = header(request, "Authorization") or ""
        return CustomerAnswer(401 if sent.removeprefix("Bearer ") in self.revoked else 200, [], b"", seconds=1.0)


def header(request: CustomerRequest, name: str) -> str | None:
    values = [value for key, value in request.headers if key.lower() == name.lower()]
    assert len(values) <= 1, f"{name} is sent twice"
    return values[0] if values else None


def sealed(field: SealedField, text: str) -> str:
    return seal(CIPHER, "endpoint-1", field, text)


def auth(kind: str, **credentials: str) -> Auth:
    return Auth(kind, sealed("auth", json.dumps(credentials)))  # type: ignore[arg-type]


CLOCK = FakeClock()
ENDPOINT = Endpoint(
    id="endpoint-1",
    tenant_id="tenant-1",
    url="https://hooks.example/in/%28a%29/b%2Fc?token=x%40y",
    headers={"X-Tenant": "7"},
    secrets=(SigningSecret(sealed("secret", secret_text(OLD)), CLOCK.now()),),
    state_since=CLOCK.now(),
    created_at=CLOCK.now(),
    changed_at=CLOCK.now(),
    reset_at=CLOCK.now(),
)
DELIVERY = Delivery(
    id="delivery-1",
    tenant_id="tenant-1",
    endpoint_id="endpoint-1",
    event_id="event-1",
    event_type="message.received",
    thread="conversation-1",
    sequence=1,
    accepted_at=CLOCK.now(),
    due_at=CLOCK.now(),
    traceparent=TRACE,
)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def calls(server: Server, clock: FakeClock) -> EndpointCalls:
    return EndpointCalls(server, CIPHER, clock, OAuthTokens(server, clock.monotonic))


def verified(request: CustomerRequest, key: bytes) -> bool:
    """Whether a secret signed; the library's own clock is left out of it."""
    moment = FakeClock().now().fromtimestamp(int(header(request, "webhook-timestamp") or 0), FakeClock().now().tzinfo)
    expected = standardwebhooks.Webhook(secret_text(key)).sign(
        header(request, "webhook-id") or "", moment, request.body.decode()
    )
    return expected in (header(request, "webhook-signature") or "").split(" ")


async def test_a_request_has_the_headers_of_standard_webhooks_and_the_url_as_saved(
    calls: EndpointCalls, server: Server, clock: FakeClock
) -> None:
    await calls.send(ENDPOINT, DELIVERY, BODY)
    request = server.asked[0]
    assert (request.method, request.url, request.body, request.timeout) == ("POST", ENDPOINT.url, BODY, 15.0)
    assert request.owner == "endpoint-1"
    assert {name: header(request, name) for name in ("Content-Type", "User-Agent", "webhook-id", "X-Tenant")} == {
        "Content-Type": "application/json",
        "User-Agent": "Atendimento-Webhooks/1",
        "webhook-id": "event-1",
        "X-Tenant": "7",
    }
    assert header(request, "webhook-timestamp") == str(int(clock.now().timestamp()))
    assert header(request, "traceparent") == TRACE
    assert header(request, "atendimento-replay") is None
    assert header(request, "Authorization") is None
    assert verified(request, OLD)
    assert "token" not in repr(request.headers)


@pytest.mark.parametrize("later", [timedelta(minutes=12), timedelta(hours=9)], ids=["retry", "held back"])
async def test_a_later_attempt_is_signed_anew_over_the_same_bytes_and_id(
    calls: EndpointCalls, server: Server, clock: FakeClock, later: timedelta
) -> None:
    await calls.send(ENDPOINT, DELIVERY, BODY)
    clock.advance(later)
    await calls.send(ENDPOINT, replace(DELIVERY, tries=1), BODY)
    first, second = server.asked
    assert (first.body, header(first, "webhook-id")) == (second.body, header(second, "webhook-id"))
    sent_at = [int(header(one, "webhook-timestamp") or 0) for one in (first, second)]
    assert sent_at[1] - sent_at[0] == later.total_seconds()
    assert verified(second, OLD)


async def test_a_rotated_secret_signs_beside_the_new_one_for_24_h_of_what_waited_meanwhile(
    calls: EndpointCalls, server: Server, clock: FakeClock
) -> None:
    new = rotated(ENDPOINT.secrets, sealed("secret", secret_text(NEW)), clock.now())
    endpoint = replace(ENDPOINT, secrets=new, version=2)
    await calls.send(ENDPOINT, DELIVERY, BODY)
    for hours in (0, 23, 1):
        clock.advance(timedelta(hours=hours))
        await calls.send(endpoint, DELIVERY, BODY)
    assert [(verified(one, OLD), verified(one, NEW)) for one in server.asked] == [
        (True, False),
        (True, True),
        (True, True),
        (False, True),
    ]


@pytest.mark.parametrize(("replay_id", "told"), [("replay-9", "replay-9"), ("manual-01HX", "manual")])
async def test_what_is_sent_again_says_so_with_the_same_id(
    calls: EndpointCalls, server: Server, replay_id: str, told: str
) -> None:
    await calls.send(ENDPOINT, replace(DELIVERY, replay_id=replay_id), BODY)
    assert header(server.asked[0], "atendimento-replay") == told
    assert header(server.asked[0], "webhook-id") == "event-1"


@pytest.mark.parametrize("bad", ["", "00-xyz", TRACE + "\r\nHost: evil"])
async def test_a_trace_that_is_none_is_left_out(calls: EndpointCalls, server: Server, bad: str) -> None:
    await calls.send(ENDPOINT, replace(DELIVERY, traceparent=bad), BODY)
    assert header(server.asked[0], "traceparent") is None


@pytest.mark.parametrize(
    ("how", "sent"),
    [
        (auth("basic", username="ana", password="caf\u00e9:1"), "Basic YW5hOmNhZsOpOjE="),
        (auth("bearer", token="t-1"), "Bearer t-1"),
        (auth("oauth2", token_url="https://id.example/token", client_id="a", client_secret="b"), "Bearer token-1"),
    ],
    ids=["basic", "bearer", "oauth2"],
)
async def test_an_endpoint_is_told_who_we_are(calls: EndpointCalls, server: Server, how: Auth, sent: str) -> None:
    endpoint = replace(ENDPOINT, auth=how, headers={"authorization": "of earlier days", "webhook-id": "x"})
    await calls.send(endpoint, DELIVERY, BODY)
    assert header(server.asked[0], "Authorization") == sent
    assert header(server.asked[0], "webhook-id") == "event-1"


async def test_of_fifty_deliveries_in_flight_with_a_revoked_token_each_is_repeated_once_after_one_fetch(
    calls: EndpointCalls, server: Server, clock: FakeClock
) -> None:
    how = auth("oauth2", token_url="https://id.example/token", client_id="a", client_secret="b")
    endpoint = replace(ENDPOINT, auth=how)
    await calls.send(endpoint, DELIVERY, BODY)
    server.revoked.add("token-1")
    clock.advance(timedelta(seconds=30))
    server.asked.clear()
    answers = await asyncio.gather(*(calls.send(endpoint, DELIVERY, BODY) for _ in range(50)))
    assert {(one.status, one.seconds) for one in answers} == {(200, 2.0)}
    assert server.fetches == 2
    assert len(server.asked) == 100


async def test_a_server_that_refuses_every_token_is_an_answer_401(
    calls: EndpointCalls, server: Server, clock: FakeClock
) -> None:
    how = auth("oauth2", token_url="https://id.example/token", client_id="a", client_secret="b")
    server.revoked |= {f"token-{number}" for number in range(9)}
    assert (await calls.send(replace(ENDPOINT, auth=how), DELIVERY, BODY)).status == 401
    clock.advance(timedelta(seconds=5))
    assert (await calls.send(replace(ENDPOINT, auth=how), DELIVERY, BODY)).status == 401
    assert (server.fetches, len(server.asked)) == (2, 3)


@pytest.mark.parametrize(
    "broken",
    [
        replace(ENDPOINT, id="endpoint-2"),  # sealed for another endpoint
        replace(ENDPOINT, auth=Auth("basic", "v1.k9.xx")),
        replace(ENDPOINT, auth=Auth("bearer", sealed("auth", "{}"))),
        replace(ENDPOINT, secrets=(SigningSecret(sealed("secret", "no base64!"), CLOCK.now()),)),
    ],
    ids=["another endpoint's", "key is gone", "incomplete", "no secret"],
)
async def test_credentials_that_cannot_be_opened_send_nothing(
    calls: EndpointCalls, server: Server, broken: Endpoint
) -> None:
    with pytest.raises(NotAuthorized, match="set them again"):
        await calls.send(broken, DELIVERY, BODY)
    assert server.asked == []
