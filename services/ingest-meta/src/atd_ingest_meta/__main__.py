"""`python -m atd_ingest_meta` runs the service."""

from atd_ingest_meta.app import create_app
from atd_ingest_meta.settings import Settings
from atd_schemas.services import INGEST_META
from atd_servicekit.serving import read_settings, serve

if __name__ == "__main__":
    serve(INGEST_META.name, create_app, read_settings(Settings))
