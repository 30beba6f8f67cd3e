"""The settings of the conversation service."""

from pydantic import Field

from atd_schemas.services import CONVERSATION
from atd_servicekit.files import FileStoreSettings


class ConversationSettings(FileStoreSettings):
    """See `atd_servicekit.settings` for those that every service has, `atd_servicekit.files` for those of files."""

    port: int = Field(default=CONVERSATION.port, ge=0, le=65535, description="Port to listen on")
    storage_limit: int = Field(
        default=0,
        ge=0,
        description="Bytes of a tenant's files from which on attendants' uploads are refused (413 `storage_full`); "
        "what customers send is still taken; 0: no limit",
    )
    time_zone: str = Field(
        default="America/Sao_Paulo",
        pattern=r"^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$",
        description="Zone in which papers show times where no other is asked for (IANA name)",
    )
