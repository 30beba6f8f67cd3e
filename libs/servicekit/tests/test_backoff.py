"""Waits grow to a cap, and end where an end was asked for."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_servicekit.backoff import Backoff


@given(
    st.integers(1, 10_000),
    st.floats(0, 1),
    st.builds(
        Backoff,
        first=st.timedeltas(timedelta(milliseconds=1), timedelta(hours=1)),
        factor=st.floats(1, 10),
        cap=st.timedeltas(timedelta(hours=1), timedelta(days=1)),
        attempts=st.integers(1, 200),
    ),
)
def test_a_wait_is_never_longer_than_its_cap_and_ends(attempt: int, jitter: float, backoff: Backoff) -> None:
    delay = backoff.delay(attempt, jitter)
    assert backoff.attempts is not None
    assert (delay is None) == backoff.ends_after(attempt) == (attempt >= backoff.attempts)
    if delay is not None:
        assert timedelta(0) < delay <= backoff.cap
        assert delay >= backoff.delay(attempt, 1.0)  # type: ignore[operator]  # the same attempt: not None either


def test_waits_grow_by_the_factor_and_jitter_halves_them_at_the_most() -> None:
    backoff = Backoff.of_seconds(5, 60, factor=3, attempts=5)
    assert [backoff.longest(attempt).total_seconds() for attempt in range(1, 6)] == [5, 15, 45, 60, 60]
    assert backoff.delay(2, 0.0) == timedelta(seconds=15)
    assert backoff.delay(2, 1.0) == timedelta(seconds=7.5)
    assert backoff.total() == timedelta(seconds=5 + 15 + 45 + 60)
    assert backoff.seconds(5) is None
    assert 7.5 <= (backoff.seconds(2) or 0) <= 15


def test_a_backoff_without_an_end_never_gives_up() -> None:
    backoff = Backoff.of_seconds(1, 10)
    assert not backoff.ends_after(10**6)
    assert backoff.delay(10**6, 0.0) == timedelta(seconds=10)
    with pytest.raises(ValueError, match="never gives up"):
        backoff.total()
