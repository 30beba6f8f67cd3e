"""What can be set of this service, beside what every channel service has."""

from typing import ClassVar

from pydantic import Field

from atd_channelkit.settings import ChannelServiceSettings
from atd_ingest_telegram.compose.keyboards import Language
from atd_schemas.services import INGEST_TELEGRAM
from atd_servicekit.base_urls import BaseUrl
from atd_servicekit.rates import Rate


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
    chat_per_second: float = Field(
        default=1.0, gt=0, le=1000, description="Messages per second to one private chat, after a burst"
    )
    chat_burst: int = Field(default=5, ge=1, le=1000, description="Messages to one private chat at once")
    group_per_minute: int = Field(default=20, ge=4, le=60_000, description="Messages to one group in any minute")
    language: Language = Field(
        default="pt-BR", description="Language of the buttons that ask a customer for their phone or place"
    )

    def pace(self, recipient: str) -> Rate:
        """How often this chat may be written to; the ids of groups are negative."""
        if not recipient.startswith("-"):
            return Rate(self.chat_per_second, self.chat_burst)
        burst = self.group_per_minute // 4
        return Rate((self.group_per_minute - burst) / 60, burst)
