"""Events of `inbound.events.v1` as a channel service publishes them, and the records that carry them."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from atd_schemas.envelope import Envelope
from atd_schemas.ids import provider_event_id, uuid5
from atd_schemas.inbound import (
    InboundActivity,
    InboundActivityData,
    InboundAttachment,
    InboundContact,
    InboundContactChange,
    InboundContactChangeData,
    InboundDelete,
    InboundDeleteData,
    InboundEcho,
    InboundEdit,
    InboundEditData,
    InboundFile,
    InboundFileData,
    InboundMessage,
    InboundMessageData,
    InboundPreference,
    InboundPreferenceData,
    InboundReachability,
    InboundReachabilityData,
    InboundReaction,
    InboundReactionData,
    InboundReceipt,
    InboundReceiptData,
    InboundReceiptUntil,
    InboundReceiptUntilData,
    InboundVisibility,
    InboundVisibilityData,
    ReceiptStatus,
    SendFailure,
    inbound_subject,
)
from atd_schemas.topics import INBOUND_EVENTS
from atd_schemas.views import ChannelKind
from atd_servicekit.consuming import Record

CUSTOMER = "5511999990000"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def customer_message(
    tenant_id: str,
    account_id: str,
    external_id: str,
    *,
    customer: str = CUSTOMER,
    name: str | None = "Ana",
    aliases: tuple[str, ...] = (),
    phone: str | None = None,
    text: str | None = "Oi",
    occurred_at: datetime = NOON,
    channel: ChannelKind = "whatsapp",
    account_name: str = "Loja",
    shared_phone: str | None = None,
    **more: Any,
) -> InboundMessage:
    """A text that a customer wrote. `customer` is their id at the provider: a WhatsApp number tells the phone too.

    `shared_phone` is a number that they gave when they were asked for it.
    """
    if phone is None and channel == "whatsapp" and customer.isdecimal():
        phone = f"+{customer}"
    return InboundMessage(
        id=provider_event_id(account_id, external_id, "message"),
        tenant_id=tenant_id,
        occurred_at=occurred_at,
        recorded_at=occurred_at,
        source="test",
        subject=inbound_subject(account_id, customer),
        data=InboundMessageData(
            account_id=account_id,
            account_name=account_name,
            channel=channel,
            external_id=external_id,
            contact=InboundContact(
                external_id=customer, aliases=aliases, name=name, phone=phone, shared_phone=shared_phone
            ),
            text=text,
            **{"kind": "text", **more},
        ),
    )


def send_receipt(
    tenant_id: str,
    account_id: str,
    status: ReceiptStatus,
    *,
    message_id: str | None = None,
    external_id: str | None = None,
    failure: SendFailure | None = None,
    recipient: str = CUSTOMER,
    occurred_at: datetime = NOON,
    channel: ChannelKind = "whatsapp",
    **more: Any,
) -> InboundReceipt:
    """What became of a message of ours, known by our id, the provider's, or both."""
    named = "/".join(map(str, (message_id, external_id, *sorted(more.items()))))
    return InboundReceipt(
        id=provider_event_id(account_id, named, status),
        tenant_id=tenant_id,
        occurred_at=occurred_at,
        recorded_at=occurred_at,
        source="test",
        subject=inbound_subject(account_id, recipient),
        data=InboundReceiptData(
            account_id=account_id,
            channel=channel,
            status=status,
            recipient=recipient,
            external_id=external_id,
            message_id=message_id,
            failure=failure,
            **more,
        ),
    )


def phone_message(tenant_id: str, account_id: str, external_id: str, **more: Any) -> InboundEcho:
    """A text that the company wrote to a customer with the phone that shares the number."""
    written = customer_message(tenant_id, account_id, external_id, **{"name": None, **more})
    return InboundEcho.model_validate({**written.model_dump(), "type": "inbound.echo"})


def file_of(number: int = 1, *, message: str = "w1", **more: Any) -> InboundAttachment:
    """A file as it is announced with a message."""
    values = {"mime_type": "image/jpeg", "sha256": "ab" * 32, **more}
    return InboundAttachment(id=uuid5("file", message, str(number)), provider_id=f"media-{number}", **values)


def file_fetched(
    tenant_id: str,
    account_id: str,
    message_id: str,
    attachment_id: str,
    state: Literal["scanning", "ready", "failed"],
    **more: Any,
) -> InboundFile:
    """What became of fetching a file."""
    values = {"mime_type": "image/jpeg", "size": 2048, "sha256": "cd" * 32} if state == "ready" else {}
    data: dict[str, Any] = {
        "account_id": account_id,
        "channel": "whatsapp",
        "conversation_id": "",
        "message_id": message_id,
        "contact_external_id": CUSTOMER,
        "attachment_id": attachment_id,
        "state": state,
        **values,
        **more,
    }
    event_id = uuid5("fetched", attachment_id, state, str(data.get("attempt", 0)))
    return InboundFile(**_envelope(tenant_id, account_id, event_id, NOON, CUSTOMER), data=InboundFileData(**data))


def reacted(tenant_id: str, account_id: str, target: str, emoji: str | None, **more: Any) -> InboundReaction:
    """An emoji on the message that the provider calls `target`; None takes it away. `at`: minutes after noon."""
    envelope, data = _change(tenant_id, account_id, target, "reaction", more)
    return InboundReaction(**envelope, data=InboundReactionData(**data, emoji=emoji))


def edited(tenant_id: str, account_id: str, target: str, text: str | None, **more: Any) -> InboundEdit:
    """What the message that the provider calls `target` says now; `kind`, `content`, `attachments` are its new ones."""
    envelope, data = _change(tenant_id, account_id, target, "edit", more)
    says: dict[str, Any] = {name: more[name] for name in ("kind", "content", "attachments") if name in more}
    return InboundEdit(**envelope, data=InboundEditData(**data, **says, text=text))


def deleted(tenant_id: str, account_id: str, target: str, **more: Any) -> InboundDelete:
    """The message that the provider calls `target` was taken back."""
    envelope, data = _change(tenant_id, account_id, target, "delete", more)
    return InboundDelete(**envelope, data=InboundDeleteData(**data))


def hidden(tenant_id: str, account_id: str, target: str, *, is_hidden: bool = True, **more: Any) -> InboundVisibility:
    """The comment that the provider calls `target` is hidden from others, or shown again."""
    envelope, data = _change(tenant_id, account_id, target, f"hidden-{is_hidden}", more)
    return InboundVisibility(**envelope, data=InboundVisibilityData(**data, hidden=is_hidden))


def receipt_until(
    tenant_id: str,
    account_id: str,
    status: Literal["delivered", "read"],
    *,
    until: datetime | None = None,
    external_id: str | None = None,
    recipient: str = CUSTOMER,
    occurred_at: datetime = NOON,
    channel: ChannelKind = "whatsapp",
) -> InboundReceiptUntil:
    """The customer has got, or read, everything until a moment or a message."""
    event_id = provider_event_id(account_id, f"{recipient}/{until}/{external_id}/{occurred_at}", status)
    data = InboundReceiptUntilData(
        account_id=account_id, channel=channel, status=status, recipient=recipient, until=until, external_id=external_id
    )
    return InboundReceiptUntil(**_envelope(tenant_id, account_id, event_id, occurred_at, recipient), data=data)


def reachable(
    tenant_id: str,
    account_id: str,
    reason: Literal["blocked", "left", "gone", "back"],
    *,
    customer: str = CUSTOMER,
    occurred_at: datetime = NOON,
    channel: ChannelKind = "whatsapp",
) -> InboundReachability:
    """The customer can be written to again (`back`), or cannot any more."""
    external_id = f"{customer}/{reason}/{occurred_at}"
    data = InboundReachabilityData(
        account_id=account_id,
        account_name="Loja",
        channel=channel,
        external_id=external_id,
        contact=InboundContact(external_id=customer, name="Ana"),
        reachable=reason == "back",
        reason=reason,
    )
    event_id = provider_event_id(account_id, external_id, "reachability")
    return InboundReachability(**_envelope(tenant_id, account_id, event_id, occurred_at, customer), data=data)


def did(
    tenant_id: str,
    account_id: str,
    what: Literal["referral", "opt_in", "reaction", "other"],
    *,
    customer: str = CUSTOMER,
    occurred_at: datetime = NOON,
    channel: ChannelKind = "whatsapp",
    **more: Any,
) -> InboundActivity:
    """The customer did something that is no message."""
    external_id = f"{customer}/{what}/{occurred_at}"
    data = InboundActivityData(
        account_id=account_id,
        account_name="Loja",
        channel=channel,
        external_id=external_id,
        contact=InboundContact(external_id=customer, name="Ana"),
        what=what,
        **more,
    )
    event_id = provider_event_id(account_id, external_id, "activity")
    return InboundActivity(**_envelope(tenant_id, account_id, event_id, occurred_at, customer), data=data)


def goes_by(
    tenant_id: str,
    account_id: str,
    previous: tuple[str, ...],
    customer: str,
    *,
    reason: Literal["number_changed", "user_id_changed", "identity_changed"] = "number_changed",
    aliases: tuple[str, ...] = (),
    external_id: str = "sys1",
    occurred_at: datetime = NOON,
) -> InboundContactChange:
    """Somebody who had the ids `previous` has others now."""
    phone = f"+{customer}" if customer.isdecimal() else None
    event_id = provider_event_id(account_id, external_id, "contact_change")
    return InboundContactChange(
        **_envelope(tenant_id, account_id, event_id, occurred_at, previous[0] if previous else customer),
        data=InboundContactChangeData(
            account_id=account_id,
            account_name="Loja",
            channel="whatsapp",
            external_id=external_id,
            previous=previous,
            contact=InboundContact(external_id=customer, aliases=aliases, phone=phone),
            reason=reason,
        ),
    )


def prefers(
    tenant_id: str,
    account_id: str,
    choice: Literal["allowed", "stopped"],
    *,
    customer: str = CUSTOMER,
    aliases: tuple[str, ...] = (),
    occurred_at: datetime = NOON,
) -> InboundPreference:
    """What somebody wants of advertising."""
    event_id = provider_event_id(account_id, f"{customer}/{occurred_at}", choice)
    contact = InboundContact(external_id=customer, aliases=aliases)
    return InboundPreference(
        **_envelope(tenant_id, account_id, event_id, occurred_at, customer),
        data=InboundPreferenceData(account_id=account_id, channel="whatsapp", contact=contact, choice=choice),
    )


def _change(
    tenant_id: str, account_id: str, target: str, kind: str, more: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Envelope and data of a change of a message."""
    values = {"customer": CUSTOMER, "by_business": False, "at": 0, "channel": "whatsapp", **more}
    external_id = values.get("external_id", f"{kind}/{target}/{values['by_business']}/{values['at']}")
    occurred_at = NOON + values["at"] * timedelta(minutes=1)
    event_id = provider_event_id(account_id, external_id, kind)
    return _envelope(tenant_id, account_id, event_id, occurred_at, values["customer"]), {
        "account_id": account_id,
        "account_name": "Loja",
        "channel": values["channel"],
        "external_id": external_id,
        "target_external_id": target,
        "contact": InboundContact(external_id=values["customer"], name="Ana"),
        "by_business": values["by_business"],
    }


def _envelope(tenant_id: str, account_id: str, event_id: str, occurred_at: datetime, customer: str) -> dict[str, Any]:
    return {
        "id": event_id,
        "tenant_id": tenant_id,
        "occurred_at": occurred_at,
        "recorded_at": occurred_at,
        "source": "test",
        "subject": inbound_subject(account_id, customer),
    }


def record_of(event: Envelope, offset: int = 0, traceparent: str | None = None) -> Record[Any]:
    """The record of an event as a handler gets it."""
    return Record(event, INBOUND_EVENTS.name, 0, offset, event.key(), {}, traceparent)
