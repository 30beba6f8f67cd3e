"""RFC 9562: version 7 and version 5, as strings."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from atd_schemas import ids

MILLISECONDS = st.integers(min_value=0, max_value=2**48 - 1)
PARTS = st.lists(st.text(alphabet=st.characters(exclude_characters="\x1f", codec="utf-8"), max_size=20), max_size=5)
RFC_VARIANT = 0b10


def variant(made: str) -> int:
    return UUID(made).int >> 62 & 0b11


@given(MILLISECONDS)
def test_uuid7_has_version_variant_and_the_canonical_form(unix_ms: int) -> None:
    made = ids.uuid7(unix_ms)
    assert str(UUID(made)) == made
    assert UUID(made).version == 7
    assert variant(made) == RFC_VARIANT


@given(MILLISECONDS)
def test_uuid7_carries_its_time(unix_ms: int) -> None:
    assert UUID(ids.uuid7(unix_ms)).int >> 80 == unix_ms


@given(MILLISECONDS, MILLISECONDS)
def test_uuid7_sorts_by_time_as_text(one: int, other: int) -> None:
    if one != other:
        assert (ids.uuid7(one) < ids.uuid7(other)) == (one < other)


def test_uuid7_of_one_millisecond_never_repeats() -> None:
    assert len({ids.uuid7(1_772_366_400_000) for _ in range(20_000)}) == 20_000


def test_uuid7_fills_every_random_bit() -> None:
    seen_one = seen_zero = 0
    for _ in range(200):
        number = UUID(ids.uuid7(0)).int
        seen_one |= number
        seen_zero |= ~number
    random_bits = ((1 << 76) - 1) & ~(0b1111 << 76) & ~(0b11 << 62)
    assert seen_one & random_bits == random_bits
    assert seen_zero & random_bits == random_bits


@given(PARTS)
def test_uuid5_has_version_variant_and_the_canonical_form(parts: list[str]) -> None:
    made = ids.uuid5(*parts)
    assert str(UUID(made)) == made
    assert UUID(made).version == 5
    assert variant(made) == RFC_VARIANT


@given(PARTS)
def test_uuid5_is_that_of_the_standard_library(parts: list[str]) -> None:
    namespace = UUID("0192d1a0-5c1e-7f6b-9a53-3f1d7f1c2b9e")
    assert ids.uuid5(*parts) == str(uuid5(namespace, "\x1f".join(parts)))


@given(PARTS, PARTS)
def test_uuid5_tells_different_parts_apart(one: list[str], other: list[str]) -> None:
    # `()` and `("",)` join to the same text; an id of no parts at all is never made.
    if (one or [""]) != (other or [""]):
        assert ids.uuid5(*one) != ids.uuid5(*other)


@given(st.text(min_size=1, max_size=5).filter(lambda text: "\x1f" not in text), st.data())
def test_uuid5_does_not_depend_on_where_parts_are_cut(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(min_value=0, max_value=len(text)))
    assert ids.uuid5(text[:cut], text[cut:]) != ids.uuid5(text)


def test_provider_event_ids_never_change() -> None:
    """They are what makes a duplicate a duplicate: also across releases."""
    assert ids.provider_event_id("account", "wamid.1", "message") == "32e0850f-76e3-54ce-8ca8-fd6c806f0cae"
