"""The fakes of all providers behind one address; `python -m atd_testing.every_provider` runs them as one process.

WhatsApp's stands at the root, each of the others below the name of its channels' topic: `/telegram`, `/meta`. Each has
its control routes below its own `/_fake`. `ATD_PORT` (default 8199) and `ATD_HOST` (default 127.0.0.1) say where it
listens.
"""

import os
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import uvicorn
from fastapi import FastAPI

from atd_servicekit.serving import KEEP_ALIVE_SECONDS
from atd_testing.meta import create_fake_meta
from atd_testing.telegram import create_fake_bot_api
from atd_testing.whatsapp import create_fake_graph

AT_ROOT = "whatsapp"


def provider_path(outbound: str) -> str:
    """Where the fake of a channel service's provider stands: `/telegram`; nothing for the one at the root."""
    return "" if outbound == AT_ROOT else f"/{outbound}"


@asynccontextmanager
async def running(fakes: Mapping[str, FastAPI]) -> AsyncIterator[None]:
    """Run the fakes: what is mounted below another application is not started with it."""
    async with AsyncExitStack() as stack:
        for fake in fakes.values():
            await stack.enter_async_context(fake.router.lifespan_context(fake))
        yield


def mount(app: FastAPI, fakes: Mapping[str, FastAPI]) -> None:
    """Put the fakes, by the name of their topic, below their paths; the one at the root comes last."""
    for outbound, fake in sorted(fakes.items(), key=lambda one: provider_path(one[0]), reverse=True):
        app.mount(provider_path(outbound), fake)


def create_fakes(*, but: Collection[str] = ()) -> dict[str, FastAPI]:
    """The fakes of all providers but some, by the name of their topic."""
    made: Mapping[str, Callable[[], FastAPI]] = {
        AT_ROOT: lambda: create_fake_graph().app,
        "telegram": lambda: create_fake_bot_api().app,
        "meta": lambda: create_fake_meta().app,
    }
    return {outbound: make() for outbound, make in made.items() if outbound not in but}


def create_every_provider(*, but: Collection[str] = ()) -> FastAPI:
    """The fakes of all providers as one application, or of all but some, by the name of their topic."""
    fakes = create_fakes(but=but)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(fakes):
            yield

    app = FastAPI(title="Fake providers", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    mount(app, fakes)
    return app


def main() -> None:
    """Serve the fakes until a signal."""
    uvicorn.run(
        create_every_provider(),
        host=os.environ.get("ATD_HOST", "127.0.0.1"),
        port=int(os.environ.get("ATD_PORT", "8199")),
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )


if __name__ == "__main__":
    main()
