"""Two replicas, people who act by hand, and conversation, in any interleaving, on the real store.

What is heard late, twice or by two replicas at once, decided on what is no longer so, or never heard back of: no limit
is passed, nobody gets anything who is not there or not in the team, load is counted exactly, and nothing that somebody
could take is left in a queue.
"""

import asyncio
import os
from collections import Counter, deque
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.distribution.giving import choose, team_for
from atd_routing.domain.teams import TEAM
from atd_routing.domain.turn import UNHEARD
from atd_schemas.routing import Assigned
from atd_schemas.views import ChannelKind
from atd_servicekit.mongo import Mongo

from .talks import Talk
from .world import World

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

PEOPLE = ("ana", "bia", "caio")
EXAMPLES = int(os.environ.get("ATD_ROUTING_EXAMPLES", "6"))


class Company:
    """A company, what was not delivered yet, and what is checked after every step."""

    def __init__(self, mongo: Mongo) -> None:
        self.world = World(mongo)
        self.other = self.world.another()
        self.undelivered: dict[str, deque[Any]] = {}
        self.heard: list[Any] = []
        self.undecided: deque[Any] = deque()
        self.teams: list[str] = []
        self.by_hand: Counter[str] = Counter()
        self.decided_at: dict[str, datetime] = {}
        self.limit, self.of_whatsapp = 3.0, 2

    async def begin(self) -> None:
        kinds = {"channel_limits": {"whatsapp": self.of_whatsapp}}
        self.teams.append(await self.world.team("ana", "bia", limit=self.limit, team_limit=5, **kinds))
        self.teams.append(await self.world.team("bia", "caio", limit=self.limit, strategy="least_busy", **kinds))
        await self.world.present(*PEOPLE)

    def tell(self, talk: Talk, event: Any) -> None:
        self.undelivered.setdefault(talk.id, deque()).append(event)

    def chosen(self, number: int) -> Talk | None:
        talks = list(self.world.talks.values())
        return talks[number % len(talks)] if talks else None

    async def deliver(self, most: int, *, again: bool) -> None:
        """Both replicas take a batch at once, of different conversations, as partitions divide them."""
        batches: tuple[list[Any], list[Any]] = ([], [])
        for talk_id, events in self.undelivered.items():
            mine = batches[hash(talk_id) % 2]
            mine += [events.popleft() for _ in range(min(most, len(events)))]
        for event in (*batches[0], *batches[1]):
            self._come_late(event)
        if again and self.heard:
            batches[0].insert(0, self.heard[-1])
        self.heard += [*batches[0], *batches[1]]
        await asyncio.gather(
            self.world.hear(*batches[0]), self.world.hear(*batches[1], by=self.other), return_exceptions=False
        )
        await self.check()

    async def heed(self, most: int) -> None:
        """Conversation does what was decided, as far as it still may be done."""
        self.undecided += await self.world.decisions()
        for _ in range(min(most, len(self.undecided))):
            decision = self.undecided.popleft()
            talk = self.world.talks[decision.subject]
            answer = talk.hear(decision, self.world.time.moment)
            if answer is not None:
                self.decided_at[answer.id] = decision.recorded_at
                self.tell(talk, answer)

    def _come_late(self, event: Any) -> None:
        """What is heard so late that its room was given away meanwhile weighs as if somebody had done it by hand."""
        decided_at = self.decided_at.pop(event.id, None)
        if decided_at is None or self.world.time.moment < decided_at + UNHEARD:
            return
        if event.type == "conversation.assigned":
            self.by_hand[event.data.conversation.assignee.id.partition(":")[0]] += 1

    async def drains(self, action: Any) -> None:
        """A change of who is there, or of settings, while the other replica looks at the queues."""
        await asyncio.gather(action, self.other.engine.drain([self.world.tenant_id]))
        await self.check()

    async def check(self) -> None:
        """Load is exactly what the copies weigh, and what was decided was within every limit."""
        world = self.world
        copies = await world.replica.copies.of_ids(world.talks.keys())
        charged = [copy.charge for copy in copies.values() if copy.charge is not None]
        weighs = Counter(charge.attendant_id.partition(":")[0] for charge in charged)
        assert {who: load for who, load in (await world.loads()).items() if load} == dict(weighs)
        pool = await world.mongo.transaction(lambda s: world.replica.pools.read(s, world.tenant_id))
        assert pool.open == dict(Counter(charge.team_id for charge in charged if charge.team_id))
        fresh = await world.decisions()
        self.undecided += fresh
        tenant = await world.replica.tenants.of(world.tenant_id)
        for decision in fresh:
            if isinstance(decision, Assigned):
                team = tenant.teams[
                    (decision.data.team.id if decision.data.team else None) or copies[decision.subject].team_id or ""
                ]
                assert decision.data.attendant.id in team.members
        assigned = [one for one in fresh if isinstance(one, Assigned)]
        given = {one.data.attendant.id.partition(":")[0] for one in assigned}
        of_whatsapp = [one for one in assigned if world.talks[one.subject].channel == "whatsapp"]
        given_whatsapp = {one.data.attendant.id.partition(":")[0] for one in of_whatsapp}
        people = await world.replica.attendants.of_tenants([world.tenant_id])
        for attendant in people[world.tenant_id].values():
            name = attendant.id.partition(":")[0]
            kinds = Counter(one.channel for one in charged if one.attendant_id == attendant.id)
            assert dict(attendant.by_channel) == dict(kinds)
            if name in given:
                assert attendant.load <= self.limit + self.by_hand[name]
            if name in given_whatsapp:
                assert kinds["whatsapp"] <= self.of_whatsapp + self.by_hand[name]

    async def calm(self) -> None:
        """Everything is delivered and done, and what was lost has expired: then nothing waits that could be given."""
        world = self.world
        for _ in range(60):
            await self.deliver(9, again=False)
            await self.heed(99)
            if not any(self.undelivered.values()) and not self.undecided:
                world.time.pass_(seconds=31)
                await asyncio.gather(world.replica.timers.run_due(), self.other.timers.run_due())
                self.undecided += await world.decisions()
                if not self.undecided:
                    break
        else:
            raise AssertionError("it does not come to rest")
        assert {who: load for who, load in (await world.loads()).items() if load} == world.having()
        await self._nothing_left()

    async def _nothing_left(self) -> None:
        world = self.world
        tenant = await world.replica.tenants.of(world.tenant_id)
        people = await world.replica.attendants.of_tenants([world.tenant_id])
        pool = await world.mongo.transaction(lambda s: world.replica.pools.read(s, world.tenant_id))
        floor = Floor(tenant, people[world.tenant_id], pool, world.time.moment)
        copies = await world.replica.copies.of_ids([talk.id for talk in world.waiting()])
        assert len(copies) == len(world.waiting())
        for copy in copies.values():
            team = team_for(tenant, copy)
            assert copy.waits
            assert team is None or choose(floor, copy, team) is None, "somebody could have had it"


def machine(  # noqa: C901 - its rules are short, and share what is around them
    mongo: Mongo, loop: asyncio.AbstractEventLoop
) -> type[RuleBasedStateMachine]:
    """The rules, whose work is done in `loop`."""

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(60)

    who, which = st.sampled_from(PEOPLE), st.integers(0, 30)

    class Interleaving(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.company = Company(mongo)
            run(self.company.begin())

        @rule(
            count=st.integers(1, 4),
            team=st.sampled_from([0, 1, 0, 1, None]),
            channel=st.sampled_from(["whatsapp", "whatsapp", "facebook"]),
        )
        def opens(self, count: int, team: int | None, channel: ChannelKind) -> None:
            team_id = None if team is None else self.company.teams[team]
            for talk in self.company.world.begin(count, team_id=team_id, channel=channel):
                self.company.tell(talk, talk.opened())

        @rule(most=st.integers(1, 3), again=st.booleans())
        def is_heard(self, most: int, again: bool) -> None:
            run(self.company.deliver(most, again=again))

        @rule(most=st.integers(1, 6))
        def is_done(self, most: int) -> None:
            run(self.company.heed(most))

        @precondition(lambda self: self.company.world.talks)
        @rule(number=which, name=who, deed=st.sampled_from(["assigned", "closed", "snoozed", "queued", "reopened"]))
        def somebody_acts(self, number: int, name: str, deed: str) -> None:
            company = self.company
            talk = company.chosen(number)
            assert talk is not None
            person = company.world.person("rui")
            if (talk.status == "closed") != (deed == "reopened"):
                return
            if deed == "assigned":
                company.by_hand[name] += 1
                company.tell(talk, talk.assigned(company.world.id(name), person))
            elif deed == "queued":
                company.tell(talk, talk.queued(talk.team_id, person))
            elif deed == "reopened":
                if talk.who is not None:
                    company.by_hand[talk.who] += 1
                company.tell(talk, talk.reopened(person))
            elif deed == "closed" or talk.who is not None:
                company.tell(talk, getattr(talk, deed)(person))

        @rule(name=who, state=st.sampled_from(["online", "away", "offline"]))
        def comes_or_goes(self, name: str, state: str) -> None:
            run(self.company.drains(self.company.world.present(name, state=state)))

        @rule(team=st.sampled_from([0, 1]), most=st.sampled_from([2, 5, None]))
        def a_team_changes(self, team: int, most: int | None) -> None:
            company = self.company
            run(company.drains(company.world.change(company.teams[team], TEAM, team_limit=most)))
            company.other.tenants.forget(company.world.tenant_id)

        @rule(seconds=st.sampled_from([1, 31]))
        def time_passes(self, seconds: int) -> None:
            company = self.company
            company.world.time.pass_(seconds=seconds)
            run(self._both_look())

        async def _both_look(self) -> None:
            company = self.company
            await asyncio.gather(company.world.replica.timers.run_due(), company.other.timers.run_due())
            await company.check()

        def teardown(self) -> None:
            run(self.company.calm())

    return Interleaving


async def test_whatever_the_interleaving_no_limit_is_passed_and_nothing_is_lost(mongo: Mongo) -> None:
    rules = machine(mongo, asyncio.get_running_loop())
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    chosen = settings(max_examples=EXAMPLES, stateful_step_count=20, deadline=None, suppress_health_check=quiet)
    await asyncio.to_thread(run_state_machine_as_test, rules, settings=chosen)
