"""The settings of the service."""

from pydantic import Field

from atd_servicekit.settings import ServiceSettings


class MessageCountsSettings(ServiceSettings):
    """Nothing but what every service has."""

    port: int = Field(default=8190, ge=0, le=65535, description="Port to listen on")
