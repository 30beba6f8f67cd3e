"""The fields of Meta's accounts in the API, beside those of every channel."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from atd_channelkit.accounts.views import ByKind, Channel, ChannelChanges, CheckResult, HeaderSecret, Input, NewChannel
from atd_ingest_meta.accounts.model import Login
from atd_schemas.envelope import Timestamp

MetaId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,32}$")]
MetaToken = Annotated[HeaderSecret, Field(min_length=1, max_length=1024)]
MetaAppSecret = Annotated[HeaderSecret, Field(min_length=8, max_length=256)]
MetaVerifyToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{8,128}$")]
MetaReadReceipts = Annotated[
    bool, Field(description="Whether customers see that their messages were read and that an answer is being written")
]


class _AppCredentials(Input):
    app_secret: MetaAppSecret = Field(description="Secret of the Meta app, 8 to 256 characters")
    verify_token: MetaVerifyToken | None = Field(
        default=None, description="8 to 128 letters, digits, `.`, `_`, `~`, `-`; generated when absent"
    )


class PageCredentials(_AppCredentials):
    """What Meta's dashboard shows for a page. Write-only except the id and the verify token."""

    page_id: MetaId = Field(description="Id of the Facebook page (digits)")
    page_access_token: MetaToken = Field(description="Token of this page, up to 1024 characters")


class MessengerCredentials(PageCredentials):
    """Of a page whose messages are answered."""


class FacebookCredentials(PageCredentials):
    """Of a page whose comments are answered."""


class InstagramCredentials(_AppCredentials):
    """What Meta's dashboard shows for an Instagram account. Write-only except the ids and the verify token."""

    instagram_id: MetaId = Field(
        description="Id of the professional account (digits): with Instagram Login `user_id`, not `id`"
    )
    page_id: MetaId | None = Field(
        default=None, description="Id of the Facebook page that it is linked to; needed with Facebook Login alone"
    )
    access_token: MetaToken = Field(
        description="Token of the account (Instagram Login) or of its page (Facebook Login), up to 1024 characters"
    )


class MessengerSettings(Input):
    """How the account behaves."""

    read_receipts: MetaReadReceipts = True


class InstagramSettings(MessengerSettings):
    """How the account behaves, and by which login its token was made."""

    login: Login = Field(default="facebook", description="By which of Meta's logins the token was made")


class FacebookSettings(Input):
    """Comments have none."""


class NewMessengerChannel(NewChannel):
    """The Messenger of a page, to connect."""

    kind: Literal["messenger"]
    credentials: MessengerCredentials
    settings: MessengerSettings = MessengerSettings()


class NewFacebookChannel(NewChannel):
    """The comments of a page, to connect."""

    kind: Literal["facebook"]
    credentials: FacebookCredentials
    settings: FacebookSettings = FacebookSettings()


class NewInstagramChannel(NewChannel):
    """The messages of an Instagram account, to connect."""

    kind: Literal["instagram"]
    credentials: InstagramCredentials
    settings: InstagramSettings = InstagramSettings()

    @model_validator(mode="after")
    def _has_a_page(self) -> Self:
        if self.settings.login == "facebook" and self.credentials.page_id is None:
            missing = PydanticCustomError("missing", "is needed with Facebook Login")
            place = InitErrorDetails(type=missing, loc=("credentials", "page_id"), input=None)
            raise ValidationError.from_exception_data("instagram", [place], hide_input=True)
        return self


NewMetaChannel = Annotated[NewMessengerChannel | NewFacebookChannel | NewInstagramChannel, ByKind()]


class MetaCredentialChanges(Input):
    """What may be replaced. The page stays: another page is another account.

    `page_access_token` is of pages, `access_token` of Instagram accounts.
    """

    page_access_token: MetaToken | None = None
    access_token: MetaToken | None = None
    app_secret: MetaAppSecret | None = Field(
        default=None, description="The one before still proves webhooks for 7 days"
    )
    verify_token: MetaVerifyToken | None = None


class MetaSettingsChanges(Input):
    """What is left out stays."""

    read_receipts: MetaReadReceipts | None = None


class MetaChannelChanges(ChannelChanges):
    """What is left out stays."""

    credentials: MetaCredentialChanges = MetaCredentialChanges()
    settings: MetaSettingsChanges = MetaSettingsChanges()


class MetaSettings(BaseModel):
    """How an account behaves; what its kind does not have is null."""

    read_receipts: bool | None = None
    login: Login | None = None


class MetaChannel(Channel):
    """An account of Meta's as it is answered; `verify_token` only to those who manage channels."""

    kind: Literal["messenger", "facebook", "instagram"]
    page_id: str | None
    instagram_id: str | None
    page_name: str | None
    username: str | None
    previous_app_secrets_until: Timestamp | None = None
    settings: MetaSettings


class MetaCheckResult(CheckResult):
    """Whether Meta takes the credentials, and what it says of the page or Instagram account."""

    page_name: str | None = None
    username: str | None = None
    missing_permissions: list[str] = Field(default=[], description="What the token may not do and the account needs")
