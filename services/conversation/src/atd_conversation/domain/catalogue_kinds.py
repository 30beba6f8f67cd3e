"""The kinds of lists that a company makes."""

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

KINDS: tuple[CatalogueKind, ...] = (*MARKING_KINDS, REPLY)
"""All of them."""
