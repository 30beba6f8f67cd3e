"""A channel that exists in this test only: its rules are all that conversation needs."""

from typing import Any

import pytest

from atd_conversation.app import create_app
from atd_conversation.domain.channels import CHANNEL_RULES, Channels, plain_rules
from atd_conversation.domain.drafts import Draft
from atd_conversation.handlers import InboundHandler
from atd_conversation.settings import ConversationSettings
from atd_schemas.inbound import ClaimedDetails, SendFailure
from atd_schemas.services import SERVICES, Service
from atd_schemas.topics import OUTBOUND_BY_CHANNEL, outbound_by_channel
from atd_servicekit.outbox import OUTBOX
from atd_servicekit.problems import Problem
from atd_testing.inbound import customer_message, send_receipt
from atd_testing.service import Servers

T, A = "t1", "acc-toy"
TOY = Service(name="ingest-toy", port=8199, does="a toy", channels=("app",), outbound="toy")
RULES = {**CHANNEL_RULES, "app": plain_rules("Toy", text_limit=10)}
CHANNELS = Channels(RULES, outbound_by_channel((*SERVICES, TOY)))


def visitor(external_id: str, customer: str, **more: Any) -> Any:
    message = customer_message(T, A, external_id, customer=customer, channel="app", name=None)
    contact = message.data.contact.model_copy(update=more)
    return message.model_copy(update={"data": message.data.model_copy(update={"contact": contact})})


@pytest.fixture
async def toy(parts: Any) -> Any:
    return parts.with_channels(CHANNELS)


async def test_a_message_is_answered_by_the_rules_and_the_topic_of_the_channel(toy: Any) -> None:
    await toy.take(visitor("m1", "v1"))
    (row,) = await toy.all("conversations")
    assert "reply_window_expires_at" not in row
    with pytest.raises(Problem) as refused:
        await toy.say(T, row["_id"], Draft(text="x" * 11))
    assert refused.value.code == "too_long"
    message = await toy.say(T, row["_id"], Draft(text="Olá"))
    topics = [record["t"] for each in await toy.all(OUTBOX) for record in each["records"]]
    assert topics.count("outbound.toy.v1") == 1
    assert not any("whatsapp" in topic for topic in topics)
    failure = SendFailure(code="", reason="transient")
    await toy.take(send_receipt(T, A, "failed", message_id=message.id, failure=failure, channel="app"))
    error = (await toy.queries.message(T, message.id)).error
    assert error.message.startswith("O Toy esteve fora do ar")


async def test_a_visitor_who_types_a_customers_number_never_becomes_them(toy: Any) -> None:
    phone = "+5511999990000"
    await toy.take(customer_message(T, "acc-w", "w1", customer=phone[1:], name="Ana"))
    await toy.take(visitor("m1", "v1", claimed=ClaimedDetails(phone=phone, email="ana@example.com")))
    contacts = {row["phone"]: row for row in await toy.all("contacts")}
    assert contacts.keys() == {phone, None}
    assert (contacts[None]["claimed_phone"], contacts[None]["claimed_email"]) == (phone, "ana@example.com")
    await toy.take(visitor("m2", "v1", claimed=ClaimedDetails(phone="+5521988887777")))
    (row,) = [one for one in await toy.all("contacts") if one["phone"] is None]
    assert (row["claimed_phone"], row["claimed_email"]) == ("+5521988887777", "ana@example.com")
    await toy.take(visitor("m3", "v2", phone=phone))
    assert len(await toy.all("contacts")) == 2
    assert {row["contact"]["id"] for row in await toy.all("conversations")} == {one["_id"] for one in contacts.values()}


def test_the_composition_root_takes_the_channels(servers: Servers) -> None:
    app = create_app(servers.settings("conversation", ConversationSettings), channels=RULES, outbound=CHANNELS.outbound)
    subscriptions = app.state.runtime._subscriptions
    handlers = [each.handler for each in subscriptions if isinstance(each.handler, InboundHandler)]
    assert [one._loader._channels for one in handlers] == [CHANNELS] * 2  # messages, and public comments
    assert "app" not in OUTBOUND_BY_CHANNEL
