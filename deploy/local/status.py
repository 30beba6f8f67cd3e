"""Show which of the local processes run."""

from __future__ import annotations

from collections.abc import Sequence

from atd_testing.processes import answers
from deploy.local.environment import Local
from deploy.local.preflight import running
from deploy.local.services import Service


def status(local: Local, services: Sequence[Service]) -> tuple[str, bool]:
    """Return a table of all processes, and whether all of them work.

    A server that was given from outside is not checked; the table names the variable that gave it.
    """
    rows, fine = [], True
    for name, variable in (("mongod", "MONGODB_URL"), ("kafka", "KAFKA_BOOTSTRAP_SERVERS")):
        if variable in local.given:
            rows.append((name, "-", f"given by {variable}"))
            continue
        process = running(local.pid_file(name))
        fine = fine and process is not None
        rows.append((name, str(process.pid) if process else "-", "runs" if process else "down"))
    for service in services:
        process = running(local.pid_file(service.name))
        ready = process is not None and answers(local.ready_url(service))
        fine = fine and ready
        state = "ready" if ready else "not ready" if process else "down"
        rows.append((service.name, str(process.pid) if process else "-", f"{state:<10} {local.url(service)}"))
    width = max(len(name) for name, _, _ in rows)
    return "\n".join(f"{name:<{width}}  {pid:>7}  {state}" for name, pid, state in rows), fine
