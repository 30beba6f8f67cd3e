"""`python -m atd_ingest_whatsapp` runs the service."""

from atd_ingest_whatsapp.app import SERVICE, create_app
from atd_ingest_whatsapp.settings import Settings
from atd_servicekit.serving import read_settings, serve

if __name__ == "__main__":
    serve(SERVICE, create_app, read_settings(Settings))
