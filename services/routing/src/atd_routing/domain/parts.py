"""The parts of routing, in the order in which they look at a scene. Each part is one line here."""

from atd_routing.domain.availability.part import release_from_absent
from atd_routing.domain.distribution.deleted_teams import leave_deleted_team
from atd_routing.domain.hours.part import keep_hours
from atd_routing.domain.inactivity.part import keep_inactivity
from atd_routing.domain.rules.part import assignment_rules
from atd_routing.domain.scene import Part
from atd_routing.domain.service_levels.part import keep_service_levels
from atd_routing.domain.telling.part import tell_customers

PARTS: tuple[Part, ...] = (
    assignment_rules,
    keep_hours,
    keep_service_levels,
    keep_inactivity,
    tell_customers,
    release_from_absent,
    leave_deleted_team,
)
