"""`settings.changes.v1` (compacted): the owner of a setting tells whoever keeps a copy."""

from typing import Annotated, Literal

from pydantic import Field

from atd_schemas.envelope import Envelope, Schema
from atd_schemas.views import ChannelKind


class ChannelAccountData(Schema):
    """What others may know of a channel account."""

    account_id: str
    channel: ChannelKind
    name: str
    status: str
    deleted: bool = False


class AttendantData(Schema):
    """What others may know of an attendant."""

    attendant_id: str
    name: str
    active: bool = True


class ChannelAccountChanged(Envelope):
    """A channel account was created, changed or deleted. Carries no credential."""

    type: Literal["settings.channel_account"] = "settings.channel_account"
    data: ChannelAccountData

    def key(self) -> bytes:
        return f"{self.tenant_id}:channel_account:{self.data.account_id}".encode()


class AttendantChanged(Envelope):
    """An attendant was created, renamed or deactivated."""

    type: Literal["settings.attendant"] = "settings.attendant"
    data: AttendantData

    def key(self) -> bytes:
        return f"{self.tenant_id}:attendant:{self.data.attendant_id}".encode()


SettingsChange = Annotated[ChannelAccountChanged | AttendantChanged, Field(discriminator="type")]
