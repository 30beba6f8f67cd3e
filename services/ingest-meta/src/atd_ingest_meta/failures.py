"""The classes of the Graph API's errors for pages and Instagram, by what happens next.

Source: Meta's pages on Messenger's error codes, on comments and on private replies (v25.0), and what open clients met.
A subcode says more than its code; the code decides where no subcode is known, never the HTTP status or the title.
"""

from collections.abc import Mapping
from types import MappingProxyType

from atd_channelkit.answers import FailureClass

_CODES: Mapping[FailureClass, tuple[int, ...]] = MappingProxyType(
    {
        "token": (102, 190, 1705),
        "permission": (3, 10, *range(200, 300)),
        "account": (368,),
        "throttle": (4, 17, 32, 341, 613, 1390008, *range(80001, 80015)),
        "transient": (1, 2, 1200),
        "recipient": (551, 2534029, 10900, 10902, 10903),
        "request": (100,),
    }
)
_SUBCODES: Mapping[FailureClass, tuple[int, ...]] = MappingProxyType(
    {
        "token": (2069030, 2069031, 2069032, 2069033),
        "permission": (2018108, 2534041),
        "account": (1893063,),
        "transient": (2853006,),
        "window": (2018278, 2534022),
        "recipient": (2018001, 2018218, 1545041, 2534029, 10900, 10902, 10903),
        "media": (2018008, 2018047, 2018074, 2018294),
        "request": (2018015,),
    }
)
_CLASS_OF_CODE: Mapping[int, FailureClass] = MappingProxyType(
    {code: failure for failure, codes in _CODES.items() for code in codes}
)
_CLASS_OF_SUBCODE: Mapping[int, FailureClass] = MappingProxyType(
    {code: failure for failure, codes in _SUBCODES.items() for code in codes}
)

OBJECT_GONE = (100, 33)
"""What is answered for a person, a comment or a post that is not there, or not for this token."""

MAYBE_DONE = (20, 1772107)
"""Answered to comments that were created all the same: it says nothing of whether this one was."""

STALE_FILES = (2018008, 2018047, 2018074, 2018294)
"""Subcodes of a file that the Graph API could not use, or does not know any more."""

DETAIL_LIMIT_CHARACTERS = 500


def class_of(code: int | None, subcode: int | None = None) -> FailureClass:
    """The class of an error; `unknown` for one that is in no list."""
    if (code, subcode) == OBJECT_GONE:
        return "recipient"
    found = None if subcode is None else _CLASS_OF_SUBCODE.get(subcode)
    if found is not None:
        return found
    return "unknown" if code is None else _CLASS_OF_CODE.get(code, "unknown")


def code_in(error: Mapping[str, object], name: str = "code") -> int | None:
    """A code of the `error` of an answer (`error_subcode` is the other name)."""
    code = error.get(name)
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    return int(code) if isinstance(code, str) and code.isascii() and code.isdigit() else None


def name_of(code: int | None, subcode: int | None, status: int) -> str:
    """How a failure is reported: `190`, with a subcode that says more `10/2018278`, without a code `http_500`."""
    if code is None:
        return f"http_{status}"
    told = subcode is not None and (subcode in _CLASS_OF_SUBCODE or (code, subcode) in (OBJECT_GONE, MAYBE_DONE))
    return f"{code}/{subcode}" if told and subcode != code else str(code)


def detail_of(error: Mapping[str, object]) -> str:
    """The provider's own words, the most specific that are there."""
    for words in (error.get("error_user_msg"), error.get("message"), error.get("error_user_title")):
        if isinstance(words, str) and words:
            return words[:DETAIL_LIMIT_CHARACTERS]
    return ""
