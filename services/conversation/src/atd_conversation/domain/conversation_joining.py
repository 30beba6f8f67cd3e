"""Two strands of one customer turn out to be one: which conversation goes on, and what it takes over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.placing import PlacedConversation
from atd_schemas.conversation import ScheduledRef
from atd_schemas.views import Priority

_PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")


@dataclass(slots=True)
class JoinedConversation(PlacedConversation):
    """What happens to the conversations of customers that are joined, or are two again."""

    def take_up(
        self,
        *,
        closed: bool,
        unread_count: int = 0,
        first_unread_sequence: int | None = None,
        waiting_since: datetime | None = None,
        now: datetime,
    ) -> list[Change]:
        """Take the customer's messages again, as before giving way. `closed`: it was closed before, and stays so.

        What waited for an answer waits here again, also where somebody has answered it meanwhile: rather seen twice.
        """
        self.current = True
        if closed or self.status != "closed":
            return []
        self.unread_count, self.first_unread_sequence = unread_count, first_unread_sequence
        change = self._reopen(now, waiting_since)
        return [replace(change, changed=(*change.changed, "unread_count", "first_unread_sequence"))]

    def give_way(self, now: datetime) -> list[Change]:
        """Another conversation takes the customer's messages on this account from now on; this one ends."""
        self.current = False
        return self.close(now)

    def take_over(self, other: "JoinedConversation", now: datetime) -> list[Change]:
        """Go on for a conversation that gives way: what waited there for an answer waits here."""
        names = (
            "unread_count",
            "first_unread_sequence",
            "waiting_since",
            "priority",
            "reply_window_expires_at",
            "free_until",
        )
        before = [getattr(self, name) for name in names]
        if self.unread_count == 0 and other.unread_count:
            self.first_unread_sequence = self.sequence  # the notice that this thread goes on for another one
        self.unread_count += other.unread_count
        self.waiting_since = min((one.waiting_since for one in (self, other) if one.waiting_since), default=None)
        self.priority = max(self.priority, other.priority, key=_PRIORITIES.index)
        if (end := other.window_ends()) is not None:
            self._extend_window(end)
        self.memory = self.memory.joined(other.memory)
        changed = tuple(name for name, old in zip(names, before, strict=True) if old != getattr(self, name))
        changes = [self._change("conversation.updated", changed)] if changed else []
        if other.status != "snoozed":
            changes += self.wake(now)
        if self.assignee is None and other.assignee is not None:
            changes += self.assign(other.assignee, now, team=self.team or other.team)
        return changes

    def take_address(self, other: "JoinedConversation") -> list[Change]:
        """Be answered where a conversation that gives way was, if of this one only a comment is known."""
        if not self.awaits_customer or other.awaits_customer:
            return []
        self.recipient, before = other.recipient, self.window_ends()
        if (end := other.window_ends()) is not None:
            self._extend_window(end)
        told = ("reply_window_expires_at", "free_until")
        return [] if self.window_ends() == before else [self._change("conversation.updated", told)]

    def take_scheduled(
        self, other: "JoinedConversation", count: int, until_reply: Sequence[ScheduledRef]
    ) -> tuple[list[Change], list[Change]]:
        """So many messages that wait in another conversation wait here from now on; the changes of both."""
        if count == 0:
            return [], []
        moved = {one.id for one in until_reply}
        other.scheduled_count -= count
        other.until_reply = tuple(one for one in other.until_reply if one.id not in moved)
        self.scheduled_count += count
        self.until_reply += tuple(until_reply)
        told = ("scheduled_count",)
        left = other._change("conversation.updated", told)  # noqa: SLF001 - one of the same class
        return [self._change("conversation.updated", told)], [left]
