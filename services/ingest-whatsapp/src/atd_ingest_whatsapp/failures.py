"""The classes of Meta's error codes, by what happens next.

Source: Meta's list of Cloud API error codes (December 2025). The code decides, never the HTTP status (a throttle
is a 400) and never the title. The same code can come as the answer to a send or later in a `failed` status.
"""

from collections.abc import Mapping
from types import MappingProxyType

from atd_channelkit.answers import FailureClass

_CODES: Mapping[FailureClass, tuple[int, ...]] = MappingProxyType(
    {
        "token": (0, 190),
        "permission": (3, 10, *range(200, 300), 131005),
        "account": (33, 368, 130497, 131031, 131037, 131042, 131045, 133010),
        "throttle": (4, 17, 32, 341, 613, *range(80001, 80015), 130429, 131048, 131056, 131064, 133016),
        "transient": (1, 2, 131000, 131016, 131057, 133004, 135000),
        "window": (131047,),
        "recipient": (130472, 131021, 131026, 131030, 131049, 131050, 131062, 131063, 137000),
        "request": (100, 131008, 131009, 131051),
        "media": (131052, 131053),
        "template": (
            *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132068, 132069),
            *(2388019, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299),
        ),
    }
)
_CLASS_OF: Mapping[int, FailureClass] = MappingProxyType(
    {code: failure for failure, codes in _CODES.items() for code in codes}
)

PAIR_LIMIT = 131056
"""Too many messages to one customer: this conversation alone waits."""

STALE_FILE_CODES = (100, 131009, 131053)
"""What Meta answers when an id of an uploaded file is not known to it any more."""

DETAIL_LIMIT_CHARACTERS = 500


def class_of(code: int | None) -> FailureClass:
    """The class of a code; `unknown` for one that is not in Meta's list."""
    return "unknown" if code is None else _CLASS_OF.get(code, "unknown")


def code_of(error: Mapping[str, object]) -> int | None:
    """The code of an element of `errors`, or of the `error` of an answer; Meta writes a number."""
    code = error.get("code")
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    return int(code) if isinstance(code, str) and code.isascii() and code.isdigit() else None


def detail_of(error: Mapping[str, object]) -> str:
    """The provider's own words, the most specific that are there."""
    data = error.get("error_data")
    specific = data.get("details") if isinstance(data, Mapping) else None
    for words in (specific, error.get("message"), error.get("title")):
        if isinstance(words, str) and words:
            return words[:DETAIL_LIMIT_CHARACTERS]
    return ""
