"""How often one recipient of an account may be written to, where the provider limits that beside the account.

One process sends for an account, so this holds over all of them.
"""

from collections.abc import Callable

from atd_servicekit.clock import Clock
from atd_servicekit.rates import Rate, WaitingRateLimiter

PaceOfRecipient = Callable[[str], Rate | None]
"""The rate for a recipient, by the external id; `None` where there is no such limit."""


def no_pace(_: str) -> Rate | None:
    """For channels that limit accounts alone."""
    return None


class RecipientPace:
    """Lets sends to one recipient through at its rate."""

    def __init__(self, rate_of: PaceOfRecipient, clock: Clock) -> None:
        self._rate_of = rate_of
        self._clock = clock
        self._limiters: dict[Rate, WaitingRateLimiter] = {}

    async def turn(self, account_id: str, recipient: str) -> None:
        """Return when this recipient may be written to. A caller that is cancelled while it waits uses nothing."""
        rate = self._rate_of(recipient)
        if rate is None:
            return
        limiter = self._limiters.get(rate)
        if limiter is None:
            limiter = self._limiters[rate] = WaitingRateLimiter(rate, self._clock)
        await limiter.turn(f"{account_id}/{recipient}")
