"""HTTP in. Each part of routing adds its router here, on a line of its own."""

from fastapi import APIRouter

from atd_routing.api.assignment_rules import assignment_rules_router
from atd_routing.api.away_reasons import away_reasons_router
from atd_routing.api.distribution import distribution_router
from atd_routing.api.dry_run import dry_run_router
from atd_routing.api.hours import hours_routers
from atd_routing.api.inactivity import inactivity_router
from atd_routing.api.parts import Parts
from atd_routing.api.presence import presence_router
from atd_routing.api.presence_policy import presence_policy_router
from atd_routing.api.queue import queue_router
from atd_routing.api.service_levels import service_levels_router
from atd_routing.api.simulation import simulation_router
from atd_routing.api.teams import teams_router
from atd_routing.api.telling import telling_router


def routers(parts: Parts) -> list[APIRouter]:
    """The routes of the service."""
    return [
        teams_router(parts),
        *hours_routers(parts),
        distribution_router(parts),
        dry_run_router(parts),
        assignment_rules_router(parts),
        queue_router(parts),
        simulation_router(parts),
        telling_router(parts),
        service_levels_router(parts),
        inactivity_router(parts),
        presence_router(parts),
        away_reasons_router(parts),
        presence_policy_router(parts),
    ]
