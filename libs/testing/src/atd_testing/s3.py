"""An S3 as a local process, with buckets for tests: moto's server, which keeps everything in memory."""

from __future__ import annotations

import sys
import uuid
from datetime import timedelta
from pathlib import Path

import httpx

from atd_testing.processes import ManagedProcess
from atd_testing.servers.ports import LOOPBACK, free_port

_START_TIMEOUT = timedelta(minutes=3)
_TIMEOUT_SECONDS = 10.0


class S3Server:
    """One server on loopback. It takes any key pair, and forgets everything when it stops."""

    def __init__(self, log_file: Path) -> None:
        port = free_port()
        self.url = f"http://{LOOPBACK}:{port}"
        command = [sys.executable, "-m", "moto.server", "-H", LOOPBACK, "-p", str(port)]
        self._process = ManagedProcess("s3", command, log_file=log_file)

    def start(self) -> None:
        """Return when it answers. Raises `ProcessError`."""
        self._process.start()
        self._process.wait_ready(f"{self.url}/moto-api/data.json", _START_TIMEOUT)

    def stop(self) -> None:
        self._process.kill()

    def create_bucket(self) -> str:
        """A new, empty bucket; its name."""
        name = f"bucket-{uuid.uuid4().hex}"
        httpx.put(f"{self.url}/{name}", timeout=_TIMEOUT_SECONDS).raise_for_status()
        return name
