"""A served fake Graph API with a callback."""

from collections.abc import AsyncIterator

import httpx
import pytest

from atd_testing.whatsapp import Callback, ServedFake, create_fake_graph, serving_fake_graph
from atd_testing.whatsapp.receiver import WebhookReceiver


@pytest.fixture
async def receiver() -> WebhookReceiver:
    return WebhookReceiver()


@pytest.fixture
async def fake(receiver: WebhookReceiver) -> AsyncIterator[ServedFake]:
    callback = Callback(callback_url="http://callback.test/hook", app_secret="example-app-secret")
    graph = create_fake_graph(callback=callback, webhook_client=receiver.client())
    async with serving_fake_graph(graph) as served:
        yield served


@pytest.fixture
async def client(fake: ServedFake) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": "Bearer a-token"}
    async with httpx.AsyncClient(base_url=fake.url, headers=headers, trust_env=False) as made:
        yield made
