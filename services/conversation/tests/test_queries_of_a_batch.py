"""What a batch of private messages asks of the database: strands cost those who have none nothing."""

from typing import Any

import pytest

from atd_conversation.commands import Draft
from atd_conversation.store.reads import Reads
from atd_schemas.inbound import InboundThread
from atd_testing.inbound import customer_message, send_receipt

T, A = "tenant", "account"
POST = InboundThread(id="p1", kind="post", public=True)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The collections that are read from, query by query."""
    collections: list[str] = []
    query = Reads.query

    async def counted(self: Any, collection: str, *args: Any, **more: Any) -> Any:
        collections.append(collection)
        return await query(self, collection, *args, **more)

    monkeypatch.setattr(Reads, "query", counted)
    return collections


async def test_messages_of_known_customers_ask_who_they_are_and_where_they_write_however_many(
    parts: Any, asked: list[str]
) -> None:
    customers = [f"55119999000{number:02}" for number in range(20)]
    for turn in range(2):
        batch = [customer_message(T, A, f"w{turn}-{one}", customer=one) for one in customers]
        del asked[:]
        await parts.take(*batch)
    assert asked == ["identities", "conversations", "early_changes", "early_changes"]


async def test_receipts_ask_for_their_messages_and_conversations(parts: Any, asked: list[str]) -> None:
    await parts.take(customer_message(T, A, "w1", occurred_at=parts.clock.now()))
    (conversation,) = await parts.all("conversations")
    said = await parts.say(T, conversation["_id"], Draft(text="Olá"))
    del asked[:]
    await parts.take(send_receipt(T, A, "sent", message_id=said.id, external_id="x1"))
    first = list(asked)
    del asked[:]
    await parts.take(send_receipt(T, A, "read", external_id="x1"))
    assert (first.count("conversations"), asked.count("conversations")) == (1, 1)
    assert {*first, *asked} == {"early_receipts", "messages", "conversations", "early_changes"}
    assert len(first) <= 5
    assert len(asked) <= 5


async def test_public_comments_ask_once_for_all_posts_of_the_batch(parts: Any, asked: list[str]) -> None:
    threads = [POST.model_copy(update={"id": f"p{number}"}) for number in range(5)]
    for turn in range(2):
        batch = [
            customer_message(T, A, f"c{turn}-{n}", customer="fan", channel="facebook", thread=thread)
            for n, thread in enumerate(threads)
        ]
        del asked[:]
        await parts.take(*batch)
    assert asked == ["identities", "conversations", "early_changes", "post_openings", "early_changes"]
