"""A webhook body from bytes to JSON values, and whom it names. Pure.

orjson reads what Meta normally writes. What it refuses is given to the standard library, which also reads lone
surrogates (a text that was cut inside an emoji) and numbers of any size: such a body is authentic, and refusing
it would make Meta repeat it for days.
"""

import json
from dataclasses import dataclass, field
from typing import Any, NoReturn

import orjson

NAMED_LIMIT = 1000
"""Meta puts at most 1000 updates into one body; more names than that are not looked at."""


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


@dataclass(slots=True)
class Named:
    """Whom a body names, in its order: the numbers it is about, and the business accounts.

    `beyond_numbers`: a change names no number, so that it is about a business account.
    """

    phone_number_ids: dict[str, None] = field(default_factory=dict)
    business_account_ids: dict[str, None] = field(default_factory=dict)
    beyond_numbers: bool = False


def named_in(payload: Any) -> Named:
    """The ids that a body carries where Meta puts them; whatever has another shape is passed over."""
    named = Named()
    for entry in _dicts(payload, "entry"):
        business = entry.get("id")
        if isinstance(business, str) and len(named.business_account_ids) < NAMED_LIMIT:
            named.business_account_ids[business] = None
        for change in _dicts(entry, "changes"):
            value = change.get("value")
            metadata = value.get("metadata") if isinstance(value, dict) else None
            number = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
            if not isinstance(number, str):
                named.beyond_numbers = True
            elif len(named.phone_number_ids) < NAMED_LIMIT:
                named.phone_number_ids[number] = None
    return named


def _dicts(holder: Any, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
