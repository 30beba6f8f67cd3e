"""`python -m atd_conversation` runs the service."""

from atd_conversation.app import SERVICE, create_app
from atd_conversation.settings import ConversationSettings
from atd_servicekit.serving import read_settings, serve


def main() -> None:
    """Read the settings and serve until told to stop."""
    serve(SERVICE, create_app, read_settings(ConversationSettings))


if __name__ == "__main__":
    main()
