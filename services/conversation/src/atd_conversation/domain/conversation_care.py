"""How attendants keep order among conversations: put aside, read, said later, urgent, and what they are about."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from atd_conversation.domain.conversation_change import Change, ChangingConversation, details_of
from atd_conversation.domain.read_marks import with_read, with_unread
from atd_conversation.domain.refusals import Refusal
from atd_schemas.conversation import ScheduledRef
from atd_schemas.views import ContactRef, Priority, ServiceLevelView

_HAPPENED = {"warning": "conversation.service_level_warned", "breach": "conversation.service_level_breached"}

MAX_SNOOZE = timedelta(days=366)
"""For how long a conversation can be put aside."""


@dataclass(slots=True)
class TendedConversation(ChangingConversation):
    """What is done to a conversation beside talking in it. Nothing of it reaches the customer."""

    def note_scheduled(self, scheduled: ScheduledRef, *, until_reply: bool = False) -> Change:
        """A message was scheduled, or changed, or waits no more (by its state)."""
        self.until_reply = tuple(one for one in self.until_reply if one.id != scheduled.id)
        if scheduled.state == "waiting" and until_reply:
            self.until_reply += (scheduled,)
        change = self._change("conversation.scheduled", ("scheduled_count",))
        return replace(change, scheduled=scheduled, details=scheduled.model_dump(exclude_none=True))

    def _cancel_until_reply(self) -> list[Change]:
        """The customer has written: what was to be said only if they did not is cancelled."""
        cancelled = []
        for one in self.until_reply:
            self.scheduled_count -= 1
            gone = one.model_copy(update={"state": "cancelled", "reason": "customer_replied"})
            cancelled.append(self.note_scheduled(gone))
        return cancelled

    def snooze(self, until: datetime | None, now: datetime) -> list[Change]:
        """Put the conversation aside until a time, or absent: until the customer writes, which always brings it back.

        Raises `Refusal`: `conversation_closed`; `invalid` for a time that is over or too far away.
        """
        if self.status == "closed":
            raise Refusal("conversation_closed", "A closed conversation cannot be snoozed; reopen it first.")
        if until is not None:
            until = until.replace(microsecond=until.microsecond // 1000 * 1000)  # as MongoDB keeps it
            if until <= now:
                raise Refusal("invalid", "must be in the future", "until")
            if until > now + MAX_SNOOZE:
                raise Refusal("invalid", f"must be within {MAX_SNOOZE.days} days", "until")
        if self.status == "snoozed" and until == self.snoozed_until:
            return []
        was_snoozed = self.status == "snoozed"
        changed: tuple[str, ...] = () if was_snoozed else ("status",)
        changed += () if until == self.snoozed_until else ("snoozed_until",)
        changed += () if self.woke_at is None else ("woke_at",)
        self._end_snooze()
        self.status, self.snoozed_until = "snoozed", until
        changed += () if was_snoozed else self._placed(now)
        return [self._change("conversation.snoozed", changed, details={"until": until})]

    def wake(self, now: datetime) -> list[Change]:
        """A snoozed conversation comes back: somebody wants it, or the customer has written."""
        if self.status != "snoozed":
            return []
        self.status = "open" if self.assignee else "queued"
        return [self._change("conversation.updated", ("status", *self._end_snooze(), *self._placed(now)))]

    def wake_when_due(self, until: datetime, now: datetime) -> list[Change]:
        """The time until which the conversation was snoozed has come; nothing, if it was changed since."""
        if self.status != "snoozed" or self.snoozed_until != until:
            return []
        self.status = "open" if self.assignee else "queued"
        self._end_snooze()
        self.woke_at = self.last_activity_at = now
        changed = ("status", "snoozed_until", "woke_at", "last_activity_at", *self._placed(now))
        return [self._change("conversation.updated", changed, details={"due": until})]

    def read(self, reader_id: str) -> bool:
        """An attendant has seen everything; whether that is news. It is theirs, and no event of the conversation."""
        before = self.marks, self.mentions
        self.marks = with_read(self.marks, reader_id, self.window, self.sequence)
        if self.mentions.get(reader_id):
            self.mentions = {**self.mentions, reader_id: 0}
        return before != (self.marks, self.mentions)

    def mark_unread(self, reader_id: str, place: int | None) -> bool:
        """An attendant wants to find it unread, from the customer's last message (at `place`) on; whether it was not.

        Raises `Refusal`: `conversation_closed`; `invalid` where the customer has written nothing.
        """
        if self.status == "closed":
            raise Refusal("conversation_closed", "A closed conversation cannot be marked as unread; reopen it first.")
        if place is None:
            raise Refusal("invalid", "The customer has written nothing that could be unread.")
        before = self.marks
        self.marks = with_unread(before, reader_id, self.window, place)
        return before != self.marks

    def prioritise(self, priority: Priority, *, by_hand: bool = True) -> list[Change]:
        """Set the priority."""
        if priority == self.priority:
            return []
        if by_hand:
            self._set_by_hand("priority")
        details = {"from": self.priority, "to": priority}
        self.priority = priority
        return [self._change("conversation.updated", ("priority",), details=details)]

    def classify(self, type_id: str | None, *, by_hand: bool = True) -> list[Change]:
        """Say what the conversation is about; None: it is not said any more."""
        if type_id == self.type_id:
            return []
        if by_hand:
            self._set_by_hand("type")
        known, before = self.names.types.get, self.type_id
        self.type_id = type_id
        details = {"from": details_of(known(before or "")), "to": details_of(known(type_id or ""))}
        return [self._change("conversation.classified", ("type",), details=details)]

    def relabel_contact(self, contact: ContactRef, *, by_hand: bool = True) -> list[Change]:
        """The contact has other labels from now on."""
        before, after = [one.id for one in self.contact.labels], [one.id for one in contact.labels]
        if before == after:
            return []
        if by_hand and not set(before) <= set(after):
            self._set_by_hand("labels")
        self.contact = contact
        return [self._change("conversation.updated", ("labels",))]

    def is_set_since(self, field: str, sequence: int | None) -> bool:
        """Whether somebody has set the field by hand after this sequence; None: it does not matter."""
        return sequence is not None and self.by_hand.get(field, 0) > sequence

    def _set_by_hand(self, field: str) -> None:
        """Note it, right before its event."""
        self.by_hand = {**self.by_hand, field: self.sequence + 1}

    def show_service_level(
        self, level: ServiceLevelView | None, happened: Literal["warning", "breach"] | None = None
    ) -> list[Change]:
        """How it stands against the company's targets from now on. `happened`: one comes near, or was missed."""
        changed = ("service_level",) if level != self.service_level else ()
        if not changed and happened is None:
            return []
        self.service_level = level
        event = _HAPPENED.get(happened or "", "conversation.updated")
        targets = [] if level is None else [one.model_dump(mode="json", exclude_none=True) for one in level.targets]
        details = {"policy": details_of(level.policy if level else None), "targets": targets} if happened else {}
        return [self._change(event, changed, details=details)]
