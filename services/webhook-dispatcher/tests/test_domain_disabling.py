"""When an endpoint is disabled, and when our own connection is what fails."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from atd_webhook_dispatcher.domain.delivery import AttemptOutcome
from atd_webhook_dispatcher.domain.disabling import LEAST_DELIVERIES, Failing, after_failure, shifted
from atd_webhook_dispatcher.domain.own_trouble import LEAST_ENDPOINTS, LEAST_HOSTS, WINDOW_SECONDS, OwnTrouble

BEGAN = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
SPAN = timedelta(days=5)


def failing(*hours: float, first_tries: bool = True) -> Failing:
    found: Failing | None = None
    for hour in hours:
        found = after_failure(found, BEGAN + timedelta(hours=hour), SPAN, first_try=first_tries)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("hours", "over"),
    [
        ((0, 1, 2, 3, 4), False),  # a bad morning
        ((0, 30, 60, 90, 119), False),  # not yet
        ((0, 30, 60, 90, 120), True),
        ((0, 1, 2, 3, 120), True),  # the last one is in the last part of the span
        ((0, 120), False),  # too few deliveries
        ((0, 0, 0, 0, 0, 0, 0, 0), False),  # all at once
    ],
)
def test_an_endpoint_is_disabled_after_failures_spread_over_its_span(hours: tuple[float, ...], *, over: bool) -> None:
    assert failing(*hours).over(SPAN) is over


def test_one_delivery_that_nobody_can_take_does_not_disable_however_often_it_is_tried() -> None:
    found: Failing | None = None
    for hour in range(240):
        found = after_failure(found, BEGAN + timedelta(hours=hour), SPAN, first_try=hour == 0)
    assert found is not None
    assert not found.over(SPAN)


def test_a_failure_after_it_was_enabled_again_or_got_another_url_begins_a_new_clock() -> None:
    assert failing(0, 30, 60, 90, 130).over(SPAN)
    anew = after_failure(None, BEGAN + timedelta(hours=131), SPAN, first_try=True)
    assert (anew.since, anew.deliveries, anew.over(SPAN)) == (BEGAN + timedelta(hours=131), 1, False)


def test_a_clock_that_stood_still_is_over_later_by_as_much() -> None:
    found = failing(0, 30, 60, 90)
    later = shifted(found, timedelta(hours=48))
    assert not after_failure(later, BEGAN + timedelta(hours=130), SPAN, first_try=True).over(SPAN)
    assert after_failure(later, BEGAN + timedelta(hours=168), SPAN, first_try=True).over(SPAN)


@given(
    hours=some.lists(some.floats(-2, 400), min_size=1, max_size=40),
    span=some.timedeltas(timedelta(0), timedelta(days=20)),
)
def test_nobody_is_disabled_before_the_span_is_over_nor_for_few_deliveries(hours: list[float], span: timedelta) -> None:
    found: Failing | None = None
    for number, hour in enumerate(hours, start=1):
        at = BEGAN + timedelta(hours=hour)
        found = after_failure(found, at, span, first_try=True)
        if found.over(span):
            assert number >= LEAST_DELIVERIES
            assert max(hours[:number]) - hours[0] >= span / timedelta(hours=1) - 1e-6


# ---------------------------------------------------------------------- our own trouble

NOT_OURS: tuple[AttemptOutcome, ...] = ("delivered", "refused", "broken", "not_allowed", "not_authorized")


def watched(*seen: tuple[str, str, AttemptOutcome], now: float = 0.0) -> OwnTrouble:
    trouble = OwnTrouble()
    for endpoint_id, host, outcome in seen:
        trouble.note(endpoint_id, host, outcome, now)
    return trouble


@pytest.mark.parametrize("outcome", ["unreachable", "tls", "timeout"])
def test_most_endpoints_that_fail_before_an_answer_are_our_own_trouble(outcome: AttemptOutcome) -> None:
    assert watched(*[(f"e{n}", f"h{n}", outcome) for n in range(5)]).is_ours(1.0)


@pytest.mark.parametrize(
    "seen",
    [
        [(f"e{n}", f"h{n}", "unreachable") for n in range(4)],  # too few endpoints
        [(f"e{n}", f"h{n % 2}", "unreachable") for n in range(9)],  # two hosts: theirs
        [("e1", f"h{n}", "unreachable") for n in range(9)],  # one endpoint that moves
        [*((f"e{n}", f"h{n}", "unreachable") for n in range(5)), *((f"g{n}", f"g{n}", "delivered") for n in range(5))],
        [(f"e{n}", f"h{n}", "refused") for n in range(9)],  # an answer is an answer
        [*((f"e{n}", f"h{n}", "tls") for n in range(5)), ("e4", "h4", "delivered")],
    ],
)
def test_some_endpoints_that_fail_are_their_own_trouble(seen: list[tuple[str, str, AttemptOutcome]]) -> None:
    assert not watched(*seen).is_ours(1.0)


def test_what_was_seen_a_minute_ago_says_nothing_about_now() -> None:
    trouble = watched(*[(f"e{n}", f"h{n}", "unreachable") for n in range(5)])
    assert trouble.is_ours(WINDOW_SECONDS)
    assert not trouble.is_ours(WINDOW_SECONDS + 0.1)


@given(
    seen=some.lists(
        some.tuples(
            some.integers(0, 12),
            some.integers(0, 5),
            some.sampled_from([*NOT_OURS, "unreachable", "tls", "timeout"]),
            some.floats(0, 30),
        ),
        max_size=80,
    )
)
def test_counting_as_it_comes_is_counting_all_of_the_latest_minute(
    seen: list[tuple[int, int, AttemptOutcome, float]],
) -> None:
    trouble, now, latest = OwnTrouble(), 0.0, {}
    for endpoint, host, outcome, later in seen:
        now += later
        trouble.note(str(endpoint), str(host), outcome, now)
        latest[endpoint] = (now, host, outcome not in NOT_OURS)
        young = [one for one in latest.values() if now - one[0] <= WINDOW_SECONDS]
        failed = [host for _, host, bad in young if bad]
        ours = len(failed) >= LEAST_ENDPOINTS and len(set(failed)) >= LEAST_HOSTS and len(failed) * 2 > len(young)
        assert trouble.is_ours(now) is ours
