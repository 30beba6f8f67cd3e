"""kill -9 of the sender in the middle of two hundred replies: every one is sent, and none twice without need."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any

import httpx
import pytest
from pymongo import AsyncMongoClient

from atd_testing.waiting import eventually
from atd_testing.whatsapp import Behaviour, SentMessage, WebhookSettings
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.provider import Provider
from tests.harness.reading import conversations, messages
from tests.harness.system import INGEST, System

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

CUSTOMERS = 20
REPLIES_EACH = 10
TOTAL = CUSTOMERS * REPLIES_EACH


@pytest.fixture
async def graph(system: System, shop: Shop) -> AsyncIterator[Graph]:
    graph = Graph(system, shop.account)
    yield graph
    await graph.close()


async def greeted(shop: Shop) -> list[str]:
    """Ids of conversations with customers who have written once."""
    async with Provider(shop.account.webhook_url, shop.account) as provider:
        await provider.write_all({f"55118800{customer:05d}": ["Oi"] for customer in range(CUSTOMERS)})
    found = await eventually(partial(_all_of, shop, CUSTOMERS), message="a conversation with each customer")
    return [conversation["id"] for conversation in found]


async def _all_of(shop: Shop, number: int) -> list[dict[str, str]]:
    found = await conversations(shop.client)
    return found if len(found) == number else []


async def reply(client: httpx.AsyncClient, conversation_id: str) -> list[str]:
    """Ten replies, one after the other; their ids."""
    ids = []
    for number in range(REPLIES_EACH):
        path = f"/conversations/{conversation_id}/messages"
        answer = await client.post(path, json={"text": f"resposta {number}"})
        assert answer.status_code == httpx.codes.CREATED, answer.text
        ids.append(answer.json()["id"])
    return ids


async def reply_and_kill(system: System, shop: Shop, graph: Graph) -> tuple[dict[str, list[str]], list[str]]:
    """Reply in every conversation, kill the sender in the middle: the ids by conversation, and those in doubt then."""
    ids = await greeted(shop)
    await graph.behave(Behaviour(kind="delay", delay_ms=20, times=None))
    replying = [asyncio.create_task(reply(shop.client, conversation_id)) for conversation_id in ids]
    await eventually(partial(_sent_enough, graph, TOTAL // 3), message="a third of the replies sent")
    await asyncio.to_thread(system.kill, INGEST)
    assert len(await graph.sent()) < TOTAL, "it must die in the middle"
    doubtful = await in_doubt(system, shop, ids)
    replies = dict(zip(ids, await asyncio.gather(*replying), strict=True))
    await asyncio.to_thread(system.restart, INGEST)
    return replies, doubtful


async def in_doubt(system: System, shop: Shop, conversation_ids: list[str]) -> list[str]:
    """The replies whose send was begun and has no written end: they alone may go out twice, one per conversation."""
    query = {"group": shop.account.id, "lane": {"$in": conversation_ids}, "state": {"$in": ["sending", "uncertain"]}}
    async with AsyncMongoClient[dict[str, Any]](system.mongo.url) as mongo:
        rows = await mongo[system.database(INGEST)]["sends_rows"].find(query).to_list()
    assert max(Counter(row["lane"] for row in rows).values(), default=0) <= 1, "one at a time is sent to each customer"
    return [row["_id"] for row in rows]


async def prove_nothing(system: System, doubtful: list[str]) -> bool:
    """Let no row in doubt wait for its receipt any longer; whether each has found its end."""
    over = {"$set": {"open.at": datetime.now(UTC) - timedelta(seconds=1)}}
    async with AsyncMongoClient[dict[str, Any]](system.mongo.url) as mongo:
        rows = mongo[system.database(INGEST)]["sends_rows"]
        await rows.update_many({"_id": {"$in": doubtful}, "state": "uncertain"}, over)
        return await rows.count_documents({"_id": {"$in": doubtful}, "state": "done"}) == len(doubtful)


async def _sent_enough(graph: Graph, number: int) -> bool:
    return len(await graph.sent()) >= number


async def _all_out(graph: Graph) -> bool:
    return len({one.callback_data for one in await graph.sent()}) == TOTAL


def in_order(replies: dict[str, list[str]], sent: list[SentMessage]) -> bool:
    """Whether each conversation's replies went out in the order in which they were written."""
    place_of = {message_id: conversation for conversation, ids in replies.items() for message_id in ids}
    first: dict[str, list[str]] = defaultdict(list)
    for one in dict.fromkeys(str(one.callback_data) for one in sent):
        first[place_of[one]].append(one)
    return dict(first) == replies


async def all_are(shop: Shop, replies: dict[str, list[str]], status: str) -> bool:
    """Whether every reply has this status in the API."""
    for conversation_id in replies:
        found = await messages(shop.client, conversation_id)
        if any(message["status"] != status for message in found if message["direction"] == "outbound"):
            return False
    return True


@pytest.mark.proves("whatsapp", "kill-9-any-process-nothing")
async def test_kill_9_of_the_sender_repeats_nothing_that_a_receipt_proves(
    system: System, shop: Shop, graph: Graph
) -> None:
    # Receipts of what went out come while the sender is dead, and again until they are taken.
    await graph.deliver_webhooks(WebhookSettings(retry_base_ms=50, max_attempts=200, concurrency=8))
    replies, doubtful = await reply_and_kill(system, shop, graph)
    # What died on its way to the provider has no receipt to wait for.
    never_arrived = sorted(set(doubtful) - {str(one.callback_data) for one in await graph.sent()})
    let_go = partial(prove_nothing, system, never_arrived)
    await eventually(let_go, timeout=180, message="the end of what never arrived")
    await eventually(partial(_all_out, graph), timeout=180, message="every reply at the provider")
    await eventually(graph.idle, message="every receipt taken")
    sent = await graph.sent()
    assert [one for one, times in Counter(one.callback_data for one in sent).items() if times > 1] == []
    assert in_order(replies, sent)
    await eventually(partial(all_are, shop, replies, "read"), message="every reply read")


async def test_kill_9_of_the_sender_without_receipts_repeats_only_what_was_under_way(
    system: System, shop: Shop, graph: Graph
) -> None:
    await graph.deliver_webhooks(WebhookSettings(receipts=()))
    replies, doubtful = await reply_and_kill(system, shop, graph)
    await eventually(partial(prove_nothing, system, doubtful), timeout=180, message="the end of what was in doubt")
    await eventually(partial(_all_out, graph), timeout=180, message="every reply at the provider")
    await eventually(partial(all_are, shop, replies, "sent"), message="every reply known to be sent")
    sent = await graph.sent()
    repeated = Counter(str(one.callback_data) for one in sent) - Counter(chain(*replies.values()))
    assert repeated <= Counter(doubtful)
    assert in_order(replies, sent)
