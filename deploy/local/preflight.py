"""Checks before anything is started; each says what to do when it fails."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from atd_testing.servers.ports import LOOPBACK, holder_of, is_free
from deploy.local.console import Console
from deploy.local.environment import Local
from deploy.local.errors import LocalRunError
from deploy.local.services import Service

_MINIMUM_FREE_BYTES = 2_000_000_000
_LEFTOVER_GRACE_SECONDS = 35
# A pid file is written right after its process starts; a process of another age only has the same number.
_PID_FILE_DELAY_SECONDS = 5.0


@contextmanager
def only_runner(directory: Path) -> Iterator[None]:
    """Hold `directory` for this runner: two on the same data would corrupt it.

    Raises:
        LocalRunError: naming the runner that holds it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise LocalRunError(
                f"It already runs on {directory} (pid {lock.read().strip() or 'unknown'}). "
                "Stop that one with Ctrl-C, or give this one a folder of its own: ATD_LOCAL_DIR=/another/folder"
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def require_disk(directory: Path) -> None:
    """Raise `LocalRunError` if there is no room for topics, journals and logs."""
    free = shutil.disk_usage(directory).free
    if free < _MINIMUM_FREE_BYTES:
        raise LocalRunError(
            f"{free / 1e9:.1f} GB are free on the disk of {directory}, and 2 GB are needed. Make room, or put the data "
            "elsewhere: ATD_LOCAL_DIR=/another/folder"
        )


def require_ports(wanted: Sequence[tuple[str, str, int]]) -> None:
    """Raise `LocalRunError` naming every taken port of `wanted` (who, variable that replaces it, port)."""
    faults = []
    for name, variable, port in wanted:
        if not is_free(port, LOOPBACK):
            holder = holder_of(port) or "another program"
            faults.append(f"{name} needs port {port}, but {holder} listens there. Stop it, or choose: {variable}=...")
    if faults:
        raise LocalRunError("\n".join(faults))


def wanted_ports(local: Local, services: Sequence[Service]) -> list[tuple[str, str, int]]:
    """List who wants which port, and the variable that replaces it."""
    wanted = []
    if "KAFKA_BOOTSTRAP_SERVERS" not in local.given:
        wanted.append(("kafka", "ATD_LOCAL_KAFKA_PORT", local.kafka_port))
    if "MONGODB_URL" not in local.given:
        wanted.append(("mongod", "ATD_LOCAL_MONGODB_PORT", local.mongodb_port))
    for service in services:
        for variable, port in local.ports(service).items():
            name = service.port_variable if variable == "ATD_PORT" else variable
            wanted.append((service.name, name, port))
    return wanted


def stop_leftovers(directory: Path, console: Console) -> None:
    """Stop what an earlier runner that was killed has left, going by its pid files."""
    leftovers = []
    for pid_file in sorted((directory / "run").glob("*.pid")):
        process = running(pid_file)
        if process is not None:
            console.say(f"stopping {pid_file.stem} (pid {process.pid}), left over from an earlier run")
            with suppress(psutil.Error):
                process.terminate()
            leftovers.append(process)
        pid_file.unlink(missing_ok=True)
    _, alive = psutil.wait_procs(leftovers, timeout=_LEFTOVER_GRACE_SECONDS)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


def running(pid_file: Path) -> psutil.Process | None:
    """Return the process of `pid_file` if that very one still runs."""
    try:
        process = psutil.Process(int(pid_file.read_text(encoding="ascii")))
        age_when_written = pid_file.stat().st_mtime - process.create_time()
    except (OSError, ValueError, psutil.Error):
        return None
    if process.status() == psutil.STATUS_ZOMBIE or abs(age_when_written) > _PID_FILE_DELAY_SECONDS:
        return None
    return process
