"""A quick reply, a draft and a message for later, until the customer has the same characters."""

from datetime import UTC, datetime, timedelta
from typing import Any

from atd_testing.waiting import eventually
from tests.conftest import Shop
from tests.harness.graph import Graph
from tests.harness.listener import Listener
from tests.harness.provider import Provider
from tests.harness.reading import conversations

CUSTOMER = "5511999990065"
BODY = (
    'Olá, {{contact.first_name|"cliente"}} \U0001f469\U0001f3fd\u200d\U0001f4bb\n\n- a_b_c\n- 2 * 3 * 4 = 24\n\n'
    + "\n".join(f"linha {number} ✅" for number in range(30))
)


async def done(shop: Shop, method: str, path: str, body: Any = None) -> Any:
    answer = await shop.client.request(method, path, json=body)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def test_a_long_reply_keeps_every_character_from_the_settings_to_the_provider(
    shop: Shop, provider: Provider, listener: Listener, graph: Graph
) -> None:
    made = await done(shop, "POST", "/replies", {"shortcut": "prazo", "title": "Prazo", "body": BODY})
    edited = await done(shop, "PATCH", f"/replies/{made['id']}", {"body": made["body"]})
    assert edited["body"] == BODY
    await provider.write(CUSTOMER, ["Qual o prazo?"], name="Ana Souza")
    await eventually(lambda: listener.of_type("message.received"), message="the question")
    (row,) = await conversations(shop.client)
    path = f"/conversations/{row['id']}"
    used = await done(shop, "POST", f"{path}/replies/{made['id']}")
    expected = BODY.replace('{{contact.first_name|"cliente"}}', "Ana")
    assert used["text"] == expected
    await done(shop, "PUT", f"{path}/draft", {"text": used["text"]})
    assert (await done(shop, "GET", f"{path}/draft"))["text"] == expected
    await done(shop, "POST", f"{path}/messages", {"text": used["text"]})

    async def arrived() -> list[str]:
        return [one.body["text"]["body"] for one in await graph.sent() if one.body.get("type") == "text"]

    assert await eventually(arrived, message="the reply at the provider") == [expected]
    assert (await done(shop, "GET", "/replies?q=prazo"))["items"][0]["usage_count"] == 1


async def test_a_message_for_later_is_sent_when_due_and_not_if_the_customer_writes_first(
    shop: Shop, provider: Provider, listener: Listener, graph: Graph
) -> None:
    await provider.write(CUSTOMER, ["Olá"], name="Ana")
    await eventually(lambda: listener.of_type("message.received"), message="the message")
    (row,) = await conversations(shop.client)
    path = f"/conversations/{row['id']}/messages"
    soon = datetime.now(UTC) + timedelta(seconds=3)
    later = datetime.now(UTC) + timedelta(hours=1)
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    await done(shop, "POST", path, {"text": "Até já", "scheduled_for": soon.strftime("%Y-%m-%dT%H:%M:%S.%fZ")})
    body = {"text": "Ainda aí?", "scheduled_for": later.strftime(stamp), "cancel_on_reply": True}
    waiting = await done(shop, "POST", path, body)

    async def arrived() -> list[str]:
        return [one.body["text"]["body"] for one in await graph.sent() if one.body.get("type") == "text"]

    assert await eventually(arrived, message="the first at the provider") == ["Até já"]
    await provider.write(CUSTOMER, ["Voltei"], name="Ana")

    async def cancelled() -> bool:
        page = await done(shop, "GET", "/scheduled-messages?state=cancelled")
        return [(one["id"], one["reason"]) for one in page["items"]] == [(waiting["id"], "customer_replied")]

    await eventually(cancelled, message="the second cancelled")
    assert await arrived() == ["Até já"]
