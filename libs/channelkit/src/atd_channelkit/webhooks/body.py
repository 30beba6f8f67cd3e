"""A webhook body from bytes to JSON values. Pure.

orjson reads what providers normally write. What it refuses is given to the standard library, which also reads lone
surrogates (a text that was cut inside an emoji) and numbers of any size: such a body is authentic, and refusing
it would make the provider repeat it for days.
"""

import json
from typing import Any, NoReturn

import orjson


class MalformedBodyError(ValueError):
    """The bytes are not JSON. The text gives reason, line and column, and nothing of the content."""


class UnreadableBodyError(ValueError):
    """The bytes are JSON that we cannot hold (nested too deep, a number of thousands of digits)."""


def decode(raw: bytes) -> Any:
    """The JSON values of a body; text holds no lone surrogates.

    Raises:
        MalformedBodyError: it is not JSON.
        UnreadableBodyError: it is, but beyond what can be read.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _decode_tolerantly(raw)


def _decode_tolerantly(raw: bytes) -> Any:
    try:
        return _scrubbed(json.loads(raw.decode("utf-8"), parse_constant=_not_json))
    except UnicodeDecodeError as error:
        raise MalformedBodyError(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise MalformedBodyError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except _NotJsonError as error:
        raise MalformedBodyError(f"{error} is not JSON") from None
    except RecursionError:
        raise UnreadableBodyError("nested too deep") from None
    except ValueError:
        raise UnreadableBodyError("a number has too many digits") from None


class _NotJsonError(ValueError):
    """Python's `NaN` and `Infinity`."""


def _not_json(name: str) -> NoReturn:
    raise _NotJsonError(name)


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_scrubbed(item) for item in value]
    if isinstance(value, dict):
        return {_scrubbed(key): _scrubbed(item) for key, item in value.items()}
    return value
