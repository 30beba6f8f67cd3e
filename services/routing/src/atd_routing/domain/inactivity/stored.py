"""The policy of inactivity as it is stored; see `api/inactivity.py` for what each value means."""

from collections.abc import Mapping
from datetime import timedelta

from atd_routing.domain.inactivity.policies import Inactivity, InactivityPolicies
from atd_routing.domain.inactivity.texts import CLOSING, REMINDER
from atd_routing.domain.items import StoredSettings, Values

INACTIVITY = "inactivity"
"""The name of the policy."""


def inactivity_of(stored: StoredSettings) -> InactivityPolicies:
    """What the company and its teams have set."""
    values = stored.policy(INACTIVITY)
    teams = {one["team_id"]: _policy(one) for one in values.get("teams", ())}
    return InactivityPolicies(_policy(values), teams)


def _policy(values: Values) -> Inactivity:
    def minutes(name: str) -> timedelta | None:
        amount = values.get(name)
        return None if amount is None else timedelta(minutes=amount)

    return Inactivity(
        no_answer_after=minutes("no_answer_minutes"),
        accept_within=minutes("accept_minutes"),
        accept_in_teams=values.get("accept_in_teams", False),
        remind_after=minutes("remind_minutes"),
        reminder=_texts(REMINDER, values.get("reminder")),
        close_after=minutes("close_minutes"),
        closing=_texts(CLOSING, values.get("closing")) if values.get("say_closing", True) else {},
        closing_type_id=values.get("closing_type_id"),
        language=values.get("language", "pt-BR"),
    )


def _texts(ours: Mapping[str, str], theirs: Mapping[str, str] | None) -> Mapping[str, str]:
    return {**ours, **(theirs or {})}
