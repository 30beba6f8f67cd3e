"""The kinds of lists that a company makes."""

from atd_conversation.domain.catalogue import CatalogueKind

TAG = CatalogueKind("tag", limit=500)
"""What messages are marked with."""

KINDS: tuple[CatalogueKind, ...] = (TAG,)
"""All of them."""
