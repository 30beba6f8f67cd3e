"""From what conversation asks for to calls about comments of a page. Source: Meta's Pages API (v25.0)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from atd_channelkit.answers import Unsendable
from atd_ingest_meta.compose.reactions import is_like
from atd_schemas.outbound import (
    OutboundActionData,
    OutboundAttachment,
    OutboundMessageData,
    OutboundReactionData,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment to write below `parent`, which is a comment or the post. A comment holds one picture."""

    parent: str
    text: str
    picture: OutboundAttachment | None = None


@dataclass(frozen=True, slots=True)
class CommentCall:
    """A call that changes nothing the second time."""

    method: Literal["POST", "DELETE"]
    path: str
    body: Json | None = None


def new_comment(data: OutboundMessageData) -> NewComment | Unsendable:
    """The comment that a message becomes."""
    parent = data.reply_to_external_id or data.thread_id
    if parent is None:
        return Unsendable("no_post", "There is no post to comment on.", "request")
    if data.kind not in ("text", "image"):
        return Unsendable("kind_not_supported", f"A message of kind {data.kind} cannot be a comment.")
    if len(data.attachments) > 1:
        return Unsendable("too_many_files", "A comment holds one picture.")
    if not data.text and not data.attachments:
        return Unsendable("empty_message", "There is neither a text nor a picture.")
    return NewComment(parent, data.text or "", data.attachments[0] if data.attachments else None)


def comment_calls(data: OutboundReactionData | OutboundActionData) -> Sequence[CommentCall] | Unsendable:
    """The calls that a reaction or a deed becomes."""
    if isinstance(data, OutboundReactionData):
        if data.emoji is not None and not is_like(data.emoji):
            return Unsendable("reaction_not_supported", "A page can only like comments.")
        return (CommentCall("DELETE" if data.emoji is None else "POST", f"{data.target_external_id}/likes"),)
    ids = data.target_external_ids
    match data.action:
        case "edit":
            return tuple(CommentCall("POST", one, {"message": data.text or ""}) for one in ids[:1])
        case "delete":
            return tuple(CommentCall("DELETE", one) for one in ids)
        case "hide" | "show":
            return tuple(CommentCall("POST", one, {"is_hidden": data.action == "hide"}) for one in ids)
