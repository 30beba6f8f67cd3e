"""Running a service as a process: uvicorn with uvloop and httptools, and an orderly end on SIGTERM."""

import gc
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from atd_servicekit.logs import configure_logging
from atd_servicekit.runtime import Runtime
from atd_servicekit.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)

KEEP_ALIVE_SECONDS = 75
"""How long a server keeps an idle connection: longer than any client of ours, so that none meets one being closed."""

_YOUNG_OBJECTS = 20_000


def read_settings(kind: type[S]) -> S:
    """Read the settings from the environment; when one is wrong, say which and end the process with status 1."""
    try:
        return kind()
    except ValidationError as error:
        faults = error.errors(include_input=False)
        lines = [f"  {_variable(fault['loc'])}{fault['msg'].removeprefix('Value error, ')}" for fault in faults]
        raise SystemExit("The configuration is not valid:\n" + "\n".join(lines)) from None


def _variable(loc: tuple[int | str, ...]) -> str:
    """The variable of a setting and a colon; nothing for what is wrong about several together."""
    if not loc:
        return ""
    name = str(loc[0])
    return f"{name if name.isupper() else f'ATD_{name.upper()}'}: "


def freeze_heap_at_start(runtime: Runtime) -> None:
    """Exclude everything that exists when the service has started from garbage collection.

    Every request and record makes objects that survive an await; with Python's defaults that had the collector walk
    through the whole heap again and again, for a third of the time of a webhook. For processes that serve, not tests.
    """

    async def freeze() -> None:
        gc.collect()
        gc.freeze()
        gc.set_threshold(_YOUNG_OBJECTS, 20, 50)

    runtime.on_start(freeze)


def serve(service: str, create_app: Callable[[S], FastAPI], settings: S) -> None:
    """Serve until SIGTERM or SIGINT; running requests get the grace of the settings.

    A start that fails for good ends the process with status 1.
    """
    configure_logging(service, settings.log_format, settings.log_level)
    app = create_app(settings)
    runtime: Runtime = app.state.runtime
    freeze_heap_at_start(runtime)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,  # no service asks for the caller's address; the gateway has a server of its own
        timeout_graceful_shutdown=int(settings.shutdown_grace.total_seconds()),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        backlog=4096,
    )
    server = uvicorn.Server(config)
    runtime.end_on_failure(partial(setattr, server, "should_exit", True))
    server.run()
    if not server.started or runtime.health.failed:
        raise SystemExit(1)
