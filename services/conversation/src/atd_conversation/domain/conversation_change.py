"""What every change of a conversation has in common: the event that it makes, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from atd_conversation.domain.conversation_record import ConversationRecord
from atd_conversation.domain.message import Message
from atd_conversation.domain.previews import preview
from atd_conversation.domain.read_marks import once_answered
from atd_conversation.domain.reply_window import WindowEnd
from atd_schemas.contents import MessageKind
from atd_schemas.conversation import ScheduledRef
from atd_schemas.envelope import Actor
from atd_schemas.views import AuthorView, ConversationView, LastMessage, Named, TagRef


@dataclass(frozen=True, slots=True)
class Change:
    """One event of a conversation: its type, what changed, and the message that it is about.

    `snapshot` is the conversation right after it, for events that are about the conversation itself; `scheduled` is the
    scheduled message that such an event is about. `details` is what the timeline tells of it beside that: from whom to
    whom, until when. `taken_from` is the attendant whose conversation it was until then. `tag` was put on the message
    or taken off it.
    """

    type: str
    sequence: int
    changed: tuple[str, ...] = ()
    message: Message | None = None
    snapshot: ConversationView | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    taken_from: str | None = None
    tag: TagRef | None = None
    scheduled: ScheduledRef | None = None


def recaptioned(last: LastMessage, message: Message) -> LastMessage:
    """What a list shows once an earlier message of the same album has another caption, which it may show."""
    edited, words = message.as_last(), message.earlier[-1].text if message.earlier else None
    if edited.album is None or (edited.album, edited.direction) != (last.album, last.direction):
        return last
    before = preview(message.kind, words, message.content, ())
    return last.model_copy(update={"preview": edited.preview}) if last.preview == before else last


@dataclass(slots=True)
class ChangingConversation(ConversationRecord):
    """The steps that changes are made of; the changes themselves are in `domain/conversation.py`."""

    def add_notice(self, message: Message, event_type: str = "message.sent") -> Change:
        """Add a message by the product itself, or of somebody blocked; it is no activity, and no list shows it."""
        change = self._change(event_type, (), message)
        message.sequence = change.sequence
        return change

    def revise(
        self,
        event_type: str,
        message: Message,
        changed: tuple[str, ...],
        *,
        tag: TagRef | None = None,
        deed: str | None = None,
    ) -> Change:
        """One of the messages has changed: a list shows it as it is now, where it was the last one.

        `deed`: somebody of the company did that to it (`outbound.action`), and the timeline tells of it.
        """
        if self.last_message is not None and self.last_message.id == message.id:
            self.last_message = message.as_last() if "text" in changed else self._as_last(message)
        elif self.last_message is not None and "text" in changed:
            self.last_message = recaptioned(self.last_message, message)
        details: dict[str, Any] | None = {"tag": {"id": tag.id, "name": tag.name, "color": tag.color}} if tag else None
        details = {"deed": deed} if deed else details
        change = self._change(event_type, changed, message, details, tag)
        message.changed_sequence = change.sequence
        return change

    def _hear_person(self) -> None:
        """Somebody of the company writes: no machine goes on by itself, and a bare number is no rating any more."""
        self.memory = self.memory.answered()
        if self.rating_request is not None and self.rating_request.by_number:
            self.rating_request = replace(self.rating_request, by_number=False)

    def _answered(self, by: str | None = None) -> tuple[str, ...]:
        """Nothing of the customer's waits to be read any more, for nobody; what changed."""
        names = ("unread_count", "first_unread_sequence")
        changed = tuple(name for name in names if getattr(self, name))
        self.unread_count, self.first_unread_sequence = 0, None
        if self.marks:
            self.marks = {} if self.status == "closed" else once_answered(self.marks, by)
        if by is not None and self.mentions.get(by):
            self.mentions = {**self.mentions, by: 0}
        return changed

    def _end_snooze(self) -> tuple[str, ...]:
        """It is put aside no longer, and nobody has to see that it came back; what changed."""
        names = ("snoozed_until", "woke_at")
        changed = tuple(name for name in names if getattr(self, name))
        self.snoozed_until = self.woke_at = None
        return changed

    def _placed(self, now: datetime) -> tuple[str, ...]:
        """Note that status, team or assignee have changed, right before their event; what else has changed by it.

        A transfer that nobody has accepted has come to its end, and so has the place that was told of another queue.
        `placement` and `queued_at` follow, and no event names them.
        """
        self.placement = self.sequence + 1
        self.queued_at = now if self.status == "queued" else None
        names = ("transfer", "queue_position")
        ended = tuple(name for name in names if getattr(self, name) is not None)
        self.transfer = self.queue_position = None
        return ended

    def _reopen(self, now: datetime, waiting_since: datetime | None = None) -> Change:
        self.status = "open" if self.assignee else "queued"
        self.closed_at = self.closed_waiting_since = None
        self.filed = False
        self.waiting_since = waiting_since
        waits = ("waiting_since",) if waiting_since is not None else ()
        return self._change("conversation.reopened", ("status", "closed_at", *waits, *self._placed(now)))

    def _by(
        self,
        actor: Actor,
        message_id: str,
        direction: str,
        text: str | None,
        now: datetime,
        *,
        kind: MessageKind = "text",
        reply_to: str | None = None,
    ) -> Message:
        return Message(
            id=message_id,
            tenant_id=self.tenant_id,
            conversation_id=self.id,
            account_id=self.channel.account_id,
            direction=direction,  # type: ignore[arg-type]  # the callers above pass literals
            kind=kind,
            text=text,
            author=AuthorView(type=actor.type, id=actor.id, name=actor.name),
            occurred_at=now,
            recorded_at=now,
            reply_to=reply_to,
        )

    def _add(self, event_type: str, message: Message, now: datetime) -> Change:
        change = self._change(event_type, (), message)
        message.sequence = change.sequence
        self.last_activity_at = now
        if message.direction != "note":
            self.last_message = self._as_last(message)
        return change

    def _as_last(self, message: Message) -> LastMessage:
        """What a list shows of the message: of an album the caption, whichever of its messages has it."""
        last, before = message.as_last(), self.last_message
        if message.text or last.album is None or before is None or not before.preview:
            return last
        together = (before.album, before.direction) == (last.album, last.direction)
        return last.model_copy(update={"preview": before.preview}) if together else last

    def _extend_window(self, end: WindowEnd) -> None:
        if self.reply_window_expires_at is None or end.person > self.reply_window_expires_at:
            self.reply_window_expires_at = end.person
        if end.free is not None and (self.free_until is None or end.free > self.free_until):
            self.free_until = end.free

    def _change(
        self,
        event_type: str,
        changed: tuple[str, ...] = (),
        message: Message | None = None,
        details: Mapping[str, Any] | None = None,
        tag: TagRef | None = None,
    ) -> Change:
        self.sequence += 1
        snapshot = self.view() if message is None else None
        return Change(event_type, self.sequence, changed, message, snapshot, details or {}, tag=tag)


def details_of(one: Named | None) -> dict[str, Any] | None:
    """Somebody, or something, in the details of a change."""
    return None if one is None else {"id": one.id, "name": one.name}
