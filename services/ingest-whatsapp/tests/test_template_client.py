"""Meta's list of templates is read to its end, within limits, and the token goes nowhere else."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from atd_channelkit.answers import Refused, Unsent
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.graph.connection import GraphConnection
from atd_ingest_whatsapp.templates.client import Catalogue, TemplateClient

ACCOUNT = Account(
    id="0192d1a0-0000-7000-8000-000000000001",
    tenant_id="tenant-1",
    name="Loja",
    status="active",
    phone_number_id="700800900100200",
    business_account_id="200300400500600",
    version=1,
    app_secret=b"example-app-secret",
    access_token=SecretStr("the-token"),
    verify_token=SecretStr("verify"),
)


async def read(answer: Callable[[httpx.Request], httpx.Response], timeout: float = 30) -> Any:
    graph = GraphConnection(
        lambda: httpx.AsyncClient(transport=httpx.MockTransport(answer)), "https://graph.example/", "v25.0"
    )
    await graph.start()
    try:
        return await TemplateClient(graph, timeout=timedelta(seconds=timeout)).templates(ACCOUNT)
    finally:
        await graph.stop()


def page(names: list[str], after: str | None) -> httpx.Response:
    data = [{"name": name, "language": "pt_BR", "status": "APPROVED", "category": "UTILITY"} for name in names]
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": after or "z"}}
    if after is not None:
        paging["next"] = "https://elsewhere.example/steal"
    return httpx.Response(200, json={"data": data, "paging": paging})


async def test_all_pages_are_read_from_the_address_that_is_set() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return page(["a", "b"], "c1") if len(asked) == 1 else page(["c"], None)

    found = await read(answer)
    assert isinstance(found, Catalogue)
    assert ([one.name for one in found.templates], found.complete) == (["a", "b", "c"], True)
    assert {request.url.path for request in asked} == {"/v25.0/200300400500600/message_templates"}
    assert {request.url.host for request in asked} == {"graph.example"}
    assert [request.url.params.get("after") for request in asked] == [None, "c1"]
    assert asked[0].headers["authorization"] == "Bearer the-token"


async def test_an_endless_list_ends_at_the_limit_and_is_not_complete() -> None:
    asked = 0

    def answer(_request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return page([f"t{asked}_{place}" for place in range(100)], f"c{asked}")

    found = await read(answer)
    assert isinstance(found, Catalogue)
    assert (len(found.templates), found.complete, asked) == (6000, False, 61)


async def test_a_cursor_that_stands_still_ends_the_list() -> None:
    found = await read(lambda _request: page(["a"], "same"))
    assert isinstance(found, Catalogue)
    assert [one.name for one in found.templates] == ["a", "a"]


async def test_a_refusal_says_why() -> None:
    error = {"code": 190, "message": "expired", "type": "OAuthException"}
    found = await read(lambda _request: httpx.Response(401, json={"error": error}))
    assert found == Refused("token", "190", "expired")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(502, text="<html>"),
        httpx.Response(200, json={"data": "x"}),
        httpx.Response(200, json=[1]),
    ],
)
async def test_what_is_no_list_is_no_answer(answer: httpx.Response) -> None:
    assert isinstance(await read(lambda _request: answer), Unsent)


async def test_a_lost_connection_and_a_list_that_takes_too_long_are_no_answer() -> None:
    def lost(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    async def never(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    assert await read(lost) == Unsent("ConnectError")
    assert await read(never, timeout=0.01) == Unsent("the list took too long")  # type: ignore[arg-type]  # async handlers too
