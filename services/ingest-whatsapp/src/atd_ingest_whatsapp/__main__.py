"""`python -m atd_ingest_whatsapp` runs the service."""

import gc

from fastapi import FastAPI

from atd_ingest_whatsapp.app import SERVICE, create_app
from atd_ingest_whatsapp.settings import Settings
from atd_servicekit.serving import read_settings, serve

_YOUNG_OBJECTS = 20_000


def tuned_app(settings: Settings) -> FastAPI:
    """The service, whose garbage collector leaves alone what was there at the start.

    Every request makes objects that survive an await; with Python's defaults that had the collector walk through
    the whole heap again and again, for a third of the time of a webhook.
    """
    app = create_app(settings)

    async def freeze() -> None:
        gc.collect()
        gc.freeze()
        gc.set_threshold(_YOUNG_OBJECTS, 20, 50)

    app.state.runtime.on_start(freeze)
    return app


if __name__ == "__main__":
    serve(SERVICE, tuned_app, read_settings(Settings))
