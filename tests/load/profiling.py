"""Where a process spends its time under load: py-spy, and the functions at the top."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.load.bench import Bench, say

SECONDS = 10
_PER_SECOND = 400
_SHOWN = 45
_POLL_SECONDS = 0.1


def profile(bench: Bench, name: str, directory: Path, *, native: bool) -> None:
    """Send as fast as the product accepts, record `name` meanwhile, and print its functions by their own time.

    Only what holds the interpreter's lock is counted: a process that waits does not. `native` also names functions
    of C extensions. Leaves `profile-<name>.txt` (stacks and samples, for flame graphs) in `directory`.
    """
    output = directory / f"profile-{name}.txt"
    with bench.running_product(), ThreadPoolExecutor(1) as thread:
        sending = thread.submit(bench.sustained_product)
        bench.lab.going.wait()
        say(f"recording {name} for {SECONDS} s, or as long as messages come")
        record(bench.lab.watched[name], output, sending, native=native)
    show(output)


def record(pid: int, output: Path, while_running: Future[Any], *, native: bool = False) -> None:
    """Record a process for `SECONDS`, or until the other work is done; raises what that raised."""
    recorder = subprocess.Popen(_command(pid, output, native=native), stdout=subprocess.DEVNULL)
    try:
        while recorder.poll() is None and not while_running.done():
            time.sleep(_POLL_SECONDS)
    finally:
        recorder.send_signal(signal.SIGINT)  # it writes what it has
        recorder.wait()
    while_running.result()


def show(output: Path) -> None:
    """Print the functions of a recording by their time."""
    own, inclusive, samples = read(output)
    _print("own time", own, samples)
    _print("with what it calls", inclusive, samples)
    say(f"stacks for a flame graph: {output}")


def _command(pid: int, output: Path, *, native: bool) -> list[str]:
    program = str(Path(sys.executable).with_name("py-spy"))
    options = ["--pid", str(pid), "--duration", str(SECONDS), "--rate", str(_PER_SECOND), "--gil"]
    return [program, "record", *options, "--format", "raw", "--output", str(output), *(["--native"] if native else [])]


def read(path: Path) -> tuple[Counter[str], Counter[str], int]:
    """Samples by function, of its own and with what it calls; and how many there were in all."""
    own: Counter[str] = Counter()
    inclusive: Counter[str] = Counter()
    total = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [_short(frame) for frame in stack.split(";")]
        own[frames[-1]] += int(count)
        inclusive.update(dict.fromkeys(frames, int(count)))
        total += int(count)
    return own, inclusive, total


def _short(frame: str) -> str:
    """`function (file)` without the line: a function is one entry."""
    function, _, place = frame.partition(" (")
    file = place.rstrip(")").rpartition(":")[0] or place.rstrip(")")
    return f"{function} ({file})"


def _print(title: str, found: Counter[str], samples: int) -> None:
    sys.stdout.write(f"\n{title}, of {samples} samples in which it held the lock\n")
    for function, count in found.most_common(_SHOWN):
        sys.stdout.write(f"  {count / samples:6.1%}  {function}\n")
