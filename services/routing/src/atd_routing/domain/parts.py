"""The parts of routing, in the order in which they look at a scene. Each part is one line here."""

from atd_routing.domain.rules.part import assignment_rules
from atd_routing.domain.scene import Part

PARTS: tuple[Part, ...] = (assignment_rules,)
