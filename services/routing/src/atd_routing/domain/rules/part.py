"""Applying the company's rules to a conversation, at the moments when that makes sense.

It is opened or reopened; it comes back to the queue of all; it is classified or labelled anew while it waits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from atd_routing.domain.conversation import MAX_FIRST_TEXT, RULES_TIMER, RoutedConversation
from atd_routing.domain.decisions import Decision, Queue, SetFields
from atd_routing.domain.rules.applying import Applied, apply
from atd_routing.domain.rules.facts import Facts, InsideHours
from atd_routing.domain.rules.model import About, Rule, in_order
from atd_routing.domain.scene import Scene
from atd_routing.domain.tenant import Tenant
from atd_schemas.conversation import MessageChanged
from atd_servicekit.text_words import Said

WAIT_FOR_WORDS = timedelta(seconds=2)
"""The longest wait for the message with which a conversation was opened: its event follows at once."""

_CHANGES: dict[str, About] = {"labels": "label", "type": "type"}
"""Fields whose change makes rules that look at them count again, as `changed` names them."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why rules are looked at. `afresh`: a new chain. `touched`: only those that look at this; None: all."""

    afresh: bool = True
    touched: frozenset[About] | None = None


def assignment_rules(scene: Scene) -> Sequence[Decision]:
    """The part of routing that applies assignment rules."""
    conversation, rules = scene.conversation, in_order(scene.tenant.rules)
    if not conversation.active or conversation.assignee_id is not None:
        conversation.wanted = None
    if not conversation.active:
        conversation.set_timer(RULES_TIMER, None)
    if not rules or not conversation.active:
        return ()
    occasion = _occasion(scene, rules)
    if occasion is None:
        return ()
    if occasion.afresh:
        conversation.ruled, conversation.wanted = frozenset(), None
    facts = facts_of(scene)
    applied = apply(rules, facts, already=conversation.ruled, touched=occasion.touched)
    conversation.ruled |= applied.ids
    return [*_placed(conversation, applied, scene.tenant), *_set(facts, applied)]


def facts_of(scene: Scene) -> Facts:
    """What rules see of the conversation now."""
    conversation = scene.conversation
    return Facts(
        channel=conversation.channel,
        account_id=conversation.account_id,
        label_ids=frozenset(conversation.label_ids),
        type_id=conversation.type_id,
        priority=conversation.priority,
        team_id=conversation.team_id,
        said=Said.of(conversation.first_text),
        keeps_type=conversation.type_id is not None,
        customer=scene.customer,
        returning=scene.customer.is_returning(conversation.opened_at),
        inside_hours=inside_hours_at(scene.tenant, scene.now),
    )


def inside_hours_at(tenant: Tenant, moment: datetime) -> InsideHours:
    """Whether a moment is inside the hours of a channel account and a team."""
    return lambda account_id, team_id: tenant.hours.calendar(account_id=account_id, team_id=team_id).is_open(moment)


def _occasion(scene: Scene, rules: Sequence[Rule]) -> Occasion | None:
    """Why rules are to be looked at because of what has happened; None: there is no reason."""
    conversation, event = scene.conversation, scene.event
    if scene.timer == RULES_TIMER:
        return Occasion()
    if event is None:
        return None
    if event.type in ("conversation.opened", "conversation.reopened"):
        if event.actor.type == "contact" and any("word" in one.reads for one in rules):
            conversation.first_text = ""
            conversation.set_timer(RULES_TIMER, scene.now + WAIT_FOR_WORDS)
            return None
        return Occasion()
    if isinstance(event, MessageChanged):
        return _by_message(scene, event)
    if scene.moved and _came_back(scene):
        return Occasion()
    touched = frozenset(about for name, about in _CHANGES.items() if name in event.data.changed)
    if touched and conversation.waits:
        return Occasion(afresh=event.actor.type != "system", touched=touched)
    return None


def _by_message(scene: Scene, event: MessageChanged) -> Occasion | None:
    conversation = scene.conversation
    if event.type != "message.received" or not conversation.awaits_rules:
        return None
    conversation.first_text = (event.data.message.text or "")[:MAX_FIRST_TEXT]
    conversation.set_timer(RULES_TIMER, None)
    return Occasion()


def _came_back(scene: Scene) -> bool:
    """Whether it waits in the queue of all now, and was elsewhere before: with somebody, in a team, with a bot."""
    before = scene.before
    if not scene.conversation.waits or scene.conversation.team_id is not None or not before.known:
        return False
    return before.status != "queued" or before.team_id is not None


def _placed(conversation: RoutedConversation, applied: Applied, tenant: Tenant) -> Iterator[Decision]:
    """Where the rules want it, if nobody has it: into another team's queue, to somebody first."""
    rule = applied.last(lambda one: one.places)
    if rule is None or not conversation.waits or conversation.pending is not None:
        return
    if rule.attendant_id is not None and rule.attendant_id not in conversation.not_for:
        conversation.wanted = rule.attendant_id
    last = applied.last(lambda one: one.team_id in tenant.teams)
    if last is not None and last.team_id is not None and last.team_id != conversation.team_id:
        yield Queue("rule", team=tenant.teams[last.team_id].named, rule=last.named)


def _set(before: Facts, applied: Applied) -> Iterator[Decision]:
    """What the rules set that is not so already, each field by the last rule that sets it."""
    after = applied.facts
    priority = after.priority if after.priority != before.priority else None
    type_id = after.type_id if after.type_id != before.type_id else None
    labels = after.label_ids - before.label_ids
    for number, rule in enumerate(applied.rules):
        later = applied.rules[number + 1 :]
        own = SetFields(
            priority=priority if rule.priority and not any(one.priority for one in later) else None,
            type_id=type_id if rule.type_id and not any(one.type_id for one in later) else None,
            label_ids=tuple(one for one in rule.label_ids if one in labels),
            rule=rule.named,
        )
        labels -= set(rule.label_ids)
        if own != SetFields(rule=rule.named):
            yield own
