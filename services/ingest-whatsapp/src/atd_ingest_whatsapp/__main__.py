"""`python -m atd_ingest_whatsapp` runs the service."""

from atd_ingest_whatsapp.app import create_app
from atd_ingest_whatsapp.settings import Settings
from atd_schemas.services import INGEST_WHATSAPP
from atd_servicekit.serving import read_settings, serve

if __name__ == "__main__":
    serve(INGEST_WHATSAPP.name, create_app, read_settings(Settings))
