"""The part of routing that goes by the hours: what customers are told outside them, and that queues go on at opening.

Both are timers of the conversation, which look at it as it is then: changed hours, an answer or a rule that came
between count.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.decisions import Decision, Say, SayOnly
from atd_routing.domain.hours.book import Hours
from atd_routing.domain.hours.views import values_at
from atd_routing.domain.scene import Scene
from atd_routing.domain.tenant import Tenant

OPENING_TIMER = "hours"
"""Rings when the hours of a conversation that waits open: the tenant's queues are looked at then."""

MESSAGE_TIMER = "outside_hours"
"""Rings a little after a customer has written outside hours."""

SETTLING = timedelta(seconds=2)
"""So long nothing is said: a rule may give the conversation to a team that is open, and somebody may answer."""

TALKING = timedelta(minutes=30)
"""An attendant who has answered within this time is talking with the customer."""

TOLD = "outside_hours"
TOLD_AT = "outside_hours_at"
"""What is kept in `said`: the closed period of which the customer was told, and when that was."""

NEVER_OPEN = "never-open"
"""The closed period of hours that have not been open for years."""


def keep_hours(scene: Scene) -> Sequence[Decision]:
    """What is said now, and when the hours are looked at again."""
    conversation = scene.conversation
    hours = hours_for(scene.tenant, conversation)
    if hours is None or not conversation.active:
        for name in (OPENING_TIMER, MESSAGE_TIMER):
            _set_timer(conversation, name, None)
        return ()
    closed = not hours.calendar.is_open(scene.now)
    waits = closed and conversation.waits
    _set_timer(conversation, OPENING_TIMER, hours.calendar.next_change(scene.now) if waits else None)
    if scene.timer == MESSAGE_TIMER:
        return _told(scene, hours) if closed else ()
    if closed and _begins_to_wait(scene, hours) and MESSAGE_TIMER not in conversation.timers:
        conversation.set_timer(MESSAGE_TIMER, scene.now + SETTLING)
    return ()


def hours_for(tenant: Tenant, conversation: RoutedConversation) -> Hours | None:
    """The hours that count for a conversation, where it is or is decided to go."""
    pending = conversation.pending
    team_id = conversation.team_id if pending is None else pending.team_id
    return tenant.hours.hours(account_id=conversation.account_id, team_id=team_id)


def _begins_to_wait(scene: Scene, hours: Hours) -> bool:
    """Whether the customer has just written outside hours, or a bot has just left them to people."""
    left_by_bot = scene.moved and scene.before.status == "bot"
    if scene.event is None or not (scene.is_customers_message or left_by_bot):
        return False
    return not hours.calendar.is_open(scene.event.recorded_at) and _may_be_told(scene, hours)


def _may_be_told(scene: Scene, hours: Hours) -> bool:
    """Whether there is something to say here, and a person would be the one to answer."""
    conversation = scene.conversation
    if hours.message is None or conversation.public or conversation.status == "bot":
        return False
    answered = conversation.last_answer_at
    if answered is not None and scene.now - answered < TALKING:
        return False
    return not _was_told(conversation, hours.calendar.closed_since(scene.now))


def _was_told(conversation: RoutedConversation, closed_since: datetime | None) -> bool:
    """Whether the customer was told in this closed period, wherever hours that have changed let it begin."""
    told_at = conversation.said.get(TOLD_AT)
    return told_at is not None and (closed_since is None or datetime.fromisoformat(told_at) >= closed_since)


def _told(scene: Scene, hours: Hours) -> Sequence[Decision]:
    """Say it, if it is still to be said."""
    conversation, message = scene.conversation, hours.message
    if message is None or not _may_be_told(scene, hours):
        return ()
    found = message.text(scene.customer.language)
    if found is None:
        return ()
    language, text = found
    since = hours.calendar.closed_since(scene.now)
    period = NEVER_OPEN if since is None else since.isoformat()
    conversation.said = {**conversation.said, TOLD: period, TOLD_AT: scene.now.isoformat()}
    values = values_at(hours.calendar, scene.now, language)
    return [SayOnly((Say("outside_hours", text, f"{TOLD}:{period}", values),))]


def _set_timer(conversation: RoutedConversation, name: str, due: datetime | None) -> None:
    if conversation.timers.get(name) != due:
        conversation.set_timer(name, due)
