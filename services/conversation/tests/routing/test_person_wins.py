"""A person is never overruled by a decision that did not know of their deed, whatever comes in whatever order."""

from contextlib import suppress
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from atd_conversation.commands.decisions import changes_of
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.names import Names
from atd_conversation.domain.refusals import Refusal
from atd_schemas.views import ContactRef, Named, Priority
from atd_testing.inbound import NOON, customer_message

from .conftest import ANA, CAIO, SALES, SUPPORT, decision

PEOPLE, TEAMS = st.sampled_from([ANA, CAIO]), st.sampled_from([SALES, SUPPORT, None])

PRIORITIES: st.SearchStrategy[Priority] = st.sampled_from(["low", "normal", "high", "urgent"])
NAMES = Names(types={one: Named(id=one, name=one) for one in ("order", "complaint")})


class PersonAndRouting(RuleBasedStateMachine):
    """Routing hears of the conversation when it hears; what it decides arrives when it arrives."""

    def __init__(self) -> None:
        super().__init__()
        data = customer_message("t1", "a1", "w1").data
        self.conversation, _ = Conversation.open("c1", 1, "t1", ContactRef(id="k", name="Ana"), data, NOON)
        self.heard = (self.conversation.placement, self.conversation.sequence)
        self.on_the_way: list[Any] = []
        self.by_hand: tuple[int, tuple[Any, ...]] = (0, ())
        self.conversation.names = NAMES
        self.fields_by_hand: dict[str, tuple[int, Any]] = {}

    def placed(self) -> tuple[Any, ...]:
        one = self.conversation
        return one.status, one.assignee and one.assignee.id, one.team and one.team.id

    def _person(self, changes: list[Change]) -> None:
        if any(each.sequence == self.conversation.placement for each in changes):
            self.by_hand = (self.conversation.placement, self.placed())

    @rule(who=PEOPLE, team=TEAMS)
    def somebody_takes_it(self, who: Named, team: Named | None) -> None:
        with suppress(Refusal):
            self._person(self.conversation.assign(who, NOON, team=team))

    @rule(team=TEAMS)
    def somebody_puts_it_into_a_queue(self, team: Named | None) -> None:
        with suppress(Refusal):
            self._person(self.conversation.wait_in(team, NOON))

    @rule(who=st.sampled_from([ANA, CAIO, None]), team=st.sampled_from([SALES, SUPPORT]))
    def somebody_hands_it_over(self, who: Named | None, team: Named) -> None:
        with suppress(Refusal):
            self._person(self.conversation.transfer_to(who, team, NOON, by=ANA))

    @rule(priority=PRIORITIES)
    def somebody_says_how_urgent_it_is(self, priority: Priority) -> None:
        if self.conversation.prioritise(priority):
            self.fields_by_hand["priority"] = (self.conversation.sequence, priority)

    @rule(type_id=st.sampled_from([*NAMES.types, None]))
    def somebody_says_what_it_is_about(self, type_id: str | None) -> None:
        if self.conversation.classify(type_id):
            self.fields_by_hand["type_id"] = (self.conversation.sequence, type_id)

    @rule(priority=st.none() | PRIORITIES, type_id=st.sampled_from([*NAMES.types, None]))
    def a_rule_sets_fields(self, priority: Priority | None, type_id: str | None) -> None:
        _, sequence = self.heard
        told: dict[str, Any] = {"priority": priority, "type_id": type_id, "fields_as_of": sequence}
        self.on_the_way.append(decision("set", self.conversation, **told))

    @rule()
    def somebody_closes_it(self) -> None:
        self._person(self.conversation.close(NOON))

    @rule()
    def somebody_reopens_it(self) -> None:
        self._person(self.conversation.reopen(NOON))

    @rule(number=st.integers(0, 10**6))
    def the_customer_writes(self, number: int) -> None:
        data = customer_message("t1", "a1", f"x{number}").data
        self._person(self.conversation.receive(f"x{number}", data, occurred_at=NOON, now=NOON))

    @rule()
    def routing_hears(self) -> None:
        self.heard = (self.conversation.placement, self.conversation.sequence)

    @rule(kind=st.sampled_from(["assign", "queue", "close"]), who=PEOPLE, team=TEAMS)
    def routing_decides(self, kind: str, who: Named, team: Named | None) -> None:
        placement, sequence = self.heard
        told: dict[str, dict[str, Any]] = {
            "assign": {"attendant": who, "team": team, "reason": "round_robin", "placement": placement},
            "queue": {"team": team, "reason": "no_answer", "placement": placement},
            "close": {"reason": "customer_silent", "sequence": sequence},
        }
        self.on_the_way.append(decision(kind, self.conversation, **told[kind]))

    @rule(which=st.integers(0, 50))
    def a_decision_arrives(self, which: int) -> None:
        """Any of those on the way, once more too."""
        if not self.on_the_way:
            return
        wanted = self.on_the_way[which % len(self.on_the_way)]
        one, before = self.conversation, self.placed()
        condition = wanted.data.condition
        if condition.fields_as_of is not None:
            self._fields_are_set(wanted)
            return
        overtaken = condition.placement not in (None, one.placement) or condition.sequence not in (None, one.sequence)
        placement = one.placement
        with suppress(Refusal):
            if one.holds(condition):
                changes_of(one, wanted, NOON)
        if overtaken:
            assert (self.placed(), one.placement) == (before, placement)
        elif self.placed() != before:
            assert one.placement > placement, "the same decision cannot come a second time"
            self.by_hand = (one.placement, self.placed())

    def _fields_are_set(self, wanted: Any) -> None:
        """Each field as somebody has said meanwhile, else as the rule says, else as it was."""
        one, as_of = self.conversation, wanted.data.condition.fields_as_of
        expected = {}
        for name in ("priority", "type_id"):
            since, last = self.fields_by_hand.get(name, (0, None))
            told = getattr(wanted.data, name)
            if since > as_of:
                assert getattr(one, name) == last, "no decision that did not know of it was faster"
            elif told is not None:
                self.fields_by_hand[name] = (since, told)  # it knew what had been said by hand
            expected[name] = getattr(one, name) if since > as_of or told is None else told
        placed = self.placed()
        changes_of(one, wanted, NOON)
        assert {name: getattr(one, name) for name in expected} == expected
        assert self.placed() == placed

    @invariant()
    def what_was_set_last_knowingly_stands(self) -> None:
        """Nothing but a person, or a decision that knew of them, has changed whose it is."""
        placement, placed = self.by_hand
        assert placement in (0, self.conversation.placement)
        assert not placed or placed == self.placed()


TestPersonAndRouting = PersonAndRouting.TestCase
TestPersonAndRouting.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
