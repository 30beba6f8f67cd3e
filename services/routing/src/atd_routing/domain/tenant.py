"""What a company has set for its routing, as one value that is kept in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from atd_routing.domain.availability.policy import PresencePolicy
from atd_routing.domain.availability.stored import presence_of_settings
from atd_routing.domain.distribution.policy import Distribution, distribution_of
from atd_routing.domain.hours.book import HoursBook
from atd_routing.domain.hours.stored import book_of
from atd_routing.domain.inactivity.policies import NO_INACTIVITY_POLICIES, InactivityPolicies
from atd_routing.domain.inactivity.stored import inactivity_of
from atd_routing.domain.items import StoredSettings
from atd_routing.domain.rules.model import Rule
from atd_routing.domain.rules.stored import rules_of
from atd_routing.domain.service_levels.policies import ServiceLevel
from atd_routing.domain.service_levels.stored import service_levels_of
from atd_routing.domain.teams import Team, teams_of
from atd_routing.domain.telling.policy import NOTHING_TOLD, Telling, telling_of


@dataclass(frozen=True, slots=True)
class Tenant:
    """A company's settings of routing. `revision` counts the changes of all of them.

    Each part of routing adds its own field, made from the stored items by the part's own module.
    """

    id: str
    revision: int = 0
    teams: Mapping[str, Team] = field(default_factory=dict)
    hours: HoursBook = field(default_factory=HoursBook)
    distribution: Distribution = field(default_factory=Distribution)
    service_levels: tuple[ServiceLevel, ...] = ()
    inactivity: InactivityPolicies = NO_INACTIVITY_POLICIES
    presence: PresencePolicy = field(default_factory=PresencePolicy)
    rules: tuple[Rule, ...] = ()
    telling: Telling = NOTHING_TOLD

    @property
    def has_settings(self) -> bool:
        """Whether anything was ever set: a company that has set nothing is routed by nothing."""
        return self.revision > 0

    @property
    def asks_for_customers(self) -> bool:
        """Whether anything here depends on what is kept of a customer's record."""
        tells = not self.telling.silent or self.hours.speaks_languages or self.inactivity.says_something
        return bool(self.rules) or tells or any(team.use_skills for team in self.teams.values())


def tenant_of(stored: StoredSettings) -> Tenant:
    """What is kept in memory of what is stored. Each part makes its own field here, on a line of its own."""
    return Tenant(
        id=stored.tenant_id,
        revision=stored.revision,
        teams=teams_of(stored),
        hours=book_of(stored),
        distribution=distribution_of(stored),
        rules=rules_of(stored),
        service_levels=service_levels_of(stored),
        inactivity=inactivity_of(stored),
        telling=telling_of(stored),
        presence=presence_of_settings(stored),
    )
