"""Meta's own rates beside that of all calls of an account.

Source: Meta's pages on rate limits of Messenger (2026): 10 pictures, videos or audios a second for each page, and 750
private replies an hour.
"""

from atd_channelkit.answers import Refused, Wait
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.compose.parts import FilePart, Part
from atd_schemas.outbound import OutboundMessageData
from atd_servicekit.clock import Clock
from atd_servicekit.rates import Rate, RateLimiter

FILES = Rate.even(10)
PRIVATE_REPLIES = Rate(750 / 3600, 60)


class Pace:
    """Holds up what would be over a rate: its conversation waits, and others go on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._files = RateLimiter(FILES, start_empty=True)
        self._private_replies = RateLimiter(PRIVATE_REPLIES, start_empty=True)

    def message(self, account: Account, data: OutboundMessageData, part: Part) -> Refused | None:
        """Take a place for the call of a part; why it must wait when there is none."""
        if data.private_reply_to is not None:
            return self._take(self._private_replies, account, "private_replies_rate")
        return self._take(self._files, account, "files_rate") if isinstance(part, FilePart) else None

    def _take(self, limiter: RateLimiter, account: Account, code: str) -> Refused | None:
        seconds = limiter.take(account.page_id or account.own_id, self._clock.monotonic())
        if seconds == 0.0:
            return None
        return Refused("throttle", code, "A rate of Meta's is used up.", wait=Wait.of_seconds(seconds, "conversation"))
