"""Teams: groups of attendants with a queue, and how each gives its conversations away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from atd_routing.domain.customers import Language, language_of
from atd_routing.domain.items import Item, ItemKind, StoredSettings
from atd_schemas.views import ChannelKind, Named

TEAM = ItemKind("team", limit=200)
MOST_MEMBERS = 1_000
_LANGUAGE = "language:"

Strategy = Literal["round_robin", "least_busy", "longest_idle", "manual"]
"""`manual`: nobody is given anything, attendants take the next one themselves."""


@dataclass(frozen=True, slots=True)
class Member:
    """An attendant in a team. `limit`: the most of this team's conversations at once; None: as the team says.

    `skills`: ids of labels and codes of languages (`label:<id>`, `language:en`) that they are good at.
    """

    attendant_id: str
    limit: float | None = None
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Team:
    """One team.

    Attributes:
        members: by attendant.
        strategy: who of those who can take a conversation gets it.
        limit: the most load that one attendant may have, of all teams together, to get another one; None: any.
        team_limit: the most conversations of this team that are open at once; None: any.
        weights: what a conversation of a kind of channel weighs; 1 where a kind is absent.
        channel_limits: the most conversations of a kind of channel that one attendant may have, of all teams together,
            to get another one of that kind; any number where a kind is absent.
        knows_customer_minutes: the last attendant who knew the customer is waited for so long; 0: not preferred;
            None: preferred where they can take it at once.
        use_skills: whether members who have a conversation's skills come first.
        greeting: said when somebody gets a conversation of the team, where `greetings` has no other text for them.
        greetings: the same by language. Nothing is said where there is neither.
        hours_id: the hours of the team, None: the company's.
    """

    id: str
    name: str
    members: Mapping[str, Member] = field(default_factory=dict)
    strategy: Strategy = "round_robin"
    limit: float | None = 5
    team_limit: int | None = None
    weights: Mapping[ChannelKind, float] = field(default_factory=dict)
    channel_limits: Mapping[ChannelKind, int] = field(default_factory=dict)
    knows_customer_minutes: int | None = 0
    use_skills: bool = False
    greeting: str | None = None
    greetings: Mapping[Language, str] = field(default_factory=dict)
    hours_id: str | None = None

    @property
    def named(self) -> Named:
        return Named(id=self.id, name=self.name)

    def weight(self, channel: ChannelKind) -> float:
        """What a conversation on this channel weighs."""
        return self.weights.get(channel, 1)

    def greeting_in(self, *languages: Language | None) -> str | None:
        """The text of the first of these languages that has one, else the one for all, else any; None: none is."""
        texts = [text for one in languages if one is not None and (text := self.greetings.get(one))]
        return next(iter([*texts, *filter(None, [self.greeting]), *self.greetings.values()]), None)


def language_skill(code: str) -> str:
    """The skill of a language: `pt` and `pt-BR` are one. What is none of ours is nobody's language."""
    return f"{_LANGUAGE}{language_of(code) or code}"


def _skill(stored: str) -> str:
    return language_skill(stored.removeprefix(_LANGUAGE)) if stored.startswith(_LANGUAGE) else stored


def team_of(item: Item) -> Team:
    """The team of a stored item."""
    values = item.values
    members = [
        Member(one["attendant_id"], one.get("limit"), frozenset(map(_skill, one.get("skills", ()))))
        for one in values["members"]
    ]
    return Team(
        id=item.id,
        name=values["name"],
        members={member.attendant_id: member for member in members},
        strategy=values["strategy"],
        limit=values["limit"],
        team_limit=values.get("team_limit"),
        weights=values.get("weights", {}),
        channel_limits=values.get("channel_limits", {}),
        knows_customer_minutes=values.get("knows_customer_minutes", 0),
        use_skills=values.get("use_skills", False),
        greeting=values.get("greeting"),
        greetings=values.get("greetings", {}),
        hours_id=values.get("hours_id"),
    )


def teams_of(stored: StoredSettings) -> Mapping[str, Team]:
    """The tenant's teams by id."""
    return {item.id: team_of(item) for item in stored.of(TEAM)}
