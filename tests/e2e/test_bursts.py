"""A customer who writes very much very fast is one conversation, whole and in order."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx

from atd_testing.waiting import eventually
from atd_testing.whatsapp.builders import text_webhook, wamid
from tests.conftest import Shop
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import conversations, messages

SENDER = "5511999990060"
TEXTS = [f"mensagem {number}" for number in range(60)]


async def test_sixty_messages_of_a_second_are_one_thread_in_order(
    shop: Shop, provider: Provider, listener: Listener
) -> None:
    """The provider sends one webhook after the other without a pause, and some of them twice."""
    began = datetime.now(UTC)
    bodies = [
        text_webhook(
            shop.account.phone_number_id,
            text,
            began + timedelta(milliseconds=16 * number),
            sender=SENDER,
            message_id=wamid(f"burst-{number}"),
        )
        for number, text in enumerate(TEXTS)
    ]
    for number, body in enumerate(bodies):
        assert await provider.post(body) == httpx.codes.OK
        if number % 7 == 0:
            again = await asyncio.gather(provider.post(body), provider.post(body))
            assert set(again) == {httpx.codes.OK}
    await eventually(lambda: len(listener.of_type("message.received")) == len(TEXTS), message="all on the screen")
    heard = [event["data"]["message"]["text"] for event in listener.of_type("message.received")]
    assert heard == TEXTS
    (conversation,) = await conversations(shop.client)
    assert conversation["unread_count"] == len(TEXTS)
    assert conversation["last_message"]["preview"] == TEXTS[-1]
    assert [message["text"] for message in await messages(shop.client, conversation["id"])] == TEXTS
    places = listener.sequences()[conversation["id"]]
    assert places == list(range(1, len(TEXTS) + 2))
