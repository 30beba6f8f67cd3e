import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_gateway.domain.rate_limits import Rate, RateLimiter


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
