"""Passwords: argon2id in threads, a few at a time."""

import asyncio
import ctypes
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from atd_servicekit.problems import unavailable

T = TypeVar("T")

MAX_PASSWORD_LENGTH = 256
"""Characters; hashing longer ones would only cost processor time."""

_WAITING_LIMIT = 200

# OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, 1 lane. About 25 ms of one core.
_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1

_M_MMAP_THRESHOLD = -3  # <malloc.h>
_RETURN_AT_ONCE_BYTES = 1024 * 1024


class Passwords:
    """Hashes and checks passwords outside the event loop; argon2 leaves the interpreter's lock alone.

    `concurrency` bounds processors and memory (19 MiB each). Raises `Problem` 503 when too many wait.
    """

    def __init__(self, concurrency: int) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)
        self._concurrency = concurrency
        self._threads: ThreadPoolExecutor | None = None
        self._dummy_hash: str | None = None
        self._waiting = 0

    async def start(self) -> None:
        _return_large_blocks()
        self._threads = ThreadPoolExecutor(self._concurrency, thread_name_prefix="passwords")
        self._dummy_hash = await self.hash("a password that no attendant has")

    async def stop(self) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    async def hash(self, password: str) -> str:
        """The hash to store; it names its own parameters."""
        return await self._in_thread(partial(self._hasher.hash, password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right. Without a hash it is not, and that takes as long to find out."""
        if self._threads is None:
            raise unavailable()
        right = await self._in_thread(partial(self._matches, password_hash or self._dummy_hash or "", password))
        return right and password_hash is not None

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= _WAITING_LIMIT:
            raise unavailable("Too many sign-ins in progress; try again shortly.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)


def _return_large_blocks() -> None:
    """Have large blocks returned to the system when they are freed.

    glibc learns from the first hash that blocks of 19 MiB are usual, and keeps one for each thread: 30 MB of memory
    without use. Where the C library has no such setting, nothing is done.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):
        return
    mallopt(_M_MMAP_THRESHOLD, _RETURN_AT_ONCE_BYTES)
