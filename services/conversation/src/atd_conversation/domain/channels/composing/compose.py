"""The message that a draft makes, kind by kind."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from atd_conversation.domain.channels.composing.files import FileRules
from atd_conversation.domain.channels.composing.interactive import compose_interactive
from atd_conversation.domain.channels.composing.texts import compose_text
from atd_conversation.domain.drafts import FILE_KINDS, Composed, Draft, References
from atd_conversation.domain.refusals import Refusal
from atd_schemas.contents import MessageKind, content_of

Compose = Callable[[Draft, References], Composed]


def composer(files: FileRules, *, template: Compose | None = None) -> Compose:
    """What composes messages within the limits of `files`; see `ChannelRules.compose`."""
    limits = files.limits
    parts: dict[MessageKind, Compose] = {
        "text": lambda draft, _: compose_text(draft, limits.text),
        "location": _bare,
        "contacts": _bare,
        **dict.fromkeys(FILE_KINDS, files.compose),
    }
    if limits.interactive is not None:
        parts["interactive"] = partial(compose_interactive, files, limits.interactive)
    if template is not None:
        parts["template"] = template
    return partial(_compose, files, MappingProxyType(parts))


def _compose(files: FileRules, parts: Mapping[MessageKind, Compose], draft: Draft, references: References) -> Composed:
    kind = draft.kind or ("document" if draft.attachment_ids and files.limits.files else "text")
    if draft.kind is not None and kind not in files.limits.sends:
        raise Refusal("kind_not_supported", f"A message of kind {kind} cannot be sent on {files.channel}.", "kind")
    if draft.reply_to is not None and not files.limits.replies:
        raise Refusal("kind_not_supported", f"{files.channel} has no quotes; send it without one.", "reply_to")
    return parts[kind](draft, references)


def _bare(draft: Draft, _: References) -> Composed:
    """A place or contact cards, which have no text beside them."""
    kind = draft.kind or "text"
    if draft.attachment_ids:
        raise Refusal("invalid", f"cannot be sent with a message of kind {kind}", "attachment_ids")
    if draft.text:
        raise Refusal("invalid", f"cannot be sent with a message of kind {kind}; send it separately", "text")
    return Composed(kind=kind, text=None, content=content_of(kind, draft.content), field_name=kind)
