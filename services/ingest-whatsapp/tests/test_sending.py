"""What an answer does to a send: the retry budget as a table."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_ingest_whatsapp.client import Accepted, Answer
from atd_ingest_whatsapp.failures import class_of
from atd_ingest_whatsapp.sending import (
    READ_BACKOFF,
    UNCERTAIN_ATTEMPTS,
    Attempted,
    Policy,
    decide,
    decide_read,
)
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


@pytest.mark.proves("whatsapp", "other-throttles-hold-up-number")
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


@pytest.mark.proves("whatsapp", "trouble-at-tried-again-for")
def test_after_a_day_the_last_reason_is_final() -> None:
    outcome = decided(refused(131000), 300, age=timedelta(hours=24))
    assert outcome == ledger.Failed("transient:131000", "why")
    assert decided(Unsent("ConnectError"), 9, age=timedelta(hours=24)) == ledger.Failed(
        "transient:unreachable", "ConnectError"
    )


@pytest.mark.proves("whatsapp", "answer-lost-proven-receipt-not")
def test_what_may_have_arrived_waits_for_proof_and_is_not_repeated_for_ever() -> None:
    assert decided(Uncertain("ReadTimeout")) == ledger.Uncertain(NOW + timedelta(seconds=60), "ReadTimeout")
    last = decided(Uncertain("ReadTimeout"), UNCERTAIN_ATTEMPTS)
    assert isinstance(last, ledger.Failed)
    assert last.reason == "unknown:no_proof"


def test_a_dead_token_suspends_the_number() -> None:
    assert decided(refused(190)) == ledger.Suspended("token:190")


@pytest.mark.proves("whatsapp", "refused-fails-with-class")
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


def test_a_reaction_that_may_have_arrived_is_sent_again_at_once() -> None:
    outcome = decide(Uncertain("ReadTimeout"), Attempted(1, NOW, NOW), POLICY, repeatable=True)
    assert waits(outcome) == (1, "lane")


def test_what_meta_calls_the_recipient_is_kept() -> None:
    assert decided(Accepted("wamid.1", "5511", "BR.1")) == ledger.Delivered(
        {"external_id": "wamid.1", "wa_id": "5511", "user_id": "BR.1"}
    )


@pytest.mark.parametrize(
    "answer", [Unsent("ConnectError"), Uncertain("ReadTimeout"), refused(131000), refused(130429), refused(131056)]
)
def test_a_mark_as_read_holds_up_its_own_lane_and_only_for_a_while(answer: Answer) -> None:
    outcomes = [decide_read(answer, Attempted(n, NOW, NOW)) for n in range(1, (READ_BACKOFF.attempts or 0) + 1)]
    assert [waits(one) for one in outcomes[:-1]] == [(2, "lane"), (6, "lane"), (18, "lane")]
    assert isinstance(outcomes[-1], ledger.Failed)


def test_a_mark_as_read_ends_at_once_when_it_is_taken_or_refused() -> None:
    attempted = Attempted(1, NOW, NOW)
    assert decide_read(Accepted(), attempted) == ledger.Delivered()
    assert decide_read(refused(131009), attempted) == ledger.Failed("request:131009", "why")
    assert decide_read(refused(190), attempted) == ledger.Suspended("token:190")
