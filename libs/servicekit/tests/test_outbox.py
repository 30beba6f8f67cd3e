"""One rule for the order of what is published."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from atd_servicekit.outbox import next_order

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MICROSECONDS = 1_772_366_400_000_000


def test_a_new_aggregate_begins_with_the_time_in_microseconds() -> None:
    assert next_order(NOW) == MICROSECONDS


def test_an_order_of_before_is_passed_even_by_a_clock_that_is_behind() -> None:
    assert next_order(NOW, MICROSECONDS) == MICROSECONDS + 1
    assert next_order(NOW - timedelta(hours=1), MICROSECONDS) == MICROSECONDS + 1
    assert next_order(NOW, 3, MICROSECONDS + 5, 4) == MICROSECONDS + 6
    assert next_order(NOW + timedelta(seconds=1), MICROSECONDS) == MICROSECONDS + 1_000_000


@given(
    st.integers(1_500_000_000, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.lists(st.integers(min_value=0, max_value=2**62)),
)
def test_an_order_is_greater_than_all_before_and_fits_the_database(now: datetime, before: list[int]) -> None:
    order = next_order(now, *before)
    assert all(order > one for one in before)
    assert order < 2**63
