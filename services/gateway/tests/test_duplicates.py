from hypothesis import given
from hypothesis import strategies as st

from atd_gateway.domain.duplicates import DuplicateFilter


def test_a_batch_that_is_published_again_is_seen_once() -> None:
    seen = DuplicateFilter(100)
    stream = [5, 6, 7, 5, 6, 7, 8]
    assert [number for number in stream if seen.is_new("c1", number, f"e{number}")] == [5, 6, 7, 8]


def test_events_without_a_number_are_told_apart_by_their_id() -> None:
    seen = DuplicateFilter(100)
    assert [seen.is_new("c1", 0, one) for one in ("e1", "e2", "e1")] == [True, True, False]


def test_what_is_remembered_is_bounded_and_at_least_the_limit() -> None:
    seen = DuplicateFilter(10)
    for number in range(1000):
        seen.is_new(f"c{number}", 1, "")
        assert len(seen) <= 20
    assert [seen.is_new(f"c{number}", 1, "") for number in range(990, 1000)] == [False] * 10


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(min_value=1, max_value=6)), max_size=60))
def test_what_comes_through_rises_for_each_subject(stream: list[tuple[str, int]]) -> None:
    seen = DuplicateFilter(1000)
    through = [(subject, number) for subject, number in stream if seen.is_new(subject, number, "")]
    for subject in "ab":
        numbers = [number for name, number in through if name == subject]
        assert numbers == sorted(set(numbers))
