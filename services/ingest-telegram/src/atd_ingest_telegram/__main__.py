"""`python -m atd_ingest_telegram` runs the service."""

from atd_ingest_telegram.app import create_app
from atd_ingest_telegram.settings import Settings
from atd_schemas.services import INGEST_TELEGRAM
from atd_servicekit.serving import read_settings, serve

if __name__ == "__main__":
    serve(INGEST_TELEGRAM.name, create_app, read_settings(Settings))
