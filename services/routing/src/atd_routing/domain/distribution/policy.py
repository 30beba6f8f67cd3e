"""What a company has decided of its queues as a whole."""

from dataclasses import dataclass

from atd_routing.domain.items import StoredSettings

DISTRIBUTION = "distribution"
"""The name of the policy."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """`default_team_id`: the team that gets conversations without one; None: nobody is given them.

    `return_minutes`: when a customer comes back to an attendant who cannot take them now (absent, not in the team any
    more, full), it goes to the queue after so long; None: it stays theirs.
    """

    default_team_id: str | None = None
    return_minutes: int | None = 5


def distribution_of(stored: StoredSettings) -> Distribution:
    """The tenant's policy, with the defaults of what nobody has set."""
    values = stored.policy(DISTRIBUTION)
    return Distribution(values.get("default_team_id"), values.get("return_minutes", 5))
