"""The message that a draft makes on WhatsApp, kind by kind."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from atd_conversation.domain.channels.rules import compose_text
from atd_conversation.domain.channels.whatsapp.files import compose_file
from atd_conversation.domain.channels.whatsapp.interactive import compose_interactive
from atd_conversation.domain.channels.whatsapp.limits import LIMITS
from atd_conversation.domain.channels.whatsapp.templates import compose_template
from atd_conversation.domain.drafts import FILE_KINDS, Composed, Draft, References
from atd_conversation.domain.refusals import Refusal
from atd_schemas.contents import MessageKind, content_of

_Compose = Callable[[Draft, References], Composed]


def compose(draft: Draft, references: References) -> Composed:
    """See `ChannelRules.compose`."""
    kind = draft.kind or ("document" if draft.attachment_ids else "text")
    if kind not in LIMITS.sends:
        raise Refusal("kind_not_supported", f"A message of kind {kind} cannot be sent on WhatsApp.", "kind")
    return _PARTS[kind](draft, references)


def _text(draft: Draft, _: References) -> Composed:
    return compose_text(draft, LIMITS.text.max_length)


def _bare(draft: Draft, _: References) -> Composed:
    """A place or contact cards, which have no text beside them."""
    kind = draft.kind or "text"
    if draft.attachment_ids:
        raise Refusal("invalid", f"cannot be sent with a message of kind {kind}", "attachment_ids")
    if draft.text:
        raise Refusal("invalid", f"cannot be sent with a message of kind {kind}; send it separately", "text")
    return Composed(kind=kind, text=None, content=content_of(kind, draft.content), field_name=kind)


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
