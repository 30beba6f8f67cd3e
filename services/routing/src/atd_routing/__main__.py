"""`python -m atd_routing` runs the service."""

from atd_routing.app import SERVICE, create_app
from atd_routing.settings import RoutingSettings
from atd_servicekit.serving import read_settings, serve


def main() -> None:
    """Read the settings and serve until told to stop."""
    serve(SERVICE, create_app, read_settings(RoutingSettings))


if __name__ == "__main__":
    main()
