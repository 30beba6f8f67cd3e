"""What an answer does to a send: the retry budget as a table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_channelkit.answers import Accepted, Answer, FailureClass, Refused, Uncertain, Unsendable, Unsent, Wait
from atd_channelkit.sending.policy import (
    READ_BACKOFF,
    UNCERTAIN_ATTEMPTS,
    Attempt,
    RetryPolicy,
    advanced,
    decide,
    decide_read,
    overdue,
)
from atd_servicekit import ledger
from atd_servicekit.backoff import Backoff

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAIR = Wait(Backoff.of_seconds(4, 3600, factor=4), "conversation")
CLASSES = get_args(FailureClass)
POLICY = RetryPolicy(uncertain_after=timedelta(seconds=60))
DAY = timedelta(hours=24)


def refused(failure: FailureClass, wait: Wait | None = None) -> Refused:
    return Refused(failure, "17", "why", wait)


KINDS = [f"{failure}_{scope}" for failure in ("throttle", "transient") for scope in ("account", "conversation")]


def decided(answer: Answer, number: int = 1, *, age: timedelta = timedelta(0), jitter: float = 0.0) -> ledger.Outcome:
    """`number`: which one of its kind this attempt is."""
    kinds = ["uncertain"] if isinstance(answer, Uncertain) else KINDS
    return decide(answer, Attempt(dict.fromkeys(kinds, number - 1), NOW - age, NOW - age + DAY, NOW, jitter), POLICY)


def waits(outcome: ledger.Outcome) -> tuple[float, str]:
    assert isinstance(outcome, ledger.Retry)
    return (outcome.at - NOW).total_seconds(), outcome.scope


@pytest.mark.parametrize(
    ("answer", "number", "expected"),
    [
        (refused("throttle", PAIR), 1, (4, "lane")),
        (refused("throttle", PAIR), 2, (16, "lane")),
        (refused("throttle", PAIR), 3, (64, "lane")),
        (refused("throttle", PAIR), 9, (3600, "lane")),
        (refused("transient", Wait(Backoff.of_seconds(30, 30), "account")), 3, (30, "group")),
        (refused("throttle"), 1, (5, "group")),
        (refused("throttle"), 2, (10, "group")),
        (refused("throttle"), 99, (300, "group")),
        (refused("transient"), 1, (1, "lane")),
        (refused("transient"), 4, (8, "lane")),
        (refused("transient"), 99, (300, "lane")),
    ],
)
def test_throttles_and_troubles_wait_longer_each_time(
    answer: Refused, number: int, expected: tuple[float, str]
) -> None:
    assert waits(decided(answer, number)) == expected


def test_a_wait_of_a_channel_can_have_an_end() -> None:
    wait = Wait(Backoff.of_seconds(1, 8, attempts=3))
    assert waits(decided(refused("transient", wait), 2)) == (2, "lane")
    assert decided(refused("transient", wait), 3) == ledger.Failed("transient:17", "why")


def test_what_never_reached_the_provider_is_tried_again() -> None:
    assert waits(decided(Unsent("ConnectError"))) == (1, "lane")


def test_a_wait_that_the_provider_asked_for_is_kept_whole() -> None:
    asked = Refused("throttle", "429", "why", Wait.of_seconds(7, "conversation"))
    for number in (1, 5):
        assert waits(decided(asked, number, jitter=1.0)) == (7, "lane")


def test_half_of_a_wait_is_jitter() -> None:
    assert waits(decided(refused("transient"), 5, jitter=1.0)) == (8, "lane")


def test_after_a_day_the_last_reason_is_final() -> None:
    outcome = decided(refused("transient"), 300, age=timedelta(hours=24))
    assert outcome == ledger.Failed("transient:17", "why")
    assert decided(Unsent("ConnectError"), 9, age=timedelta(hours=24)) == ledger.Failed(
        "transient:unreachable", "ConnectError"
    )


def test_the_end_of_the_budget_is_no_proof_that_an_earlier_attempt_did_not_arrive() -> None:
    late = Attempt({"uncertain": 1}, NOW - DAY, NOW, NOW)
    for answer in (Unsent("ConnectError"), refused("throttle"), refused("transient")):
        outcome = decide(answer, late, POLICY)
        assert isinstance(outcome, ledger.Failed)
        assert outcome.reason == "unknown:no_proof"


SHUT = ledger.Gate(suspended=True, reason="token:190")
THROTTLED = ledger.Gate(NOW, reason="throttle:17")


@pytest.mark.parametrize(
    ("payload", "counts", "why", "gate", "expected"),
    [
        ({}, {}, None, None, "transient:expired"),
        ({}, {}, None, THROTTLED, "throttle:17"),
        ({}, {"transient_conversation": 1}, "transient:503", THROTTLED, "throttle:17"),
        ({}, {"throttle_conversation": 3}, "throttle:131056", None, "throttle:131056"),
        ({}, {"token_conversation": 1}, "token:190", None, "token:190"),
        ({}, {"fault": 1}, "internal_error:KeyError", None, "transient:expired"),
        ({}, {"suspended": 1}, "token:190", SHUT, "token:190"),
        ({"window": True}, {}, None, SHUT, "token:190"),
        ({"window": True}, {"transient_conversation": 2}, "transient:503", None, "window:closed_while_waiting"),
        ({}, {"uncertain": 1}, "token:190", SHUT, "unknown:no_proof"),
        ({"window": True}, {"uncertain": 1}, "timeout", None, "unknown:no_proof"),
    ],
)
def test_what_waited_until_its_time_was_over_fails_with_what_kept_it(
    payload: dict[str, Any], counts: dict[str, int], why: str | None, gate: ledger.Gate | None, expected: str
) -> None:
    row = ledger.Row("m", "t", "g", "l", 0, 1, 1, payload, NOW, None, "due", NOW, None, counts, NOW, reason=why)
    end = overdue(row, gate)
    assert end.reason == expected
    assert end.detail


def test_what_may_have_arrived_waits_for_proof_and_is_not_repeated_for_ever() -> None:
    assert decided(Uncertain("ReadTimeout")) == ledger.Uncertain(NOW + timedelta(seconds=60), "ReadTimeout")
    last = decided(Uncertain("ReadTimeout"), UNCERTAIN_ATTEMPTS)
    assert isinstance(last, ledger.Failed)
    assert last.reason == "unknown:no_proof"


@pytest.mark.parametrize("before", [refused("throttle"), refused("throttle", PAIR), refused("transient"), Unsent("x")])
def test_refusals_that_prove_that_nothing_was_sent_do_not_count_as_uncertain(before: Answer) -> None:
    counts: dict[str, int] = {}
    for _ in range(UNCERTAIN_ATTEMPTS):
        outcome = decide(before, Attempt(counts, NOW, NOW + DAY, NOW), POLICY)
        assert isinstance(outcome, ledger.Retry)
        counts[outcome.kind] = counts.get(outcome.kind, 0) + 1
    for _ in range(UNCERTAIN_ATTEMPTS - 1):
        outcome = decide(Uncertain("ReadTimeout"), Attempt(counts, NOW, NOW + DAY, NOW), POLICY)
        assert isinstance(outcome, ledger.Uncertain)
        counts[outcome.kind] = counts.get(outcome.kind, 0) + 1
    assert decide(Uncertain("ReadTimeout"), Attempt(counts, NOW, NOW + DAY, NOW), POLICY) == ledger.Failed(
        "unknown:no_proof", "Whether it was sent is not known (ReadTimeout)."
    )


def test_every_kind_of_trouble_has_waits_of_its_own() -> None:
    counts = {"throttle_account": 6, "uncertain": 2, "suspended": 9}
    assert waits(decide(refused("transient"), Attempt(counts, NOW, NOW + DAY, NOW), POLICY)) == (1, "lane")
    assert waits(decide(refused("throttle", PAIR), Attempt(counts, NOW, NOW + DAY, NOW), POLICY)) == (4, "lane")


def test_refused_credentials_suspend_the_account() -> None:
    assert decided(refused("token")) == ledger.Suspended("token:17")


def test_refused_credentials_that_may_have_been_replaced_are_tried_again_and_fail_as_refused() -> None:
    stale = replace(refused("token"), stale_credentials=True)
    outcome = decided(stale)
    assert isinstance(outcome, ledger.Retry)
    assert (waits(outcome), outcome.reason) == ((1, "lane"), "token:17")
    assert decided(stale, age=DAY) == ledger.Failed("token:17", "why")
    assert waits(decide_read(stale, Attempt({}, NOW, NOW + DAY, NOW))) == (2, "lane")


@pytest.mark.parametrize("failure", CLASSES)
def test_every_other_refusal_fails_at_once_with_its_class(failure: FailureClass) -> None:
    outcome = decided(refused(failure))
    if failure in ("token", "throttle", "transient"):
        assert not isinstance(outcome, ledger.Failed)
    else:
        assert outcome == ledger.Failed(f"{failure}:17", "why")


def test_what_the_channel_cannot_carry_fails_at_once() -> None:
    expected = ledger.Failed("request:kind_not_supported", "why")
    assert decided(Unsendable("kind_not_supported", "why")) == expected
    assert decide_read(Unsendable("kind_not_supported", "why"), Attempt({}, NOW, NOW + DAY, NOW)) == expected


@given(
    st.sampled_from(CLASSES),
    st.sampled_from([None, PAIR]),
    st.integers(1, 10_000),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.floats(0, 1),
)
def test_no_send_waits_past_its_day(
    failure: FailureClass, wait: Wait | None, number: int, age: timedelta, jitter: float
) -> None:
    outcome = decided(refused(failure, wait), number, age=age, jitter=jitter)
    if isinstance(outcome, ledger.Retry):
        assert NOW < outcome.at <= NOW - age + DAY


def test_a_reaction_that_may_have_arrived_is_sent_again_at_once() -> None:
    outcome = decide(Uncertain("ReadTimeout"), Attempt({}, NOW, NOW + DAY, NOW), POLICY, repeatable=True)
    assert waits(outcome) == (1, "lane")


def test_what_the_provider_calls_the_recipient_is_kept() -> None:
    assert decided(Accepted("wamid.1", ("5511", "BR.1"))) == ledger.Delivered(
        {"external_id": "wamid.1", "aliases": ["5511", "BR.1"]}
    )
    assert decided(Accepted("wamid.1")) == ledger.Delivered({"external_id": "wamid.1"})
    assert decided(Accepted("-9:1", moved_to="-9")) == ledger.Delivered({"external_id": "-9:1", "moved_to": "-9"})


def test_a_new_address_that_the_first_part_learnt_is_kept_until_the_last() -> None:
    assert advanced(advanced({}, ["-9:1"], moved_to="-9"), ["-9:2"])["moved_to"] == "-9"


@pytest.mark.parametrize(
    "answer", [Unsent("ConnectError"), Uncertain("ReadTimeout"), refused("transient"), refused("throttle", PAIR)]
)
def test_a_mark_as_read_holds_up_its_own_lane_and_only_for_a_while(answer: Answer) -> None:
    outcomes = [
        decide_read(answer, Attempt(dict.fromkeys(("transient", "throttle"), n), NOW, NOW + DAY, NOW))
        for n in range(READ_BACKOFF.attempts or 0)
    ]
    assert [waits(one) for one in outcomes[:-1]] == [(2, "lane"), (6, "lane"), (18, "lane")]
    assert isinstance(outcomes[-1], ledger.Failed)


def test_a_mark_as_read_ends_at_once_when_it_is_taken_or_refused() -> None:
    attempt = Attempt({}, NOW, NOW + DAY, NOW)
    assert decide_read(Accepted(), attempt) == ledger.Delivered()
    assert decide_read(refused("request"), attempt) == ledger.Failed("request:17", "why")
    assert decide_read(refused("token"), attempt) == ledger.Suspended("token:17")


def test_what_may_have_been_sent_is_left_to_people_where_the_provider_proves_nothing() -> None:
    never = RetryPolicy(uncertain_after=timedelta(seconds=60), proves=False)
    attempt = Attempt({}, NOW, NOW + DAY, NOW)
    outcome = decide(Uncertain("ReadTimeout"), attempt, never)
    assert isinstance(outcome, ledger.Failed)
    assert outcome.reason == "unknown:no_proof"
    assert isinstance(decide(Uncertain("ReadTimeout"), attempt, never, repeatable=True), ledger.Retry)
    assert isinstance(decide(Unsent("ConnectError"), attempt, never), ledger.Retry)
