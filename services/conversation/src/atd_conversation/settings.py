"""The settings of the conversation service."""

from pydantic import Field

from atd_servicekit.settings import ServiceSettings


class ConversationSettings(ServiceSettings):
    """See `atd_servicekit.settings` for those that every service has."""

    port: int = Field(default=8110, ge=0, le=65535, description="Port to listen on")
    mongodb_database: str = Field(default="atd_conversation", description="Name of the service's own database")
