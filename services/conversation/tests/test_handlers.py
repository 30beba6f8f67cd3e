"""From topic to topic on real Kafka and MongoDB, through the whole service."""

import asyncio
from collections import defaultdict
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs

from atd_schemas.ids import uuid7
from atd_schemas.inbound import SendFailure
from atd_schemas.settings_changes import AttendantChanged, AttendantData, ChannelAccountChanged, ChannelAccountData
from atd_schemas.topics import (
    CONVERSATION_EVENTS,
    INBOUND_EVENTS,
    OUTBOUND_WHATSAPP,
    SETTINGS_CHANGES,
    dead_letter_topic,
)
from atd_servicekit.kafka import Outgoing
from atd_servicekit.tracing import Tracing
from atd_testing.inbound import customer_message, send_receipt
from atd_testing.waiting import eventually


class Tenant:
    """A tenant of one test, with one WhatsApp account."""

    def __init__(self) -> None:
        self.id = uuid7()
        self.account = uuid7()
        self.now = datetime.now(UTC)

    def message(self, number: int, customer: int = 0, **more: Any) -> Any:
        values = {"customer": f"55119999{customer:05}", "occurred_at": self.now, **more}
        return customer_message(self.id, self.account, f"w{number}", **values)

    def receipt(self, status: Any, **more: Any) -> Any:
        return send_receipt(self.id, self.account, status, occurred_at=self.now, **more)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


async def conversations(service: Any, tenant: Tenant, **filters: str) -> list[Any]:
    answer = await service.http.get("/api/v1/conversations", headers=service.headers(tenant.id), params=filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def act(service: Any, tenant: Tenant, path: str, body: Any = None, method: str = "POST") -> Any:
    answer = await service.http.request(
        method, f"/api/v1/conversations/{path}", headers=service.headers(tenant.id), json=body
    )
    assert answer.status_code < 300, answer.text
    return answer.json()


def form(field: str) -> dict[str, Any]:
    """The answer to a form; MongoDB stores no field name with a null character."""
    return {"reply": {"id": "1", "title": "Enviado"}, "form": {field: 1}}


async def received(service: Any, tenant: Tenant, messages: int) -> list[Any]:
    """The tenant's conversations, once so many messages are unread in them."""

    async def there() -> list[Any]:
        found = await conversations(service, tenant)
        assert sum(each["unread_count"] for each in found) == messages
        return found

    return await eventually(there, message=f"{messages} messages are there")


async def thread(service: Any, tenant: Tenant, conversation_id: str) -> list[Any]:
    answer = await service.http.get(
        f"/api/v1/conversations/{conversation_id}/messages?limit=100", headers=service.headers(tenant.id)
    )
    return list(answer.json()["items"])


async def test_the_same_events_ten_times_and_in_two_processes_change_nothing_more(
    start: Any, tenant: Tenant, read_topic: Any
) -> None:
    reader = await read_topic(CONVERSATION_EVENTS)
    one, two = await start(), await start()
    events = [tenant.message(n, n % 5) for n in range(25)]
    await asyncio.gather(
        *(one.publish(*events) for _ in range(5)),
        *(two.publish(*reversed(events)) for _ in range(5)),
        *(each.take(*events) for each in (one, two)),
    )
    found = await received(one, tenant, 25)
    assert len(found) == 5
    await reader.until(lambda seen: len({e.id for e in seen}) >= 25 + 5 + 5, tenant.id)
    after = [tenant.message(100 + customer, customer) for customer in range(5)]
    await one.publish(*events, *after)  # each key's last: what was written before it has been handled before it
    told = await reader.until(lambda seen: {m.id for m in after} <= _messages(seen), tenant.id)
    assert len({e.id for e in told}) == 25 + 5 + 5 + 5
    _in_order(told)
    assert await two.db.messages.count_documents({"tenant_id": tenant.id}) == 30


def _messages(events: list[Any]) -> set[str]:
    return {event.data.message.id for event in events if event.type == "message.received"}


def _in_order(events: list[Any]) -> None:
    """Every subject's events come in the order of their sequence, gapless from 1 (a repeat repeats)."""
    sequences: dict[str, list[int]] = defaultdict(list)
    for event in events:
        sequences[event.subject].append(event.sequence)
    for found in sequences.values():
        assert found[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(found))
        assert set(found) == set(range(1, max(found) + 1))


async def test_a_batch_of_500_records(start: Any, tenant: Tenant, read_topic: Any) -> None:
    reader = await read_topic(CONVERSATION_EVENTS)
    service = await start()
    await service.publish(*(tenant.message(n, n % 50) for n in range(500)))
    found = await received(service, tenant, 500)
    assert sorted(each["number"] for each in found) == sorted({each["number"] for each in found})
    told = await reader.until(lambda seen: len(seen) >= 600, tenant.id)
    assert len(told) == 600
    _in_order(told)


async def test_a_poison_record_is_dead_lettered_alone(start: Any, tenant: Tenant, read_topic: Any) -> None:
    letters = await read_topic(dead_letter_topic("conversation"))
    service = await start()
    unstorable = tenant.message(2, kind="interactive", content=form("bad\0key"))
    await service.runtime.producer.publish(
        [
            Outgoing.of(INBOUND_EVENTS, tenant.message(1)),
            Outgoing(INBOUND_EVENTS.name, tenant.message(1).key(), b'{"type": "inbound.message"}'),
            Outgoing.of(INBOUND_EVENTS, unstorable),
            Outgoing.of(INBOUND_EVENTS, tenant.message(3)),
        ]
    )
    (found,) = await received(service, tenant, 2)
    assert [m["external_id"] for m in await thread(service, tenant, found["id"])] == ["w3", "w1"]
    bad = [
        (letter.data.error, letter.data.topic)
        for letter in await letters.until(lambda seen: len([e for e in seen if e.type == "dead_letter"]) >= 2)
    ]
    assert bad == [("invalid", INBOUND_EVENTS.name), ("InvalidDocument", INBOUND_EVENTS.name)]


async def test_http_and_consumer_on_one_conversation_lose_nothing(start: Any, tenant: Tenant, read_topic: Any) -> None:
    """Attendants write in two processes while the customer writes: all of it is there, and told in one order."""
    events, commands = await read_topic(CONVERSATION_EVENTS), await read_topic(OUTBOUND_WHATSAPP)
    one, two = await start(), await start()
    await one.publish(tenant.message(0))
    (found,) = await received(one, tenant, 1)
    path = f"{found['id']}/messages"

    async def speak(service: Any, number: int) -> None:
        await act(service, tenant, path, {"text": f"resposta {number}"})

    async def listen(number: int) -> None:
        await one.publish(tenant.message(number))

    await asyncio.gather(
        *(speak(one, n) for n in range(6)), *(speak(two, n) for n in range(6, 12)), *map(listen, range(1, 13))
    )

    async def complete() -> list[Any]:
        messages = await thread(one, tenant, found["id"])
        assert len(messages) == 25
        return messages

    messages = await eventually(complete)
    assert [m["sequence"] for m in messages] == list(range(26, 1, -1))
    told = await events.until(lambda seen: len({e.id for e in seen}) >= 27, tenant.id)
    _in_order(told)
    sent = await commands.until(lambda seen: len({e.id for e in seen}) >= 12, tenant.id)
    said = [m["id"] for m in reversed(messages) if m["direction"] == "outbound"]
    assert [c.data.message_id for c in sent] == said


async def test_what_attendants_do_is_told_in_order_and_sent_to_the_channel(
    start: Any, tenant: Tenant, read_topic: Any
) -> None:
    events, commands = await read_topic(CONVERSATION_EVENTS), await read_topic(OUTBOUND_WHATSAPP)
    service = await start()
    await service.publish(tenant.message(1))
    (found,) = await received(service, tenant, 1)
    conversation_id = found["id"]
    quoted = (await thread(service, tenant, conversation_id))[0]
    await act(service, tenant, f"{conversation_id}/assign", {"attendant_id": "bia"})
    await act(service, tenant, f"{conversation_id}/messages", {"text": "Nota", "direction": "note"})
    answer = await act(service, tenant, f"{conversation_id}/messages", {"text": "Olá", "reply_to": quoted["id"]})
    await act(service, tenant, conversation_id, {"priority": "high"}, "PATCH")
    await act(service, tenant, f"{conversation_id}/close")
    await act(service, tenant, f"{conversation_id}/reopen")
    told = await events.until(lambda seen: len(seen) >= 9, tenant.id)
    assert [(e.type, e.sequence) for e in told if e.subject == conversation_id] == [
        ("conversation.opened", 1),
        ("message.received", 2),
        ("conversation.assigned", 3),
        ("message.sent", 4),
        ("message.sent", 5),
        ("conversation.updated", 6),
        ("conversation.closed", 7),
        ("conversation.reopened", 8),
    ]
    assert {e.actor.id for e in told if e.sequence >= 3} == {"bia"}
    (command,) = await commands.until(bool, tenant.id)
    assert (command.data.message_id, command.data.text, command.data.recipient, command.data.reply_to_external_id) == (
        answer["id"],
        "Olá",
        "5511999900000",
        "w1",
    )


async def test_receipts_move_a_message_from_pending_to_read(start: Any, tenant: Tenant, read_topic: Any) -> None:
    events = await read_topic(CONVERSATION_EVENTS)
    service = await start()
    await service.publish(tenant.message(1))
    (found,) = await received(service, tenant, 1)
    answer = await act(service, tenant, f"{found['id']}/messages", {"text": "Olá"})
    assert answer["status"] == "pending"
    await service.publish(
        tenant.receipt("sent", message_id=answer["id"], external_id="x1"),
        tenant.receipt("delivered", external_id="x1"),
        tenant.receipt("delivered", external_id="x1"),
        tenant.receipt("read", external_id="x1"),
    )
    told = await events.until(lambda seen: [e.type for e in seen].count("message.status_changed") >= 3, tenant.id)
    moved = [(e.data.message.status, e.data.changed) for e in told if e.type == "message.status_changed"]
    assert moved == [("sent", ("external_id", "status")), ("delivered", ("status",)), ("read", ("status",))]
    assert (await thread(service, tenant, found["id"]))[0]["status"] == "read"


async def test_an_early_receipt_known_only_by_the_providers_id_is_not_forgotten(start: Any, tenant: Tenant) -> None:
    service = await start()
    await service.publish(tenant.message(1))
    (found,) = await received(service, tenant, 1)
    answer = await act(service, tenant, f"{found['id']}/messages", {"text": "Olá"})
    await service.publish(tenant.receipt("delivered", external_id="x1"))
    await eventually(lambda: service.db.early_receipts.find_one({"status": "delivered"}))
    await service.publish(tenant.receipt("sent", message_id=answer["id"], external_id="x1"))

    async def delivered() -> bool:
        return bool((await thread(service, tenant, found["id"]))[0]["status"] == "delivered")

    await eventually(delivered)


async def test_a_failed_message_says_why(start: Any, tenant: Tenant) -> None:
    service = await start()
    await service.publish(tenant.message(1))
    (found,) = await received(service, tenant, 1)
    answer = await act(service, tenant, f"{found['id']}/messages", {"text": "Olá"})
    failure = SendFailure(code="131026", reason="recipient_unreachable", detail="Message undeliverable")
    await service.publish(tenant.receipt("failed", message_id=answer["id"], failure=failure))

    async def failed() -> Any:
        message = (await thread(service, tenant, found["id"]))[0]
        assert message["status"] == "failed"
        return message["error"]

    error = await eventually(failed)
    assert (error["code"], error["provider_code"], error["detail"]) == (
        "recipient_unreachable",
        "131026",
        "Message undeliverable",
    )
    assert error["texts"]["pt-BR"] == error["message"]


async def test_settings_changes_name_attendants_and_remove_accounts(start: Any, tenant: Tenant) -> None:
    service = await start()
    await service.publish(tenant.message(1))
    (found,) = await received(service, tenant, 1)
    attendant = uuid7()
    common: dict[str, Any] = {"id": uuid7(), "tenant_id": tenant.id, "occurred_at": tenant.now, "source": "test"}
    account = ChannelAccountData(
        account_id=tenant.account, channel="whatsapp", name="Loja", status="deleted", deleted=True
    )
    await service.publish(
        AttendantChanged(
            **common,
            recorded_at=tenant.now,
            subject=attendant,
            data=AttendantData(attendant_id=attendant, name="Davi"),
        ),
        ChannelAccountChanged(**common, recorded_at=tenant.now, subject=tenant.account, data=account),
        topic=SETTINGS_CHANGES,
    )
    await eventually(lambda: service.db.channel_accounts.find_one({"_id": tenant.account}))
    await eventually(lambda: service.db.attendants.find_one({"_id": attendant}))
    assigned = await act(service, tenant, f"{found['id']}/assign", {"attendant_id": attendant})
    assert assigned["assignee"] == {"id": attendant, "name": "Davi"}
    refused = await service.http.post(
        f"/api/v1/conversations/{found['id']}/messages", headers=service.headers(tenant.id), json={"text": "Olá"}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "channel_removed")
    for revision, name, active in ((2, "Davi Lima", True), (3, "Davi Lima", False)):
        data = AttendantData(attendant_id=attendant, name=name, active=active)
        changed = AttendantChanged(**common, recorded_at=tenant.now, subject=attendant, sequence=revision, data=data)
        await service.publish(changed, topic=SETTINGS_CHANGES)
        known = {"_id": attendant, "name": name, "active": active}
        await eventually(partial(service.db.attendants.find_one, known))
        if active:
            await act(service, tenant, f"{found['id']}/assign", {"attendant_id": None})
            again = await act(service, tenant, f"{found['id']}/assign", {"attendant_id": attendant})
            assert again["assignee"] == {"id": attendant, "name": "Davi Lima"}
    refused = await service.http.post(
        f"/api/v1/conversations/{found['id']}/assign",
        headers=service.headers(tenant.id),
        json={"attendant_id": attendant},
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_attendant")


async def test_a_trace_runs_from_the_inbound_record_to_the_event_and_from_the_request_to_the_command(
    start: Any, tenant: Tenant, read_topic: Any
) -> None:
    exporter = InMemorySpanExporter()
    events, commands = await read_topic(CONVERSATION_EVENTS), await read_topic(OUTBOUND_WHATSAPP)
    service = await start(tracing=Tracing("conversation", SimpleSpanProcessor(exporter)))
    webhook, request = "00-" + "a" * 32 + "-" + "1" * 16 + "-01", "00-" + "b" * 32 + "-" + "2" * 16 + "-01"
    await service.publish(tenant.message(1), traceparent=webhook)
    (found,) = await received(service, tenant, 1)
    path = f"/api/v1/conversations/{found['id']}/messages"
    traced = {**service.headers(tenant.id), "traceparent": request}
    await service.http.post(path, headers=traced, json={"text": "Olá"})
    await events.until(lambda seen: len(seen) >= 4, tenant.id)
    await commands.until(bool, tenant.id)
    traces = {
        (headers["ce_type"].decode(), headers["traceparent"].decode()[3:35])
        for reader in (events, commands)
        for event in reader.events
        if event.tenant_id == tenant.id and (headers := reader.headers[event.id])
    }
    assert traces == {
        ("contact.created", "a" * 32),
        ("conversation.opened", "a" * 32),
        ("message.received", "a" * 32),
        ("message.sent", "b" * 32),
        ("outbound.message", "b" * 32),
    }
    spans = {span.name for span in exporter.get_finished_spans()}
    assert "handle inbound.message" in spans


async def test_a_service_that_stops_leaves_nothing_in_its_outbox(start: Any, tenant: Tenant) -> None:
    service = await start()
    await service.publish(*(tenant.message(n, n % 20) for n in range(200)))
    await received(service, tenant, 200)

    async def empty() -> bool:
        return bool(await service.db.outbox.count_documents({}) == 0)

    await eventually(empty, message="the outbox is empty")


@pytest.mark.proves("whatsapp", "logs-neither-text-nor")
async def test_no_log_line_holds_what_people_write_or_who_they_are(start: Any, tenant: Tenant) -> None:
    with capture_logs() as lines:
        service = await start()
        said: dict[str, Any] = {"text": "segredo-do-cliente", "name": "Nome-Secreto", "customer": 7}
        await service.publish(
            tenant.message(1, **said),
            tenant.message(2, kind="interactive", content=form("segredo-do-cliente\0"), **said),
        )
        (found,) = await received(service, tenant, 1)
        path = f"/api/v1/conversations/{found['id']}/messages"
        for text in ("segredo-do-cliente", "segredo-do-cliente" * 1000):
            await service.http.post(path, headers=service.headers(tenant.id), json={"text": text})
        await service.http.get(f"{path}?segredo-do-cliente", headers=service.headers(tenant.id))
        await eventually(lambda: any(line["event"] == "record.dead_lettered" for line in lines))
    assert any(line["event"] == "http.request" and line["status"] == 201 for line in lines)
    for secret in ("segredo-do-cliente", "Nome-Secreto", "5511999900007"):
        assert secret not in repr(lines)
