"""WhatsApp's limits. Source: Meta's Cloud API pages on messages and media (2026); lengths in characters."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from atd_conversation.domain.conversation import Refusal
from atd_conversation.domain.drafts import FILE_KINDS, Composed, Draft, Material, too_long
from atd_conversation.domain.limits.whatsapp.files import compose_file
from atd_conversation.domain.limits.whatsapp.interactive import compose_interactive
from atd_conversation.domain.limits.whatsapp.templates import compose_template
from atd_conversation.domain.message import MAX_TEXT
from atd_schemas.views import MessageKind

_Compose = Callable[[Draft, Material], Composed]


def compose(draft: Draft, material: Material) -> Composed:
    """See `atd_conversation.domain.limits.compose_for`."""
    kind = draft.kind or ("document" if draft.attachment_ids else "text")
    part = _PARTS.get(kind)
    if part is None:
        raise Refusal("kind_not_supported", f"A message of kind {kind} cannot be sent on WhatsApp.", "kind")
    return part(draft, material)


def _text(draft: Draft, _: Material) -> Composed:
    _no_files(draft, "text")
    text = draft.text or ""
    if not text.strip():
        raise Refusal("invalid", "must not be empty", "text")
    if len(text) > MAX_TEXT:
        raise too_long("text", len(text), MAX_TEXT)
    return Composed(kind="text", text=text)


def _bare(draft: Draft, _: Material) -> Composed:
    """A place or contact cards, which have no text beside them."""
    kind = draft.kind or "text"
    _no_files(draft, kind)
    if draft.text:
        raise Refusal("invalid", f"is not sent with a message of kind {kind}; write it in a message of its own", "text")
    return Composed(kind=kind, text=None, content=dict(draft.content), culprit=kind)


def _no_files(draft: Draft, kind: str) -> None:
    if draft.attachment_ids:
        raise Refusal("invalid", f"is not sent with a message of kind {kind}", "attachment_ids")


_PARTS: Mapping[MessageKind, _Compose] = MappingProxyType(
    {
        "text": _text,
        "location": _bare,
        "contacts": _bare,
        "interactive": compose_interactive,
        "template": compose_template,
        **dict.fromkeys(FILE_KINDS, compose_file),
    }
)
