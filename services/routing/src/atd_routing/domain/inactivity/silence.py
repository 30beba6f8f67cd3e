"""Customers who do not answer: they are reminded once, then the conversation is closed.

Only if we spoke last and owe nothing, and only if nothing at all happens until it is done (see `Decided.strict`): a
message that comes in the same moment is an event that is looked at again, and then the customer is not silent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.decisions import Close, Decision, Say, SayOnly
from atd_routing.domain.inactivity.policies import Inactivity
from atd_routing.domain.scene import Scene
from atd_schemas.conversation import MessageChanged
from atd_schemas.routing import AutomaticText

TIMER = "silence"

HEARING = timedelta(minutes=2)
"""After so long without any event, a reminder that was decided could not be said: it counts as if it had been."""

RETRY = timedelta(hours=1)
"""When closing is tried again, if it was refused and nothing has happened since."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A reminder, or a closing, that was decided: after which answer, at which sequence, when."""

    answer_at: datetime
    sequence: int
    at: datetime
    done: bool = False

    def stored(self) -> dict[str, Any]:
        return {
            "answer_at": self.answer_at.isoformat(),
            "sequence": self.sequence,
            "at": self.at.isoformat(),
            "done": self.done,
        }


def deed_of(stored: Mapping[str, Any] | None) -> Deed | None:
    """The deed of `Deed.stored`."""
    if stored is None:
        return None
    answer_at, at = (datetime.fromisoformat(stored[name]) for name in ("answer_at", "at"))
    return Deed(answer_at, stored["sequence"], at, stored["done"])


def silent_since(conversation: RoutedConversation, *, undelivered: bool) -> datetime | None:
    """Since when the customer is silent: when we spoke last; None: it is our turn, or nobody's.

    `undelivered`: our last answer has not reached them.
    """
    ours = conversation.last_spoke not in (None, "customer", "bot") and conversation.waiting_since is None
    with_us = conversation.status == "open" and conversation.transfer is None
    return conversation.last_answer_at if ours and with_us and not undelivered else None


def keep_silence(scene: Scene, policy: Inactivity, state: dict[str, Any]) -> Sequence[Decision]:
    """What is done about a customer's silence now. Sets the timer, and `reminder` and `closing` of the state."""
    conversation, now = scene.conversation, scene.now
    since = silent_since(conversation, undelivered=bool(state.get("undelivered")))
    reminder = _this_silence(deed_of(state.get("reminder")), since)
    closing = _this_silence(deed_of(state.get("closing")), since)
    decided: Sequence[Decision] = ()
    due: datetime | None = None
    if since is not None and policy.remind_after is not None:
        reminder = _heard(scene, reminder)
        if reminder is None or not (reminder.done or reminder.sequence == conversation.sequence):
            due = since + policy.remind_after
            if due <= now:
                reminder = Deed(since, conversation.sequence, now)
                decided, due = [_reminder(scene, policy, since)], now + HEARING
        elif not reminder.done:
            due = reminder.at + HEARING
    if since is not None and policy.close_after is not None and due is None:
        due = (reminder.at if reminder is not None else since) + policy.close_after
        if closing is not None and closing.sequence == conversation.sequence:
            due = closing.at + RETRY
        if due <= now:
            closing, due = Deed(since, conversation.sequence, now), now + RETRY
            decided = [_closing(scene, policy, since)]
    _keep(state, "reminder", reminder)
    _keep(state, "closing", closing)
    conversation.set_timer(TIMER, due)
    return decided


def _this_silence(deed: Deed | None, since: datetime | None) -> Deed | None:
    return deed if deed is not None and deed.answer_at == since else None


def _heard(scene: Scene, reminder: Deed | None) -> Deed | None:
    """The reminder as it is known now: the event may be that it was said, or long silence that it could not be."""
    if reminder is None or reminder.done:
        return reminder
    event = scene.event
    if isinstance(event, MessageChanged) and event.type == "message.sent":
        automatic = event.data.message.automatic
        if automatic is not None and automatic.kind == "silence_reminder":
            return replace(reminder, done=True, at=event.recorded_at)
    unheard = scene.now >= reminder.at + HEARING and reminder.sequence == scene.conversation.sequence
    return replace(reminder, done=True) if unheard else reminder


def _reminder(scene: Scene, policy: Inactivity, since: datetime) -> SayOnly:
    text = policy.text(policy.reminder, scene.customer.language)
    return SayOnly((_once(scene, "silence_reminder", text or "", since),), strict=True)


def _closing(scene: Scene, policy: Inactivity, since: datetime) -> Close:
    text = policy.text(policy.closing, scene.customer.language)
    say = () if text is None else (_once(scene, "silence_closing", text, since),)
    return Close("customer_silent", policy.closing_type_id, say)


def _once(scene: Scene, purpose: AutomaticText, text: str, since: datetime) -> Say:
    """Said once in this silence, however often it is decided."""
    return Say(purpose, text, f"{scene.conversation.id}:{since.isoformat()}:{purpose}")


def _keep(state: dict[str, Any], name: str, deed: Deed | None) -> None:
    state.pop(name, None)
    if deed is not None:
        state[name] = deed.stored()
