"""Cursors come back as they were made, and nothing else is taken for one."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from atd_servicekit.pagination import (
    DEFAULT_LIMIT,
    CursorQuery,
    LimitQuery,
    Page,
    cut,
    decode_cursor,
    encode_cursor,
)
from atd_servicekit.problems import Problem

_NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
_INT64 = st.integers(-(2**63), 2**63 - 1)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
    _INT64,
)
def test_a_cursor_gives_its_values_back(moment: datetime, text: str, number: int) -> None:
    assert decode_cursor(encode_cursor(moment, text, number), datetime, str, int) == (moment, text, number)


@given(st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_numbers_and_flags_too(number: float, flag: bool) -> None:
    assert decode_cursor(encode_cursor(number, flag), float, bool) == (number, flag)


def test_a_value_may_be_missing_where_the_type_says_so() -> None:
    assert decode_cursor(encode_cursor(None, "a"), datetime | None, str) == (None, "a")
    with pytest.raises(Problem):
        decode_cursor(encode_cursor(None, "a"), datetime, str)


def test_moments_of_another_zone_are_the_same_moment() -> None:
    other = _NOW.astimezone(timezone(timedelta(hours=-3)))
    assert encode_cursor(other) == encode_cursor(_NOW)


def _raw(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!!",
        "ção",
        "A",
        _raw("{}"),
        _raw("[]"),
        _raw('["a"]'),
        _raw("[1, 2]"),
        _raw("[true]"),
        _raw("[null]"),
        _raw('[{"t": 1.5}]'),
        _raw('[{"t": 99999999999999999999}]'),
        _raw('[{"t": 9223372036854775807}]'),
        _raw('[{"$gt": ""}]'),
        _raw("[[1]]"),
        _raw("[1"),
        "A" * 2000,
    ],
)
def test_what_we_did_not_make_is_refused_as_the_field_cursor(text: str) -> None:
    with pytest.raises(Problem) as caught:
        decode_cursor(text, int)
    assert (caught.value.status, caught.value.errors[0].field) == (422, "cursor")


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    with pytest.raises(Problem):
        decode_cursor(text, str, int, bool, datetime)


@given(st.lists(st.integers(), max_size=40), st.integers(1, 10))
def test_pages_follow_each_other_and_hold_everything_once(rows: list[int], limit: int) -> None:
    seen: list[int] = []
    at: str | None = encode_cursor(-1)
    while at is not None:
        start = decode_cursor(at, int)[0] + 1
        numbered = list(enumerate(rows))[start : start + limit + 1]
        page, at = cut(numbered, limit, lambda row: encode_cursor(row[0]))
        seen += [value for _, value in page]
        assert len(page) <= limit
    assert seen == rows


async def test_the_query_parameters_have_their_bounds_and_defaults() -> None:
    app = FastAPI()

    @app.get("/list")
    async def listing(limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None) -> Page[int]:
        return Page(items=[limit], next_cursor=cursor)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/list")).json() == {"items": [50], "next_cursor": None}
        assert (await client.get("/list?limit=100&cursor=abc")).json() == {"items": [100], "next_cursor": "abc"}
        for query in ("limit=0", "limit=101", "limit=x", f"cursor={'a' * 1025}"):
            assert (await client.get(f"/list?{query}")).status_code == 422
