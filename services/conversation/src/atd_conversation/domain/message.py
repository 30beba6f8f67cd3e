"""Messages and what becomes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from atd_conversation.domain.message_files import Attachment, files_now
from atd_conversation.domain.names import UNNAMED, Mark, Names, marked
from atd_conversation.domain.pending_deeds import PendingDeed
from atd_conversation.domain.previews import preview
from atd_schemas.content_base import Content
from atd_schemas.contents import EMPTY, MessageKind, Referral, content_of
from atd_schemas.inbound import InboundFileData, InboundMessageData
from atd_schemas.views import (
    AuthorView,
    AutomaticRef,
    Direction,
    EarlierText,
    LastMessage,
    MessageError,
    MessageStatus,
    MessageView,
    PrivateReplyView,
    Reaction,
)

MAX_EARLIER = 10
"""Texts before edits that a message keeps."""

_BUSINESS = "business"

_RANK: dict[MessageStatus, int] = {"pending": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4}


def later_status(current: MessageStatus, told: MessageStatus) -> MessageStatus:
    """What a message's status is after a receipt: receipts come in any order, repeat, and never downgrade.

    A failure stands against `sent`, but a proof of delivery stands against a failure: one of several devices may
    fail while another receives. Being a maximum, the result does not depend on the order of the receipts.
    """
    return max(current, told, key=_RANK.__getitem__)


@dataclass(frozen=True, slots=True)
class PrivateReplyTo:
    """The public comment that a message answers in private: our id of it, the channel's, and until when it may."""

    message_id: str
    external_id: str
    until: datetime


@dataclass(slots=True)
class Message:
    """One message of a conversation. `sequence` is its place among the conversation's events.

    `quotes` is the provider's id of a message that this one answers and that is not here (yet): then there is no
    `reply_to`. `attempt` counts the repeats of sending it that were asked for. `reacted_at` says when either side,
    `contact` or `business`, reacted last or took its reaction away; `reaction_command` is the command that the reaction
    of ours goes out by. `version` counts the times that the message was changed; `changed_sequence` is the last event
    that told a change. `client_id` is what the sender's client called it. `mentions` are the attendants whom a note
    names. `names` is what tags were called when it was read. `automatic`: why the product sent it by itself.
    `hidden`: a public comment that only its author and the company see; `hidden_at`: since when it is, or is not.
    `more_external_ids`: what goes out in several parts has an id for each, of which `external_id` is the first.
    `private_reply`: this comment was answered in private; `private_reply_to`: this message is such an answer.
    `parts_sent`: so many of them arrived, and then sending failed; what is sent again are the others.
    `earlier` is what it said before edits; `edit_told_at`: when the latest edit was made, even of nothing.
    `replaced` are files that an edit put others in the place of: nobody sees them, and another one can bring them back.
    `sent_at`: when the channel took it; `reached`: until when the customer is known to have got or read everything, of
    messages of which it is not known yet whether that is before they were sent.
    `same_as`: an echo that has turned out to be this message of ours (`domain/echoes.py`).
    `deeds` are those of the company on the message that its channel has not answered yet.
    """

    id: str
    tenant_id: str
    conversation_id: str
    account_id: str
    direction: Direction
    kind: MessageKind
    text: str | None
    author: AuthorView
    occurred_at: datetime
    recorded_at: datetime
    content: Content = EMPTY
    reply_to: str | None = None
    quotes: str | None = None
    forwarded: str = "no"
    status: MessageStatus | None = None
    error: MessageError | None = None
    external_id: str | None = None
    sequence: int = 0
    attachments: tuple[Attachment, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    referral: Referral | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    attempt: int = 0
    reacted_at: dict[str, datetime] = field(default_factory=dict)
    reaction_command: str | None = None
    client_id: str | None = None
    mentions: tuple[str, ...] = ()
    changed_sequence: int = 0
    version: int = 0
    tags: tuple[Mark, ...] = ()
    names: Names = field(default=UNNAMED, repr=False, compare=False)
    automatic: AutomaticRef | None = None
    hidden: bool = False
    hidden_at: datetime | None = None
    more_external_ids: tuple[str, ...] = ()
    parts_sent: int = 0
    earlier: tuple[EarlierText, ...] = ()
    edit_told_at: datetime | None = None
    replaced: tuple[Attachment, ...] = ()
    deeds: tuple[PendingDeed, ...] = ()
    private_reply: PrivateReplyView | None = None
    private_reply_to: PrivateReplyTo | None = None
    sent_at: datetime | None = None
    reached: dict[MessageStatus, datetime] = field(default_factory=dict)
    same_as: str | None = None

    @property
    def external_ids(self) -> tuple[str, ...]:
        """Every id by which the provider tells of it."""
        return () if self.external_id is None else (self.external_id, *self.more_external_ids)

    def apply_receipt(
        self,
        status: MessageStatus,
        external_id: str | None,
        failure: MessageError | None,
        *,
        parts: Sequence[str] = (),
        parts_sent: int = 0,
    ) -> tuple[str, ...]:
        """Take a receipt into account; the fields that changed, empty when it told nothing new.

        Of several reasons for a failure the first stands; a proof of delivery does away with it. Not so where the first
        parts of a message arrived (`parts_sent`, whose ids are `parts`) and the others did not: that the first ones
        were read says nothing of the others.
        """
        changed = self._take_ids(external_id, parts)
        before = self.status or "pending"
        in_part = status == "failed" and parts_sent > 0
        goes_on = self.parts_sent > 0 and before in ("pending", "failed")
        if goes_on and status in ("delivered", "read"):
            return changed
        after = "failed" if in_part else later_status(before, status)
        error = self.error if after == "failed" else None
        if after == "failed" and error is None and failure is not None:
            error = failure
        left = max(parts_sent, self.parts_sent) if in_part or (goes_on and after != "sent") else 0
        return (*changed, *self._take(status=after, error=error, parts_sent=left))

    def _take_ids(self, external_id: str | None, parts: Sequence[str]) -> tuple[str, ...]:
        """Take over what the provider calls the message, once; of one in several parts each part."""
        told = tuple(dict.fromkeys([*([external_id] if external_id else []), *parts]))
        if self.external_id is not None and not parts and not self.parts_sent:
            return ()
        known = self.external_ids
        first, *others = dict.fromkeys((*known, *told)) or (None,)
        return self._take(external_id=first, more_external_ids=tuple(others))

    def react(self, author: AuthorView, emoji: str | None, at: datetime) -> tuple[str, ...]:
        """Put the one reaction of a side on the message, or take it away when `emoji` is absent; what changed.

        The latest of a side stands, in whatever order they come. Providers tell whole seconds: within one, the
        order of arrival decides. A message that was taken back has no reactions.
        """
        side, at = _side(author), at.replace(microsecond=0)
        if self.deleted_at is not None or at < self.reacted_at.get(side, at):
            return ()
        self.reacted_at = {**self.reacted_at, side: at}
        before = self.reactions
        others = tuple(one for one in before if _side(one.author) != side)
        if emoji and not any(one.emoji == emoji and one.author == author for one in before):
            self.reactions = (*others, Reaction(emoji=emoji, author=author))
        elif not emoji:
            self.reactions = others
        if self.reactions == before:
            return ()
        if side == _BUSINESS:
            self.reaction_command = None
        return ("reactions",)

    def lose_reaction(self, command_id: str | None, at: datetime) -> tuple[str, ...]:
        """The reaction that went out by a command came to nothing; what changed. One that replaced it stays."""
        if command_id is None or command_id != self.reaction_command:
            return ()
        return self.react(AuthorView(type="system"), None, max(at, self.reacted_at.get(_BUSINESS, at)))

    def edit(
        self,
        kind: MessageKind,
        text: str | None,
        content: Content,
        at: datetime,
        files: tuple[Attachment, ...] = (),
    ) -> tuple[str, ...]:
        """Replace what the message says; what changed. The latest edit stands, and what was taken back stays so.

        What an edit says nothing of stays: a picture with another caption is still that picture. One that changes
        nothing is none. A place that moves has no history, however often it does. `files` are those that it has now, if
        that is said.
        """
        if self.deleted_at is not None or at < (self.edit_told_at or self.edited_at or at):
            return ()
        self.edit_told_at = at
        shown, replaced = files_now(self.attachments, self.replaced, files)
        kind = self.kind if shown and kind == "text" else kind
        content = content if kind != self.kind or content.model_dump() else self.content
        if (kind, text, content.model_dump(), shown) == (
            *(self.kind, self.text, self.content.model_dump()),
            self.attachments,
        ):
            return ()
        self.replaced = replaced
        earlier = self.earlier
        if self.text and text != self.text:
            earlier = (*earlier, EarlierText(text=self.text, until=at))[-MAX_EARLIER:]
        return self._take(kind=kind, text=text, content=content, attachments=shown, edited_at=at, earlier=earlier)

    def delete(self, at: datetime) -> tuple[str, ...]:
        """The author took the message back: what it said is gone, for good; what changed."""
        if self.deleted_at is not None:
            return ()
        changed = self._take(text=None, content=EMPTY, reactions=(), edited_at=None, earlier=(), deleted_at=at)
        self.deeds = ()
        return (*changed, "attachments") if self.attachments else changed

    def kept(self) -> dict[str, Any]:
        """What a deed can change of the message, in plain values."""
        return {
            "kind": self.kind,
            "text": self.text,
            "content": self.content.model_dump(),
            "reactions": [one.model_dump() for one in self.reactions],
            "edited_at": self.edited_at,
            "deleted_at": self.deleted_at,
            "earlier": [one.model_dump() for one in self.earlier],
            "hidden": self.hidden,
        }

    def restore(self, kept: Mapping[str, Any]) -> tuple[str, ...]:
        """Be again what `kept` says; what changed."""
        values = dict(kept)
        if "content" in values:
            values["content"] = content_of(values.get("kind", self.kind), values["content"])
        for name, model in (("reactions", Reaction), ("earlier", EarlierText)):
            if name in values:
                values[name] = tuple(model.model_validate(one) for one in values[name])
        was_deleted = self.deleted_at is not None
        changed = self._take(**values)
        back = was_deleted and self.deleted_at is None and bool(self.attachments)
        return (*changed, "attachments") if back else changed

    def show(self, at: datetime, *, hidden: bool) -> tuple[str, ...]:
        """Others can see a public comment from now on, or not; what changed. The latest news stands."""
        if self.deleted_at is not None or (self.hidden_at is not None and at < self.hidden_at):
            return ()
        self.hidden_at = at
        return self._take(hidden=hidden)

    def understand(
        self,
        data: InboundMessageData,
        attachments: tuple[Attachment, ...],
        reply_to: str | None,
        quotes: str | None = None,
    ) -> tuple[str, ...]:
        """Take what a later version made of a message that was not understood when it came; what changed."""
        if self.kind != "unsupported" or self.deleted_at is not None:
            return ()
        return self._take(
            kind=data.kind,
            text=data.text,
            content=data.content,
            attachments=attachments,
            referral=data.referral,
            forwarded=data.forwarded,
            reply_to=reply_to,
            quotes=quotes,
        )

    def find_quoted(self, message_id: str) -> tuple[str, ...]:
        """The message that this one answers has come; what changed."""
        if self.quotes is None or self.deleted_at is not None:
            return ()
        self.quotes = None
        return self._take(reply_to=message_id)

    def take_file(self, told: InboundFileData, error: MessageError | None) -> tuple[str, ...]:
        """Take over that fetching one of the files succeeded, or failed by `error`; what changed."""
        if self.deleted_at is not None:
            return ()
        shown, self.replaced = (
            tuple(one.fetched(told, error) if one.id == told.attachment_id else one for one in files)
            for files in (self.attachments, self.replaced)
        )
        return self._take(attachments=shown)

    def _take(self, **values: Any) -> tuple[str, ...]:
        changed = tuple(name for name, value in values.items() if value != getattr(self, name))
        for name in changed:
            setattr(self, name, values[name])
        return changed

    def view(self) -> MessageView:
        return MessageView(
            id=self.id,
            conversation_id=self.conversation_id,
            direction=self.direction,
            kind=self.kind,
            text=self.text,
            attachments=() if self.deleted_at else tuple(attachment.view() for attachment in self.attachments),
            content=self.content,
            reply_to=self.reply_to,
            reply_to_unavailable=self.quotes is not None,
            author=self.author,
            automatic=self.automatic,
            status=self.status,
            error=self.error,
            tags=marked(self.tags, self.names.tags),
            reactions=self.reactions,
            forwarded=self.forwarded,  # type: ignore[arg-type]  # stored from the same literal
            referral=self.referral,
            edited_at=self.edited_at,
            deleted_at=self.deleted_at,
            hidden=self.hidden and self.deleted_at is None,
            earlier=self.earlier,
            same_as=self.same_as,
            private_reply=self.private_reply,
            parts_sent=self.parts_sent or None if self.status == "failed" else None,
            external_id=self.external_id,
            occurred_at=self.occurred_at,
            recorded_at=self.recorded_at,
            client_id=self.client_id,
            mentions=self.mentions,
            sequence=self.sequence,
            version=max(self.sequence, self.changed_sequence),
        )

    def as_last(self) -> LastMessage:
        """What a list row shows of it."""
        names = () if self.deleted_at else tuple(one.name for one in self.attachments)
        return LastMessage(
            id=self.id,
            kind=self.kind,
            preview=preview(self.kind, self.text, self.content, names),
            direction=self.direction,
            occurred_at=self.occurred_at,
            author=self.author,
            status=self.status,
            deleted=True if self.deleted_at else None,
            album=album.id if (album := getattr(self.content, "album", None)) else None,
        )


def _side(author: AuthorView) -> str:
    """Whose reaction it is: everybody at the company shares one."""
    return "contact" if author.type == "contact" else _BUSINESS
