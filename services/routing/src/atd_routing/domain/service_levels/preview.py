"""When the targets of a policy would be due, for whoever is writing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from atd_routing.domain.hours.calendar import ALWAYS_OPEN, Calendar
from atd_routing.domain.service_levels.clocks import TARGETS
from atd_routing.domain.service_levels.policies import ServiceLevel
from atd_schemas.views import ServiceTarget


@dataclass(frozen=True, slots=True)
class Due:
    """When a target would be warned of, and missed; None: never."""

    target: ServiceTarget
    warn_at: datetime | None
    due_at: datetime | None


def expected(level: ServiceLevel, hours: Calendar, start: datetime) -> Sequence[Due]:
    """What would come of each target that begins then, and is never met."""
    time = ALWAYS_OPEN if level.time == "around_the_clock" else hours
    return [
        Due(
            target,
            time.add_working(start, level.targets[target] * level.warn_share),
            time.add_working(start, level.targets[target]),
        )
        for target in TARGETS
        if target in level.targets
    ]
