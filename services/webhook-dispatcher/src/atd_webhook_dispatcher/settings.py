"""The settings of the webhook dispatcher."""

from datetime import timedelta

from pydantic import Field

from atd_schemas.services import WEBHOOK_DISPATCHER
from atd_servicekit.settings import MasterKeySettings
from atd_servicekit.url_policy import CustomerUrlSettings


class WebhookDispatcherSettings(MasterKeySettings, CustomerUrlSettings):
    """See `atd_servicekit.settings` for those that every service has."""

    port: int = Field(default=WEBHOOK_DISPATCHER.port, ge=0, le=65535, description="Port to listen on")
    webhook_archive_days: int = Field(
        default=7, ge=1, le=90, description="Days for which events of companies with webhooks are kept for replays"
    )
    webhook_delivered_days: int = Field(
        default=7, ge=1, le=90, description="Days for which webhook deliveries that arrived are kept"
    )
    webhook_failed_days: int = Field(
        default=30, ge=1, le=365, description="Days for which webhook deliveries that failed or were dropped are kept"
    )

    @property
    def archive_time(self) -> timedelta:
        """For how long events are kept."""
        return timedelta(days=self.webhook_archive_days)
