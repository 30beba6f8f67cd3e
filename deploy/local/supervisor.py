"""Keeps processes alive: one that ends is started again, after a pause that doubles each time it ends early."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

from atd_testing.processes import ManagedProcess, answers

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 30.0
_HEALTHY_SECONDS = 60.0  # a process that lived so long starts again with the first pause
_TICK_SECONDS = 0.2
_SLOW_START_SECONDS = 60.0


@dataclass
class WatchedProcess:
    """One process under watch.

    Attributes:
        name: as in messages.
        process: returns the process as it is now (a server makes a new one at each start).
        start: starts it again, without waiting for it.
        ready_url: answers 2xx once it works; None if it is known to work.
    """

    name: str
    process: Callable[[], ManagedProcess]
    start: Callable[[], None]
    ready_url: str | None = None
    ready: bool = False
    started_at: float = field(default_factory=time.monotonic)
    pause_seconds: float = _FIRST_PAUSE_SECONDS
    start_again_at: float | None = None
    slowness_reported: bool = False


class Supervisor:
    """Watches processes from one thread, until `stop` is set.

    Args:
        say: writes a sentence to the terminal.
        stop: set from a signal handler or another thread to end `watch`.
    """

    def __init__(self, say: Callable[[str], None], stop: Event) -> None:
        self._say = say
        self._stop = stop
        self._watched: list[WatchedProcess] = []

    def add(self, watched: WatchedProcess) -> None:
        """Watch one more process, which has been started."""
        self._watched.append(watched)

    def watch(self, when_ready: Callable[[], None]) -> None:
        """Restart processes that end, until `stop` is set; call `when_ready` when all are ready for the first time."""
        reported = False
        while not self._stop.wait(_TICK_SECONDS):
            for watched in self._watched:
                self._check(watched)
            if not reported and all(watched.ready for watched in self._watched):
                reported = True
                when_ready()

    def _check(self, watched: WatchedProcess) -> None:
        now = time.monotonic()
        if watched.start_again_at is not None:
            if now >= watched.start_again_at:
                self._start_again(watched, now)
        elif not watched.process().running:
            self._plan_restart(watched, now)
        elif not watched.ready:
            self._check_ready(watched, now)

    def _plan_restart(self, watched: WatchedProcess, now: float) -> None:
        if now - watched.started_at > _HEALTHY_SECONDS:
            watched.pause_seconds = _FIRST_PAUSE_SECONDS
        watched.start_again_at = now + watched.pause_seconds
        watched.ready = False
        self._say(
            f"{watched.name} {_describe_end(watched.process().returncode)}; "
            f"starting it again in {watched.pause_seconds:g} s"
        )
        watched.pause_seconds = min(2 * watched.pause_seconds, _LONGEST_PAUSE_SECONDS)

    def _start_again(self, watched: WatchedProcess, now: float) -> None:
        watched.started_at, watched.start_again_at, watched.slowness_reported = now, None, False
        try:
            watched.start()
        except RuntimeError as error:  # ServerStartError, ProcessError: its port may be taken for a moment
            watched.start_again_at = now + watched.pause_seconds
            self._say(f"{watched.name} could not be started: {error}\nnext try in {watched.pause_seconds:g} s")
            watched.pause_seconds = min(2 * watched.pause_seconds, _LONGEST_PAUSE_SECONDS)

    def _check_ready(self, watched: WatchedProcess, now: float) -> None:
        watched.ready = watched.ready_url is None or answers(watched.ready_url)
        if not watched.ready and not watched.slowness_reported and now - watched.started_at > _SLOW_START_SECONDS:
            watched.slowness_reported = True
            self._say(f"{watched.name} is not ready after {_SLOW_START_SECONDS:g} s; see {watched.process().log_file}")


def stop_together(processes: Sequence[ManagedProcess], grace: timedelta, say: Callable[[str], None]) -> None:
    """Stop all at the same time and wait for them; kill and report those that still run after `grace`."""
    deadline = time.monotonic() + grace.total_seconds()
    for process in processes:
        process.terminate()
    for process in processes:
        left = timedelta(seconds=max(0.0, deadline - time.monotonic()))
        if not process.wait_stopped(left):
            say(f"{process.name} did not stop within {grace.total_seconds():g} s and was killed")


def _describe_end(returncode: int | None) -> str:
    if returncode is not None and returncode < 0:
        return f"was ended by signal {-returncode}"
    return f"ended with status {returncode}"
