"""Policies of service levels as they are stored; see `api/service_levels.py` for what each value means."""

from datetime import timedelta
from typing import get_args

from atd_routing.domain.items import ItemKind, StoredSettings, Values
from atd_routing.domain.service_levels.policies import Conditions, ServiceLevel
from atd_schemas.views import ServiceTarget

SERVICE_LEVEL = ItemKind("service_level", limit=50, ordered=True)


def service_levels_of(stored: StoredSettings) -> tuple[ServiceLevel, ...]:
    """Those that count, in their order."""
    return tuple(
        service_level_of(item.id, item.values) for item in stored.of(SERVICE_LEVEL) if item.values.get("enabled", True)
    )


def service_level_of(policy_id: str, values: Values) -> ServiceLevel:
    """The policy of stored values."""
    targets: tuple[ServiceTarget, ...] = get_args(ServiceTarget)
    minutes = {target: values.get(f"{target}_minutes") for target in targets}
    return ServiceLevel(
        id=policy_id,
        name=values["name"],
        targets={target: timedelta(minutes=amount) for target, amount in minutes.items() if amount is not None},
        conditions=Conditions(
            team_ids=frozenset(values.get("team_ids", ())),
            channels=frozenset(values.get("channels", ())),
            account_ids=frozenset(values.get("account_ids", ())),
            label_ids=frozenset(values.get("label_ids", ())),
            priorities=frozenset(values.get("priorities", ())),
        ),
        warn_share=values.get("warn_percent", 75) / 100,
        time=values.get("time", "hours"),
    )
