"""How long calls with files may take at most."""

from datetime import timedelta

from atd_channelkit.media.fetch_worker import NEW_ADDRESSES

SLOWEST_BYTES_PER_SECOND = 512 * 1024
"""A transfer that is slower for its whole length is cut off and tried again."""

LONGEST_TURN = timedelta(seconds=15)
"""Beside the calls themselves: waiting for one's turn under the rate limit of the account."""


def longest_transfer(size: int, timeout: timedelta) -> timedelta:
    """The time that a call with a file of `size` bytes may take; `timeout` is of one without."""
    return timeout + timedelta(seconds=size / SLOWEST_BYTES_PER_SECOND)


def longest_send(size_limit: int, timeout: timedelta) -> timedelta:
    """The time that one attempt to send may take, with a file of up to `size_limit` bytes that is uploaded twice."""
    return 2 * (longest_transfer(size_limit, timeout) + timeout + LONGEST_TURN)


def longest_fetch(size_limit: int, timeout: timedelta) -> timedelta:
    """The time that one attempt to fetch a file may take, with every new address that it asks for."""
    return (1 + NEW_ADDRESSES) * 2 * longest_transfer(size_limit, timeout)
