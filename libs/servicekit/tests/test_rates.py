"""One rate limiter: at once what the burst allows, then the rate, for a bounded number of keys."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_servicekit.rates import Rate, RateLimiter, WaitingRateLimiter
from atd_testing.clock import FakeClock


def test_a_burst_goes_through_at_once_and_then_the_rate_holds() -> None:
    limiter = RateLimiter(Rate(per_second=2, burst=3))
    assert [limiter.take("a", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limiter.take("a", 0.0) == pytest.approx(0.5)
    assert limiter.take("a", 0.5) == 0.0
    assert limiter.take("a", 0.5) == pytest.approx(0.5)


def test_keys_do_not_share_a_bucket() -> None:
    limiter = RateLimiter(Rate(1, 1))
    assert limiter.take("a", 0.0) == 0.0
    assert limiter.take("b", 0.0) == 0.0
    assert limiter.take("a", 0.0) > 0.0


def test_what_is_given_back_can_be_taken_again() -> None:
    limiter = RateLimiter(Rate(1, 1))
    limiter.take("a", 0.0)
    limiter.give_back("a")
    assert limiter.take("a", 0.0) == 0.0


def test_the_number_of_keys_is_bounded_and_those_at_rest_go_first() -> None:
    limiter = RateLimiter(Rate(1, 10), max_keys=100)
    for number in range(100):
        limiter.take(f"rest-{number}", 0.0)
    for _ in range(10):
        limiter.take("busy", 10.0)
    for number in range(98):
        limiter.take(f"new-{number}", 10.0)
    assert len(limiter) <= 100
    assert limiter.take("busy", 10.0) > 0.0


def test_the_number_of_keys_is_bounded_even_when_all_are_busy() -> None:
    limiter = RateLimiter(Rate(0.001, 1), max_keys=50)
    for number in range(500):
        limiter.take(str(number), 1.0)
    assert len(limiter) <= 50


@given(
    st.floats(min_value=0.1, max_value=100),
    st.integers(min_value=1, max_value=50),
    st.lists(st.floats(min_value=0, max_value=5), max_size=200),
)
def test_never_more_than_burst_and_rate_allow(per_second: float, burst: int, pauses: list[float]) -> None:
    limiter = RateLimiter(Rate(per_second, burst))
    now, taken = 0.0, 0
    for pause in pauses:
        now += pause
        wait = limiter.take("a", now)
        taken += wait == 0.0
        assert wait <= 1 / per_second + 1e-6
    assert taken <= burst + now * per_second + 1e-6


def test_a_reserved_unit_is_taken_even_when_it_must_wait() -> None:
    limiter = RateLimiter(Rate(per_second=2, burst=1))
    assert [limiter.reserve("a", 0.0) for _ in range(3)] == pytest.approx([0.0, 0.5, 1.0])
    assert limiter.take("a", 1.0) == pytest.approx(0.5)


def test_an_even_rate_lets_a_tenth_of_a_second_through_at_once() -> None:
    limiter = RateLimiter(Rate.even(80))
    delays = [limiter.reserve("number", 0.0) for _ in range(240)]
    assert delays[:9] == [0.0] * 9
    assert delays[9] > 0.0
    assert delays[-1] == pytest.approx(239 / 80 - 0.1)
    assert limiter.reserve("other", 0.0) == 0.0
    assert limiter.reserve("number", 10.0) == 0.0


@pytest.mark.parametrize(("per_second", "burst"), [(0.1, 2), (1, 2), (20, 3), (1000, 101)])
def test_an_even_rate_always_lets_two_through(per_second: float, burst: int) -> None:
    assert Rate.even(per_second).burst == burst


async def test_a_turn_that_has_come_does_not_wait() -> None:
    await WaitingRateLimiter(Rate(1, 1), FakeClock()).turn("number")


async def test_a_turn_is_waited_for_and_one_that_is_given_up_counts_for_nothing() -> None:
    limiter = WaitingRateLimiter(Rate(per_second=0.001, burst=1), FakeClock())
    await limiter.turn("a")
    waiting = asyncio.create_task(limiter.turn("a"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting, 0.01)
    assert limiter._limiter.take("a", 1000.0) == 0.0
    await limiter.turn("b")


@given(
    st.floats(min_value=0.5, max_value=100),
    st.integers(min_value=1, max_value=50),
    st.lists(st.tuples(st.floats(min_value=0, max_value=2), st.booleans()), max_size=200),
)
def test_the_limit_holds_while_one_process_takes_over_from_another(
    per_second: float, burst: int, steps: list[tuple[float, bool]]
) -> None:
    """Whoever comes next has not seen what its predecessor used: it begins without a burst."""
    rate = Rate(per_second, burst)
    limiter, now, taken, owners = RateLimiter(rate, start_empty=True), 0.0, list[float](), 1
    for pause, handed_over in steps:
        now += pause
        if handed_over:
            limiter, owners = RateLimiter(rate, start_empty=True), owners + 1
        while limiter.take("a", now) == 0.0:
            taken.append(now)
    for first, start in enumerate(taken):
        allowed = burst + owners + per_second * (taken[-1] - start) + 1e-6
        assert len(taken) - first <= allowed


def test_a_key_that_starts_empty_gets_its_burst_with_time() -> None:
    limiter = RateLimiter(Rate(per_second=2, burst=3), start_empty=True)
    assert [limiter.take("a", 0.0), limiter.take("a", 0.0)] == [0.0, pytest.approx(0.5)]
    assert [limiter.take("a", 9.0) for _ in range(4)] == [0.0, 0.0, 0.0, pytest.approx(0.5)]
