"""What a provider's answer means, in words that are the same for every channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from atd_servicekit.backoff import Backoff

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
class Accepted:
    """The provider took it.

    Attributes:
        external_id: the message's, absent for a mark as read.
        aliases: other names of the recipient that the answer told.
        moved_to: the address that has replaced the recipient's: a group of Telegram that became a supergroup.
        external_ids: all ids that this call gave, where one call makes several messages (an album).
        complete: whether the message has been sent whole; otherwise `send` is called again, for the next part.
    """

    external_id: str | None = None
    aliases: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    complete: bool = True
    moved_to: str | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id that this call gave."""
        return self.external_ids or (() if self.external_id is None else (self.external_id,))


@dataclass(frozen=True, slots=True)
class Wait:
    """How one kind of refusal is tried again: the waits, and whether the conversation or the whole account waits.

    `asked`: the provider named the wait, so that nothing is taken away from it.
    """

    backoff: Backoff
    scope: Literal["conversation", "account"] = "conversation"
    asked: bool = False

    @classmethod
    def of_seconds(cls, seconds: float, scope: Literal["conversation", "account"]) -> "Wait":
        """The wait that the provider asked for (`Retry-After`)."""
        return cls(Backoff.of_seconds(seconds, seconds, factor=1.0), scope, asked=True)


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider did not do it, and said why.

    Attributes:
        failure: the class of the failure.
        code: the provider's own code, else `http_<status>`.
        detail: the provider's own words.
        wait: for refusals that are tried again otherwise than the policy says.
        stale_file: an id of an uploaded file is not known to the provider any more.
        stale_credentials: the account has changed since the refused credentials were read, so it may work again.
    """

    failure: FailureClass
    code: str
    detail: str
    wait: Wait | None = None
    stale_file: bool = False
    stale_credentials: bool = False

    @property
    def suspends(self) -> bool:
        """Whether nothing of the account is accepted until somebody acts."""
        return self.failure == "token" and not self.stale_credentials

    @property
    def passes(self) -> bool:
        """Whether the same may be accepted later."""
        return self.failure in ("transient", "throttle") or self.stale_credentials


@dataclass(frozen=True, slots=True)
class Unsent:
    """The request cannot have reached the provider."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The request may have been handled: no answer, or one that says nothing. A receipt is the only proof."""

    reason: str


@dataclass(frozen=True, slots=True)
class Works:
    """The provider accepts the credentials. `facts` is what it said of the account, by the names of `CheckResult`."""

    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unsendable:
    """The channel cannot carry it; nothing was sent. `code` is a stable word, `detail` never contains the value."""

    code: str
    detail: str
    failure: FailureClass = "request"


Answer = Accepted | Refused | Unsent | Uncertain | Unsendable
