"""What a provider's answer means, in words that are the same for every channel."""

from dataclasses import dataclass
from typing import Literal

FailureClass = Literal[
    "token",
    "permission",
    "account",
    "throttle",
    "transient",
    "window",
    "recipient",
    "request",
    "media",
    "template",
    "unknown",
]
"""What kind of thing is wrong, by what happens next; `SendFailure.reason` is one of these."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider did not do it, and said why. `code` is the provider's, else `http_<status>`."""

    failure: FailureClass
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """The request cannot have reached the provider."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The request may have been handled: no answer, or one that says nothing. A receipt is the only proof."""

    reason: str
