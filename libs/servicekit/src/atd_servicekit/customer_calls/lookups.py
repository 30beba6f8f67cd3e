"""Resolves the names of customers' servers in threads of its own.

Names that never answer cannot take the threads from other names.
"""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

Resolve = Callable[[str], Sequence[str]]
"""The addresses of a name, in the order to try them; blocks. Raises `OSError`."""

FRESH_SECONDS = 5.0
"""How long addresses, and a failure to find any, are used again."""

_SLOW_SECONDS = 1.0
_THREADS = 64
_THREADS_FOR_SLOW = 16
"""Names whose last look-up was slow or failed wait for one of these, so that they hold up each other alone."""

_MAX_NAMES = 10_000


def system_addresses(host: str) -> Sequence[str]:
    """What the system's resolver says (`/etc/hosts`, DNS), each address once."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return list(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))


@dataclass(slots=True)
class _Known:
    """What is known of a name: the look-up that runs, or the last one's result, and until when it holds."""

    running: "asyncio.Task[Sequence[str]] | None" = None
    addresses: Sequence[str] = ()
    error: OSError | None = None
    until: float = 0.0
    slow: bool = False


class Lookups:
    """Look-ups with a short memory. One runs for all who want the same name. Stop it with `stop`."""

    def __init__(self, resolve: Resolve = system_addresses, clock: Callable[[], float] = monotonic) -> None:
        self._resolve = resolve
        self._clock = clock
        self._names: OrderedDict[str, _Known] = OrderedDict()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="lookup")
        self._threads_for_slow = ThreadPoolExecutor(_THREADS_FOR_SLOW, thread_name_prefix="slow-lookup")

    async def addresses(self, host: str) -> Sequence[str]:
        """The addresses of a name; empty where it has none. Raises `OSError`. May take as long as the system takes."""
        known = self._names.get(host)
        if known is None:
            known = self._names[host] = _Known()
            self._forget_oldest()
        if known.running is None and self._clock() >= known.until:
            known.running = asyncio.create_task(self._look_up(host, known), name="lookup")
            known.running.add_done_callback(_look_at)  # perhaps nobody waits for it any more
        if known.running is not None:
            # One who gives up does not end the look-up for the others; nor can a thread be ended.
            return await asyncio.shield(known.running)
        if known.error is not None:
            raise known.error.with_traceback(None)
        return known.addresses

    def stop(self) -> None:
        """Start no further look-up; nobody waits for the running ones."""
        for threads in (self._threads, self._threads_for_slow):
            threads.shutdown(wait=False, cancel_futures=True)

    async def _look_up(self, host: str, known: _Known) -> Sequence[str]:
        started = self._clock()
        threads = self._threads_for_slow if known.slow else self._threads
        known.addresses, known.error = (), None
        try:
            known.addresses = await asyncio.get_running_loop().run_in_executor(threads, self._resolve, host)
        except (OSError, UnicodeError) as error:
            known.error = error if isinstance(error, OSError) else socket.gaierror(socket.EAI_NONAME, "not a name")
        finally:
            known.running = None
            known.until = self._clock() + FRESH_SECONDS
            known.slow = known.error is not None or self._clock() - started > _SLOW_SECONDS
        if known.error is not None:
            raise known.error
        return known.addresses

    def _forget_oldest(self) -> None:
        while len(self._names) > _MAX_NAMES:
            self._names.popitem(last=False)


def _look_at(done: "asyncio.Task[Sequence[str]]") -> None:
    if not done.cancelled():
        done.exception()
