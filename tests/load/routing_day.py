"""A day of 50,000 conversations and 200 attendants on routing's real decision code: `make simulate-routing`.

Customers write at a rate that has two peaks, attendants of three teams begin and end their shifts, take breaks and lose
their connection. Every arrival, closing, coming and going is one turn of routing (`atd_routing.domain.turn`), as the
service runs it, without Kafka and MongoDB. Beside it runs a plain queue, first come, first served, with the same
customers, attendants and times. What is printed: invariants that were looked at after every turn, waiting times by
priority, how equally work was given (Gini), and how long it took.
"""

import argparse
import heapq
import itertools
import random
import statistics
import sys
import time
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from atd_routing.domain.availability.attendant import Attendant
from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.decisions import Assign
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.order import place
from atd_routing.domain.distribution.pool import Pool
from atd_routing.domain.teams import Member, Strategy, Team
from atd_routing.domain.tenant import Tenant
from atd_routing.domain.turn import Turn
from atd_schemas.conversation import ConversationChanged, ConversationData
from atd_schemas.envelope import Actor
from atd_schemas.views import ChannelKind, ChannelRef, ContactRef, ConversationView, Named, Priority

DAY = datetime(2027, 3, 1, 11, 0, tzinfo=UTC)
"""Eight in the morning in São Paulo; the day ends at eight in the evening."""

OPEN_SECONDS = 12 * 3600
PRIORITIES: tuple[tuple[Priority, int], ...] = (("urgent", 5), ("high", 15), ("normal", 70), ("low", 10))
TEAMS: tuple[tuple[str, int, float, Strategy], ...] = (
    ("vendas", 80, 0.40, "round_robin"),
    ("suporte", 85, 0.42, "least_busy"),
    ("financeiro", 45, 0.18, "longest_idle"),
)
"""Name, members, share of the conversations, strategy. Ten attendants are in two teams."""

ATTENDANTS = 200
LIMIT = 5
CHANNEL_LIMITS: Mapping[ChannelKind, int] = {"whatsapp": 4, "facebook": 3}
"""Of the conversations that an attendant has at once, the most of a kind of channel; where that is asked for."""

CHANNELS: tuple[tuple[ChannelKind, int], ...] = (("whatsapp", 70), ("instagram", 15), ("facebook", 15))
_CUSTOMER, _SYSTEM = Actor(type="contact", id="c"), Actor(type="system")
_Row = tuple[tuple[datetime, str], RoutedConversation]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A conversation that begins, and how long it takes once somebody has it (seconds)."""

    id: str
    at: float
    team: str
    priority: Priority
    channel: ChannelKind
    takes: float


@dataclass(slots=True)
class Day:
    """What happens, whoever gives the conversations away."""

    arrivals: list[Arrival]
    presence: list[tuple[float, str, bool]]
    teams: dict[str, list[str]]


@dataclass(slots=True)
class Outcome:
    """How the day went. `waited` by priority, `present` by attendant, `seconds` of processor time: in seconds."""

    waited: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    got: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    present: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    left: int = 0
    turns: int = 0
    seconds: float = 0.0


def make_day(conversations: int, rng: random.Random) -> Day:
    """A day: arrivals with peaks at ten and three, shifts of eight hours, breaks, lost connections."""
    people = [f"a{number:03}" for number in range(ATTENDANTS)]
    teams, first = {}, 0
    for name, size, _, _ in TEAMS:
        teams[name] = [people[(first + number) % ATTENDANTS] for number in range(size)]
        first += size - 5 if name != TEAMS[-1][0] else 0
    moments = sorted(_moment(rng) for _ in range(conversations))
    shares = [share for _, _, share, _ in TEAMS]
    kinds, kind_shares = zip(*CHANNELS, strict=True)
    chosen_kinds = random.Random(conversations).choices(kinds, kind_shares, k=conversations)
    names, (levels, weights) = [name for name, *_ in TEAMS], zip(*PRIORITIES, strict=True)
    arrivals = [
        Arrival(
            id=f"c{number:06}",
            at=at,
            team=rng.choices(names, shares)[0],
            priority=rng.choices(levels, weights)[0],
            channel=kind,
            takes=min(rng.lognormvariate(5.75, 0.7), 5400),
        )
        for number, (at, kind) in enumerate(zip(moments, chosen_kinds, strict=True))
    ]
    presence = sorted(one for person in people for one in _presence(person, rng))
    return Day(arrivals, presence, teams)


def _moment(rng: random.Random) -> float:
    kind = rng.random()
    if kind < 0.5:
        return rng.uniform(0, OPEN_SECONDS)
    centre = 2 * 3600 if kind < 0.75 else 7 * 3600
    return min(max(rng.gauss(centre, 4500), 0), OPEN_SECONDS)


def _presence(person: str, rng: random.Random) -> list[tuple[float, str, bool]]:
    start = rng.choice([0, 0, 1, 3, 5]) * 3600 + rng.uniform(-600, 900)
    end = min(max(start, 0) + 8 * 3600 + rng.uniform(-600, 900), OPEN_SECONDS + 5400)
    gaps = [(start + rng.uniform(3, 5) * 3600, 3600.0), (start + 2 * 3600, 900.0)]
    gaps += [(rng.uniform(start, end), rng.uniform(20, 240)) for _ in range(rng.randrange(4))]
    changes = [(max(start, 0.0), person, True), (end, person, False)]
    for begins, lasts in gaps:
        changes += [(begins, person, False), (begins + lasts, person, True)]
    return [one for one in changes if one[0] < end or not one[2]]


class Broken(AssertionError):
    """An invariant does not hold."""


class Routed:
    """The day as routing gives it away."""

    def __init__(self, day: Day, channel_limits: Mapping[ChannelKind, int] | None = None) -> None:
        self.channel_limits = channel_limits or {}
        strategies = {name: strategy for name, _, _, strategy in TEAMS}
        teams = {
            name: Team(id=name, name=name, members={one: Member(one) for one in members}, strategy=strategies[name],
                       limit=LIMIT, team_limit=len(members) * LIMIT, channel_limits=self.channel_limits)
            for name, members in day.teams.items()
        }  # fmt: skip
        self.tenant = Tenant("day", 1, teams)
        self.attendants = {
            one: Attendant(one, "day", DAY, name=one, limit=LIMIT) for names in day.teams.values() for one in names
        }
        self.pool = Pool("day", counted=True)
        self.queues: dict[tuple[str, ChannelKind], list[_Row]] = {
            (name, kind): [] for name in teams for kind, _ in CHANNELS
        }
        self.ids = itertools.count()
        self.sequences: dict[str, int] = {}
        self.copies: dict[str, RoutedConversation] = {}

    def state(self, now: float, person: str, *, there: bool) -> list[tuple[str, str]]:
        """Somebody comes or goes; what is given because of it."""
        known = self.attendants[person]
        state: Any = "online" if there else "offline"
        self.attendants[person] = replace(known, state=state, since=_at(now))
        return self._turn(now, None)

    def opened(self, now: float, arrival: Arrival) -> list[tuple[str, str]]:
        return self._turn(now, _event(arrival, now, self._next(arrival.id), "conversation.opened", None))

    def closed(self, now: float, arrival: Arrival, person: str) -> list[tuple[str, str]]:
        event = _event(arrival, now, self._next(arrival.id), "conversation.closed", person)
        return self._turn(now, event, self.copies.pop(arrival.id))

    def _next(self, conversation_id: str) -> int:
        self.sequences[conversation_id] = self.sequences.get(conversation_id, 0) + 1
        return self.sequences[conversation_id]

    def _turn(
        self, now: float, event: ConversationChanged | None, copy: RoutedConversation | None = None
    ) -> list[tuple[str, str]]:
        turn = Turn(_at(now), lambda: str(next(self.ids)), (), {"day": self.tenant})
        if copy is not None:
            turn.copies[copy.id] = copy
        if event is not None:
            turn.take(event)
        floor = Floor(self.tenant, self.attendants, self.pool, turn.now)
        turn.count(floor)
        for one in turn.changed.values():
            if one.waits:
                insort(self.queues[_queue_of(one)], (place(one), one), key=lambda row: row[0])
        while heads := [row[1] for queue in self._giving(floor) for row in self.queues[queue][: LIMIT * 4]]:
            before = len(turn.made())
            turn.give(floor, heads)
            self._out_of_queues(turn)
            if len(turn.made()) == before:
                break
        return self._save(turn, floor)

    def _giving(self, floor: Floor) -> list[tuple[str, ChannelKind]]:
        if not any(self.queues.values()):
            return []
        full = {name: floor.full_kinds(name) for name in floor.queues()}
        return [(name, kind) for name, kinds in full.items() for kind, _ in CHANNELS if kind not in kinds]

    def _out_of_queues(self, turn: Turn) -> None:
        for made in turn.made():
            copy = made.conversation
            rows = self.queues[_queue_of(copy)]
            found = bisect_left(rows, place(copy), key=lambda row: row[0])
            if found < len(rows) and rows[found][1] is copy:
                if any(row[1].pending is None for row in rows[:found]):
                    raise Broken("order is kept within a queue, for each kind of channel")
                del rows[found]

    def _save(self, turn: Turn, floor: Floor) -> list[tuple[str, str]]:
        for made in turn.made():
            if not isinstance(made.decision, Assign):
                raise Broken("nothing but giving is decided here")
            self._check(floor, made.conversation, made.decision.attendant.id)
        self.attendants |= {after.id: after for _, after in floor.changed_attendants()}
        self.pool = replace(floor.pool_after(), version=self.pool.version + 1)
        given = [(made.conversation.id, made.decision.attendant.id) for made in turn.made()]  # type: ignore[union-attr]
        for made in turn.made():  # conversation has done it, and told
            copy = made.conversation
            copy.assignee_id, copy.status, copy.pending, copy.timers = copy.pending.attendant_id, "open", None, {}  # type: ignore[union-attr]
            copy.placement = copy.sequence = self._next(copy.id)
            self.copies[copy.id] = copy
        return given

    def _check(self, floor: Floor, copy: RoutedConversation, person: str) -> None:
        attendant, team = floor.attendants[person], self.tenant.teams[copy.team_id or ""]
        if attendant.by_channel.get(copy.channel, 0) > self.channel_limits.get(copy.channel, LIMIT):
            raise Broken("no limit of a kind of channel is passed")
        if attendant.load > LIMIT or floor.open_in(team.id) > (team.team_limit or 0):
            raise Broken("no limit is passed")
        if not attendant.online or person not in team.members:
            raise Broken("nobody gets anything who is absent, or not in the team")


def _queue_of(copy: RoutedConversation) -> tuple[str, ChannelKind]:
    return copy.team_id or "", copy.channel


class Plain:
    """First come, first served: the next free attendant by id, whatever the priority."""

    def __init__(self, day: Day) -> None:
        self.teams = day.teams
        self.queues: dict[str, list[Arrival]] = {name: [] for name in day.teams}
        self.loads: dict[str, int] = defaultdict(int)
        self.there: set[str] = set()

    def state(self, _now: float, person: str, *, there: bool) -> list[tuple[str, str]]:
        (self.there.add if there else self.there.discard)(person)
        return self._give()

    def opened(self, _now: float, arrival: Arrival) -> list[tuple[str, str]]:
        self.queues[arrival.team].append(arrival)
        return self._give()

    def closed(self, _now: float, _arrival: Arrival, person: str) -> list[tuple[str, str]]:
        self.loads[person] -= 1
        return self._give()

    def _give(self) -> list[tuple[str, str]]:
        given = []
        for name, queue in self.queues.items():
            while queue:
                free = next((one for one in self.teams[name] if one in self.there and self.loads[one] < LIMIT), None)
                if free is None:
                    break
                self.loads[free] += 1
                given.append((queue.pop(0).id, free))
        return given


def run(day: Day, giver: Any) -> Outcome:
    """Let the day pass. Raises `Broken`."""
    outcome, arrivals = Outcome(), {one.id: one for one in day.arrivals}
    order = itertools.count()
    agenda: list[tuple[float, int, Callable[[float], Sequence[tuple[str, str]]]]] = []
    since: dict[str, float] = {}
    began = time.process_time()

    def later(at: float, action: Callable[[float], Sequence[tuple[str, str]]]) -> None:
        heapq.heappush(agenda, (at, next(order), action))

    for one in day.arrivals:
        later(one.at, lambda now, one=one: giver.opened(now, one))  # type: ignore[misc]
    for at, person, there in day.presence:
        later(at, lambda now, person=person, there=there: giver.state(now, person, there=there))  # type: ignore[misc]
        if there:
            since.setdefault(person, at)
        elif person in since:
            outcome.present[person] += at - since.pop(person)
    waiting = set(arrivals)
    while agenda:
        now, _, action = heapq.heappop(agenda)
        for conversation_id, person in action(now):
            if conversation_id not in waiting:
                raise Broken("nothing is given twice")
            waiting.remove(conversation_id)
            arrival = arrivals[conversation_id]
            outcome.waited[arrival.priority].append(now - arrival.at)
            outcome.got[person] += 1
            later(now + arrival.takes, lambda at, a=arrival, p=person: giver.closed(at, a, p))  # type: ignore[misc]
        outcome.turns += 1
    outcome.left, outcome.seconds = len(waiting), time.process_time() - began
    return outcome


def gini(values: Sequence[float]) -> float:
    """0: all have the same; 1: one has everything."""
    ordered, total = sorted(values), sum(values)
    if not total:
        return 0.0
    weighted = sum(rank * value for rank, value in enumerate(ordered, start=1))
    return 2 * weighted / (len(ordered) * total) - (len(ordered) + 1) / len(ordered)


def report(name: str, outcome: Outcome, day: Day) -> list[str]:
    """What people read of an outcome."""
    lines = [f"{name}: {outcome.turns:,} turns in {outcome.seconds:.1f} s of one core, {outcome.left} left at the end"]
    for level, _ in PRIORITIES:
        waited = sorted(outcome.waited[level])
        p95 = waited[int(len(waited) * 0.95)] if waited else 0.0
        mean, longest = statistics.fmean(waited or [0]), max(waited, default=0)
        lines.append(
            f"  {level:7} {len(waited):6,}   mean {mean:7.1f} s   95 % {p95:7.1f} s   longest {longest:7.1f} s"
        )
    for team, members in day.teams.items():
        rates = [outcome.got[one] / (outcome.present[one] / 3600) for one in members if outcome.present[one] > 3600]
        lines.append(f"  {team:10} Gini of conversations per hour present: {gini(rates):.3f}")
    return lines


def _at(seconds: float) -> datetime:
    return DAY + timedelta(seconds=seconds)


def _event(arrival: Arrival, now: float, sequence: int, kind: Any, person: str | None) -> ConversationChanged:
    at, opened = _at(now), _at(arrival.at)
    view = ConversationView.model_construct(
        id=arrival.id, number=sequence, status="queued" if person is None else "closed",
        channel=ChannelRef.model_construct(kind=arrival.channel, account_id="acc", name="Loja"),
        contact=ContactRef.model_construct(id=arrival.id, name=None), team=Named.model_construct(id=arrival.team),
        assignee=None if person is None else Named.model_construct(id=person), priority=arrival.priority,
        opened_at=opened, queued_at=opened if person is None else None, last_activity_at=at,
        closed_at=None if person is None else at, placement=sequence, sequence=sequence,
    )  # fmt: skip
    return ConversationChanged.model_construct(
        id=f"{arrival.id}-{sequence}", type=kind, tenant_id="day", occurred_at=at, recorded_at=at, source="simulation",
        subject=arrival.id, sequence=sequence, actor=_CUSTOMER if person is None else _SYSTEM,
        data=ConversationData.model_construct(conversation=view),
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both and print; 1 when an invariant is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--conversations", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--channel-limits", action="store_true", help=f"with {dict(CHANNEL_LIMITS)} for each")
    chosen = parser.parse_args(arguments)
    day = make_day(chosen.conversations, random.Random(chosen.seed))
    routed = Routed(day, CHANNEL_LIMITS if chosen.channel_limits else None)
    try:
        by_routing = run(day, routed)
    except Broken as broken:
        print(f"BROKEN: {broken}")  # noqa: T201 - this is a command
        return 1
    left = sum(len(queue) for queue in routed.queues.values())
    kept = by_routing.left == left and not any(one.load for one in routed.attendants.values())
    lines = report("routing", by_routing, day)
    lines += report("first come, first served", run(day, Plain(day)), day)
    lines.append(
        "invariants (no limit passed, nobody absent or outside the team, order kept, nothing given twice): hold; "
        f"nothing lost, every load back at nothing: {'yes' if kept else 'NO'}"
    )
    print("\n".join(lines))  # noqa: T201 - this is a command
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
