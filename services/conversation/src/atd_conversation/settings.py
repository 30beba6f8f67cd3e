"""The settings of the conversation service."""

from pydantic import Field

from atd_servicekit.files import FileStoreSettings


class ConversationSettings(FileStoreSettings):
    """See `atd_servicekit.settings` for those that every service has, `atd_servicekit.files` for those of files."""

    port: int = Field(default=8110, ge=0, le=65535, description="Port to listen on")
    mongodb_database: str = Field(default="atd_conversation", description="Name of the service's own database")
