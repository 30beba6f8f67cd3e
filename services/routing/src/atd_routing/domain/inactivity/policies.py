"""After how long silence leads to something: a company's policy, and that of single teams in its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Inactivity:
    """What is done about silence; None: nothing.

    Attributes:
        no_answer_after: working time after which a conversation whose attendant does not answer goes back to the queue.
        accept_within: working time after which a transfer that nobody accepted goes back.
        accept_in_teams: whether that counts for transfers to a team too: nobody of it has taken the conversation.
        remind_after: time after our last answer until the customer is reminded.
        reminder: what they are told then.
        close_after: time until the conversation is closed, after the reminder; without one, after our last answer.
        closing: what they are told then; None: nothing.
        closing_type_id: the type that a conversation gets by that.
    """

    no_answer_after: timedelta | None = None
    accept_within: timedelta | None = None
    accept_in_teams: bool = False
    remind_after: timedelta | None = None
    reminder: str = ""
    close_after: timedelta | None = None
    closing: str | None = None
    closing_type_id: str | None = None


NO_INACTIVITY = Inactivity()


@dataclass(frozen=True, slots=True)
class InactivityPolicies:
    """The company's policy, and those of teams that have their own."""

    company: Inactivity = NO_INACTIVITY
    teams: Mapping[str, Inactivity] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing is ever done."""
        return self.company == NO_INACTIVITY and not self.teams

    def of(self, team_id: str | None) -> Inactivity:
        """What counts for a conversation of this team."""
        return self.company if team_id is None else self.teams.get(team_id, self.company)


NO_INACTIVITY_POLICIES = InactivityPolicies()
