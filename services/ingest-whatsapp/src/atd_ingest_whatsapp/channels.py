"""Channel accounts as people make and see them: their limits, their document, what a change does. Pure."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints

from atd_channelkit.accounts.model import AccountStatus
from atd_ingest_whatsapp.health import ChannelHealth
from atd_schemas.envelope import Actor, Timestamp
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import ChannelAccountChanged, ChannelAccountData
from atd_servicekit.problems import invalid

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

KIND: Literal["whatsapp"] = "whatsapp"
PREVIOUS_SECRETS_LIMIT = 5
"""Replaced app secrets that are kept at once; the oldest goes first."""

Seal = Callable[[str, str], str]
"""Seals the value of a field (`("access_token", "EAAG…")`) of one account."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
GraphId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,32}$")]


def _without_margin(copied: object) -> object:
    """What is copied from a page often has a line break behind it."""
    return copied.strip() if isinstance(copied, str) else copied


def _plain(secret: SecretStr) -> SecretStr:
    """Tokens travel in a header, which takes visible ASCII alone."""
    text = secret.get_secret_value()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("must be plain letters, digits and signs, without spaces")
    return secret


Token = Annotated[
    SecretStr, BeforeValidator(_without_margin), Field(min_length=1, max_length=1024), AfterValidator(_plain)
]
AppSecret = Annotated[
    SecretStr, BeforeValidator(_without_margin), Field(min_length=8, max_length=256), AfterValidator(_plain)
]
VerifyToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{8,128}$")]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NewCredentials(_Input):
    """What Meta's dashboard shows for a number. Write-only but for the ids and the verify token."""

    phone_number_id: GraphId = Field(description="Id of the number at Meta (digits), not the number itself")
    business_account_id: GraphId = Field(description="Id of the WhatsApp business account (WABA)")
    access_token: Token = Field(description="Token of a system user, up to 1024 characters")
    app_secret: AppSecret = Field(description="Secret of the Meta app, 8 to 256 characters")
    verify_token: VerifyToken | None = Field(
        default=None, description="8 to 128 letters, digits, `.`, `_`, `~`, `-`; made when absent"
    )


class CredentialChanges(_Input):
    """What may be replaced. The number stays: another number is another account."""

    business_account_id: GraphId | None = None
    access_token: Token | None = None
    app_secret: AppSecret | None = Field(default=None, description="The one before still proves webhooks for 7 days")
    verify_token: VerifyToken | None = None


ReadReceipts = Annotated[
    bool, Field(description="Whether customers see that their messages were read and that an answer is being written")
]


class ChannelSettings(_Input):
    """How the account behaves."""

    read_receipts: ReadReceipts = True


class ChannelSettingsChanges(_Input):
    """What is left out stays."""

    read_receipts: ReadReceipts | None = None


class NewChannel(_Input):
    """A WhatsApp number to connect."""

    kind: str = Field(description="`whatsapp`; the other kinds belong to other services")
    name: Name = Field(description="What attendants see, 1 to 100 characters")
    credentials: NewCredentials
    settings: ChannelSettings = ChannelSettings()


class ChannelChanges(_Input):
    """What is left out stays."""

    name: Name | None = None
    status: Literal["active", "disabled"] | None = Field(
        default=None, description="`disabled`: nothing is sent; what customers write is still taken"
    )
    credentials: CredentialChanges = CredentialChanges()
    settings: ChannelSettingsChanges = ChannelSettingsChanges()


class StatusReason(BaseModel):
    """Why an account needs to be connected again, in the provider's words."""

    code: str
    message: str
    at: Timestamp


class Channel(BaseModel):
    """A channel account as it is shown; `verify_token` only to those who manage channels."""

    id: str
    kind: Literal["whatsapp"] = KIND
    name: str
    status: AccountStatus
    status_reason: StatusReason | None
    webhook_url: str
    verify_token: str | None
    phone_number_id: str
    business_account_id: str
    display_phone_number: str | None
    verified_name: str | None
    previous_app_secrets_until: Timestamp | None
    settings: ChannelSettings
    health: ChannelHealth
    version: int
    created_at: Timestamp
    updated_at: Timestamp
    checked_at: Timestamp | None


def new_document(new: NewChannel, tenant_id: str, account_id: str, seal: Seal, now: datetime) -> "Document":
    """The document of a new account. Raises `Problem` 422 for another kind."""
    if new.kind != KIND:
        raise invalid("kind", f"must be '{KIND}' here")
    given = new.credentials
    return {
        "_id": account_id,
        "tenant_id": tenant_id,
        "kind": KIND,
        "name": new.name,
        "status": "active",
        "status_reason": None,
        "phone_number_id": given.phone_number_id,
        "business_account_id": given.business_account_id,
        "sealed": {
            "access_token": seal("access_token", given.access_token.get_secret_value()),
            "app_secret": seal("app_secret", given.app_secret.get_secret_value()),
            "verify_token": seal("verify_token", given.verify_token or secrets.token_urlsafe(24)),
        },
        "previous_app_secrets": [],
        "display_phone_number": None,
        "verified_name": None,
        "settings": new.settings.model_dump(),
        "version": 1,
        "order": order_after(0, now),
        "deleted": False,
        "created_at": now,
        "updated_at": now,
        "checked_at": None,
    }


def applied(
    document: "Document", changes: ChannelChanges, seal: Seal, now: datetime, overlap: timedelta
) -> Mapping[str, Any]:
    """The fields that a change sets. A replaced app secret proves webhooks for `overlap` more.

    A new access token makes an account that needed one active again: the next send shows whether it works.
    """
    fields = touched(document, now)
    given = changes.credentials
    if changes.name is not None:
        fields["name"] = changes.name
    if changes.status is not None:
        fields |= {"status": changes.status, "status_reason": None}
    for name, value in changes.settings.model_dump(exclude_none=True).items():
        fields[f"settings.{name}"] = value
    if given.business_account_id is not None:
        fields["business_account_id"] = given.business_account_id
    if given.verify_token is not None:
        fields["sealed.verify_token"] = seal("verify_token", given.verify_token)
    if given.access_token is not None:
        fields["sealed.access_token"] = seal("access_token", given.access_token.get_secret_value())
        if document["status"] == "needs_reconnection" and changes.status is None:
            fields |= {"status": "active", "status_reason": None}
    if given.app_secret is not None:
        replaced = {"sealed": document["sealed"]["app_secret"], "until": now + overlap}
        kept = [one for one in document["previous_app_secrets"] if one["until"] > now]
        fields["previous_app_secrets"] = [replaced, *kept][:PREVIOUS_SECRETS_LIMIT]
        fields["sealed.app_secret"] = seal("app_secret", given.app_secret.get_secret_value())
    return fields


def deleted(document: "Document", now: datetime) -> Mapping[str, Any]:
    """The fields that deletion sets: the credentials go at once."""
    return {**touched(document, now), "deleted": True, "sealed": {}, "previous_app_secrets": []}


def touched(document: "Document", now: datetime) -> dict[str, Any]:
    """What every change sets."""
    return {"updated_at": now, "order": order_after(document["order"], now)}


def order_after(last: int, now: datetime) -> int:
    """The outbox order of a change: the time in milliseconds, but always greater than the last."""
    return max(int(now.timestamp() * 1000), last + 1)


def changed_event(document: "Document", actor: Actor, now: datetime) -> ChannelAccountChanged:
    """What others are told of an account after a change."""
    return ChannelAccountChanged(
        id=uuid7(),
        tenant_id=document["tenant_id"],
        occurred_at=now,
        recorded_at=now,
        source="ingest-whatsapp",
        subject=document["_id"],
        sequence=document["version"],
        actor=actor,
        data=ChannelAccountData(
            account_id=document["_id"],
            channel=KIND,
            name=document["name"],
            status=document["status"],
            deleted=document["deleted"],
        ),
    )


def shown(
    document: "Document", public_url: str, verify_token: str | None, health: ChannelHealth, now: datetime
) -> Channel:
    """The account as it is answered."""
    untils = [one["until"] for one in document["previous_app_secrets"] if one["until"] > now]
    return Channel(
        id=document["_id"],
        name=document["name"],
        status=document["status"],
        status_reason=document["status_reason"] and StatusReason(**document["status_reason"]),
        webhook_url=f"{public_url.rstrip('/')}/webhooks/whatsapp/{document['_id']}",
        verify_token=verify_token,
        phone_number_id=document["phone_number_id"],
        business_account_id=document["business_account_id"],
        display_phone_number=document["display_phone_number"],
        verified_name=document["verified_name"],
        previous_app_secrets_until=max(untils, default=None),
        settings=ChannelSettings.model_validate(document["settings"]),
        health=health,
        version=document["version"],
        created_at=document["created_at"],
        updated_at=document["updated_at"],
        checked_at=document["checked_at"],
    )
