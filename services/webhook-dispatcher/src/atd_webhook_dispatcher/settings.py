"""The settings of the webhook dispatcher."""

from pydantic import Field

from atd_schemas.services import WEBHOOK_DISPATCHER
from atd_servicekit.settings import MasterKeySettings
from atd_servicekit.url_policy import CustomerUrlSettings


class WebhookDispatcherSettings(MasterKeySettings, CustomerUrlSettings):
    """See `atd_servicekit.settings` for those that every service has."""

    port: int = Field(default=WEBHOOK_DISPATCHER.port, ge=0, le=65535, description="Port to listen on")
