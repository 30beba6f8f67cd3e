"""What follows from an attempt."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from atd_servicekit.customer_calls import CustomerAnswer
from atd_webhook_dispatcher.domain.delivery import Attempt, AttemptOutcome
from atd_webhook_dispatcher.domain.endpoint import RETRY_SECONDS
from atd_webhook_dispatcher.domain.retrying import (
    JITTER,
    LONGEST_RETRY_AFTER,
    Delivered,
    GiveUp,
    RetryIn,
    Step,
    next_step,
    slows_down,
)
from atd_webhook_dispatcher.engine.attempts import KEPT_ANSWER, MOST_HEADERS, of_answer, retry_after

NOW = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
FAILURES: tuple[AttemptOutcome, ...] = (
    "refused",
    "timeout",
    "unreachable",
    "tls",
    "broken",
    "not_allowed",
    "not_authorized",
)


def made(outcome: AttemptOutcome = "refused", status: int | None = None, asked: float | None = None) -> Attempt:
    return Attempt(at=NOW, outcome=outcome, ms=1, status=status, retry_after=asked)


@pytest.mark.parametrize(
    ("attempt", "tries", "step"),
    [
        (made("delivered", 204), 1, Delivered()),
        (made("delivered", 200), 11, Delivered()),
        (made(status=500), 1, RetryIn(timedelta(seconds=5))),
        (made(status=500), 9, RetryIn(timedelta(hours=24))),
        (made(status=500), 10, GiveUp("used_up")),
        (made(status=301), 1, RetryIn(timedelta(seconds=5))),
        (made(status=410), 1, GiveUp("gone")),
        (made("unsendable"), 1, GiveUp("unsendable")),
        (made("not_authorized"), 2, RetryIn(timedelta(seconds=30))),
        (made(status=429, asked=90), 1, RetryIn(timedelta(seconds=90), timedelta(seconds=90))),
        (made(status=503, asked=2), 1, RetryIn(timedelta(seconds=5), timedelta(seconds=2))),
        (made(status=429, asked=1e12), 1, RetryIn(LONGEST_RETRY_AFTER, LONGEST_RETRY_AFTER)),
        (made(status=429, asked=0), 1, RetryIn(timedelta(seconds=5))),
    ],
)
def test_an_attempt_has_one_thing_that_follows(attempt: Attempt, tries: int, step: Step) -> None:
    assert next_step(attempt, tries, RETRY_SECONDS, 0.0) == step


def test_the_schedule_is_5_s_30_s_2_min_10_min_1_h_3_h_6_h_12_h_24_h() -> None:
    steps = [next_step(made(), tries, RETRY_SECONDS, 0.0) for tries in range(1, 10)]
    pauses = [step.pause.total_seconds() for step in steps if isinstance(step, RetryIn)]
    assert pauses == [5, 30, 120, 600, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600]


@given(
    outcome=some.sampled_from(FAILURES),
    status=some.one_of(some.none(), some.integers(300, 599).filter(lambda one: one != 410)),
    schedule=some.lists(some.integers(0, 10**6), max_size=12).map(tuple),
    jitter=some.floats(0, 1),
    asked=some.one_of(some.none(), some.floats(0, 1e15)),
)
def test_each_failure_is_tried_again_as_often_as_the_schedule_says_and_never_before_its_pause(
    outcome: AttemptOutcome, status: int | None, schedule: tuple[int, ...], jitter: float, asked: float | None
) -> None:
    for tries, least in enumerate(schedule, start=1):
        step = next_step(made(outcome, status, asked), tries, schedule, jitter)
        assert isinstance(step, RetryIn)
        most = max(least * (1 + JITTER), LONGEST_RETRY_AFTER.total_seconds() if asked else 0)
        assert least <= step.pause.total_seconds() + 1e-6 <= most + 1e-3
    assert next_step(made(outcome, status, asked), len(schedule) + 1, schedule, jitter) == GiveUp("used_up")


def test_too_many_requests_and_gateways_slow_down_and_nothing_else_does() -> None:
    assert {status for status in range(100, 600) if slows_down(made(status=status))} == {429, 502, 503, 504}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 120 ", 120.0),
        ("-5", None),
        ("1.5", None),
        ("\u0661\u0662", None),
        ("soon", None),
        ("", None),
        ("9" * 4_000, 999_999_999_999.0),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120.0),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), 0.0),
        ("Mon, 04 May 2026 12:00:30", 30.0),
        ("Mon, 04 May 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_all_else_is_passed_over(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(value=some.text(max_size=60))
def test_no_retry_after_of_a_receiver_raises(value: str) -> None:
    found = retry_after(value, NOW)
    assert found is None or found >= 0.0


def test_of_an_answer_no_more_is_kept_than_people_need() -> None:
    headers = [(f"x-{number}", "v" * 500) for number in range(100)]
    kept = of_answer(CustomerAnswer(500, headers, b"x" * 16_000, None, 0.0123, repeated=False), NOW)
    assert (kept.outcome, kept.ms, len(kept.answer or "")) == ("refused", 12, KEPT_ANSWER)
    assert len(kept.answer_headers) == MOST_HEADERS
    assert max(len(value) for _, value in kept.answer_headers) == 200
    arrived = of_answer(CustomerAnswer(202, headers, b"ok", "a body after 204", 0.5, repeated=False), NOW)
    assert (arrived.outcome, arrived.answer, arrived.trouble, arrived.answer_headers) == (
        "delivered",
        "ok",
        "a body after 204",
        (),
    )
