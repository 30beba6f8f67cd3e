"""The kinds of lists that a company makes."""

from atd_conversation.domain.automation.rules import MAX_REPLIES
from atd_conversation.domain.catalogue import CatalogueKind
from atd_conversation.domain.marking_kinds import MARKING_KINDS

REPLY = CatalogueKind(
    "reply",
    limit=2000,
    own_limit=200,
    named_by="shortcut",
    told=False,
    remembered=False,
    found_by=("shortcut", "title", "body"),
)
"""Quick replies: of everybody, and of each attendant."""

CONTACT_FIELD = CatalogueKind("contact_field", limit=100, named_by="key")
"""Custom fields of customers' records."""

AUTOMATIC_REPLY = CatalogueKind("automatic_reply", limit=MAX_REPLIES)
"""What is said to customers without a person."""

KINDS: tuple[CatalogueKind, ...] = (*MARKING_KINDS, REPLY, CONTACT_FIELD, AUTOMATIC_REPLY)
"""All of them."""
