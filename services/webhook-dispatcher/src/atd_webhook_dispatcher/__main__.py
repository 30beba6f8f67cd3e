"""`python -m atd_webhook_dispatcher` runs the service."""

from atd_servicekit.serving import read_settings, serve
from atd_webhook_dispatcher.app import SERVICE, create_app
from atd_webhook_dispatcher.settings import WebhookDispatcherSettings


def main() -> None:
    """Read the settings and serve until told to stop."""
    serve(SERVICE, create_app, read_settings(WebhookDispatcherSettings))


if __name__ == "__main__":
    main()
