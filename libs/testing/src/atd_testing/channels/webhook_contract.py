"""Webhooks are taken whole and durably, or refused with the reason."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from pymongo.errors import ServerSelectionTimeoutError
from structlog.testing import capture_logs

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundMessage, InboundUnparsed, UnparsedData
from atd_servicekit.errors import PublishFailed
from atd_testing.channels.contract import Contract
from atd_testing.channels.under_test import PATH, SECRET, TEXT, TOKEN, ChannelUnderTest

BODY_LIMIT = 3 * 1024 * 1024
REDRIVE = "/internal/unparsed/redrive"


class WebhookContract(Contract):
    """Proof, durability, batches, what is not understood, limits, and the log."""

    async def test_a_proven_message_is_on_kafka_before_the_answer(self, channel: ChannelUnderTest) -> None:
        channel.need("webhooks")
        account = await channel.connect()
        answer = await channel.deliver(account, channel.text_webhook(account, "Olá! 👋"))
        assert (answer.status_code, answer.text) == (200, "")
        [event] = await channel.events_of(account, 1)
        assert isinstance(event, InboundMessage)
        assert (event.tenant_id, event.data.account_id, event.data.channel) == (
            channel.tenant,
            account["id"],
            channel.case.kind,
        )
        assert (event.data.text, event.data.account_name) == ("Olá! 👋", account["name"])
        assert event.source == channel.case.service.name

    async def test_a_webhook_without_proof_is_401(self, channel: ChannelUnderTest) -> None:
        channel.need("webhooks")
        account = await channel.connect()
        raw = channel.text_webhook(account)
        other = channel.text_webhook(account, "another body")
        assert (await channel.deliver(account, raw, "another-secret-altogether")).status_code == 401
        answer = await channel.http.post(channel.webhook_path(account), content=raw)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["content-type"] == "application/problem+json"
        of_other = channel.case.proof(account, other, SECRET)
        if of_other != channel.case.proof(account, raw, SECRET):  # a proof over the bytes, not a shared word
            answer = await channel.http.post(channel.webhook_path(account), content=raw, headers=dict(of_other))
            assert answer.status_code == 401
        assert [one for one in await channel.reader.read() if one.tenant_id == channel.tenant][1:] == []

    async def test_an_unknown_or_disconnected_account_is_404(self, channel: ChannelUnderTest) -> None:
        channel.need("webhooks")
        account = await channel.connect()
        raw = channel.text_webhook(account)
        for unknown in (str(uuid4()), "not-an-id"):
            assert (await channel.deliver({**account, "id": unknown}, raw)).status_code == 404
        await channel.http.delete(f"{PATH}/{account['id']}", headers=channel.headers())
        answer = await channel.deliver(account, raw)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_a_repeated_webhook_is_the_same_events(self, channel: ChannelUnderTest) -> None:
        channel.need("webhooks")
        account = await channel.connect()
        raw = channel.text_webhook(account)
        for _ in range(2):
            assert (await channel.deliver(account, raw)).status_code == 200
        events = await channel.events_of(account, 2)
        assert len({event.id for event in events}) == 1

    async def test_every_part_of_a_batch_is_taken_in_order(self, channel: ChannelUnderTest) -> None:
        channel.need("webhooks")
        channel.need("batches")
        account = await channel.connect()
        raw = channel.text_webhook(account, "1", "2", "3")
        assert (await channel.deliver(account, raw)).status_code == 200
        events = await channel.events_of(account, 3)
        assert [event.data.text for event in events] == ["1", "2", "3"]
        assert len({event.id for event in events}) == 3

    async def test_an_authentic_body_that_is_not_understood_is_kept_whole(self, channel: ChannelUnderTest) -> None:
        channel.need("webhooks")
        account = await channel.connect()
        raw = channel.case.unknown_webhook(account)
        assert (await channel.deliver(account, raw)).status_code == 200
        [event] = await channel.events_of(account, 1)
        assert isinstance(event, InboundUnparsed)
        assert base64.b64decode(event.data.body) == raw
        assert event.data.problems
        assert event.tenant_id == channel.tenant

    async def test_a_kept_body_is_redriven_to_the_same_events(self, channel: ChannelUnderTest) -> None:
        """As after an update that understands what was kept before."""
        channel.need("webhooks")
        account = await channel.connect()
        raw, now = channel.text_webhook(account), datetime.now(UTC)
        await channel.deliver(account, raw)
        [message] = await channel.events_of(account, 1)
        kept = InboundUnparsed(
            id=uuid7(),
            tenant_id=channel.tenant,
            occurred_at=now,
            recorded_at=now,
            source=channel.case.service.name,
            subject=account["id"],
            data=UnparsedData(
                account_id=account["id"],
                channel=channel.case.kind,
                body=base64.b64encode(raw).decode(),
                problems=("not known to this version",),
                received_at=now,
            ),
        ).model_dump(mode="json")
        operator = channel.of_tenant("").headers(("operator",))
        answer = await channel.http.post(REDRIVE, json=kept, headers=operator)
        assert (answer.status_code, answer.json()) == (200, {"published": 1, "problems": []})
        again = await channel.events_of(account, 2)
        assert [one.id for one in again] == [message.id] * 2
        assert (await channel.http.post(REDRIVE, json=kept, headers=channel.headers())).status_code == 403

    @pytest.mark.parametrize("declared", [True, False])
    async def test_a_body_over_the_limit_is_413(self, channel: ChannelUnderTest, declared: bool) -> None:
        channel.need("webhooks")
        account = await channel.connect()
        raw = b"x" * (BODY_LIMIT + 1)

        async def chunks() -> Any:
            for start in range(0, len(raw), 65536):
                yield raw[start : start + 65536]

        content: Any = raw if declared else chunks()
        proof = dict(channel.case.proof(account, raw, SECRET))
        answer = await channel.http.post(channel.webhook_path(account), content=content, headers=proof)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    async def test_the_largest_body_is_taken_and_kept_whole(self, channel: ChannelUnderTest) -> None:
        channel.need("webhooks")
        account = await channel.connect()
        raw = channel.case.unknown_webhook(account).ljust(BODY_LIMIT)
        assert (await channel.deliver(account, raw)).status_code == 200
        [event] = await channel.events_of(account, 1)
        assert base64.b64decode(event.data.body) == raw

    async def test_malformed_json_is_400_once_the_proof_holds(self, channel: ChannelUnderTest) -> None:
        channel.need("webhooks")
        account = await channel.connect()
        raw = b'{"a": "b",\n "c": }'
        answer = await channel.deliver(account, raw)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
        assert "line 2" in answer.json()["detail"]
        assert (await channel.deliver(account, raw, "another-secret-altogether")).status_code == 401

    async def test_kafka_away_is_503_with_retry_after(
        self, channel: ChannelUnderTest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        channel.need("webhooks")
        account = await channel.connect()

        async def refuse(_records: object, **_: object) -> None:
            raise PublishFailed("Kafka is away")

        with monkeypatch.context() as patched:
            patched.setattr(channel.service.runtime.producer, "publish", refuse)
            answer = await channel.deliver(account, channel.text_webhook(account))
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1

    async def test_a_receipt_that_cannot_be_stored_is_503_and_comes_again(
        self, channel: ChannelUnderTest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        channel.need("webhooks")
        channel.need("receipts")
        account = await channel.connect()
        raw = channel.case.receipt_webhook(account, "external-1", uuid7())
        collection = type(channel.service.db["sends_rows"])

        def away(*_: object, **__: object) -> None:
            raise ServerSelectionTimeoutError("no primary")

        with monkeypatch.context() as patched:
            patched.setattr(collection, "find", away)
            answer = await channel.deliver(account, raw)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert (await channel.deliver(account, raw)).status_code == 200
        events = await channel.events_of(account, 2)
        assert len({event.id for event in events}) == 1

    async def test_a_taken_webhook_leaves_a_number_and_no_line(self, channel: ChannelUnderTest) -> None:
        channel.need("webhooks")
        account = await channel.connect()
        with capture_logs() as lines:
            assert (await channel.deliver(account, channel.text_webhook(account))).status_code == 200
        of_requests = [line for line in lines if line["event"].startswith(("webhook.", "http."))]
        assert [line for line in of_requests if line["log_level"] != "debug"] == []
        metrics = (await channel.http.get("/metrics")).text
        assert f'atd_webhook_answers_total{{channel="{channel.case.service.outbound}",status="200"}}' in metrics

    async def test_a_refused_webhook_leaves_one_line_that_says_why(self, channel: ChannelUnderTest) -> None:
        channel.need("webhooks")
        account = await channel.connect()
        with capture_logs() as lines:
            await channel.deliver(account, channel.text_webhook(account), "another-secret-altogether")
        everything = json.dumps(lines, default=str)
        [line] = [line for line in lines if line["event"] == "webhook.refused"]
        assert line.pop("request_id")
        assert line.pop("reason")
        assert line == {
            "event": "webhook.refused",
            "log_level": "info",
            "channel": channel.case.service.outbound,
            "account_id": account["id"],
            "method": "POST",
            "status": 401,
            "code": "unauthenticated",
            "exc_info": None,
        }
        secrets = (TEXT, TOKEN, SECRET, "another-secret-altogether", channel.case.customers[0])
        assert [one for one in secrets if one in everything] == []
