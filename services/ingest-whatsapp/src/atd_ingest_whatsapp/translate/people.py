"""What customers told WhatsApp rather than the company: whether they want advertising, and their new ids."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from atd_channelkit.webhooks.values import id_of, shown
from atd_ingest_whatsapp.translate.messages import SOURCE, contact_change
from atd_ingest_whatsapp.translate.part import Part, contact_of
from atd_schemas.envelope import Actor
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundContactChange, InboundPreference, InboundPreferenceData, inbound_subject

_CHOICES: Mapping[str, Literal["allowed", "stopped"]] = MappingProxyType(
    {"stop": "stopped", "resume": "allowed", "signup": "allowed"}
)


def preference(part: Part) -> InboundPreference | None:
    """A customer wants advertising, or no more of it."""
    item = part.item
    value = item.get("value")
    choice = _CHOICES.get(value) if isinstance(value, str) else None
    if choice is None or item.get("category") != "marketing_messages":
        part.problem(f"{shown(value)} of {shown(item.get('category'))} is not known to this version")
        return None
    contact = contact_of(id_of(item.get("wa_id")), id_of(item.get("user_id")), part.people)
    if contact is None:
        part.problem("names no customer")
        return None
    at = part.moment()
    said = f"preference:{value}:{int(at.timestamp())}"
    return InboundPreference(
        id=provider_event_id(part.account.id, contact.external_id, said),
        tenant_id=part.account.tenant_id,
        occurred_at=at,
        recorded_at=part.now,
        source=SOURCE,
        subject=inbound_subject(part.account.id, contact.external_id),
        actor=Actor(type="contact", name=contact.name),
        data=InboundPreferenceData(account_id=part.account.id, channel="whatsapp", contact=contact, choice=choice),
    )


def user_id_change(part: Part) -> InboundContactChange | None:
    """A customer's business-scoped user id is another one now."""
    ids = part.item.get("user_id")
    previous = id_of(ids.get("previous")) if isinstance(ids, dict) else None
    current = id_of(ids.get("current")) if isinstance(ids, dict) else None
    if previous is None or current is None:
        part.problem("names no ids before and after")
        return None
    number = id_of(part.item.get("wa_id"))
    contact, before = contact_of(number, current, part.people), contact_of(number, previous, {})
    if contact is None or before is None:
        return None
    external_id = f"{previous}>{current}"
    return contact_change(part, external_id, part.moment(), before, contact, "user_id_changed", "user_id_update")
