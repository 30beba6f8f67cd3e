"""`python -m atd_testing.telegram` runs the fake as a process.

`ATD_PORT` (default 8198) and `ATD_HOST` (default 127.0.0.1) say where it listens.
"""

import os

import uvicorn

from atd_servicekit.serving import KEEP_ALIVE_SECONDS
from atd_testing.telegram.app import create_fake_bot_api


def main() -> None:
    """Serve the fake until a signal."""
    uvicorn.run(
        create_fake_bot_api(),
        host=os.environ.get("ATD_HOST", "127.0.0.1"),
        port=int(os.environ.get("ATD_PORT", "8198")),
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )


if __name__ == "__main__":
    main()
