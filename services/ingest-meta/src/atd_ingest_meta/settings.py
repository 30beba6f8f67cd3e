"""What can be set of this service, beside what every channel service has."""

from typing import ClassVar

from pydantic import Field

from atd_channelkit.settings import ChannelServiceSettings
from atd_schemas.services import INGEST_META
from atd_servicekit.base_urls import BaseUrl

FACEBOOK = "https://graph.facebook.com"
INSTAGRAM = "https://graph.instagram.com"


class Settings(ChannelServiceSettings):
    """Environment variables with the prefix `ATD_META_`; durations in seconds or ISO 8601."""

    channel_prefix: ClassVar[str] = "ATD_META_"

    port: int = Field(default=INGEST_META.port, ge=0, le=65535, description="Port to listen on")
    api_url: BaseUrl = Field(default=FACEBOOK, description="Base of the Graph API (another one for tests and proxies)")
    instagram_url: BaseUrl | None = Field(
        default=None,
        description="Base of the API of Instagram Login; when absent Instagram's own, or `api_url` if that is set",
    )
    api_version: str = Field(
        default="v25.0", pattern=r"^v\d{1,2}\.\d$", description="Graph API version, the first segment of each path"
    )

    @property
    def instagram_base(self) -> str:
        """Where accounts with Instagram Login are called: a proxy or a fake stands for both hosts."""
        if self.instagram_url is not None:
            return self.instagram_url
        return INSTAGRAM if self.api_url.rstrip("/") == FACEBOOK else self.api_url
