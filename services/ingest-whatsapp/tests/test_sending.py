"""What an answer does to a send: the retry budget as a table."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_ingest_whatsapp.client import Answer, Refused, Uncertain, Unsent
from atd_ingest_whatsapp.failures import class_of
from atd_ingest_whatsapp.sending import UNCERTAIN_ATTEMPTS, Attempted, Policy, decide, new_row, receipt_of
from atd_schemas.inbound import InboundReceipt
from atd_schemas.outbound import OutboundMessage, OutboundMessageData
from atd_schemas.topics import INBOUND_EVENTS, adapter, encode
from atd_servicekit import ledger
from atd_testing.whatsapp.graph_errors import GRAPH_ERRORS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = Policy(uncertain_after=timedelta(seconds=60), send_until=timedelta(hours=24))


def refused(code: int) -> Refused:
    return Refused(class_of(code), str(code), "why")


def decided(answer: Answer, number: int = 1, *, age: timedelta = timedelta(0), jitter: float = 0.0) -> ledger.Outcome:
    return decide(answer, Attempted(number, NOW - age, NOW, jitter), POLICY)


def waits(outcome: ledger.Outcome) -> tuple[float, str]:
    assert isinstance(outcome, ledger.Retry)
    return (outcome.at - NOW).total_seconds(), outcome.scope


@pytest.mark.parametrize(
    ("code", "number", "expected"),
    [
        (131056, 1, (4, "lane")),
        (131056, 2, (16, "lane")),
        (131056, 3, (64, "lane")),
        (131056, 9, (3600, "lane")),
        (130429, 1, (5, "group")),
        (130429, 2, (10, "group")),
        (80007, 99, (300, "group")),
        (131048, 1, (5, "group")),
        (131000, 1, (1, "lane")),
        (131016, 4, (8, "lane")),
        (2, 99, (300, "lane")),
    ],
)
def test_throttles_and_troubles_wait_longer_each_time(code: int, number: int, expected: tuple[float, str]) -> None:
    assert waits(decided(refused(code), number)) == expected


def test_what_never_reached_meta_is_tried_again() -> None:
    assert waits(decided(Unsent("ConnectError"))) == (1, "lane")


def test_half_of_a_wait_is_jitter() -> None:
    assert waits(decided(refused(131000), 5, jitter=1.0)) == (8, "lane")


def test_after_a_day_the_last_reason_is_final() -> None:
    outcome = decided(refused(131000), 300, age=timedelta(hours=24))
    assert outcome == ledger.Failed("transient:131000", "why")
    assert decided(Unsent("ConnectError"), 9, age=timedelta(hours=24)) == ledger.Failed(
        "transient:unreachable", "ConnectError"
    )


def test_what_may_have_arrived_waits_for_proof_and_is_not_repeated_for_ever() -> None:
    assert decided(Uncertain("ReadTimeout")) == ledger.Uncertain(NOW + timedelta(seconds=60), "ReadTimeout")
    last = decided(Uncertain("ReadTimeout"), UNCERTAIN_ATTEMPTS)
    assert isinstance(last, ledger.Failed)
    assert last.reason == "unknown:no_proof"


def test_a_dead_token_suspends_the_number() -> None:
    assert decided(refused(190)) == ledger.Suspended("token:190")


@pytest.mark.parametrize("code", sorted(GRAPH_ERRORS))
def test_every_other_code_fails_at_once_with_its_class(code: int) -> None:
    outcome = decided(refused(code))
    if class_of(code) in ("token", "throttle", "transient"):
        assert not isinstance(outcome, ledger.Failed)
    else:
        assert outcome == ledger.Failed(f"{class_of(code)}:{code}", "why")


@given(
    st.sampled_from(sorted(GRAPH_ERRORS)),
    st.integers(1, 10_000),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.floats(0, 1),
)
def test_no_send_waits_past_its_day(code: int, number: int, age: timedelta, jitter: float) -> None:
    outcome = decided(refused(code), number, age=age, jitter=jitter)
    if isinstance(outcome, ledger.Retry):
        assert NOW < outcome.at <= NOW - age + POLICY.send_until


def command() -> OutboundMessage:
    return OutboundMessage(
        id="command-1",
        tenant_id="tenant-1",
        occurred_at=NOW,
        recorded_at=NOW,
        source="conversation",
        subject="conversation-1",
        data=OutboundMessageData(
            account_id="account-1",
            channel="whatsapp",
            conversation_id="conversation-1",
            message_id="message-1",
            recipient="5511999990000",
            kind="text",
            text="Oi",
            reply_to_external_id="wamid.Q",
        ),
    )


def test_a_command_becomes_a_row_of_its_conversation() -> None:
    row = new_row(command(), 42, "trace")
    assert (row.id, row.group, row.lane, row.order) == ("message-1", "account-1", "conversation-1", 42)
    assert row.payload["text"] == "Oi"


def finished(**changes: object) -> ledger.Finished:
    row = new_row(command(), 42, None)
    given: dict[str, object] = {
        "id": row.id,
        "tenant_id": row.tenant_id,
        "group": row.group,
        "lane": row.lane,
        "payload": dict(row.payload),
        "traceparent": None,
        "state": "done",
        "attempts": 1,
        "finished_at": NOW,
        "result": {"external_id": "wamid.1", "wa_id": "5511999990000"},
    }
    return ledger.Finished(**{**given, **changes})  # type: ignore[arg-type]  # a table of fields


def test_the_end_of_a_row_is_one_receipt_whenever_it_is_told() -> None:
    receipt = receipt_of(finished())
    assert receipt == receipt_of(finished())
    assert (receipt.data.status, receipt.data.message_id, receipt.data.external_id) == ("sent", "message-1", "wamid.1")
    assert (receipt.subject, receipt.causation_id) == ("account-1:5511999990000", "command-1")
    assert adapter(INBOUND_EVENTS).validate_json(encode(receipt)) == receipt


def test_a_failure_carries_class_code_and_words() -> None:
    failed = receipt_of(finished(state="failed", result={}, reason="window:131047", detail="24 hours"))
    assert failed.data.failure is not None
    assert failed.data.failure.model_dump() == {"code": "131047", "reason": "window", "detail": "24 hours"}
    assert failed.id != receipt_of(finished()).id
    own = receipt_of(finished(state="failed", result={}, reason="internal_error", detail=None))
    assert isinstance(own, InboundReceipt)
    assert own.data.failure is not None
    assert own.data.failure.reason == "internal_error"
