"""Quick replies: texts that attendants have ready, found by a shortcut or any word, with variables and files."""

from dataclasses import replace

from atd_conversation.domain.catalogue import CatalogueItem, TenantSettings
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.custom_fields import definitions_of
from atd_conversation.domain.drafts import Draft
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.variables import FIELDS, check_variables, first_name
from atd_schemas.views import FieldValue

MAX_BODY = 10_000
"""Characters of a reply's text: as many as a note takes."""

MAX_FILES = 10
"""Files of one reply: as many as one request for sending takes."""


def below_the_last_comment(conversation: Conversation, draft: Draft) -> Draft:
    """An answer in public stands below a comment: the customer's last one, unless the draft says which.

    Raises `Refusal` `nothing_to_answer`.
    """
    if not conversation.is_public or draft.note or draft.reply_to is not None:
        return draft
    below = conversation.last_comment
    if below is None:
        raise Refusal("nothing_to_answer", "The customer has written no comment that could be answered.")
    return replace(draft, reply_to=below.message_id)


def check_reply(reply: CatalogueItem, settings: TenantSettings) -> None:
    """Raises `Refusal` for a reply that says nothing, and for an unknown or broken variable."""
    body = reply.values["body"]
    if not body.strip() and not reply.values["attachment_ids"]:
        raise Refusal("invalid", "is required where there is no file", "body")
    check_variables(body, "body", custom_field_keys(settings))


def custom_field_keys(settings: TenantSettings) -> frozenset[str]:
    """The keys of the company's own fields of customers; archived ones have values, too."""
    return frozenset(definitions_of(settings))


def variable_values(contact: Contact, conversation: Conversation, attendant: str | None) -> dict[str, str | None]:
    """What stands for each variable in a conversation, for this attendant."""
    return {
        "contact.name": contact.name,
        "contact.first_name": first_name(contact.name),
        "contact.phone": contact.phone,
        "contact.email": contact.email,
        "conversation.number": str(conversation.number),
        "attendant.name": attendant,
        "attendant.first_name": first_name(attendant),
        "channel.name": conversation.channel.name,
        **{f"{FIELDS}{key}": _shown(value) for key, value in contact.record.fields.items()},
    }


def _shown(value: FieldValue) -> str:
    """The value of a customer's own field as a text says it: a day is written as it is kept."""
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)
