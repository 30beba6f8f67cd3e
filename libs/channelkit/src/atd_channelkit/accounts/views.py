"""Channel accounts as people make and see them: the fields that every channel has.

A channel service adds its own by subclasses, with names of their own (`NewWhatsAppChannel`): the gateway merges the
documents of all services.
"""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
)
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

from atd_channelkit.accounts.model import AccountStatus
from atd_channelkit.accounts.reasons import reason_texts
from atd_channelkit.accounts.watch import AccountWarning
from atd_channelkit.accounts.words import LocalizedText
from atd_schemas.envelope import Timestamp
from atd_schemas.views import ChannelKind
from atd_servicekit.requests import RequestBody

ChannelName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


def _without_margin(copied: object) -> object:
    """What is copied from a page often has a line break behind it."""
    return copied.strip() if isinstance(copied, str) else copied


def _fits_header(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("must be ASCII letters, digits and punctuation, without spaces")
    return secret


HeaderSecret = Annotated[SecretStr, BeforeValidator(_without_margin), AfterValidator(_fits_header)]
"""A secret that travels in a header, which takes visible ASCII only; limits are added with `Field(min_length=…)`."""


class Input(RequestBody):
    """Part of a request about a channel account."""


class NoFields(Input):
    """For a channel without credentials or settings."""


class NewChannel(Input):
    """A channel account to connect; a subclass narrows `kind`, `credentials` and `settings`."""

    kind: ChannelKind
    name: ChannelName = Field(description="What attendants see, 1 to 100 characters")
    credentials: Any = NoFields()
    settings: Any = NoFields()


def _without_kind(value: object, validate: ValidatorFunctionWrapHandler) -> object:
    """Errors name fields as the request does: pydantic puts the kind before them, and names none for a wrong kind."""
    try:
        return validate(value)
    except ValidationError as error:
        found = [
            InitErrorDetails(
                type=PydanticCustomError(one["type"], one["msg"]),
                loc=tuple(one["loc"][1:]) if one["loc"] else ("kind",),
                input=None,
            )
            for one in error.errors(include_url=False, include_input=False)
        ]
        raise ValidationError.from_exception_data(error.title, found, hide_input=True) from None


class ByKind:
    """For services that connect several kinds: `Annotated[NewA | NewB, ByKind()]`, a union told apart by `kind`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """The union, behind a validator that no framework takes apart."""
        union = handler.generate_schema(Annotated[source, Field(discriminator="kind")])
        return core_schema.no_info_wrap_validator_function(_without_kind, union)


class ChannelChanges(Input):
    """What is left out stays; a subclass narrows `credentials` and `settings`."""

    name: ChannelName | None = None
    status: Literal["active", "disabled"] | None = Field(
        default=None, description="`disabled`: nothing is sent; what customers write is still taken"
    )
    credentials: Any = NoFields()
    settings: Any = NoFields()


class StatusReason(BaseModel):
    """Why an account needs to be connected again: `message` in the provider's words, `texts` in ours."""

    code: str
    message: str
    at: Timestamp
    texts: LocalizedText = Field(default_factory=lambda: reason_texts("token"))


class Channel(BaseModel):
    """A channel account as it is answered; secrets that are shown at all (`verify_token`) only to its managers."""

    id: str
    kind: ChannelKind
    name: str
    status: AccountStatus
    status_reason: StatusReason | None
    webhook_url: str | None = Field(description="Where the provider sends webhooks; null for channels without any")
    verify_token: str | None = Field(default=None, description="For the provider's check of the webhook address")
    settings: Any = Field(description="How the account behaves, in the channel's own fields")
    version: int
    created_at: Timestamp
    updated_at: Timestamp
    checked_at: Timestamp | None = Field(description="When the provider was last asked whether the credentials work")
    last_webhook_at: Timestamp | None = Field(
        default=None, description="When a webhook of this account last arrived, to the minute; null before the first"
    )
    webhook_verified_at: Timestamp | None = Field(
        default=None, description="When the provider last checked the webhook address with the verify token"
    )
    warnings: list[AccountWarning] = Field(
        default_factory=list, description="What is wrong with the account at the provider, as far as it is known"
    )
    looked_at: Timestamp | None = Field(
        default=None, description="When the provider was last asked what is wrong; null where it cannot be asked"
    )
    proven: bool = Field(
        default=True,
        description=(
            "Whether the provider has confirmed that the credentials speak for this account. Until then it receives "
            "no webhooks and keeps nobody else from connecting it; it is asked again and again"
        ),
    )


class CheckResult(BaseModel):
    """Whether the credentials work. Without an answer of the provider `reason` is `unreachable`."""

    ok: bool
    status: AccountStatus
    reason: str | None = None
    code: str | None = None
    message: str | None = Field(default=None, description="The provider's own words")
    texts: LocalizedText | None = Field(default=None, description="What is wrong, in words; null when nothing is")
    checked_at: Timestamp
