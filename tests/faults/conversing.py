"""Two thousand messages of forty customers, and the proof that each is there once, in order, everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from pymongo import MongoClient

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.listener import Listener
from tests.harness.reading import conversations, messages
from tests.harness.system import CONVERSATION, System

CUSTOMERS = 40
MESSAGES_EACH = 50
TOTAL = CUSTOMERS * MESSAGES_EACH


def scripts(each: int = MESSAGES_EACH) -> dict[str, list[str]]:
    """What every customer writes: numbered, so that the order can be seen."""
    return {f"55119700{customer:05d}": [f"{customer}/{n}" for n in range(each)] for customer in range(CUSTOMERS)}


async def assert_stored_once_in_order(
    system: System, shop: Shop, written: Mapping[str, Sequence[str]], *, answers: int = 0
) -> None:
    """The API and the database have each message once, in the order in which it was written, beside the answers."""
    found = await eventually(lambda: conversations(shop.client))  # lists are cut off after 3 s while MongoDB wakes up
    assert len(found) == len(written), "one conversation for each customer"
    threads = {}
    for conversation in found:
        thread = await messages(shop.client, conversation["id"])
        sequences = [message["sequence"] for message in thread]
        assert sequences == sorted(set(sequences))
        received = [message["text"] for message in thread if message["direction"] == "inbound"]
        threads[received[0].partition("/")[0]] = received
    assert threads == {texts[0].partition("/")[0]: list(texts) for texts in written.values()}
    assert count_stored(system, shop) == sum(map(len, written.values())) + answers


def count_stored(system: System, shop: Shop) -> int:
    """Messages of the company in the database itself."""
    with MongoClient[dict[str, object]](system.mongo.url) as client:
        collection = client[system.database(CONVERSATION)]["messages"]
        return collection.count_documents({"tenant_id": shop.company.tenant_id})


def assert_heard_once_in_order(listener: Listener, written: Mapping[str, Sequence[str]]) -> None:
    """The client at the WebSocket, cut off or not, has every event once and in order."""
    for subject, sequences in listener.sequences().items():
        assert sequences == list(range(1, len(sequences) + 1)), f"a gap or a repetition in {subject}"
    repeated = [event_id for event_id, times in Counter(e["id"] for e in listener.events).items() if times > 1]
    assert not repeated
    heard: dict[str, list[str]] = {}
    for event in listener.of_type("message.received"):
        text = event["data"]["message"]["text"]
        heard.setdefault(text.partition("/")[0], []).append(text)
    assert heard == {texts[0].partition("/")[0]: list(texts) for texts in written.values()}
    assert listener.resyncs == 0
