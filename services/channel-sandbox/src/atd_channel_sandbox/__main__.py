"""`python -m atd_channel_sandbox` serves the phone."""

import uvicorn

from atd_channel_sandbox.app import SERVICE, create_app
from atd_channel_sandbox.settings import SandboxSettings
from atd_servicekit.logs import configure_logging

SHUTDOWN_SECONDS = 3


def main() -> None:
    """Serve until a signal."""
    settings = SandboxSettings()
    configure_logging(SERVICE, settings.log_format, settings.log_level)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


if __name__ == "__main__":
    main()
