"""What can be set of this service, beside what every service has."""

from datetime import timedelta

from pydantic import Field

from atd_schemas.services import INGEST_WHATSAPP
from atd_servicekit.files import FileStoreSettings
from atd_servicekit.settings import MasterKeySettings


class Settings(FileStoreSettings, MasterKeySettings):
    """Environment variables with the prefix `ATD_`; durations in seconds or ISO 8601."""

    port: int = Field(default=INGEST_WHATSAPP.port, ge=0, le=65535, description="Port to listen on")
    whatsapp_api_url: str = Field(
        default="https://graph.facebook.com", description="Base of the Graph API (another one for tests and proxies)"
    )
    whatsapp_api_version: str = Field(
        default="v25.0", pattern=r"^v\d{1,2}\.\d$", description="Graph API version, the first segment of each path"
    )
    whatsapp_timeout: timedelta = Field(
        default=timedelta(seconds=15),
        gt=timedelta(0),
        description="Longest call to the Graph API; a send that takes longer is uncertain (seconds)",
    )
    whatsapp_concurrency_per_account: int = Field(
        default=32, ge=1, le=200, description="Sends of one number under way at once, in one process"
    )
    whatsapp_fetches_per_account: int = Field(
        default=4, ge=1, le=32, description="Customers' files of one number fetched at once, in one process"
    )
    whatsapp_messages_per_second: int = Field(
        default=80, ge=1, le=1000, description="Sends per second of one number; Meta allows 80 unless it raised it"
    )
    whatsapp_uncertain_after: timedelta = Field(
        default=timedelta(seconds=60),
        description="How long an uncertain send waits for a receipt that proves it before it is repeated (seconds)",
    )
    whatsapp_send_until: timedelta = Field(
        default=timedelta(hours=24),
        description="How long an unsent message is tried, a waiting account included, before it fails (seconds)",
    )
    whatsapp_webhook_timeout: timedelta = Field(
        default=timedelta(seconds=8),
        description="Longest wait for Kafka before a webhook is answered 503, so that Meta repeats it (seconds)",
    )
    whatsapp_secret_overlap: timedelta = Field(
        default=timedelta(days=7),
        description="How long a replaced app secret still proves webhooks (seconds)",
    )
    whatsapp_account_refresh: timedelta = Field(
        default=timedelta(seconds=30),
        gt=timedelta(0),
        description="How often changed accounts are read again, should a change event be missed (seconds)",
    )
    whatsapp_templates_timeout: timedelta = Field(
        default=timedelta(seconds=25),
        gt=timedelta(0),
        description="Longest reading of a business account's whole list of templates (seconds)",
    )
