"""`settings.changes.v1` (compacted): the owner of a setting tells whoever keeps a copy.

Which of two changes is the newer one is said by `revision`, never by a clock.
"""

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
    """What others may know of an attendant. `visibility`: which conversations they see, `all` or `own`.

    `role` is absent where an earlier version wrote the event.
    """

    attendant_id: str
    name: str
    active: bool = True
    visibility: str = "all"
    role: str | None = None


class TemplateData(Schema):
    """A message template of a channel account, as far as whoever offers or checks it needs to know.

    `revision` grows with every change of this template, by steps of any size; 0 where the writer did not count.
    """

    account_id: str
    channel: ChannelKind
    template: TemplateView
    deleted: bool = False
    revision: int = 0


class TeamData(Schema):
    """What others may know of a team, which is a group of attendants with a queue."""

    team_id: str
    name: str
    member_ids: tuple[str, ...] = ()
    deleted: bool = False


class ChannelAccountChanged(Envelope):
    """A channel account was created, changed or deleted. Carries no credential."""

    type: Literal["settings.channel_account"] = "settings.channel_account"
    data: ChannelAccountData

    @property
    def revision(self) -> int:
        """Counts the changes of the account; 0 where the writer did not."""
        return self.sequence

    def key(self) -> bytes:
        return f"{self.tenant_id}:channel_account:{self.data.account_id}".encode()


class AttendantChanged(Envelope):
    """An attendant was created, renamed or deactivated."""

    type: Literal["settings.attendant"] = "settings.attendant"
    data: AttendantData

    @property
    def revision(self) -> int:
        """Counts the changes of the attendant; 0 where the writer did not."""
        return self.sequence

    def key(self) -> bytes:
        return f"{self.tenant_id}:attendant:{self.data.attendant_id}".encode()


class TemplateChanged(Envelope):
    """A template was made, changed or deleted at the provider. `subject` is the channel account."""

    type: Literal["settings.template"] = "settings.template"
    data: TemplateData

    @property
    def revision(self) -> int:
        """Grows with the changes of the template; 0 where the writer did not count."""
        return self.data.revision

    def key(self) -> bytes:
        template = self.data.template
        return f"{self.tenant_id}:template:{self.data.account_id}:{template.name}:{template.language}".encode()


class TeamChanged(Envelope):
    """A team was made, renamed or deleted, or has other members."""

    type: Literal["settings.team"] = "settings.team"
    data: TeamData

    @property
    def revision(self) -> int:
        """Counts the changes of the team."""
        return self.sequence

    def key(self) -> bytes:
        return f"{self.tenant_id}:team:{self.data.team_id}".encode()


SettingsChange = Annotated[
    ChannelAccountChanged | AttendantChanged | TemplateChanged | TeamChanged, Field(discriminator="type")
]
