"""From a decision to the event that asks conversation for it."""

from datetime import datetime
from typing import Any

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.decisions import Assign, Close, Decision, Queue, Say, SayOnly, SetFields, ShowServiceLevel
from atd_schemas import routing
from atd_schemas.envelope import SYSTEM
from atd_schemas.routing import Condition, Saying


def event_of(
    conversation: RoutedConversation, decision: Decision, *, decision_id: str, now: datetime, cause: str | None
) -> routing.RoutingDecision:
    """The event of a decision that was made on the conversation as it is. `cause` is the id of what led to it."""
    envelope: dict[str, Any] = {
        "id": decision_id,
        "tenant_id": conversation.tenant_id,
        "occurred_at": now,
        "recorded_at": now,
        "source": "routing",
        "subject": conversation.id,
        "causation_id": cause,
        "actor": SYSTEM,
    }
    placement = Condition(placement=conversation.placement)
    strict = Condition(sequence=conversation.sequence)
    say = tuple(_saying(one) for one in getattr(decision, "say", ()))
    about: dict[str, Any] = {"conversation_id": conversation.id, "say": say}
    match decision:
        case Assign(attendant, reason, team):
            data = routing.AssignData(**about, condition=placement, attendant=attendant, team=team, reason=reason)
            return routing.Assigned(**envelope, data=data)
        case Queue(reason, team, rule):
            queue = routing.QueueData(**about, condition=placement, team=team, reason=reason, rule=rule)
            return routing.Queued(**envelope, data=queue)
        case SetFields(priority, type_id, label_ids, rule):
            fields = routing.SetData(**about, priority=priority, type_id=type_id, label_ids=label_ids, rule=rule)
            return routing.Set(**envelope, data=fields)
        case Close(reason, type_id):
            closing = routing.CloseData(**about, condition=strict, reason=reason, type_id=type_id)
            return routing.Closed(**envelope, data=closing)
        case SayOnly(_, is_strict):
            only = routing.DecisionData(**about, condition=strict if is_strict else Condition())
            return routing.Said(**envelope, data=only)
        case ShowServiceLevel(service_level, happened):
            level = routing.ServiceLevelData(**about, service_level=service_level, happened=happened)
            return routing.ServiceLevelSet(**envelope, data=level)


def _saying(say: Say) -> Saying:
    return Saying(purpose=say.purpose, text=say.text, values=dict(say.values), once=say.once, rule=say.rule)
