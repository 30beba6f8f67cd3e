"""Whose a conversation is: assigning, queues, teams, transfers, closing and reopening.

`placement` is the sequence of the last change of status, team or assignee. Routing decides on what it has heard, and
names the placement that it knew: what was placed anew since is left alone (`holds`), so that a person is never
overruled by a decision that did not know of their deed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from atd_conversation.domain.conversation_care import TendedConversation
from atd_conversation.domain.conversation_change import Change, details_of
from atd_conversation.domain.refusals import Refusal
from atd_schemas.routing import Condition
from atd_schemas.views import Named, TransferView

REOPEN_WITHIN = timedelta(hours=24)
"""A message that comes no later than this after the closing reopens, where the company has not said otherwise; later
ones open a new conversation. For so long, too, whoever reopens by hand finds the customer waiting as before."""

Why = Mapping[str, Any]
"""What the timeline tells of a change beside from whom and to whom: `reason`, `rule`."""


@dataclass(slots=True)
class PlacedConversation(TendedConversation):
    """What changes whose a conversation is."""

    def is_assigned_to(self, attendant_id: str) -> bool:
        """Whether it is this attendant's now."""
        return self.assignee is not None and self.assignee.id == attendant_id

    def holds(self, condition: Condition) -> bool:
        """Whether it is still as a decision was made on."""
        placed = condition.placement is None or condition.placement == self.placement
        return placed and (condition.sequence is None or condition.sequence == self.sequence)

    def assign(
        self, attendant: Named | None, now: datetime, *, team: Named | None = None, why: Why | None = None
    ) -> list[Change]:
        """Give the conversation to an attendant, in a team (None: as it is), or back to the queue of its team.

        Raises `Refusal` `conversation_closed`.
        """
        team = team or self.team
        if attendant is None:
            return self.wait_in(team, now, why=why)
        self._check_not_closed()
        if _id(attendant) == _id(self.assignee):
            return self.put_in_team(team, now, why=why)
        return [self._place("conversation.assigned", attendant, team, now, why or {})]

    def wait_in(self, team: Named | None, now: datetime, *, why: Why | None = None) -> list[Change]:
        """Let it wait in the queue of a team (None: that of all), with nobody's name on it.

        Raises `Refusal` `conversation_closed`.
        """
        self._check_not_closed()
        if self.status == "queued" and self.assignee is None and _id(team) == _id(self.team):
            return []
        event = "conversation.queued" if self.assignee is None else "conversation.unassigned"
        return [self._place(event, None, team, now, why or {})]

    def put_in_team(self, team: Named | None, now: datetime, *, why: Why | None = None) -> list[Change]:
        """Let it be another team's; whose it is, and whether it waits, stays. Raises as `assign` does."""
        self._check_not_closed()
        if _id(team) == _id(self.team):
            return []
        if self.status == "queued":
            return self.wait_in(team, now, why=why)
        details = {"from_team": details_of(self.team), "to_team": details_of(team), **(why or {})}
        self.team = team
        return [self._change("conversation.updated", ("team", *self._placed(now)), details=details)]

    def transfer_to(
        self,
        attendant: Named | None,
        team: Named | None,
        now: datetime,
        *,
        by: Named | None,
        note_id: str | None = None,
    ) -> list[Change]:
        """Hand it over to an attendant (in a team; None: as it is), or else into the queue of a team.

        `note_id` is the note that says why. Raises `Refusal`: `conversation_closed`; `no_change` where it is there.
        """
        self._check_not_closed()
        if attendant is not None and self.is_assigned_to(attendant.id):
            raise Refusal("no_change", "has the conversation already", "attendant_id")
        if attendant is None and self.assignee is None and self.status == "queued" and _id(team) == _id(self.team):
            raise Refusal("no_change", "has the conversation in its queue already", "team_id")
        given = TransferView(
            by=by,
            from_attendant=self.assignee,
            from_team=self.team,
            to_attendant=attendant,
            to_team=team or (self.team if attendant else None),
            note_id=note_id,
            at=now.replace(microsecond=now.microsecond // 1000 * 1000),  # as MongoDB keeps it
        )
        accepted = attendant is not None and _id(attendant) == _id(by)
        why = {"note_id": note_id} if note_id else {}
        return [
            self._place("conversation.transferred", attendant, given.to_team, now, why, None if accepted else given)
        ]

    def tell_position(self, position: int) -> list[Change]:
        """Note that the customer was told that this is their place in the queue; only while they wait."""
        if self.status != "queued" or position == self.queue_position:
            return []
        self.queue_position = position
        return [self._change("conversation.updated", ("queue_position",))]

    def accept(self, who: str | None) -> list[Change]:
        """Whom it was handed over to has seen it; nothing where it was handed over to nobody, or to somebody else."""
        transfer = self.transfer
        if transfer is None or transfer.to_attendant is None or transfer.to_attendant.id != who:
            return []
        self.transfer = None
        details = {"accepted": True, "from": details_of(transfer.from_attendant)}
        return [self._change("conversation.updated", ("transfer",), details=details)]

    def accept_by_hand(self, who: str) -> list[Change]:
        """Somebody says that they take it. Raises `Refusal` `transfer_not_yours` where it was handed to others."""
        if self.transfer is not None and not self.is_assigned_to(who):
            raise Refusal("transfer_not_yours", "The conversation was handed over to somebody else.")
        return self.accept(who)

    def take_back(self, by: Named, now: datetime) -> list[Change]:
        """Who handed it over takes that back, as long as nobody has accepted it.

        Raises `Refusal`: `not_transferred`, `transfer_not_yours`.
        """
        transfer = self.transfer
        if transfer is None:
            raise Refusal("not_transferred", "The transfer was accepted already, or taken back.")
        if _id(transfer.by) != by.id:
            raise Refusal("transfer_not_yours", "Only who handed it over can take that back.")
        event = "conversation.assigned"
        if transfer.from_attendant is None:
            event = "conversation.queued" if self.assignee is None else "conversation.unassigned"
        why = {"taken_back": True}
        return [self._place(event, transfer.from_attendant, transfer.from_team, now, why)]

    def close(self, now: datetime, *, seen: bool = True) -> list[Change]:
        """End the conversation. Closing what is closed changes nothing.

        What the customer wrote and nobody has `seen` stays unread, and is found among what is closed.
        """
        if self.status == "closed":
            return []
        self.status = "closed"
        self.closed_at = now
        self.credited = self.assignee
        ended = ("waiting_since",) if self.waiting_since is not None else ()
        self.closed_waiting_since, self.waiting_since = self.waiting_since, None
        read = self._answered() if seen else ()
        changed = ("status", "closed_at", *read, *ended, *self._end_snooze(), *self._placed(now))
        return [self._change("conversation.closed", changed)]

    def reopen(self, now: datetime) -> list[Change]:
        """Take a closed conversation up again; an open one stays as it is.

        Who closed it by mistake, or too early, finds the customer waiting as before; after a day nobody waits any more.

        Raises `Refusal` `superseded` when the customer has a newer conversation on this account.
        """
        if self.status != "closed":
            return []
        if not self.current:
            raise Refusal("superseded", "The customer has a newer conversation on this account.")
        recent = self.closed_at is not None and now <= self.closed_at + REOPEN_WITHIN
        return [self._reopen(now, self.closed_waiting_since if recent else None)]

    def _check_not_closed(self) -> None:
        if self.status == "closed":
            raise Refusal("conversation_closed", "A closed conversation cannot be assigned; reopen it first.")

    def _place(
        self,
        event: str,
        attendant: Named | None,
        team: Named | None,
        now: datetime,
        why: Why,
        transfer: TransferView | None = None,
    ) -> Change:
        """Change whose it is; the event names what differs from before."""
        before, former, team_before = self.status, self.assignee, self.team
        details = {"from": details_of(former), "to": details_of(attendant), **why}
        changed = [] if _id(attendant) == _id(former) else ["assignee"]
        self.assignee, self.team = attendant, team
        self.status = "open" if attendant else "queued"
        changed += [] if self.status == before else ["status"]
        if _id(team) != _id(team_before):
            changed.append("team")
            details |= {"from_team": details_of(team_before), "to_team": details_of(team)}
        elif team is not None:
            details["team"] = details_of(team)
        changed += self._end_snooze()
        ended = self._placed(now)
        self.transfer = transfer
        changed += (*ended, "transfer") if transfer is not None and "transfer" not in ended else ended
        change = self._change(event, tuple(changed), details=details)
        is_taken = former is not None and _id(attendant) != former.id
        return replace(change, taken_from=former.id if former and is_taken else None)


def _id(one: Named | None) -> str | None:
    return None if one is None else one.id
