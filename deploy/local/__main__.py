"""``python -m deploy.local``: start everything and watch it; ``status``: show what runs; ``env``: for other commands.

``env`` prints the environment of `atd`, and ``env --service NAME`` that of a service, to be used as
``eval "$(python -m deploy.local env)"``.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Event

if sys.version_info < (3, 11):  # noqa: UP036 - a clear message for other Python versions
    sys.exit(f"Python 3.11 or newer is needed; this is {platform.python_version()}. Try: make PYTHON=python3.11 run")
if sys.platform == "win32":
    sys.exit("Windows has no fork and no signals as this needs them. Run it inside WSL 2 (Ubuntu), or with Docker.")

from atd_testing.servers import ServerStartError
from atd_testing.servers.mongo import mongodb_url
from atd_testing.servers.ports import LOOPBACK
from deploy.local.console import Console
from deploy.local.environment import Local, operator_environment, service_environment, shared_environment
from deploy.local.errors import LocalRunError
from deploy.local.runner import Runner
from deploy.local.services import CREATE_TOPICS, SERVICES, Service
from deploy.local.status import status
from deploy.local.web import build_client

_ROOT = Path(__file__).resolve().parents[2]
_LEFT_AT_ONCE_STATUS = 130
_SAME_SIGNAL_SECONDS = 1.0  # a signal to the process group comes once from its sender and once through make


def main(arguments: list[str]) -> int:
    """Run the command named by `arguments` and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("run", "status", "env"), default="run")
    parser.add_argument("--service", metavar="NAME", help="for env: that of this service, with its own keys")
    parser.add_argument("--without", metavar="NAMES", default="", help="services not to start, separated by commas")
    options = parser.parse_args(arguments)
    directory = Path(os.environ.get("ATD_LOCAL_DIR", _ROOT / ".local")).resolve()
    local = Local(directory, dict(os.environ))
    try:
        left_out = named(SERVICES, options.without)
        match options.command:
            case "status":
                table, fine = status(local, [each for each in SERVICES if each.name not in left_out])
                print(table)
                return 0 if fine else 1
            case "env":
                print(exports(local, options.service))
            case _:
                run(local, left_out)
    except (LocalRunError, ServerStartError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run(local: Local, left_out: frozenset[str]) -> None:
    """Run until Ctrl-C or SIGTERM. A second signal ends at once (on Linux the processes still get it)."""
    stop = Event()
    first_signal_at = 0.0
    os.chdir(_ROOT)

    def stop_once(*_: object) -> None:
        nonlocal first_signal_at
        if not stop.is_set():
            first_signal_at = time.monotonic()
            stop.set()
            raise KeyboardInterrupt
        if time.monotonic() - first_signal_at > _SAME_SIGNAL_SECONDS:
            os._exit(_LEFT_AT_ONCE_STATUS)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_once)
    console = Console([service.name for service in SERVICES], os.environ)
    try:
        client = partial(build_client, local, _ROOT, console)
        Runner(local, SERVICES, CREATE_TOPICS, console, stop, left_out, client).run()
    except KeyboardInterrupt:
        console.say("stopped")


def named(services: Sequence[Service], names: str) -> frozenset[str]:
    """Return the names in `names`, which are separated by commas.

    Raises:
        LocalRunError: naming a service that does not exist.
    """
    wanted = frozenset(name.strip() for name in names.split(",") if name.strip())
    known = [service.name for service in services]
    if unknown := sorted(wanted.difference(known)):
        raise LocalRunError(f"There is no service {', '.join(unknown)}; there are {', '.join(known)}.")
    return wanted


def exports(local: Local, name: str | None = None) -> str:
    """Return shell commands that set the environment variables of a program.

    Without `name` they are for `atd`: the operator's key and where each service is. With it they are for that service,
    to run it in a debugger beside `--without`.

    Raises:
        LocalRunError: if there is no such service.
    """
    shared = shared_environment(
        local,
        SERVICES,
        local.given.get("KAFKA_BOOTSTRAP_SERVERS", f"{LOOPBACK}:{local.kafka_port}"),
        local.given.get("MONGODB_URL", mongodb_url(local.mongodb_port)),
    )
    if name is None:
        variables = operator_environment(local, SERVICES, shared)
    else:
        named(SERVICES, name)
        service = next(each for each in SERVICES if each.name == name)
        variables = service_environment(local, service, SERVICES, shared)
    return "\n".join(
        f"export {name}={shlex.quote(value)}" for name, value in variables.items() if local.given.get(name) != value
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
