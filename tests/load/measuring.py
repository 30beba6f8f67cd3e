"""One measurement: a driver, maybe a sink, and what the processes in between cost meanwhile."""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
import psutil

from atd_testing.processes import ManagedProcess
from tests.load.board import Board
from tests.load.traffic import Plan

_STARTING_SECONDS = 30.0
_SAMPLE_SECONDS = 0.5
_ROOT = Path(__file__).parents[2]
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Sink:
    """Where messages arrive: `kind` and `spec` of `tests.load.sinks`."""

    kind: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    p50: float
    p90: float
    p95: float
    p99: float
    worst: float

    @classmethod
    def of(cls, begins: Sequence[int], ends: Sequence[int]) -> Latency:
        """Of pairs of nanoseconds; pairs that did not end are left out."""
        found = sorted((end - begin) / 1e6 for begin, end in zip(begins, ends, strict=True) if begin and end)
        if not found:
            return cls(0.0, 0.0, 0.0, 0.0, 0.0)
        parts = (0.5, 0.9, 0.95, 0.99)
        p50, p90, p95, p99 = (found[min(len(found) - 1, int(len(found) * part))] for part in parts)
        return cls(p50, p90, p95, p99, found[-1])


@dataclass(slots=True)
class Cost:
    """What one process took: seconds of processor in all, and the most memory that it had (resident, MB)."""

    cpu_seconds: float
    peak_mb: float


@dataclass(slots=True)
class Measured:
    """What came out. Rates are per second; `arrived` is 0 without a sink."""

    messages: int
    accepted_rate: float
    arrived_rate: float
    answered: Latency
    arrived: Latency
    retried: int
    repeated: int
    seconds: float
    costs: dict[str, Cost] = field(default_factory=dict)
    others: float = 0.0
    """Part of all processors that went to programs which have nothing to do with it."""

    def cpu_microseconds(self) -> dict[str, float]:
        """Processor time per message, by process."""
        return {name: cost.cpu_seconds / self.messages * 1e6 for name, cost in self.costs.items()}


class Lab:
    """Where measurements take place: files, and the processes that are watched.

    Args:
        directory: for boards, plans and logs.

    Attributes:
        watched: process ids by name, whose cost is of interest.
        going: set while messages are being sent.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.watched: dict[str, int] = {}
        self.going = threading.Event()
        directory.mkdir(parents=True, exist_ok=True)

    def measure(self, plan: Plan, sink: Sink | None = None, *, timeout: float = 120.0) -> Measured:
        """Drive the plan and wait until everything has arrived (or, without a sink, is accepted).

        Raises:
            TimeoutError: when it has not, within `timeout` seconds.
            ProcessError: when a process ended.
        """
        name = f"run-{next(_numbers):02d}"
        board = Board(self.directory / f"{name}.board", plan.messages, create=True)
        sink_process = None if sink is None else self._start_sink(name, board, sink)
        driver = self._start(f"{name}-driver", "tests.load.driver", [self._file(name, plan.to_json()), board.path])
        try:
            board.wait(lambda: bool(board.get("driver_ready")) or not driver.running, _STARTING_SECONDS, "driver")
            extra = {"driver": driver.pid} | ({} if sink_process is None else {"sink": sink_process.pid})
            with watching({**self.watched, **extra}) as spent:
                board.set("go")
                self.going.set()
                self._wait_done(board, driver, timeout, sink=sink is not None)
            return _read(board, spent)
        finally:
            self.going.clear()
            board.set("stop")
            driver.kill()
            if sink_process is not None:
                sink_process.kill()
            board.path.unlink()

    def _wait_done(self, board: Board, driver: ManagedProcess, timeout: float, *, sink: bool) -> None:
        slot = "arrived" if sink else "accepted"

        def done() -> bool:
            if not driver.running:
                raise TimeoutError(f"the driver ended: {driver.log_tail()}")
            return 0 < board.get("total") <= board.get(slot)

        board.wait(done, timeout, f"{slot} of every message")

    def _start_sink(self, name: str, board: Board, sink: Sink) -> ManagedProcess:
        spec = self._file(f"{name}-sink", dict(sink.spec))
        process = self._start(f"{name}-sink", "tests.load.sinks", [sink.kind, board.path, board.messages, spec])
        process.wait_until(lambda: bool(board.get("sink_ready")), timedelta(seconds=_STARTING_SECONDS), "a sink")
        return process

    def _file(self, name: str, content: Mapping[str, Any]) -> Path:
        path = self.directory / f"{name}.json"
        path.write_bytes(orjson.dumps(content))
        return path

    def _start(self, name: str, module: str, arguments: Sequence[object]) -> ManagedProcess:
        process = ManagedProcess(
            name,
            [sys.executable, "-m", module, *map(str, arguments)],
            log_file=self.directory / f"{name}.log",
            cwd=_ROOT,
        )
        process.start()
        return process


@dataclass(slots=True)
class Spent:
    """What was used during a block of `watching`."""

    costs: dict[str, Cost]
    others: float = 0.0


@contextmanager
def watching(pids: Mapping[str, int]) -> Iterator[Spent]:
    """The cost of these processes during the block, known when it has ended."""
    processes = {name: psutil.Process(pid) for name, pid in pids.items()}
    ours = [*processes.values(), psutil.Process()]
    spent = Spent({name: Cost(0.0, 0.0) for name in processes})
    before = [_cpu_seconds(process) for process in ours]
    busy, began = _busy_seconds(), monotonic()
    stop = threading.Event()

    def sample() -> None:
        while True:
            for name, process in processes.items():
                with suppress(psutil.NoSuchProcess):
                    spent.costs[name].peak_mb = max(spent.costs[name].peak_mb, process.memory_info().rss / 1e6)
            if stop.wait(_SAMPLE_SECONDS):
                return

    sampler = threading.Thread(target=sample, name="memory", daemon=True)
    sampler.start()
    try:
        yield spent
    finally:
        stop.set()
        sampler.join()
    used = [_cpu_seconds(process) - then for process, then in zip(ours, before, strict=True)]
    for cost, seconds in zip(spent.costs.values(), used, strict=False):
        cost.cpu_seconds = seconds
    capacity = (monotonic() - began) * (psutil.cpu_count() or 1)
    spent.others = max(0.0, (_busy_seconds() - busy - sum(used)) / capacity)


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _read(board: Board, spent: Spent) -> Measured:
    total = board.get("total")
    # Of several services one may be ahead of another when nothing more is sent.
    numbers = [number for number, at in enumerate(board.sent_at) if at]
    columns = (board.sent_at, board.accepted_at, board.arrived_at)
    sent, accepted, arrived = ([column[number] for number in numbers] for column in columns)
    first = min(sent)
    return Measured(
        messages=total,
        accepted_rate=total / ((max(accepted) - first) / 1e9),
        arrived_rate=total / ((max(arrived) - first) / 1e9) if any(arrived) else 0.0,
        answered=Latency.of(sent, accepted),
        arrived=Latency.of(sent, arrived),
        retried=board.get("retried"),
        repeated=board.get("repeated"),
        seconds=(max(*accepted, *arrived) - first) / 1e9,
        costs=spent.costs,
        others=spent.others,
    )
