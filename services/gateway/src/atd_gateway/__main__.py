"""`python -m atd_gateway` runs the gateway."""

import uvloop

from atd_gateway.app import create_apps
from atd_gateway.server import Servers
from atd_gateway.settings import GatewaySettings
from atd_servicekit.logs import configure_logging
from atd_servicekit.serving import freeze_heap_at_start, read_settings


async def _main(settings: GatewaySettings) -> None:
    apps = create_apps(settings)
    freeze_heap_at_start(apps.runtime)
    await Servers(apps, settings).run_until_signalled()


def main() -> None:
    """Read the settings from the environment and serve."""
    settings = read_settings(GatewaySettings)
    configure_logging("gateway", settings.log_format, settings.log_level)
    uvloop.run(_main(settings))


if __name__ == "__main__":
    main()
