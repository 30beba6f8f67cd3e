"""Loopback ports: find a free one, and say who holds a taken one."""

from __future__ import annotations

import os
import random
import socket

import psutil

from atd_testing.servers.errors import ServerStartError

LOOPBACK = "127.0.0.1"
# Below the ephemeral range of Linux (32768) and macOS (49152). A client that reconnects to a dead server on
# an ephemeral port can be given that very port as its source, connect to itself, and so keep the server from
# coming back.
_LOWEST_PORT, _HIGHEST_PORT = 10_240, 32_000
_chosen: set[int] = set()


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether a server could listen on `port` now (connections in TIME_WAIT do not matter)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """Return a port that nobody listens on, outside the ephemeral range, and never the same port twice.

    Workers of pytest-xdist choose from ranges that do not overlap: a port may be free for a while after it was
    chosen, until its server starts.

    Raises:
        ServerStartError: if 200 random ports are all taken.
    """
    ports = worker_ports(os.environ.get("PYTEST_XDIST_WORKER", ""), os.environ.get("PYTEST_XDIST_WORKER_COUNT", ""))
    chooser = random.SystemRandom()
    for _ in range(200):
        port = chooser.choice(ports)
        if port not in _chosen and is_free(port):
            _chosen.add(port)
            return port
    raise ServerStartError("No free loopback port was found. Stop some of the servers here and try again.")


def worker_ports(worker: str, count: str) -> range:
    """The ports of a pytest-xdist worker (`gw1` of `3`); without pytest-xdist, all of them."""
    if not (worker.startswith("gw") and worker[2:].isdigit() and count.isdigit()):
        return range(_LOWEST_PORT, _HIGHEST_PORT)
    each = (_HIGHEST_PORT - _LOWEST_PORT) // int(count)
    lowest = _LOWEST_PORT + int(worker[2:]) % int(count) * each
    return range(lowest, lowest + each)


def holder_of(port: int) -> str:
    """Name the process that listens on `port`, as far as this user may see it (``''`` if not)."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except (psutil.Error, OSError):  # macOS shows other users' sockets to root only
        return ""
    for connection in connections:
        address = connection.laddr
        if connection.status != psutil.CONN_LISTEN or not address or address.port != port:
            continue
        if connection.pid:
            try:
                process = psutil.Process(connection.pid)
                return f"{process.name()} (pid {process.pid})"
            except psutil.Error:
                return f"pid {connection.pid}"
    return ""


def require_free(port: int, what: str, host: str = LOOPBACK) -> None:
    """Raise `ServerStartError` naming the holder if `port` is taken; `what` is who wanted it."""
    if not is_free(port, host):
        holder = holder_of(port) or "another program"
        raise ServerStartError(
            f"{what} needs port {port}, but {holder} is listening there. Stop it or choose another port."
        )
