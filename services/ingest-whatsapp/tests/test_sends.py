"""Messages go out once, in order, and what becomes of them is told."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundReceipt
from atd_schemas.outbound import OutboundMessage, OutboundMessageData
from atd_schemas.topics import OUTBOUND_WHATSAPP
from atd_servicekit.kafka import Outgoing
from atd_testing.waiting import eventually
from atd_testing.whatsapp import Behaviour, Callback, builders

Service = Any
"""A `Service` of conftest.py."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CUSTOMER = "5511999990000"


def command(
    channel: dict[str, Any], text: str, conversation: str, *, recipient: str = CUSTOMER, kind: Any = "text"
) -> OutboundMessage:
    return OutboundMessage(
        id=uuid7(),
        tenant_id="of the service's test",
        occurred_at=NOW,
        recorded_at=NOW,
        source="conversation",
        subject=conversation,
        data=OutboundMessageData(
            account_id=channel["id"],
            channel="whatsapp",
            conversation_id=conversation,
            message_id=uuid7(),
            recipient=recipient,
            kind=kind,
            text=text,
        ),
    )


async def ask(service: Service, commands: Sequence[OutboundMessage]) -> None:
    ours = [one.model_copy(update={"tenant_id": service.tenant}) for one in commands]
    await service.runtime.producer.publish([Outgoing.of(OUTBOUND_WHATSAPP, one) for one in ours])


async def receipts(service: Service, channel: dict[str, Any], number: int) -> list[InboundReceipt]:
    found: list[InboundReceipt] = await service.tail.matching(
        number, lambda event: isinstance(event, InboundReceipt) and event.data.account_id == channel["id"]
    )
    return found


def sent_texts(service: Service, *channels: dict[str, Any]) -> list[str]:
    """What went out from these numbers."""
    numbers = {channel["phone_number_id"] for channel in channels}
    return [sent.text for sent in service.fake.graph.state.sent if sent.account in numbers]


async def test_a_message_goes_out_and_is_told_as_sent(service: Service) -> None:
    channel = await service.connect()
    asked = command(channel, "Bom dia", uuid7())
    await ask(service, [asked])
    [receipt] = await receipts(service, channel, 1)
    [sent] = service.fake.graph.state.sent_to(CUSTOMER)
    assert (sent.text, sent.recipient, sent.callback_data) == ("Bom dia", f"+{CUSTOMER}", asked.data.message_id)
    assert sent.account == channel["phone_number_id"]
    assert (receipt.data.status, receipt.data.message_id) == ("sent", asked.data.message_id)
    assert receipt.data.external_id == sent.message_id
    assert receipt.causation_id == asked.id


async def test_a_command_that_comes_twice_is_sent_once_and_order_holds(service: Service) -> None:
    channel = await service.connect()
    first, second = uuid7(), uuid7()
    commands = [command(channel, f"{n}", (first, second)[n % 2]) for n in range(20)]
    await ask(service, commands)
    await ask(service, commands)
    await receipts(service, channel, 20)
    numbers = [int(text) for text in sent_texts(service, channel)]
    assert len(numbers) == 20
    for parity in (0, 1):
        assert [n for n in numbers if n % 2 == parity] == list(range(parity, 20, 2))


@pytest.mark.proves("whatsapp", "refused-fails-with-class")
async def test_a_refused_message_fails_with_class_and_words_and_the_next_goes_on(service: Service) -> None:
    channel = await service.connect()
    service.fake.graph.state.behaviours = [Behaviour(kind="error", code=131047, details="24 hours have passed")]
    conversation = uuid7()
    await ask(service, [command(channel, "late", conversation), command(channel, "next", conversation)])
    failed, sent = await receipts(service, channel, 2)
    assert failed.data.status == "failed"
    assert failed.data.external_id is None
    assert failed.data.failure is not None
    assert failed.data.failure.model_dump() == {
        "code": "131047",
        "reason": "window",
        "detail": "24 hours have passed",
    }
    assert sent.data.status == "sent"
    assert sent_texts(service, channel) == ["next"]


@pytest.mark.proves("whatsapp", "trouble-at-tried-again-for")
async def test_metas_own_trouble_is_tried_again(service: Service) -> None:
    channel = await service.connect()
    service.fake.graph.state.behaviours = [
        Behaviour(kind="error", code=131000),
        Behaviour(kind="error", code=131016),
    ]
    await ask(service, [command(channel, "patience", uuid7())])
    [receipt] = await receipts(service, channel, 1)
    assert receipt.data.status == "sent"
    assert sent_texts(service, channel) == ["patience"]


@pytest.mark.proves("whatsapp", "131056-delays-that-pair")
async def test_a_throttled_pair_does_not_delay_other_conversations(service: Service) -> None:
    channel = await service.connect()
    service.fake.graph.state.behaviours = [Behaviour(kind="error", code=131056, recipient=CUSTOMER, times=None)]
    stuck, free = uuid7(), uuid7()
    await ask(service, [command(channel, "stuck", stuck)])
    await ask(service, [command(channel, f"{n}", free, recipient="5511988880000") for n in range(5)])
    await receipts(service, channel, 5)
    assert sent_texts(service, channel) == ["0", "1", "2", "3", "4"]


async def needs_reconnection(service: Service, path: str) -> dict[str, Any]:
    async def marked() -> dict[str, Any]:
        shown: dict[str, Any] = (await service.client.get(path, headers=service.headers())).json()
        assert shown["status"] == "needs_reconnection"
        return shown

    found: dict[str, Any] = await eventually(marked)
    return found


@pytest.mark.proves("whatsapp", "190-needs-reconnection-unsent")
async def test_a_dead_token_keeps_the_unsent_until_it_is_repaired(service: Service) -> None:
    channel, healthy = await service.connect(access_token="old"), await service.connect(access_token="fine")
    path = f"/api/v1/channels/{channel['id']}"
    service.fake.graph.state.revoked_tokens = {"old"}
    await ask(service, [command(channel, f"{n}", uuid7()) for n in range(5)])
    shown = await needs_reconnection(service, path)
    assert shown["status_reason"]["code"] == "190"
    await ask(service, [command(healthy, "other number", uuid7())])
    await receipts(service, healthy, 1)
    assert sent_texts(service, channel, healthy) == ["other number"]
    change = {"credentials": {"access_token": "new"}}
    repaired = await service.client.patch(path, json=change, headers=service.headers())
    assert repaired.json()["status"] == "active"
    found = await receipts(service, channel, 5)
    assert {receipt.data.status for receipt in found} == {"sent"}
    assert len(sent_texts(service, channel)) == 5


@pytest.mark.proves("whatsapp", "190-needs-reconnection-unsent")
async def test_a_good_check_resumes_what_waits(service: Service) -> None:
    channel = await service.connect(access_token="flaky")
    service.fake.graph.state.revoked_tokens = {"flaky"}
    await ask(service, [command(channel, "wait for me", uuid7())])
    path = f"/api/v1/channels/{channel['id']}"

    await needs_reconnection(service, path)
    service.fake.graph.state.revoked_tokens = set()
    checked = await service.client.post(f"{path}/check", headers=service.headers())
    assert checked.json()["status"] == "active"
    [receipt] = await receipts(service, channel, 1)
    assert receipt.data.status == "sent"


async def test_an_account_that_is_marked_is_not_marked_again(service: Service) -> None:
    channel = await service.connect(access_token="gone")
    service.fake.graph.state.revoked_tokens = {"gone"}
    path = f"/api/v1/channels/{channel['id']}"
    versions = []
    for _ in range(2):
        answer = await service.client.post(f"{path}/templates/sync", headers=service.headers())
        assert answer.status_code == 502
        shown = (await service.client.get(path, headers=service.headers())).json()
        assert shown["status"] == "needs_reconnection"
        versions.append(shown["version"])
    assert versions[0] == versions[1]


@pytest.mark.proves("whatsapp", "answer-lost-proven-receipt-not")
async def test_a_cut_send_is_proven_by_its_receipt_and_not_repeated(service: Service) -> None:
    channel = await service.connect()
    service.fake.graph.state.behaviours = [Behaviour(kind="cut_after")]
    asked = command(channel, "did it arrive?", uuid7())
    await ask(service, [asked, command(channel, "after it", asked.data.conversation_id)])
    [sent] = await eventually(lambda: list(service.fake.graph.state.sent))
    raw = builders.status_webhook(
        channel["phone_number_id"],
        sent.message_id,
        "sent",
        NOW,
        recipient=CUSTOMER,
        callback_data=asked.data.message_id,
    )
    assert (await service.deliver(f"/{channel['id']}", raw)).status_code == 200
    found = await receipts(service, channel, 3)
    assert sent_texts(service, channel) == ["did it arrive?", "after it"]
    ours = [receipt for receipt in found if receipt.causation_id == asked.id]
    assert [receipt.data.external_id for receipt in ours] == [sent.message_id]


async def test_a_receipt_of_another_account_proves_nothing(service: Service) -> None:
    channel, stranger = await service.connect(), await service.connect()
    service.fake.graph.state.behaviours = [Behaviour(kind="cut_after")]
    asked = command(channel, "did it arrive?", uuid7())
    await ask(service, [asked])
    await eventually(lambda: list(service.fake.graph.state.sent))
    for account in (stranger, channel):
        raw = builders.status_webhook(
            account["phone_number_id"],
            f"wamid.{account['id']}",
            "sent",
            NOW,
            recipient=CUSTOMER,
            callback_data=asked.data.message_id,
        )
        assert (await service.deliver(f"/{account['id']}", raw)).status_code == 200
    found = await receipts(service, channel, 2)
    ours = [receipt for receipt in found if receipt.causation_id == asked.id]
    assert [receipt.data.external_id for receipt in ours] == [f"wamid.{channel['id']}"]


@pytest.mark.proves("whatsapp", "account-disabled-deleted-another")
async def test_what_is_unsent_for_a_deleted_or_disabled_account_fails_with_the_reason(service: Service) -> None:
    disabled, deleted = await service.connect(), await service.connect(access_token="dead")
    await service.client.patch(
        f"/api/v1/channels/{disabled['id']}", json={"status": "disabled"}, headers=service.headers()
    )
    service.fake.graph.state.revoked_tokens = {"dead"}
    await ask(service, [command(disabled, "x", uuid7()), command(deleted, "y", uuid7())])
    [first] = await receipts(service, disabled, 1)
    assert first.data.failure is not None
    assert (first.data.failure.reason, first.data.failure.code) == ("account", "disabled")
    await service.client.delete(f"/api/v1/channels/{deleted['id']}", headers=service.headers())
    [second] = await receipts(service, deleted, 1)
    assert second.data.failure is not None
    assert (second.data.failure.reason, second.data.failure.code) == ("account", "deleted")
    assert sent_texts(service, disabled, deleted) == []


async def test_a_command_of_another_tenant_or_of_a_kind_that_whatsapp_has_not_is_not_sent(service: Service) -> None:
    channel = await service.connect(f"{service.tenant}-2")
    own = await service.connect()
    await ask(service, [command(channel, "not mine", uuid7()), command(own, "x", uuid7(), kind="order")])
    [foreign] = await receipts(service, channel, 1)
    [order] = await receipts(service, own, 1)
    assert foreign.data.failure is not None
    assert foreign.data.failure.code == "deleted"
    assert order.data.failure is not None
    assert order.data.failure.code == "kind_not_supported"
    assert sent_texts(service, channel, own) == []


async def test_the_whole_round_with_the_fakes_own_receipts(service: Service) -> None:
    """The fake delivers its receipts to the service itself, duplicated and out of order."""
    channel = await service.connect()
    webhooks, state = service.fake.graph.webhooks, service.fake.graph.state
    webhooks.sender.client = service.client
    state.webhooks = state.webhooks.model_copy(update={"duplicates": 1, "shuffle": True})
    setting = {
        "callback_url": f"http://test/webhooks/whatsapp/{channel['id']}",
        "app_secret": service.app_secret,
        "verify_token": channel["verify_token"],
        "phone_number_id": channel["phone_number_id"],
    }
    callback = Callback(**setting)
    assert await webhooks.handshake(callback)
    state.callbacks[channel["phone_number_id"]] = callback
    await ask(service, [command(channel, "Bom dia", uuid7())])
    found = await receipts(service, channel, 7)
    assert {receipt.data.status for receipt in found} == {"sent", "delivered", "read"}
    assert len({receipt.id for receipt in found}) == 4
