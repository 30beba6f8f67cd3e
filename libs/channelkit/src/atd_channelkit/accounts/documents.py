"""The document of a channel account: how it begins, what a change sets, how it is answered. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr

from atd_channelkit.accounts.spec import ChannelSpec
from atd_channelkit.accounts.views import Channel, ChannelChanges, NewChannel
from atd_schemas.envelope import Actor
from atd_schemas.ids import uuid7
from atd_schemas.settings_changes import ChannelAccountChanged, ChannelAccountData
from atd_servicekit.outbox import next_order

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

REPLACED_SECRETS_LIMIT = 5
"""Replaced secrets that are kept at once; the oldest goes first."""

_REPLACED = "replaced_secrets"
_REPLACED_BEFORE = ("app_secret", "previous_app_secrets")
"""Documents that were written before every secret could overlap: the name of the one that could, and its own field."""

Seal = Callable[[str, str], str]
"""Seals the value of a field (`("access_token", "EAAG…")`) of one account."""

Spec = ChannelSpec[Any]


def new_document(spec: Spec, new: NewChannel, tenant_id: str, account_id: str, seal: Seal, now: datetime) -> "Document":
    """The document of a new account."""
    given = {**_values(new.credentials), **_values(new.settings)}
    sealed = {
        secret.name: seal(secret.name, value)
        for secret in spec.secrets
        if (value := given.get(secret.name) or (secret.generate and secret.generate())) is not None
    }
    secrets = {one.name for one in spec.secrets}
    return {
        "_id": account_id,
        "tenant_id": tenant_id,
        "kind": new.kind,
        "name": new.name,
        "status": "active",
        "status_reason": None,
        **{name: given.get(name) for name in spec.fields},
        **dict.fromkeys(spec.facts),
        **spec.derived(new.kind, new.credentials),
        "sealed": sealed,
        _REPLACED: [],
        "settings": {name: value for name, value in _values(new.settings).items() if name not in secrets},
        "proven": spec.unique is None,
        "version": 1,
        "order": next_order(now),
        "deleted": False,
        "created_at": now,
        "updated_at": now,
        "checked_at": None,
    }


def changed_fields(
    spec: Spec, document: "Document", changes: ChannelChanges, seal: Seal, now: datetime, overlap: timedelta
) -> Mapping[str, Any]:
    """The fields that a change sets. A replaced secret that overlaps proves webhooks for `overlap` more.

    A new secret that reconnects makes an account that needed one active again: the next send shows whether it works.
    """
    fields = touched(document, now)
    credentials, settings = _values(changes.credentials), _values(changes.settings)
    if changes.name is not None:
        fields["name"] = changes.name
    if changes.status is not None:
        fields |= {"status": changes.status, "status_reason": None}
    fields |= {name: credentials[name] for name in spec.fields if credentials.get(name) is not None}
    fields |= spec.derived(document["kind"], changes.credentials)
    unique = spec.unique_field
    if unique is not None and fields.get(unique, document[unique]) != document[unique]:
        fields["proven"] = False  # another number, page or bot: what was proven was the one before
    replaced = [one for one in replaced_in(document) if one["until"] > now]
    for name, value in {**credentials, **settings}.items():
        secret = spec.secret(name)
        if secret is None or value is None:
            continue
        fields[f"sealed.{name}"] = seal(name, value)
        if secret.overlaps and name in document["sealed"]:
            kept = {"name": name, "sealed": document["sealed"][name], "until": now + overlap}
            replaced = [kept, *replaced][:REPLACED_SECRETS_LIMIT]
            fields |= replaced_fields(document, replaced)
        if secret.reconnects and document["status"] == "needs_reconnection" and changes.status is None:
            fields |= {"status": "active", "status_reason": None}
    for name, value in settings.items():
        if value is not None and spec.secret(name) is None:
            fields[f"settings.{name}"] = value
    return fields


def changed_names(changes: ChannelChanges) -> frozenset[str]:
    """Which credentials and settings a change names."""
    given = {**_values(changes.credentials), **_values(changes.settings)}
    return frozenset(name for name, value in given.items() if value is not None)


def deleted_fields(document: "Document", now: datetime) -> Mapping[str, Any]:
    """The fields that deletion sets: the credentials go at once."""
    return {**touched(document, now), "deleted": True, "sealed": {}, **replaced_fields(document, [])}


def touched(document: "Document", now: datetime) -> dict[str, Any]:
    """What every change sets."""
    return {"updated_at": now, "order": next_order(now, document["order"])}


def replaced_in(document: "Document") -> "list[Document]":
    """The secrets that were replaced lately: name, sealed value, and until when each proves webhooks."""
    found: list[Document] | None = document.get(_REPLACED)
    if found is not None:
        return found
    name, field = _REPLACED_BEFORE
    return [{"name": name, **one} for one in document.get(field, ())]


def replaced_fields(document: "Document", replaced: "Sequence[Document]") -> dict[str, Any]:
    """The fields that set the replaced secrets of an account; none stays where it was written before."""
    field = _REPLACED_BEFORE[1]
    return {_REPLACED: list(replaced), **({field: []} if document.get(field) else {})}


def sealed_names() -> tuple[str, ...]:
    """The fields of a document that contain sealed secrets."""
    return ("sealed", _REPLACED, _REPLACED_BEFORE[1])


def needs_reconnection_fields(code: str, detail: str, now: datetime) -> dict[str, Any]:
    """What an account becomes whose credentials the provider refused."""
    return {"status": "needs_reconnection", "status_reason": {"code": code, "message": detail, "at": now}}


def changed_event(spec: Spec, document: "Document", actor: Actor, now: datetime) -> ChannelAccountChanged:
    """What others are told of an account after a change."""
    return ChannelAccountChanged(
        id=uuid7(),
        tenant_id=document["tenant_id"],
        occurred_at=now,
        recorded_at=now,
        source=spec.service.name,
        subject=document["_id"],
        sequence=document["version"],
        actor=actor,
        data=ChannelAccountData(
            account_id=document["_id"],
            channel=document["kind"],
            name=document["name"],
            status=document["status"],
            deleted=document["deleted"],
        ),
    )


def shown(spec: Spec, document: "Document", public_url: str, now: datetime, more: Mapping[str, Any]) -> Channel:
    """The account as it is answered; `more` has the secrets that may be seen and the channel's own state."""
    untils: dict[str, datetime] = {}
    for one in replaced_in(document):
        if one["until"] > now:
            name = f"previous_{one['name']}s_until"
            untils[name] = max(one["until"], untils.get(name, one["until"]))
    path = spec.webhook_path
    return spec.channel.model_validate(
        {
            "id": document["_id"],
            "webhook_url": None if path is None else f"{public_url.rstrip('/')}{path}/{document['_id']}",
            **{name: document[name] for name in spec.channel.model_fields if name in document},
            **untils,
            **more,
        }
    )


def _values(given: BaseModel) -> dict[str, Any]:
    """The fields of credentials or settings, secrets as plain text."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else _plain(value)
        for name in type(given).model_fields
        for value in (getattr(given, name),)
    }


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else value
