"""Where a process spends its time under load: py-spy, and the functions at the top."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.load.bench import Bench, say

SECONDS = 10
_PER_SECOND = 500
_SHOWN = 45


def profile(bench: Bench, name: str, directory: Path) -> None:
    """Send as fast as the product accepts, record `name` meanwhile, and print its functions by their own time.

    Leaves `profile-<name>.txt` (stacks and samples, for flame graphs) in `directory`.
    """
    output = directory / f"profile-{name}.txt"
    with bench.running_product():
        pid = bench.lab.watched[name]
        command = ["py-spy", "record", "--pid", str(pid), "--duration", str(SECONDS), "--rate", str(_PER_SECOND)]
        program = Path(sys.executable).with_name("py-spy")
        arguments = [str(program), *command[1:], "--format", "raw", "--output", str(output), "--nonblocking"]
        say(f"recording {name} (pid {pid}) for {SECONDS} s")
        with subprocess.Popen(arguments, stdout=subprocess.DEVNULL) as recorder:
            while recorder.poll() is None:
                bench.sustained_product()
    say(f"stacks for a flame graph: {output}")
    own, inclusive, samples = read(output)
    _print("own time", own, samples)
    _print("with what it calls", inclusive, samples)


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
    sys.stdout.write(f"\n{title}, of {samples} samples in which it ran\n")
    for function, count in found.most_common(_SHOWN):
        sys.stdout.write(f"  {count / samples:6.1%}  {function}\n")
