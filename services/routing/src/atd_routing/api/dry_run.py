"""`POST /api/v1/assignment-rules/dry-run`: what rules that are not saved yet would have done in the past."""

import asyncio
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from atd_routing.api.assignment_rules import AssignmentRuleBody, circle_warning
from atd_routing.api.items import SettingsManager, SettingWarning
from atd_routing.api.parts import Body, Parts
from atd_routing.domain.customers import UNKNOWN
from atd_routing.domain.items import Refused, StoredSettings
from atd_routing.domain.rules.circles import circles
from atd_routing.domain.rules.dry_run import MAX_PAST, DryRun, Outcome, Past, Told, dry_run
from atd_routing.domain.rules.model import MAX_RULES, Rule
from atd_routing.domain.rules.part import inside_hours_at
from atd_routing.domain.rules.stored import check_rule, rule_of
from atd_schemas.envelope import Timestamp
from atd_schemas.views import Priority
from atd_servicekit.problems import FieldError, Problem

if TYPE_CHECKING:
    from atd_routing.domain.tenant import Tenant

RuleId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class DryRule(AssignmentRuleBody):
    """A rule as it would be saved; `id` is what the answer calls it (null: its place in the list, from 0)."""

    id: RuleId | None = None


class DryRunRequest(Body):
    """The whole list of rules in its order, and over how many of the latest conversations it is tried."""

    rules: list[DryRule] = Field(max_length=MAX_RULES)
    last: int = Field(default=100, ge=1, le=MAX_PAST)


class OutcomeView(BaseModel):
    """Where a conversation is, or would be, and what is set on it; null and empty: no rule says."""

    team_id: str | None
    attendant_id: str | None
    priority: Priority | None
    type_id: str | None
    label_ids: list[str]


class DryRunItem(BaseModel):
    """One conversation: what happened, what would have, and by which rules. `differs`: the rules say otherwise."""

    conversation_id: str
    number: int
    contact_name: str | None
    opened_at: Timestamp
    happened: OutcomeView
    would: OutcomeView
    rule_ids: list[str]
    differs: bool


class RuleCount(BaseModel):
    """Of how many conversations a rule was true and applied."""

    id: str
    count: int


class DryRunTeam(BaseModel):
    """How many a team would have got, and has got; null: no team."""

    team_id: str | None
    count: int
    happened_count: int


class DryRunSummary(BaseModel):
    """Counts over all. `unmatched`: no rule was true."""

    looked_at: int
    differing: int
    unmatched: int
    by_rule: list[RuleCount]
    by_team: list[DryRunTeam]


class DryRunView(BaseModel):
    """The latest conversation first. `warnings`: rules that make each other true in a circle."""

    items: list[DryRunItem]
    summary: DryRunSummary
    warnings: list[SettingWarning]


def dry_run_router(parts: Parts) -> APIRouter:
    """The dry run; its path stands before those of single rules."""
    router = APIRouter(prefix="/api/v1/assignment-rules", tags=["assignment-rules"])

    @router.post("/dry-run", summary="What rules would have done with the latest conversations")
    async def try_rules(identity: SettingsManager, wanted: DryRunRequest) -> DryRunView:
        rules = _rules(wanted, await parts.items.settings(identity.tenant_id))
        tenant = await parts.tenants.of(identity.tenant_id)
        copies = await parts.copies.latest(identity.tenant_id, wanted.last)
        customers = await parts.customers.of({one.contact_id for one in copies}, [tenant], always=True)
        past = [Past(one, customers.get(one.contact_id, UNKNOWN)) for one in copies]
        ran = await asyncio.to_thread(_run, rules, past, tenant)
        return _shown(ran, rules)

    return router


def _run(rules: list[Rule], past: list[Past], tenant: "Tenant") -> DryRun:
    """In a thread, for many rules over many conversations take half a second."""
    return dry_run(rules, past, lambda moment: inside_hours_at(tenant, moment))


def _rules(wanted: DryRunRequest, stored: StoredSettings) -> list[Rule]:
    """The rules in their order. Raises `Problem` for one that could not be saved."""
    rules = []
    for place, body in enumerate(wanted.rules):
        values = body.model_dump(mode="json")
        try:
            check_rule(values, stored, f"rules[{place}].")
        except Refused as refused:
            errors = [FieldError(refused.field or "rules", refused.message, refused.reason)]
            raise Problem(refused.status, refused.code, refused.message, errors=errors) from None
        rules.append(rule_of(body.id or str(place), values, place))
    if len({one.id for one in rules}) != len(rules):
        raise Problem(422, "invalid", "Two rules have the same id.", errors=[FieldError("rules", "ids must differ")])
    return rules


def _shown(ran: DryRun, rules: list[Rule]) -> DryRunView:
    by_id = {one.id: one for one in rules}
    found = [tuple(by_id[rule_id] for rule_id in circle) for circle in circles(rules)]
    return DryRunView(
        items=[_item(one) for one in ran.told],
        summary=DryRunSummary(
            looked_at=len(ran.told),
            differing=ran.differing,
            unmatched=ran.unmatched,
            by_rule=[RuleCount(id=rule_id, count=count) for rule_id, count in ran.by_rule],
            by_team=[
                DryRunTeam(team_id=one.team_id, count=one.count, happened_count=one.happened_count)
                for one in ran.by_team
            ],
        ),
        warnings=[circle_warning(one) for one in found],
    )


def _item(told: Told) -> DryRunItem:
    conversation = told.conversation
    return DryRunItem(
        conversation_id=conversation.id,
        number=conversation.number,
        contact_name=conversation.contact_name,
        opened_at=conversation.opened_at,
        happened=_outcome(told.happened),
        would=_outcome(told.would),
        rule_ids=list(told.rule_ids),
        differs=told.differs,
    )


def _outcome(outcome: Outcome) -> OutcomeView:
    return OutcomeView(
        team_id=outcome.team_id,
        attendant_id=outcome.attendant_id,
        priority=outcome.priority,
        type_id=outcome.type_id,
        label_ids=list(outcome.label_ids),
    )
