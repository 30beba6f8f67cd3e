"""From a decision to the event that asks conversation for it."""

from datetime import datetime
from typing import Any

from atd_routing.domain.decisions import Assign, Close, Decision, Queue, Say, SayOnly, SetFields, ShowServiceLevel
from atd_routing.domain.turn import Made
from atd_schemas import routing
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.routing import Condition, Saying


def event_of(made: Made, now: datetime) -> routing.RoutingDecision:
    """The event of a decision."""
    conversation, decision = made.conversation, made.decision
    envelope: dict[str, Any] = {
        "id": made.id,
        "tenant_id": conversation.tenant_id,
        "occurred_at": now,
        "recorded_at": now,
        "source": "routing",
        "subject": conversation.id,
        "causation_id": made.cause,
        "actor": _actor(decision),
    }
    strict = Condition(sequence=made.sequence)
    is_strict = getattr(decision, "strict", False)
    placed = Condition(placement=conversation.placement, sequence=made.sequence if is_strict else None)
    say = tuple(_saying(one) for one in getattr(decision, "say", ()))
    about: dict[str, Any] = {"conversation_id": conversation.id, "say": say}
    match decision:
        case Assign(attendant, reason, team):
            data = routing.AssignData(**about, condition=placed, attendant=attendant, team=team, reason=reason)
            return routing.Assigned(**envelope, data=data)
        case Queue(reason, team, rule):
            queue = routing.QueueData(**about, condition=placed, team=team, reason=reason, rule=rule)
            return routing.Queued(**envelope, data=queue)
        case SetFields(priority, type_id, label_ids, rule):
            as_of = Condition(fields_as_of=made.sequence)
            fields = routing.SetData(
                **about, condition=as_of, priority=priority, type_id=type_id, label_ids=label_ids, rule=rule
            )
            return routing.Set(**envelope, data=fields)
        case Close(reason, type_id):
            closing = routing.CloseData(**about, condition=strict, reason=reason, type_id=type_id)
            return routing.Closed(**envelope, data=closing)
        case SayOnly():
            where = Condition(placement=made.placement) if decision.placed else Condition()
            only = routing.DecisionData(**about, condition=strict if is_strict else where)
            return routing.Said(**envelope, data=only)
        case ShowServiceLevel(service_level, happened):
            level = routing.ServiceLevelData(**about, service_level=service_level, happened=happened)
            return routing.ServiceLevelSet(**envelope, data=level)


def _actor(decision: Decision) -> Actor:
    """Who asked for it: an attendant who took the next one did so themselves."""
    if isinstance(decision, Assign) and decision.reason == "pulled":
        return Actor(type="attendant", id=decision.attendant.id, name=decision.attendant.name)
    return SYSTEM


def _saying(say: Say) -> Saying:
    return Saying(purpose=say.purpose, text=say.text, values=dict(say.values), once=say.once, rule=say.rule)
