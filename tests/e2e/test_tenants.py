"""Neither of two companies reaches the other by any route of the public API."""

from collections.abc import AsyncIterator

import httpx
import pytest

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.listener import Listener
from tests.harness.people import add_companies, api, sign_in
from tests.harness.provider import Provider
from tests.harness.reading import conversations, messages
from tests.harness.system import System

CUSTOMER = "5511999990009"


@pytest.fixture
async def rival(system: System) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator of another company."""
    (company,) = await add_companies(system, 1)
    async with api(system, await sign_in(system, company)) as client:
        yield client


async def test_another_companys_things_do_not_exist(
    system: System, shop: Shop, provider: Provider, listener: Listener, rival: httpx.AsyncClient
) -> None:
    await provider.write(CUSTOMER, ["segredo"])
    await eventually(lambda: listener.of_type("message.received"))
    (conversation,) = await conversations(shop.client)
    (message,) = await messages(shop.client, conversation["id"])
    before = (await shop.client.get(f"/conversations/{conversation['id']}")).json()
    own = f"/conversations/{conversation['id']}"
    channel = f"/channels/{shop.account.id}"
    requests = [
        ("GET", own, None),
        ("GET", f"{own}/messages", None),
        ("POST", f"{own}/messages", {"text": "intruso"}),
        ("POST", f"{own}/messages", {"text": "intruso", "direction": "note"}),
        ("POST", f"{own}/assign", {"attendant_id": None}),
        ("POST", f"{own}/close", {}),
        ("POST", f"{own}/reopen", {}),
        ("POST", f"{own}/read", {}),
        ("PUT", f"{own}/favourite", None),
        ("DELETE", f"{own}/favourite", None),
        ("PATCH", own, {"priority": "urgent"}),
        ("GET", f"/contacts/{conversation['contact']['id']}", None),
        ("GET", channel, None),
        ("PATCH", channel, {"name": "minha"}),
        ("POST", f"{channel}/check", None),
        ("DELETE", channel, None),
    ]
    for method, path, content in requests:
        answer = await rival.request(method, path, json=content)
        assert answer.status_code == httpx.codes.NOT_FOUND, f"{method} {path}: {answer.text}"
        assert answer.json()["code"] == "not_found"
    assert (await shop.client.get(own)).json() == before
    assert [m["id"] for m in await messages(shop.client, conversation["id"])] == [message["id"]]


async def test_lists_and_filters_show_only_ones_own(
    shop: Shop, provider: Provider, listener: Listener, rival: httpx.AsyncClient
) -> None:
    await provider.write(CUSTOMER, ["segredo"])
    await eventually(lambda: listener.of_type("message.received"))
    (conversation,) = await conversations(shop.client)
    assert await conversations(rival) == []
    assert await conversations(rival, account_id=shop.account.id) == []
    assert await conversations(rival, contact_id=conversation["contact"]["id"]) == []
    assert (await rival.get("/channels")).json()["items"] == []
    people = (await rival.get("/attendants")).json()["items"]
    assert shop.company.attendant_id not in {person["id"] for person in people}


async def test_a_screen_shows_only_its_own_companys_events(
    system: System, shop: Shop, provider: Provider, listener: Listener
) -> None:
    (company,) = await add_companies(system, 1)
    async with Listener(system.public_url, await sign_in(system, company)) as other:
        await provider.write(CUSTOMER, ["segredo", "segredo ainda"])
        await eventually(lambda: len(listener.of_type("message.received")) == 2)
        assert other.events == []
    # Also with a cursor of the other's stream: a place in time, no key.
    spy = Listener(system.public_url, await sign_in(system, company))
    spy.cursor = listener.events[0]["cursor"]
    async with spy:
        assert spy.events == []


async def test_a_number_of_another_company_cannot_be_taken_over(shop: Shop, rival: httpx.AsyncClient) -> None:
    credentials = {
        "phone_number_id": shop.account.phone_number_id,
        "business_account_id": shop.account.business_account_id,
        "access_token": "token-of-the-rival",
        "app_secret": "secret-of-the-rival",
        "verify_token": "verify-of-the-rival",
    }
    answer = await rival.post("/channels", json={"kind": "whatsapp", "name": "minha", "credentials": credentials})
    assert answer.status_code == httpx.codes.CONFLICT, answer.text
    assert shop.account.id not in answer.text


async def test_without_a_token_nothing_is_shown(system: System, shop: Shop) -> None:
    async with httpx.AsyncClient(base_url=f"{system.public_url}/api/v1", trust_env=False) as anybody:
        for path in ("/conversations", "/channels", "/attendants", "/me", f"/channels/{shop.account.id}"):
            answer = await anybody.get(path)
            assert answer.status_code == httpx.codes.UNAUTHORIZED, path
            assert answer.json()["code"] == "unauthenticated"
