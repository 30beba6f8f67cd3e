"""What is asked of a customer's server, and what came of it. Data only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from atd_servicekit.customer_calls.certificates import ClientCertificate

MAX_ANSWER_BYTES = 16 * 1024
"""What is read of an answer's body; the connection is closed where there is more."""

RESERVED_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that say where a request ends and whom it is for: they are the client's alone, in lower case."""

FailureKind = Literal["timeout", "unreachable", "tls", "broken", "not_allowed"]


@dataclass(frozen=True, slots=True)
class CustomerRequest:
    """One request. `url` is asked as it is written: path and query leave byte for byte.

    Connections are kept per `owner` and are never used for another. `headers` are those beside `Host`,
    `Content-Length` and `Accept-Encoding` (see `RESERVED_HEADERS`). `timeout` in seconds bounds all of it, from the
    name's look-up to the answer's last byte.
    """

    url: str
    headers: Sequence[tuple[str, str]]
    body: bytes = field(repr=False)
    owner: str
    method: str = "POST"
    timeout: float = 15.0
    client_certificate: ClientCertificate | None = None


@dataclass(frozen=True, slots=True)
class CustomerAnswer:
    """What the server answered. A redirect is an answer, and is not followed.

    `headers` in the order they came, names in lower case. `body` is its beginning, as it was sent: no content encoding
    is undone. `trouble` says in words what was wrong with an answer that counts all the same; its connection was
    closed. `seconds` are those of the whole call. `repeated`: the connection that was kept had ended, and the request
    was sent a second time.
    """

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes = field(repr=False)
    trouble: str | None = None
    seconds: float = 0.0
    repeated: bool = False

    def header(self, name: str) -> str | None:
        """The first value of a header, by its name in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced. Empty for a body in a content encoding, which is not read."""
        return "" if self.header("content-encoding") is not None else self.body.decode("utf-8", "replace")


class UnsendableRequest(ValueError):
    """The request cannot be written, and never could be. The text says why and repeats no value of a header."""


class CallFailed(Exception):
    """No answer came. `detail` says why in words, and names neither address nor path nor query.

    `may_have_arrived`: whether the server may have got the request. `seconds` are those of the whole call.

    - `timeout`: the server took longer than the request's timeout
    - `unreachable`: no connection: its name, its address, refused, or no connection in time
    - `tls`: no trusted connection
    - `broken`: the connection ended, or what came was no HTTP, before a status could be read
    - `not_allowed`: no customer's URL may lead there, and nothing was sent
    """

    def __init__(self, kind: FailureKind, detail: str, *, may_have_arrived: bool, seconds: float = 0.0) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind: FailureKind = kind
        self.detail = detail
        self.may_have_arrived = may_have_arrived
        self.seconds = seconds
