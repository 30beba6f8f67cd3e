"""Lists in pages: opaque cursors over the sort key, so that a page costs the same at any depth."""

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, overload

import orjson
from fastapi import Query
from pydantic import BaseModel

from atd_servicekit.problems import Problem, invalid

DEFAULT_LIMIT = 50
MAX_LIMIT = 100
_MAX_CURSOR = 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

LimitQuery = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items in one answer")]
"""Use as `limit: LimitQuery = DEFAULT_LIMIT`."""

CursorQuery = Annotated[
    str | None,
    Query(max_length=_MAX_CURSOR, description="`next_cursor` of the answer before; absent: from the start"),
]
"""Use as `cursor: CursorQuery = None`."""

CursorValue = str | int | float | bool | datetime | None

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
Item = TypeVar("Item")
Row = TypeVar("Row")


class Page(BaseModel, Generic[Item]):
    """The answer of every list. `next_cursor` is null on the last page."""

    items: list[Item]
    next_cursor: str | None = None


def cut(rows: Sequence[Row], limit: int, cursor_of: Callable[[Row], str]) -> tuple[Sequence[Row], str | None]:
    """One page of `rows`, which were read with a limit of `limit + 1`, and the cursor of the next page if there is one.

    `cursor_of` makes the cursor that continues after a row.
    """
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursor_of(rows[limit - 1])


def encode_cursor(*values: CursorValue) -> str:
    """An opaque text for the values of the sort key (aware datetimes keep their microseconds)."""
    plain = [{"t": (value - _EPOCH) // _MICROSECOND} if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).decode().rstrip("=")


@overload
def decode_cursor(text: str, first: type[A], /) -> tuple[A]: ...
@overload
def decode_cursor(text: str, first: type[A], second: type[B], /) -> tuple[A, B]: ...
@overload
def decode_cursor(text: str, first: type[A], second: type[B], third: type[C], /) -> tuple[A, B, C]: ...
@overload
def decode_cursor(text: str, /, *types: type[Any] | UnionType) -> tuple[Any, ...]: ...
def decode_cursor(text: str, /, *types: type[Any] | UnionType) -> tuple[Any, ...]:
    """The values again, checked against `types` (`datetime | None` where one may be missing).

    Raises `Problem` 422 for the field `cursor` when the text is not a cursor of this list.
    """
    try:
        values = [_decoded(value) for value in _load(text)]
    except (ValueError, TypeError, OverflowError):
        raise _bad_cursor() from None
    if len(values) != len(types) or not all(map(_fits, values, types)):
        raise _bad_cursor()
    return tuple(values)


def _load(text: str) -> list[Any]:
    if len(text) > _MAX_CURSOR:
        raise ValueError("too long")
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    values = orjson.loads(raw)
    if not isinstance(values, list):
        raise TypeError("not a list")
    return values


def _decoded(value: Any) -> CursorValue:
    if isinstance(value, dict):
        if set(value) != {"t"} or type(value["t"]) is not int:
            raise TypeError("not a moment")
        return _EPOCH + value["t"] * _MICROSECOND
    if isinstance(value, list):
        raise TypeError("not a value")
    return value  # type: ignore[no-any-return]  # JSON's other values are exactly CursorValue's


def _fits(value: CursorValue, expected: type[Any] | UnionType) -> bool:
    accepted = expected.__args__ if isinstance(expected, UnionType) else (expected,)
    return type(value) in accepted  # exactly: a bool is an int to Python, and none to a sort key


def _bad_cursor() -> Problem:
    return invalid("cursor", "is not a valid cursor for this list; start again without one")
