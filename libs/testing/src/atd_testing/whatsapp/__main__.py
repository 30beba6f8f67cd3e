"""`python -m atd_testing.whatsapp` runs the fake as a process.

`ATD_PORT` (default 8199) and `ATD_HOST` (default 127.0.0.1) say where it listens. With
`ATD_FAKE_CALLBACK_URL` and `ATD_FAKE_APP_SECRET` it delivers the webhooks of every number there from the start.
"""

import os

import uvicorn

from atd_servicekit.serving import KEEP_ALIVE_SECONDS
from atd_testing.whatsapp.app import create_fake_graph
from atd_testing.whatsapp.state import Callback


def main() -> None:
    """Serve the fake until a signal."""
    callback = None
    if url := os.environ.get("ATD_FAKE_CALLBACK_URL"):
        callback = Callback(callback_url=url, app_secret=os.environ["ATD_FAKE_APP_SECRET"])
    uvicorn.run(
        create_fake_graph(callback=callback),
        host=os.environ.get("ATD_HOST", "127.0.0.1"),
        port=int(os.environ.get("ATD_PORT", "8199")),
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )


if __name__ == "__main__":
    main()
