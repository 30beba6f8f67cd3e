"""One server per data directory, and room on its disk."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from atd_testing.servers.errors import ServerStartError

MINIMUM_FREE_BYTES = 500_000_000


@contextmanager
def exclusive(directory: Path, what: str) -> Iterator[int]:
    """Lock `directory` and yield the descriptor of the lock, to be inherited by the server's process.

    The lock is held as long as any process has that descriptor open: after this block, exactly as long as the
    server lives, even when the program that started it is gone.

    Raises:
        ServerStartError: if another server uses the directory, or its disk is full.
    """
    directory.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(directory).free
    if free < MINIMUM_FREE_BYTES:
        raise ServerStartError(
            f"{what} needs 500 MB on the disk of {directory}; {free // 1_000_000} MB are free. Make room and try again."
        )
    descriptor = os.open(directory / ".atendimento.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServerStartError(
                f"Another {what} already uses {directory}, and two would corrupt it. Stop that one first."
            ) from error
        yield descriptor
    finally:
        os.close(descriptor)
