"""The receiver of webhooks: keeps what came, says whether the signature is right, and fails as it is told to."""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from atd_channel_sandbox.app import STATIC
from atd_channel_sandbox.receivers.middleware import ReceiverMiddleware
from atd_channel_sandbox.receivers.model import KEPT, MOST_BODY_BYTES, MOST_RECEIVERS, Behaviour, Receivers
from atd_testing.waiting import eventually

SECRET = "whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgb3Igc28="  # of a test
BODY = b'{"type":"message.received","data":{}}'


def signed(event_id: str = "evt-1", *, ago: int = 0) -> dict[str, str]:
    """The headers of a request, signed by the library that receivers use."""
    now = datetime.now(UTC) - timedelta(seconds=ago)
    signature = Webhook(SECRET).sign(event_id, now, BODY.decode())
    return {"webhook-id": event_id, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}


async def sent(sandbox: Any, headers: dict[str, str], body: bytes = BODY, name: str = "erp") -> httpx.Response:
    answer: httpx.Response = await sandbox.client.post(f"/receiver/{name}", content=body, headers=headers)
    return answer


async def shown(sandbox: Any, name: str = "erp") -> Any:
    return (await sandbox.client.get(f"/sandbox/api/receivers/{name}")).json()


async def test_the_sample_company_gets_a_webhook_once_and_its_requests_are_verified(starter: Any) -> None:
    async with starter() as sandbox:
        await eventually(lambda: sandbox.gateway.webhooks)
        (made,) = sandbox.gateway.webhooks
        assert made["url"] == "http://127.0.0.1:8199/receiver/erp"
        await sandbox.wait_until_connected()
        assert (await sent(sandbox, signed())).status_code == 204
        (request,) = (await shown(sandbox))["requests"]
        assert (request["signature"], request["event_type"], request["answered"]) == ("valid", "message.received", 204)
    sandbox.gateway.webhooks.clear()  # somebody deleted it
    async with starter() as again:
        await again.wait_until_connected()
        assert again.gateway.webhooks == []
        assert (await shown(again))["has_secret"]


@pytest.mark.parametrize(
    ("headers", "body", "signature"),
    [
        (signed, BODY + b" ", "invalid"),
        (partial(signed, ago=600), BODY, "invalid"),
        (lambda: {**signed(), "webhook-signature": f"v1,AAAA {signed()['webhook-signature']}"}, BODY, "valid"),
        (lambda: {**signed(), "webhook-timestamp": "x"}, BODY, "invalid"),
        (lambda: {"webhook-id": "evt-1"}, BODY, "unknown"),
        (dict, b"no json", "unknown"),
    ],
)
async def test_a_signature_is_right_wrong_or_not_there(
    sandbox: Any, headers: Callable[[], dict[str, str]], body: bytes, signature: str
) -> None:
    await sent(sandbox, headers(), body)
    (request,) = (await shown(sandbox))["requests"]
    assert request["signature"] == signature


async def test_a_receiver_answers_as_it_is_told_to_and_says_what_comes_again(sandbox: Any) -> None:
    path = "/sandbox/api/receivers/erp/behaviour"
    await sandbox.client.put(path, json={"status": 429, "retry_after": 10})
    answer = await sent(sandbox, signed())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
    await sandbox.client.put(path, json={"delay_ms": 50})
    began = time.monotonic()
    assert (await sent(sandbox, signed())).status_code == 204
    assert time.monotonic() - began >= 0.05
    last, first = (await shown(sandbox))["requests"]
    assert (first["answered"], first["repeated"], last["answered"], last["repeated"]) == (429, False, 204, True)
    assert (await sandbox.client.put(path, json={"status": 204, "delay_ms": 60_000})).status_code == 422


async def test_a_receiver_that_hangs_up_closes_the_connection() -> None:
    receivers, closed = Receivers(), []
    receivers.of("erp").behaviour = Behaviour(hang_up=True)

    class Transport:
        def abort(self) -> None:
            closed.append(True)

    class Cycle:
        transport = Transport()

        async def send(self, message: Any) -> None:
            raise AssertionError(message)

    messages = [{"type": "http.request", "body": BODY}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    async def nothing(*_: Any) -> None:
        raise AssertionError

    scope = {"type": "http", "method": "POST", "path": "/receiver/erp", "headers": []}
    await asyncio.wait_for(ReceiverMiddleware(nothing, receivers, lambda _: None)(scope, receive, Cycle().send), 10)
    assert closed == [True]
    assert receivers.of("erp").requests[0].answered == 0


async def test_what_a_receiver_keeps_is_bounded(sandbox: Any) -> None:
    for number in range(KEPT + 3):
        await sent(sandbox, {"webhook-id": str(number)})
    view = await shown(sandbox)
    assert (view["received"], len(view["requests"]), view["requests"][0]["event_id"]) == (KEPT + 3, KEPT, "202")
    assert (await sent(sandbox, {}, b"x" * (MOST_BODY_BYTES + 1))).status_code == 413
    answers = [(await sent(sandbox, {}, name=f"r{number}")).status_code for number in range(MOST_RECEIVERS)]
    assert answers == [204] * (MOST_RECEIVERS - 1) + [409]
    cleared = await sandbox.client.delete("/sandbox/api/receivers/erp/requests")
    assert cleared.json()["requests"] == []


async def test_the_page_is_served_with_a_strict_policy_and_has_its_words_in_every_language(sandbox: Any) -> None:
    page = await sandbox.client.get("/receiver")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    words = (STATIC / "js" / "receiver-words.js").read_text(encoding="utf-8")
    keys = [re.findall(r"(\w+): \"", part) for part in re.split(r"\n  (?:\"pt-BR\"|en|es): \{", words)[1:]]
    assert len(keys) == 3
    assert keys[0] == keys[1] == keys[2]
