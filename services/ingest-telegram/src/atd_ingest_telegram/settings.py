"""What can be set of this service, beside what every channel service has."""

from typing import ClassVar

from pydantic import Field

from atd_channelkit.settings import ChannelServiceSettings
from atd_schemas.services import INGEST_TELEGRAM
from atd_servicekit.base_urls import BaseUrl


class Settings(ChannelServiceSettings):
    """Environment variables with the prefix `ATD_TELEGRAM_`; durations in seconds or ISO 8601."""

    channel_prefix: ClassVar[str] = "ATD_TELEGRAM_"

    port: int = Field(default=INGEST_TELEGRAM.port, ge=0, le=65535, description="Port to listen on")
    api_url: BaseUrl = Field(
        default="https://api.telegram.org",
        description="Base of the Bot API (another one for tests, proxies, and a Bot API server of one's own)",
    )
    messages_per_second: int = Field(
        default=30, ge=1, le=1000, description="Sends per second of one bot, over all processes"
    )
