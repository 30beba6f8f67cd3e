"""The fields of a WhatsApp account in the API, beside those of every channel."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from atd_channelkit.accounts.views import Channel, ChannelChanges, CheckResult, HeaderSecret, Input, NewChannel
from atd_ingest_whatsapp.health import ChannelHealth
from atd_schemas.envelope import Timestamp

GraphId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,32}$")]
AccessToken = Annotated[HeaderSecret, Field(min_length=1, max_length=1024)]
AppSecret = Annotated[HeaderSecret, Field(min_length=8, max_length=256)]
VerifyToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{8,128}$")]
ReadReceipts = Annotated[
    bool, Field(description="Whether customers see that their messages were read and that an answer is being written")
]


class WhatsAppCredentials(Input):
    """What Meta's dashboard shows for a number. Write-only except the ids and the verify token."""

    phone_number_id: GraphId = Field(description="Id of the number at Meta (digits), not the number itself")
    business_account_id: GraphId = Field(description="Id of the WhatsApp business account (WABA)")
    access_token: AccessToken = Field(description="Token of a system user, up to 1024 characters")
    app_secret: AppSecret = Field(description="Secret of the Meta app, 8 to 256 characters")
    verify_token: VerifyToken | None = Field(
        default=None, description="8 to 128 letters, digits, `.`, `_`, `~`, `-`; generated when absent"
    )


class WhatsAppCredentialChanges(Input):
    """What may be replaced. The number stays: another number is another account."""

    business_account_id: GraphId | None = None
    access_token: AccessToken | None = None
    app_secret: AppSecret | None = Field(default=None, description="The one before still proves webhooks for 7 days")
    verify_token: VerifyToken | None = None


class WhatsAppSettings(Input):
    """How the account behaves."""

    read_receipts: ReadReceipts = True


class WhatsAppSettingsChanges(Input):
    """What is left out stays."""

    read_receipts: ReadReceipts | None = None


class NewWhatsAppChannel(NewChannel):
    """A WhatsApp number to connect."""

    kind: Literal["whatsapp"]
    credentials: WhatsAppCredentials
    settings: WhatsAppSettings = WhatsAppSettings()


class WhatsAppChannelChanges(ChannelChanges):
    """What is left out stays."""

    credentials: WhatsAppCredentialChanges = WhatsAppCredentialChanges()
    settings: WhatsAppSettingsChanges = WhatsAppSettingsChanges()


class WhatsAppChannel(Channel):
    """A WhatsApp account as it is answered; `verify_token` only to those who manage channels."""

    kind: Literal["whatsapp"]
    phone_number_id: str
    business_account_id: str
    display_phone_number: str | None
    verified_name: str | None
    previous_app_secrets_until: Timestamp | None = None
    settings: WhatsAppSettings
    health: ChannelHealth = ChannelHealth()


class WhatsAppCheckResult(CheckResult):
    """Whether Meta takes the credentials, and what it says of the number."""

    display_phone_number: str | None = None
    verified_name: str | None = None
    quality_rating: str | None = None
