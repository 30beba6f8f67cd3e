"""What an attempt to fetch a customer's file does to its row in the ledger. Pure.

The webhook's address is used while it is fresh; then, and whenever it does not answer, the provider is asked for a new
one by the file's id. The account's credentials go along with every request, so only the provider's hosts are asked.

What may pass (the network, the provider's own trouble, a new address that is refused) is tried again with waits that
double up to five minutes, for about an hour; a throttle holds up the account's other files too. Each class of trouble
has a count of its own. An address on a host that is not known as the provider's is not asked, told to operators, and
tried again for days, each time by a new address. Refused credentials
hold them up until the account is reconnected, or the time that is set for a file is over (`fetch_until`). Everything
else fails at once; an attendant can ask again.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_channelkit.outcomes import failed, last_refusal, reason
from atd_schemas.outbound import OutboundFetchData
from atd_servicekit import ledger
from atd_servicekit.backoff import Backoff
from atd_servicekit.files import PictureSize

FETCH_BACKOFF = Backoff(first=timedelta(seconds=1), factor=2.0, cap=timedelta(minutes=5), attempts=20)
"""58 minutes from the first attempt to the last."""

FOREIGN_HOST_BACKOFF = Backoff(first=timedelta(minutes=1), factor=2.0, cap=timedelta(minutes=30), attempts=335)
"""6.9 days: an operator reads of the host, and allows it (`media_hosts`). Providers keep files for a week."""

SCANNER_BACKOFF = Backoff(first=timedelta(seconds=5), factor=2.0, cap=timedelta(minutes=5), attempts=2_000)
"""6.9 days: the file waits for the virus scanner, and operators see that it is away."""

_SHA256_BYTES = 32
_SHA256_HEX = 64
_FALLBACK_TYPE = "application/octet-stream"
_TYPE_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Stored:
    """The file is in our store. `size` is in bytes, `sha256` in hex, `picture` the size of a picture in pixels."""

    mime_type: str
    size: int
    sha256: str
    picture: PictureSize | None = None

    def result(self) -> dict[str, Any]:
        """What the ledger keeps of it for the event."""
        told = {"mime_type": self.mime_type, "size": self.size, "sha256": self.sha256}
        return {**told, **asdict(self.picture)} if self.picture else told


@dataclass(frozen=True, slots=True)
class Expired:
    """The address is not valid any more."""


@dataclass(frozen=True, slots=True)
class ForeignHost:
    """The address is not known as the provider's: nothing was asked there. `suffix` is the end of its host."""

    suffix: str


@dataclass(frozen=True, slots=True)
class HashMismatch:
    """What came is not the file that was announced: its SHA-256 is another."""


@dataclass(frozen=True, slots=True)
class TooLarge:
    """The file is over the limit, in bytes."""

    limit: int


@dataclass(frozen=True, slots=True)
class NotPicture:
    """A customer's picture was asked for, and something else came; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Infected:
    """The virus scanner knows what is in it; nothing of it was kept."""

    signature: str


@dataclass(frozen=True, slots=True)
class NotScannable:
    """The virus scanner does not take a file so long; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class NoScanner:
    """The virus scanner is away; nothing of the file was kept."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The bytes did not come, or not all of them."""

    reason: str


Download = (
    Stored | Expired | ForeignHost | HashMismatch | TooLarge | NotPicture | Infected | NotScannable | NoScanner | Broken
)
FetchResult = Download | Refused | Unsent | Uncertain


def fresh_address(
    wanted: OutboundFetchData, attempt: int, asked_at: datetime, now: datetime, fresh_for: timedelta
) -> str | None:
    """The webhook's own address, while it is likely to be valid."""
    fresh = attempt == 1 and wanted.attempt == 0 and now - asked_at < fresh_for
    return wanted.attachment.url if fresh else None


def hex_digest(text: str | None) -> str | None:
    """A SHA-256 in hex, from hex or base64. `None` for what is neither."""
    if text is None:
        return None
    if len(text) == _SHA256_HEX and all(character in "0123456789abcdefABCDEF" for character in text):
        return text.lower()
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == _SHA256_BYTES else None


def mime_type_of(*candidates: str | None) -> str:
    """The first specific type, as the provider wrote it, with its parameters."""
    for one in candidates:
        if one and len(one) <= _TYPE_LIMIT and one.isprintable() and not one.startswith(_FALLBACK_TYPE):
            return one
    return _FALLBACK_TYPE


def decide_fetch(result: FetchResult, counts: Mapping[str, int], now: datetime, jitter: float) -> ledger.Outcome:
    """The outcome of an attempt; `counts` says how the earlier ones ended, as in `ledger.Row.counts`."""
    match result:
        case Stored():
            return ledger.Delivered(result.result())
        case ForeignHost():
            return _foreign(result, counts, now, jitter)
        case HashMismatch():
            return failed("media", "hash_mismatch", "The file is not the one that was announced.")
        case TooLarge():
            return failed("media", "too_large", f"The file has more than {result.limit} bytes.")
        case NotPicture():
            return failed("media", "not_a_picture", "What came is not a picture.")
        case Infected() | NotScannable() | NoScanner():
            return _unclean(result, counts, now, jitter)
        case Expired():
            return _retry(Refused("media", "expired", "The file's address is not valid any more."), counts, now, jitter)
        case Broken() | Unsent() | Uncertain():
            return _retry(Refused("transient", "unreachable", result.reason), counts, now, jitter)
        case Refused():
            return _refused(result, counts, now, jitter)
        case _:
            assert_never(result)


def overdue_fetch(row: ledger.Row, gate: ledger.Gate | None) -> ledger.Failed:
    """Why a file whose time is over was not fetched; `gate`: what kept the account's files."""
    if gate is not None and gate.suspended:
        return ledger.Failed(gate.reason, "The account was not reconnected in time.")
    refusal = last_refusal(row, gate) or reason("transient", "late")
    return ledger.Failed(refusal, "It could not be fetched within the time that is set for it.")


def _refused(refused: Refused, counts: Mapping[str, int], now: datetime, jitter: float) -> ledger.Outcome:
    if refused.suspends:
        return ledger.Suspended(reason(refused.failure, refused.code))
    if refused.passes:
        return _retry(refused, counts, now, jitter)
    if refused.failure == "request":  # what providers say of an id that they do not know any more
        return failed("media", refused.code, refused.detail)
    return failed(refused.failure, refused.code, refused.detail)


def _foreign(host: ForeignHost, counts: Mapping[str, int], now: datetime, jitter: float) -> ledger.Outcome:
    """A provider that begins to use a new host would else fail every file, until somebody allows the host."""
    delay = FOREIGN_HOST_BACKOFF.delay(counts.get("host", 0) + 1, jitter)
    if delay is None:
        return failed("media", "foreign_host", f"The file's address ({host.suffix}) is not on a host of the provider.")
    return ledger.Retry(now + delay, reason("media", "foreign_host"), kind="host")


def _unclean(
    result: Infected | NotScannable | NoScanner, counts: Mapping[str, int], now: datetime, jitter: float
) -> ledger.Outcome:
    """What the virus scanner refuses is not kept; where it is away the file waits, for nobody has looked at it."""
    if isinstance(result, Infected):
        return failed("media", "infected", f"The virus scanner found {result.signature}.")
    if isinstance(result, NotScannable):
        return failed("media", "not_scannable", "The file is too large for the virus scanner.")
    delay = SCANNER_BACKOFF.delay(counts.get("scanner", 0) + 1, jitter)
    if delay is None:
        return failed("transient", "scanner_away", f"The virus scanner did not answer ({result.reason}).")
    return ledger.Retry(now + delay, reason("transient", "scanner_away"), kind="scanner")


def _retry(refused: Refused, counts: Mapping[str, int], now: datetime, jitter: float) -> ledger.Outcome:
    kind = refused.failure
    delay = FETCH_BACKOFF.delay(counts.get(kind, 0) + 1, jitter)
    if delay is None:
        return failed(refused.failure, refused.code, refused.detail)
    why = reason(refused.failure, refused.code)
    return ledger.Retry(now + delay, why, "group" if kind == "throttle" else "lane", kind)
