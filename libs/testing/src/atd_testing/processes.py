"""Child processes that a test or the local runner starts, watches, stops and kills."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

_POLL_SECONDS = 0.05
_FREEZE_SECONDS = 10.0
_COLOURS = re.compile(rb"\x1b\[[0-9;]*m")
_PROBE_TIMEOUT_SECONDS = 2.0

# Linux ties the "parent died" signal to the *thread* that forked. Test code starts processes from
# short-lived threads (`asyncio.to_thread`), so all are forked from this one, which lives as long as Python.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="process-spawner")

# Asks the kernel to send SIGTERM when the parent dies, then becomes the real command (same pid). Done after
# exec rather than in `preexec_fn`, which is not safe in a process with threads.
_DIE_WITH_PARENT = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent is gone")
os.execvp(sys.argv[2], sys.argv[2:])
"""


_unit_test: str | None = None


@contextmanager
def none_may_start(unit_test: str) -> Iterator[None]:
    """Within this block starting a process raises `AssertionError`: a test that starts one is no unit test."""
    global _unit_test  # noqa: PLW0603 - a process has one running test
    _unit_test = unit_test
    try:
        yield
    finally:
        _unit_test = None


class ProcessError(RuntimeError):
    """A managed process did not do what was waited for; the message ends with the end of its log."""


class ManagedProcess:
    """One child process with a log file, to be waited for, stopped in order or killed, and started again.

    It runs in its own session (a Ctrl-C in the terminal does not reach it) and, on Linux, is sent SIGTERM if
    this process dies first. Starting again appends to the same log file.

    Args:
        name: used in messages.
        command: program and arguments.
        log_file: receives stdout and stderr, appended; its folder is created.
        env: the whole environment of the child; None inherits ours.
        cwd: working directory; None inherits ours.
        pid_file: holds the process id while the process runs.
        on_line: called from a reader thread with each line of output, without its newline. The log file then
            gets the lines without terminal colours.
        pass_fds: file descriptors that the child inherits.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | os.PathLike[str]],
        *,
        log_file: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        pid_file: Path | None = None,
        on_line: Callable[[str], None] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.command = [os.fspath(part) for part in command]
        self.log_file = log_file
        self.env = None if env is None else dict(env)
        self.cwd = cwd
        self.pid_file = pid_file
        self.pass_fds = tuple(pass_fds)
        self._on_line = on_line
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int:
        """Process id of the running (or last) process.

        Raises:
            ProcessError: if it was never started.
        """
        if self._process is None:
            raise ProcessError(f"{self.name} was never started")
        return self._process.pid

    @property
    def running(self) -> bool:
        """True between `start` and the death of the process."""
        return self._process is not None and self._process.poll() is None

    @property
    def returncode(self) -> int | None:
        """Exit status (negative: the signal that ended it), or None while it runs or was never started."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start the process and return at once; see `wait_ready`.

        Raises:
            ProcessError: if it already runs, or the program cannot be executed.
        """
        if _unit_test is not None:
            raise AssertionError(f"{_unit_test} starts {self.name}: mark it with pytest.mark.integration")
        if self.running:
            raise ProcessError(f"{self.name} already runs (pid {self.pid})")
        path = (os.environ if self.env is None else self.env).get("PATH")
        if shutil.which(self.command[0], path=path) is None:
            raise ProcessError(f"{self.name}: cannot run {self.command[0]}: no such program")
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            self._process = _SPAWNER.submit(self._spawn, log).result()
        if self._on_line is not None:
            self._reader = threading.Thread(target=self._copy_output, name=f"log-{self.name}", daemon=True)
            self._reader.start()
        if self.pid_file is not None:
            self.pid_file.parent.mkdir(parents=True, exist_ok=True)
            self.pid_file.write_text(f"{self.pid}\n", encoding="ascii")

    def kill(self) -> None:
        """Send SIGKILL and wait for the end; nothing happens if it does not run."""
        self._signal(signal.SIGKILL)
        self._wait_end(timeout_seconds=10)

    def terminate(self) -> None:
        """Send SIGTERM and return at once; nothing happens if it does not run."""
        self._signal(signal.SIGTERM)

    def stop(self, grace: timedelta = timedelta(seconds=30)) -> bool:
        """Send SIGTERM and wait for the end; after `grace` send SIGKILL.

        Returns:
            False if it had to be killed.
        """
        self.terminate()
        return self.wait_stopped(grace)

    def wait_stopped(self, grace: timedelta = timedelta(seconds=30)) -> bool:
        """Wait for the end of a process told to stop; after `grace` send SIGKILL and return False."""
        try:
            self._wait_end(grace.total_seconds())
        except ProcessError:
            self.kill()
            return False
        return True

    def wait_ready(self, url: str, timeout: timedelta = timedelta(seconds=30)) -> None:
        """Wait until GET `url` answers 2xx.

        Raises:
            ProcessError: if the process ends, or `timeout` passes, first.
        """
        self.wait_until(lambda: answers(url), timeout, f"an answer at {url}")

    def wait_until(self, condition: Callable[[], bool], timeout: timedelta, what: str) -> None:
        """Wait until `condition` holds while the process runs; `what` names it in the error.

        Raises:
            ProcessError: if the process ends, or `timeout` passes, first.
        """
        deadline = time.monotonic() + timeout.total_seconds()
        while True:
            if not self.running:
                raise ProcessError(self._explain(f"ended with status {self.returncode} before {what}"))
            if condition():
                return
            if time.monotonic() > deadline:
                raise ProcessError(self._explain(f"no {what} within {timeout.total_seconds():g} s"))
            time.sleep(_POLL_SECONDS)

    def log_tail(self, lines: int = 20) -> str:
        """Return the last `lines` lines of the log file (of its last 64 kB)."""
        if not self.log_file.exists():
            return ""
        with self.log_file.open("rb") as log:
            log.seek(max(0, self.log_file.stat().st_size - 65_536))
            text = log.read().decode("utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        piped = self._on_line is not None
        command = self.command
        if sys.platform == "linux":
            command = [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, str(os.getpid()), *command]
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else log,
            stderr=subprocess.STDOUT,
            env=self.env,
            cwd=self.cwd,
            start_new_session=True,
            pass_fds=self.pass_fds,
        )

    def _copy_output(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        assert self._on_line is not None
        with self._process.stdout as output, self.log_file.open("ab") as log:
            for line in output:
                log.write(_COLOURS.sub(b"", line))
                log.flush()
                self._on_line(line.decode("utf-8", errors="replace").rstrip("\r\n"))

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _wait_end(self, timeout_seconds: float) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired as error:
            raise ProcessError(self._explain(f"did not end within {timeout_seconds:g} s")) from error
        if self._reader is not None:
            self._reader.join(timeout=5)
        if self.pid_file is not None:
            self.pid_file.unlink(missing_ok=True)

    def _explain(self, what: str) -> str:
        return f"{self.name}: {what}. Last lines of {self.log_file}:\n{self.log_tail()}"


def answers(url: str) -> bool:
    """Tell whether GET `url` answers 2xx within two seconds."""
    try:
        with urlopen(url, timeout=_PROBE_TIMEOUT_SECONDS) as response:  # noqa: S310 - only ever loopback URLs
            return bool(response.status)  # urlopen raises for anything but success
    except (URLError, OSError):  # HTTPError (a 503 of /readyz) is a URLError
        return False


def freeze(pid: int) -> None:
    """Stop a process where it stands, until it is sent `SIGCONT`; returns when all of its threads stand still.

    The signal alone returns before: a thread on another processor may still answer what has come.
    """
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + _FREEZE_SECONDS
    while any(_state(thread) != "T" for thread in Path(f"/proc/{pid}/task").iterdir()):
        if time.monotonic() > deadline:
            raise ProcessError(f"process {pid} does not stand still")
        time.sleep(_POLL_SECONDS)


def _state(thread: Path) -> str:
    """The state of a thread, a letter of proc(5); "T": stopped. One that has ended meanwhile stands still, too."""
    try:
        return (thread / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "T"
