"""`python -m atd_message_counts` runs the service."""

from atd_message_counts.app import SERVICE, create_app
from atd_message_counts.settings import MessageCountsSettings
from atd_servicekit.serving import read_settings, serve

if __name__ == "__main__":
    serve(SERVICE, create_app, read_settings(MessageCountsSettings))
