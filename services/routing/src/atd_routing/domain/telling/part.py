"""Telling customers: once a stay that somebody is there, and while they wait where they are in the queue.

A place is told after a moment, for most get somebody at once. A place that was told never gets worse, whatever has
overtaken it: where the next one would not be better, nothing is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.customers import Language
from atd_routing.domain.decisions import Decision, Say, SayOnly
from atd_routing.domain.scene import Scene
from atd_routing.domain.telling.standing import Standing
from atd_routing.domain.telling.words import OVERDUE, POSITION, wait_in_words

POSITION_TIMER = "telling"
OVERDUE_TIMER = "overdue"

SETTLES_AFTER = timedelta(seconds=3)
"""Who gets somebody within this time is told no place."""

GREETING, PLACE, OVERDUE_SAID = "greeting", "queue_position", "queue_overdue"
"""What is remembered of what was said: the team that has greeted, the best place told, that it takes longer."""


def tell_customers(scene: Scene) -> Sequence[Decision]:
    """The part of routing that tells customers something."""
    conversation = scene.conversation
    if conversation.public:
        return ()
    if not conversation.active:
        _forget(conversation, GREETING, PLACE, OVERDUE_SAID)
    if not conversation.waits:
        _forget(conversation, PLACE, OVERDUE_SAID)
        for timer in (POSITION_TIMER, OVERDUE_TIMER):
            conversation.set_timer(timer, None)
        return tuple(_greeting(scene))
    return (*_place(scene), *_overdue(scene))


def _greeting(scene: Scene) -> Iterator[Decision]:
    """The team's greeting, when somebody has got the conversation who has not spoken yet; once a stay with the team."""
    conversation, tenant = scene.conversation, scene.tenant
    team = tenant.teams.get(conversation.team_id or "")
    text = None if team is None else team.greeting_in(scene.customer.language, tenant.telling.language)
    if team is None or text is None or not _is_news(scene):
        return
    if conversation.status != "open" or conversation.assignee_id in (None, scene.before.assignee_id):
        return
    if conversation.last_spoke == "attendant" or conversation.said.get(GREETING) == team.id:
        return
    _remember(conversation, GREETING, team.id)
    once = f"greeting:{conversation.id}:{conversation.placement}"
    by_hand = scene.event is not None and scene.event.actor.id == conversation.assignee_id  # and may answer at once
    yield SayOnly((Say("greeting", text, once),), strict=by_hand)


def _is_news(scene: Scene) -> bool:
    """Whether it has just happened: routing does not greet in conversations that are older than its settings."""
    opened = scene.event is not None and scene.event.type == "conversation.opened"
    return scene.moved and (scene.before.known or opened)


def _place(scene: Scene) -> Iterator[Decision]:
    conversation, policy = scene.conversation, scene.tenant.telling
    if policy.position_every is None:
        conversation.set_timer(POSITION_TIMER, None)
        return
    if scene.timer != POSITION_TIMER:
        if POSITION_TIMER not in conversation.timers:
            conversation.set_timer(POSITION_TIMER, scene.now + SETTLES_AFTER)
        return
    opening = _next_opening(scene)
    moves = conversation.pending is not None and not _is_given_away(conversation)
    later = scene.now + (SETTLES_AFTER if moves else policy.position_every)
    conversation.set_timer(POSITION_TIMER, opening or later)
    standing = scene.standing
    if standing is None or opening is not None or conversation.pending is not None:
        return
    best = conversation.said.get(PLACE)
    if best is not None and int(best) <= standing.position:
        return
    _remember(conversation, PLACE, str(standing.position))
    yield SayOnly((_place_said(scene, standing),), placed=True)


def _place_said(scene: Scene, standing: Standing) -> Say:
    conversation, language, policy = scene.conversation, _language(scene), scene.tenant.telling
    values = {"position": str(standing.position)}
    if standing.wait is not None:
        values["wait"] = wait_in_words(standing.wait, language)
    once = f"position:{conversation.id}:{conversation.placement}:{standing.position}"
    return Say("queue_position", policy.position_texts.get(language) or POSITION[language], once, values)


def _overdue(scene: Scene) -> Iterator[Decision]:
    conversation, policy = scene.conversation, scene.tenant.telling
    if policy.overdue_after is None or OVERDUE_SAID in conversation.said:
        conversation.set_timer(OVERDUE_TIMER, None)
        return
    since = conversation.waiting_since or conversation.queued_at or conversation.opened_at
    due = since + policy.overdue_after
    opening = _next_opening(scene)
    if scene.now < due or opening is not None:
        conversation.set_timer(OVERDUE_TIMER, max(due, opening or due))
        return
    conversation.set_timer(OVERDUE_TIMER, None)
    if _is_given_away(conversation):
        return
    once = f"overdue:{conversation.id}:{conversation.placement}"
    _remember(conversation, OVERDUE_SAID, once)
    language = _language(scene)
    text = policy.overdue_texts.get(language) or OVERDUE[language]
    yield SayOnly((Say("queue_overdue", text, once),), placed=True)


def _next_opening(scene: Scene) -> datetime | None:
    """When the hours of where it waits begin, plus a moment; None: they have begun, or never do."""
    conversation = scene.conversation
    hours = scene.tenant.hours.calendar(account_id=conversation.account_id, team_id=conversation.team_id)
    if hours.is_open(scene.now):
        return None
    opening = hours.next_opening(scene.now)
    return None if opening is None else opening + SETTLES_AFTER


def _language(scene: Scene) -> Language:
    return scene.customer.language or scene.tenant.telling.language


def _is_given_away(conversation: RoutedConversation) -> bool:
    """Whether it is decided who gets it."""
    return conversation.pending is not None and conversation.pending.attendant_id is not None


def _remember(conversation: RoutedConversation, what: str, value: str) -> None:
    conversation.said = {**conversation.said, what: value}


def _forget(conversation: RoutedConversation, *what: str) -> None:
    if any(one in conversation.said for one in what):
        said: Mapping[str, str] = {name: value for name, value in conversation.said.items() if name not in what}
        conversation.said = said
