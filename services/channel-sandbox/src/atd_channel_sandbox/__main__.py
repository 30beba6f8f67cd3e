"""`python -m atd_channel_sandbox` serves the sandbox."""

from types import FrameType

import uvicorn

from atd_channel_sandbox.app import SERVICE, Sandbox, create_app
from atd_channel_sandbox.settings import SandboxSettings
from atd_servicekit.logs import configure_logging
from atd_servicekit.serving import KEEP_ALIVE_SECONDS

SHUTDOWN_SECONDS = 3


class _Server(uvicorn.Server):
    """Closes the event streams of open pages as soon as it gets a signal: they would delay the stop."""

    def __init__(self, config: uvicorn.Config, sandbox: Sandbox) -> None:
        super().__init__(config)
        self._sandbox = sandbox

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._sandbox.state.events.close()
        super().handle_exit(sig, frame)


def main() -> None:
    """Serve until a signal."""
    settings = SandboxSettings()
    configure_logging(SERVICE, settings.log_format, settings.log_level)
    sandbox = create_app(settings)
    config = uvicorn.Config(
        sandbox,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    _Server(config, sandbox).run()


if __name__ == "__main__":
    main()
