"""The settings of the conversation service."""

from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from atd_schemas.services import CONVERSATION
from atd_servicekit.files import FileStoreSettings


class ConversationSettings(FileStoreSettings):
    """See `atd_servicekit.settings` for those that every service has, `atd_servicekit.files` for those of files."""

    port: int = Field(default=CONVERSATION.port, ge=0, le=65535, description="Port to listen on")
    storage_limit: int = Field(
        default=0,
        ge=0,
        description="Bytes that a tenant's files may take (each content once, thumbnails included): an attendant's "
        "upload that goes over is refused (413 `storage_full`); what customers send is still taken; 0: no limit",
    )
    time_zone: str = Field(
        default="America/Sao_Paulo",
        pattern=r"^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$",
        description="Zone whose days a search means, and in which papers show times without another (IANA name)",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not the IANA name of a time zone")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
