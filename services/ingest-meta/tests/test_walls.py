"""Tenants who share a Meta app, or claim the same page, never see what is another's."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from atd_schemas.inbound import InboundMessage
from atd_testing.meta import webhooks

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA = "7001112223334445"


def of_another_tenant(service: Service) -> Service:
    return replace(service, tenant=f"tenant-{uuid4()}")


def entry(page: str, words: str) -> Any:
    said = webhooks.item(ANA, page, NOW, message=webhooks.message(f"m_{uuid4().hex}", words))
    return webhooks.entry(page, NOW, messaging=[said])


def body(*entries: Any) -> bytes:
    return webhooks.encode(webhooks.body("page", *entries))


@pytest.mark.proves("messenger", "two-tenants-one-app")
@pytest.mark.parametrize("at_account", [False, True], ids=["the app's address", "an account's address"])
async def test_one_post_of_an_app_with_pages_of_two_tenants_comes_to_each_tenant_alone(
    service: Service, at_account: bool
) -> None:
    other = of_another_tenant(service)
    mine, theirs = await service.connect("messenger"), await other.connect("messenger")
    raw = body(entry(mine["page_id"], "para mim"), entry(theirs["page_id"], "para eles"))
    assert (await service.deliver(f"/{mine['id']}" if at_account else "", raw)).status_code == 200
    for who, channel, words in ((service, mine, "para mim"), (other, theirs, "para eles")):
        [event] = await service.of_account(channel["id"], 1)
        assert (event.tenant_id, event.data.text) == (who.tenant, words)


async def test_the_secret_of_one_app_proves_nothing_of_a_page_of_another(service: Service) -> None:
    other = of_another_tenant(service)
    mine = await service.connect("messenger", app_secret="the-secret-of-my-app")
    theirs = await other.connect("messenger", app_secret="the-secret-of-their-app")
    raw = body(entry(theirs["page_id"], "falso"), entry(mine["page_id"], "meu"))
    assert (await service.deliver("", raw, "the-secret-of-my-app")).status_code == 200
    assert (await service.deliver(f"/{theirs['id']}", raw, "the-secret-of-my-app")).status_code == 401
    await service.deliver("", body(entry(theirs["page_id"], "deles")), "the-secret-of-their-app")
    [event] = await service.of_account(theirs["id"], 1)
    assert event.data.text == "deles"
    kept = await service.of_account(mine["id"], 2)
    assert [one.data.text for one in kept if isinstance(one, InboundMessage)] == ["meu"]
    assert {one.tenant_id for one in kept} == {service.tenant}


@pytest.mark.proves("messenger", "page-once")
async def test_a_page_that_a_tenant_has_is_refused_to_another_who_has_its_token_too(service: Service) -> None:
    mine = await service.connect("messenger")
    page, other = mine["page_id"], of_another_tenant(service)
    credentials = {"page_id": page, "page_access_token": page, "app_secret": "the-secret-of-their-app"}
    wanted = {"kind": "messenger", "name": "Loja", "credentials": credentials}
    answer = await service.client.post("/api/v1/channels", json=wanted, headers=other.headers())
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert service.tenant not in answer.text
    assert mine["id"] not in answer.text


async def test_a_page_is_not_had_by_who_only_says_so(service: Service) -> None:
    """The token is of another page: nothing is connected, and webhooks with that app's secret say nothing."""
    mine = await service.connect("messenger")
    page, other = mine["page_id"], of_another_tenant(service)
    credentials = {"page_id": page, "page_access_token": "1234567", "app_secret": "the-secret-of-their-app"}
    wanted = {"kind": "messenger", "name": "Loja", "credentials": credentials}
    answer = await service.client.post("/api/v1/channels", json=wanted, headers=other.headers())
    assert answer.status_code in (409, 422), answer.text
    assert (await service.deliver("", body(entry(page, "falso")), "the-secret-of-their-app")).status_code == 401


async def test_an_account_is_not_there_for_another_tenant(service: Service) -> None:
    mine, other = await service.connect("messenger"), of_another_tenant(service)
    path = f"/api/v1/channels/{mine['id']}"
    for method, at in (("GET", path), ("PATCH", path), ("DELETE", path), ("POST", f"{path}/repair")):
        options = {"json": {"name": "X"}} if method == "PATCH" else {}
        answer = await service.client.request(method, at, headers=other.headers(), **options)
        assert answer.status_code == 404, method
    listed = await service.client.get("/api/v1/channels", headers=other.headers())
    assert mine["id"] not in listed.text
