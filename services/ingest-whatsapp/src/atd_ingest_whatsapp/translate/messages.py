"""Messages, the changes of earlier ones, and what the system says of a customer's ids."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from atd_channelkit.webhooks.values import Json, id_of, shown
from atd_ingest_whatsapp.translate.cards import shared_phone
from atd_ingest_whatsapp.translate.kinds import Said, said
from atd_ingest_whatsapp.translate.part import Part, contact_of
from atd_schemas.contents import ProductRef, Referral, UnsupportedContent, with_product
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import (
    InboundContact,
    InboundContactChange,
    InboundContactChangeData,
    InboundDelete,
    InboundDeleteData,
    InboundEcho,
    InboundEdit,
    InboundEditData,
    InboundMessage,
    InboundMessageData,
    InboundReaction,
    InboundReactionData,
    inbound_subject,
)

SOURCE = "ingest-whatsapp"

EMOJI_LIMIT = 64
"""Characters of one emoji: a family with skin tones takes about a dozen."""

MessageEvent = InboundMessage | InboundEcho | InboundReaction | InboundEdit | InboundDelete | InboundContactChange

_REFERRAL_WORDS = ("source_id", "source_type", "body", "headline", "media_type", "ctwa_clid")
_REFERRAL_LINKS = ("source_url", "image_url", "video_url", "thumbnail_url")

_Reason = Literal["number_changed", "user_id_changed", "identity_changed"]
_SYSTEM_REASONS: Mapping[str, _Reason] = MappingProxyType(
    {
        "user_changed_number": "number_changed",
        "customer_changed_number": "number_changed",
        "user_changed_user_id": "user_id_changed",
        "customer_identity_changed": "identity_changed",
    }
)


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What every message has: Meta's id of it, when it was written, and the customer."""

    external_id: str
    at: datetime
    contact: InboundContact


def message_event(part: Part) -> MessageEvent | None:
    """The event of one message; without one, what is wrong with it was named as a problem.

    A message of a kind that is not understood still shows in its conversation: as `unsupported`, by an event with an
    id of its own, beside the problem.
    """
    kind = part.item.get("type")
    if kind == "request_welcome":
        return None  # the customer opened the chat and said nothing
    if part.is_in_group():
        return None
    stamp = _stamp(part)
    if stamp is None:
        return None
    change = CHANGES.get(kind) if isinstance(kind, str) else None
    if change is not None and (isinstance(part.item.get(str(kind)), dict) or not part.errors()):
        return change(part, stamp)
    found = said(part)
    if found is None:
        unknown = UnsupportedContent(type=shown(kind).strip("'"))
        return _message(part, stamp, Said("unsupported", content=unknown), "placeholder")
    return _message(part, stamp, found, "message")


def _stamp(part: Part) -> _Stamp | None:
    external_id = id_of(part.item.get("id"))
    if external_id is None:
        part.problem("is missing or too long", ".id")
        return None
    contact = _before(part) if part.item.get("type") == "system" else part.customer()
    if contact is None:
        part.problem("names no recipient" if part.by_business else "names no sender")
        return None
    return _Stamp(external_id, part.moment(), contact)


def _before(part: Part) -> InboundContact | None:
    """Who a system message is about, by the ids before: the sender's, of whom Meta names the new user id at times."""
    system = part.item.get("system")
    named: Json = system if isinstance(system, dict) else {}
    sender = id_of(part.item.get("from_user_id"))
    former = id_of(named.get("previous_user_id")) or (None if sender == id_of(named.get("user_id")) else sender)
    return contact_of(id_of(part.item.get("from")), former, part.people)


def _envelope(part: Part, stamp: _Stamp, what: str) -> dict[str, Any]:
    return {
        "id": provider_event_id(part.account.id, stamp.external_id, what),
        "tenant_id": part.account.tenant_id,
        "occurred_at": stamp.at,
        "recorded_at": part.now,
        "source": SOURCE,
        "subject": inbound_subject(part.account.id, stamp.contact.external_id),
        "actor": SYSTEM if part.by_business else Actor(type="contact", name=stamp.contact.name),
    }


def _message(part: Part, stamp: _Stamp, found: Said, what: str) -> InboundMessage | InboundEcho:
    reply_to, forwarded, product = _context(part)
    data = InboundMessageData(
        account_id=part.account.id,
        account_name=part.account.name,
        channel="whatsapp",
        external_id=stamp.external_id,
        contact=_with_shared_phone(part, stamp.contact) if found.kind == "contacts" else stamp.contact,
        kind=found.kind,
        text=found.text,
        content=found.content if product is None else with_product(found.kind, found.content, product),
        reply_to_external_id=reply_to,
        forwarded=forwarded,
        attachments=found.attachments,
        referral=_referral(part),
    )
    event = InboundEcho if part.by_business else InboundMessage
    return event(**_envelope(part, stamp, what), data=data)


def _with_shared_phone(part: Part, contact: InboundContact) -> InboundContact:
    """A customer who hides the phone, with the one that they gave when they were asked for it."""
    if part.by_business or contact.phone is not None or (phone := shared_phone(part)) is None:
        return contact
    return contact.model_copy(update={"shared_phone": phone})


def _context(part: Part) -> tuple[str | None, Literal["no", "once", "often"], ProductRef | None]:
    """What a message answers, how often it was forwarded, and the product that it asks about."""
    context = part.item.get("context")
    if context is None:
        return None, "no", None
    if not isinstance(context, dict):
        part.problem("is not an object", ".context")
        return None, "no", None
    forwarded: Literal["no", "once", "often"] = "once" if context.get("forwarded") is True else "no"
    if context.get("frequently_forwarded") is True:
        forwarded = "often"
    product = None
    if (referred := context.get("referred_product")) is not None:
        if isinstance(referred, dict):
            product = ProductRef(
                catalog_id=part.label(referred.get("catalog_id")), sku=part.label(referred.get("product_retailer_id"))
            )
        else:
            part.problem("is not an object", ".context.referred_product")
    return id_of(context.get("id")), forwarded, product


def _referral(part: Part) -> Referral | None:
    """The advertisement or post that the customer came from, in Meta's words."""
    referral = part.item.get("referral")
    if referral is None:
        return None
    if not isinstance(referral, dict):
        part.problem("is not an object", ".referral")
        return None
    found: dict[str, Any] = {name: part.label(referral.get(name)) for name in _REFERRAL_WORDS}
    found |= {name: part.link(referral.get(name)) for name in _REFERRAL_LINKS}
    welcome = referral.get("welcome_message")
    found["welcome_message"] = part.label(welcome.get("text")) if isinstance(welcome, dict) else None
    return Referral(**found)


def _target(part: Part, name: str, field: str) -> tuple[Json, str] | None:
    """The object of a change, and Meta's id of the message that it changes."""
    change = part.object(name)
    if change is None:
        return None
    target = id_of(change.get(field))
    if target is None:
        part.problem("is missing or too long", f".{name}.{field}")
        return None
    return change, target


def _of_change(part: Part, stamp: _Stamp, target: str) -> dict[str, Any]:
    return {
        "account_id": part.account.id,
        "account_name": part.account.name,
        "channel": "whatsapp",
        "external_id": stamp.external_id,
        "target_external_id": target,
        "contact": stamp.contact,
        "by_business": part.by_business,
    }


def _reaction(part: Part, stamp: _Stamp) -> InboundReaction | None:
    found = _target(part, "reaction", "message_id")
    if found is None:
        return None
    reaction, target = found
    if not isinstance(reaction.get("emoji"), str | None):
        part.problem("is not a text", ".reaction.emoji")
        return None
    data = InboundReactionData(**_of_change(part, stamp, target), emoji=part.label(reaction.get("emoji"), EMOJI_LIMIT))
    return InboundReaction(**_envelope(part, stamp, "reaction"), data=data)


def _edit(part: Part, stamp: _Stamp) -> InboundEdit | None:
    found = _target(part, "edit", "original_message_id")
    if found is None:
        return None
    edit, target = found
    message = edit.get("message")
    if not isinstance(message, dict):
        part.problem("is not an object", ".edit.message")
        return None
    now = said(part.below(message, ".edit.message"))
    if now is None:
        return None
    data = InboundEditData(**_of_change(part, stamp, target), kind=now.kind, text=now.text, content=now.content)
    return InboundEdit(**_envelope(part, stamp, "edit"), data=data)


def _revoke(part: Part, stamp: _Stamp) -> InboundDelete | None:
    found = _target(part, "revoke", "original_message_id")
    if found is None:
        return None
    return InboundDelete(
        **_envelope(part, stamp, "delete"), data=InboundDeleteData(**_of_change(part, stamp, found[1]))
    )


def _system(part: Part, stamp: _Stamp) -> InboundContactChange | None:
    """A customer goes by another number or id, or has a new phone. `from` is the number before.

    `previous_user_id` names the user id before; then the sender's can be the new one.
    """
    system = part.object("system")
    if system is None:
        return None
    kind = system.get("type")
    reason = _SYSTEM_REASONS.get(kind) if isinstance(kind, str) else None
    if reason is None:
        part.problem(f"type {shown(kind)} is not known to this version", ".system")
        return None
    number = id_of(system.get("wa_id")) or id_of(system.get("new_wa_id"))
    user_id = id_of(system.get("user_id"))
    if reason != "number_changed":
        number = number or id_of(part.item.get("from"))
    if reason == "identity_changed" or id_of(system.get("previous_user_id")) is not None:
        user_id = user_id or id_of(part.item.get("from_user_id"))
    contact = contact_of(number, user_id, part.people if reason == "user_id_changed" else {})
    if contact is None:
        part.problem("names no new id", ".system")
        return None
    return contact_change(part, stamp.external_id, stamp.at, stamp.contact, contact, reason, "contact_change")


def contact_change(
    part: Part,
    external_id: str,
    at: datetime,
    before: InboundContact,
    contact: InboundContact,
    reason: _Reason,
    what: str,
) -> InboundContactChange:
    """The event of a customer who goes by other ids; its order is that of the id before."""
    return InboundContactChange(
        **_envelope(part, _Stamp(external_id, at, before), what),
        data=InboundContactChangeData(
            account_id=part.account.id,
            account_name=part.account.name,
            channel="whatsapp",
            external_id=external_id,
            previous=(before.external_id, *before.aliases),
            contact=contact.model_copy(update={"name": contact.name or before.name}),
            reason=reason,
        ),
    )


CHANGES: Mapping[str, Callable[[Part, _Stamp], MessageEvent | None]] = MappingProxyType(
    {"reaction": _reaction, "edit": _edit, "revoke": _revoke, "system": _system}
)
