"""Contact cards that a customer sends: Meta's own shape, and the vCard (RFC 6350, RFC 2426) that may stand instead."""

import quopri
from collections.abc import Iterator
from typing import Any

from atd_channelkit.webhooks.values import Json, id_of, label_of
from atd_ingest_whatsapp.translate.part import Part
from atd_ingest_whatsapp.translate.values import phone_of, phone_written
from atd_schemas.contents import ContactCard, ContactsContent

CARDS_LIMIT = 257
"""Cards in one message: as many as WhatsApp lets a person pick."""

ENTRIES_LIMIT = 50
"""Phones, and e-mails, of one card."""

_VCARD_LIMIT = 65_536
_LINES_LIMIT = 1000


def cards_of(part: Part) -> ContactsContent | None:
    """`content` of a message with contact cards; `None` when there is none that can be read."""
    listed = part.objects(part.item.get("contacts"), CARDS_LIMIT, ".contacts")
    if not listed:
        part.problem("has no card", ".contacts")
        return None
    is_answer = any(one.get("origin") == "contact_request" for one in (part.item, *listed))
    return ContactsContent(
        contacts=tuple(
            ContactCard.model_validate(_card(part, card, f".contacts[{i}]")) for i, card in enumerate(listed)
        ),
        origin="contact_request" if is_answer else None,
    )


def shared_phone(part: Part) -> str | None:
    """The sender's own phone (E.164), which WhatsApp puts on the one card of an answer to the request for it.

    Not of a card that was forwarded, nor when the card has several numbers of which none or several are on WhatsApp.
    """
    listed, context = part.item.get("contacts"), part.item.get("context")
    if not isinstance(listed, list) or len(listed) != 1 or not isinstance(card := listed[0], dict):
        return None
    if "contact_request" not in (part.item.get("origin"), card.get("origin")):
        return None
    if isinstance(context, dict) and (context.get("forwarded") or context.get("frequently_forwarded")):
        return None
    named = list(_named_phones(card))
    of_whatsapp = {phone_of(wa_id) for wa_id, _ in named if wa_id}
    found = of_whatsapp or {phone_written(phone) for _, phone in named}
    return found.pop() if len(found) == 1 else None


def _named_phones(card: Json) -> Iterator[tuple[str | None, Any]]:
    """The `wa_id` and the spelling of each phone on a card."""
    phones = card.get("phones")
    for one in phones[:ENTRIES_LIMIT] if isinstance(phones, list) else ():
        if isinstance(one, dict):
            yield id_of(one.get("wa_id")), one.get("phone")
    if isinstance(vcard := card.get("vcard"), str):
        for name, parameters, value in _lines(vcard[:_VCARD_LIMIT]):
            if name == "TEL":
                waid = next((one[5:] for one in parameters if one.lower().startswith("waid=")), None)
                yield id_of(waid), _unescaped(value).removeprefix("tel:")


def _card(part: Part, card: Json, at: str) -> dict[str, Any]:
    if isinstance(card.get("vcard"), str) and not isinstance(card.get("name"), dict):
        return _of_vcard(part, card["vcard"], f"{at}.vcard")
    name, org = card.get("name"), card.get("org")
    phones = part.objects(card.get("phones"), ENTRIES_LIMIT, f"{at}.phones")
    emails = part.objects(card.get("emails"), ENTRIES_LIMIT, f"{at}.emails")
    return {
        "name": _full_name(part, name) if isinstance(name, dict) else None,
        "phones": [_entry(part, "number", one.get("phone") or one.get("wa_id"), one.get("type")) for one in phones],
        "emails": [_entry(part, "email", one.get("email"), one.get("type")) for one in emails],
        "organization": part.label(org.get("company")) if isinstance(org, dict) else None,
    }


def _full_name(part: Part, name: Json) -> str | None:
    whole = part.label(name.get("formatted_name"))
    if whole is not None:
        return whole
    parts = [part.label(name.get(one)) for one in ("prefix", "first_name", "middle_name", "last_name", "suffix")]
    return part.label(" ".join(one for one in parts if one))


def _entry(part: Part, name: str, value: Any, kind: Any) -> dict[str, str | None]:
    return {name: part.label(value) or "", "type": part.label(kind)}


def _of_vcard(part: Part, vcard: str, at: str) -> dict[str, Any]:
    card: dict[str, Any] = {"name": None, "phones": [], "emails": [], "organization": None}
    if len(vcard) > _VCARD_LIMIT:
        part.problem(f"has {len(vcard)} characters, {_VCARD_LIMIT} were taken", at)
    for name, parameters, value in _lines(vcard[:_VCARD_LIMIT]):
        if name == "FN" or (name == "N" and card["name"] is None):
            found = value if name == "FN" else " ".join(one for one in _fields(value)[1::-1] if one)
            card["name"] = part.label(_unescaped(found)) or card["name"]
        elif name == "TEL" and len(card["phones"]) < ENTRIES_LIMIT:
            card["phones"].append(_entry(part, "number", _unescaped(value).removeprefix("tel:"), _type(parameters)))
        elif name == "EMAIL" and len(card["emails"]) < ENTRIES_LIMIT:
            card["emails"].append(_entry(part, "email", _unescaped(value), _type(parameters)))
        elif name == "ORG":
            card["organization"] = part.label(_unescaped(_fields(value)[0]))
    return card


def _lines(vcard: str) -> Iterator[tuple[str, list[str], str]]:
    """Name, parameters and value of each line; folded lines are joined, groups (`item1.TEL`) dropped."""
    unfolded = vcard.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")
    for line in unfolded.split("\n", _LINES_LIMIT)[:_LINES_LIMIT]:
        head, colon, value = line.partition(":")
        if not colon or not value:
            continue
        name, *parameters = head.split(";")
        if any(one.upper() == "ENCODING=QUOTED-PRINTABLE" for one in parameters):
            value = quopri.decodestring(value.encode()).decode(errors="replace")
        yield name.rpartition(".")[2].upper(), parameters, value


def _type(parameters: list[str]) -> str | None:
    """The first kind that a line names: `TYPE=CELL,VOICE`, or `CELL` alone as in vCard 2.1."""
    for one in parameters:
        key, equals, value = one.partition("=")
        if not equals or key.upper() == "TYPE":
            return label_of((value if equals else key).split(",")[0].strip('"').upper())
    return None


def _fields(value: str) -> list[str]:
    return [field.replace("\0", ";") for field in value.replace("\\;", "\0").split(";")]


def _unescaped(value: str) -> str:
    plain = value.replace("\\n", " ").replace("\\N", " ")
    return plain.replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\").strip()
