"""What comes to a webhook's address and is not a webhook of ours, through the public origin."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from atd_schemas.ids import uuid7
from atd_schemas.services import WEBHOOK_BODY_LIMIT_BYTES
from atd_testing.whatsapp.builders import SIGNATURE_HEADER, sign, signed_headers, text_webhook, wamid
from tests.conftest import Shop
from tests.harness.reading import conversations


@pytest.fixture
async def world() -> AsyncIterator[httpx.AsyncClient]:
    """Anybody on the internet."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield client


def body_of(shop: Shop, text: str = "Oi") -> bytes:
    number = shop.account.phone_number_id
    return text_webhook(number, text, datetime.now(UTC), sender="5511999990001", message_id=wamid(text))


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """The reason, after checking that it is the problem that it should be."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["title"]
    assert answer.headers["x-request-id"]
    return str(problem["detail"])


async def test_the_handshake_answers_the_bare_challenge(shop: Shop, world: httpx.AsyncClient) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": shop.account.verify_token}
    answer = await world.get(shop.account.webhook_url, params=asked)
    assert (answer.status_code, answer.text) == (httpx.codes.OK, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


async def test_a_wrong_verify_token_is_403(shop: Shop, world: httpx.AsyncClient) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "guessed"}
    refused(await world.get(shop.account.webhook_url, params=asked), 403, "forbidden")


@pytest.mark.parametrize("signature", ["right-for-other-bytes", "of-another-secret", "missing", "not-a-signature"])
async def test_a_wrong_signature_is_401(shop: Shop, world: httpx.AsyncClient, signature: str) -> None:
    raw = body_of(shop)
    value = {
        "right-for-other-bytes": sign(raw + b" ", shop.account.app_secret),
        "of-another-secret": sign(raw, "guessed"),
        "not-a-signature": "sha256=zz",
        "missing": None,
    }[signature]
    headers = {} if value is None else {SIGNATURE_HEADER: value}
    refused(await world.post(shop.account.webhook_url, content=raw, headers=headers), 401, "unauthenticated")
    assert await conversations(shop.client) == []


@pytest.mark.parametrize("account", [uuid7(), "no-uuid", "../channels"], ids=["unknown", "no-uuid", "path"])
async def test_an_unknown_account_is_404(shop: Shop, world: httpx.AsyncClient, account: str) -> None:
    raw = body_of(shop)
    address = shop.account.webhook_url.replace(shop.account.id, account)
    answer = await world.post(address, content=raw, headers=signed_headers(raw, shop.account.app_secret))
    refused(answer, 404, "not_found")
    if account != "../channels":
        refused(await world.get(address, params={"hub.mode": "subscribe"}), 404, "not_found")


async def test_a_body_over_the_limit_is_413(shop: Shop, world: httpx.AsyncClient) -> None:
    raw = b" " * (WEBHOOK_BODY_LIMIT_BYTES + 1)
    answer = await world.post(
        shop.account.webhook_url, content=raw, headers=signed_headers(raw, shop.account.app_secret)
    )
    refused(answer, 413, "too_large")


async def test_a_body_of_the_limit_is_taken(shop: Shop, world: httpx.AsyncClient) -> None:
    raw = body_of(shop).ljust(WEBHOOK_BODY_LIMIT_BYTES)
    answer = await world.post(
        shop.account.webhook_url, content=raw, headers=signed_headers(raw, shop.account.app_secret)
    )
    assert answer.status_code == httpx.codes.OK


@pytest.mark.parametrize("raw", [b"", b"{", b'{"object": "whatsapp_business_account", "entry": [}', b"\xff\xfe"])
async def test_malformed_json_is_400_with_the_reason(shop: Shop, world: httpx.AsyncClient, raw: bytes) -> None:
    headers = signed_headers(raw, shop.account.app_secret)
    detail = refused(await world.post(shop.account.webhook_url, content=raw, headers=headers), 400, "malformed_json")
    assert "not JSON" in detail
