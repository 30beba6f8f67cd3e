"""`settings.changes.v1` (compacted): the owner of a setting tells whoever keeps a copy."""

from typing import Annotated, Literal

from pydantic import Field

from atd_schemas.envelope import Envelope, Schema
from atd_schemas.views import ChannelKind, TemplateView


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


class TemplateData(Schema):
    """A message template of a channel account, as far as whoever offers or checks it needs to know."""

    account_id: str
    channel: ChannelKind
    template: TemplateView
    deleted: bool = False


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


class TemplateChanged(Envelope):
    """A template was made, changed or deleted at the provider. `subject` is the channel account."""

    type: Literal["settings.template"] = "settings.template"
    data: TemplateData

    def key(self) -> bytes:
        template = self.data.template
        return f"{self.tenant_id}:template:{self.data.account_id}:{template.name}:{template.language}".encode()


SettingsChange = Annotated[ChannelAccountChanged | AttendantChanged | TemplateChanged, Field(discriminator="type")]
