"""What the public API says is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx

Json = dict[str, Any]


async def pages(client: httpx.AsyncClient, path: str, **query: str | int) -> AsyncIterator[Json]:
    """Every item of a list, page by page."""
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(path, params={**query, "limit": 100, **cursor})
        assert answer.status_code == httpx.codes.OK, answer.text
        found = answer.json()
        for item in found["items"]:
            yield item
        if found["next_cursor"] is None:
            return
        cursor = {"cursor": found["next_cursor"]}


async def conversations(client: httpx.AsyncClient, **query: str | int) -> list[Json]:
    """Every conversation that the caller sees."""
    return [found async for found in pages(client, "/conversations", **query)]


async def messages(client: httpx.AsyncClient, conversation_id: str) -> list[Json]:
    """The messages of a conversation, the oldest first."""
    found = [message async for message in pages(client, f"/conversations/{conversation_id}/messages")]
    return found[::-1]


async def thread_of(client: httpx.AsyncClient, account_id: str, phone: str) -> Json:
    """The one conversation of a customer on an account, by the customer's number (digits)."""
    for conversation in await conversations(client, account_id=account_id):
        contact = (await client.get(f"/contacts/{conversation['contact']['id']}")).json()
        if contact["phone"] == f"+{phone}":
            return conversation
    raise AssertionError(f"no conversation with the customer on account {account_id}")
