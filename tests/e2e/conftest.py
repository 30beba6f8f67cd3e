"""What every story needs beside a company with a number."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from atd_testing.providers import WebhookSettings
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.system import System


@pytest.fixture
async def provider(shop: Shop) -> AsyncIterator[Provider]:
    """Meta delivers to the shop's number, through the gateway."""
    async with Provider(shop.account.webhook_url, shop.account) as provider:
        yield provider


@pytest.fixture
async def listener(system: System, shop: Shop) -> AsyncIterator[Listener]:
    """The shop's administrator looks at the screen."""
    async with Listener(system.public_url, shop.token) as listener:
        yield listener


@pytest.fixture
async def graph(system: System, shop: Shop) -> AsyncIterator[Graph]:
    """Where the shop's replies arrive; receipts only when a story asks for them."""
    graph = Graph(system, shop.account)
    await graph.deliver_webhooks(WebhookSettings(receipts=()))
    yield graph
    await graph.close()
