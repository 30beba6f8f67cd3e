"""The kinds of lists that a company makes."""

from atd_conversation.domain.catalogue import CatalogueKind

TAG = CatalogueKind("tag", limit=500)
"""What messages are marked with."""

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

KINDS: tuple[CatalogueKind, ...] = (TAG, REPLY)
"""All of them."""
