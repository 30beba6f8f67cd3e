"""After how long silence leads to something: a company's policy, and that of single teams in its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from atd_routing.domain.inactivity.texts import Language


@dataclass(frozen=True, slots=True)
class Inactivity:
    """What is done about silence; None: nothing.

    Attributes:
        no_answer_after: working time after which a conversation whose attendant does not answer goes back to the queue.
        accept_within: working time after which a transfer that nobody accepted goes back.
        accept_in_teams: whether that counts for transfers to a team too: nobody of it has taken the conversation.
        remind_after: time after our last answer until the customer is reminded.
        reminder: what they are told then, by language.
        close_after: time until the conversation is closed, after the reminder; without one, after our last answer.
        closing: what they are told then, by language; empty: nothing.
        closing_type_id: the type that a conversation gets by that.
        language: the language of texts, where the customer's is not known or has none.
    """

    no_answer_after: timedelta | None = None
    accept_within: timedelta | None = None
    accept_in_teams: bool = False
    remind_after: timedelta | None = None
    reminder: Mapping[str, str] = field(default_factory=dict)
    close_after: timedelta | None = None
    closing: Mapping[str, str] = field(default_factory=dict)
    closing_type_id: str | None = None
    language: Language = "pt-BR"

    @property
    def empty(self) -> bool:
        """Whether nothing is ever done."""
        limits = (self.no_answer_after, self.accept_within, self.remind_after, self.close_after)
        return all(limit is None for limit in limits)

    def text(self, texts: Mapping[str, str], language: str | None) -> str | None:
        """What is said in the customer's language; None: nothing."""
        return texts.get(language or self.language) or texts.get(self.language)


NO_INACTIVITY = Inactivity()


@dataclass(frozen=True, slots=True)
class InactivityPolicies:
    """The company's policy, and those of teams that have their own."""

    company: Inactivity = NO_INACTIVITY
    teams: Mapping[str, Inactivity] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing is ever done."""
        return self.company.empty and all(policy.empty for policy in self.teams.values())

    @property
    def says_something(self) -> bool:
        """Whether customers are told anything, so that it matters which language is theirs."""
        return any(
            policy.remind_after is not None or (policy.close_after is not None and policy.closing)
            for policy in (self.company, *self.teams.values())
        )

    def of(self, team_id: str | None) -> Inactivity:
        """What counts for a conversation of this team."""
        return self.company if team_id is None else self.teams.get(team_id, self.company)


NO_INACTIVITY_POLICIES = InactivityPolicies()
