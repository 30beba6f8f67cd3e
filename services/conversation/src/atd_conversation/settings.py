"""The settings of the conversation service."""

from pydantic import Field

from atd_schemas.services import CONVERSATION
from atd_servicekit.files import FileStoreSettings


class ConversationSettings(FileStoreSettings):
    """See `atd_servicekit.settings` for those that every service has, `atd_servicekit.files` for those of files."""

    port: int = Field(default=CONVERSATION.port, ge=0, le=65535, description="Port to listen on")
