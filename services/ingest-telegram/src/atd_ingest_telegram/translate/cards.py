"""A contact that was shared: somebody's card, or the sender's own number. Pure."""

from dataclasses import dataclass

from atd_channelkit.webhooks.values import NAME_LIMIT
from atd_ingest_telegram.translate.part import Part
from atd_ingest_telegram.translate.values import name_of, number_id, phone_of
from atd_schemas.contents import CardPhone, ContactCard, ContactsContent


@dataclass(frozen=True, slots=True)
class Card:
    """A card, and the number (E.164) when it is the sender's own, which Telegram has verified."""

    content: ContactsContent
    own_phone: str | None


def card_of(part: Part) -> Card | None:
    """The contact of a message; a problem, and nothing, when it says nothing.

    It is the sender's own when its `user_id` is theirs, and it was not forwarded: people pass on others' cards too.
    """
    contact = part.object("contact")
    if contact is None:
        return None
    number = part.label(contact.get("phone_number"), NAME_LIMIT)
    name = name_of({one: contact.get(one) for one in ("first_name", "last_name")})
    if number is None and name is None:
        part.problem("has neither a name nor a number", ".contact")
        return None
    phone = phone_of(number)
    own = phone if _is_own(part, contact.get("user_id")) else None
    shown = CardPhone(number=phone or number) if number is not None else None
    card = ContactCard(name=name, phones=() if shown is None else (shown,))
    return Card(ContactsContent(contacts=(card,), origin="contact_request" if own else None), own)


def _is_own(part: Part, user_id: object) -> bool:
    sender = part.item.get("from")
    if part.item.get("forward_origin") is not None or not isinstance(sender, dict):
        return False
    return number_id(user_id) is not None and user_id == sender.get("id")
