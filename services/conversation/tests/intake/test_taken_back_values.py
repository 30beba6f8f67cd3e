"""Labels, blocks and fields after any sequence of merges, undos and edits stand where a straightforward model says."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from atd_conversation.domain.channels import CHANNEL_RULES, Channels
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.contact_record import Block
from atd_conversation.intake.loaded import Loaded
from atd_conversation.intake.merging import Merging, join
from atd_conversation.intake.separation import separate
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.envelope import Actor, Envelope
from atd_schemas.ids import uuid7
from atd_schemas.topics import OUTBOUND_BY_CHANNEL
from atd_schemas.views import LabelRef
from atd_testing.inbound import NOON

BIA = Actor(type="attendant", id="bia", name="Bia")
PEOPLE = tuple("abcd")
LABELS = ("labels.x",)
NAMES = (*LABELS, "document", "blocked", "fields.plano")


@dataclass
class Given:
    """A record that was merged into another one; `masked` are the names that were changed there since."""

    child: str
    masked: set[str] = field(default_factory=set)


class Model:
    """A record shows what it was given itself, else what the first record that is merged into it shows."""

    def __init__(self) -> None:
        self.own: dict[str, dict[str, Any]] = {one: {} for one in PEOPLE}
        self.merged: dict[str, list[Given]] = {one: [] for one in PEOPLE}

    def shown(self, who: str, name: str) -> Any:
        values = [self.own[who].get(name)]
        values += [self.shown(each.child, name) for each in self.merged[who] if name not in each.masked]
        return next((one for one in values if one is not None), None)

    def root(self, who: str) -> str:
        above = next((one for one, each in self.merged.items() if who in [a.child for a in each]), None)
        return who if above is None else self.root(above)

    def change(self, who: str, name: str, value: Any) -> None:
        root = self.root(who)
        if self.shown(root, name) != value:
            self.own[root][name] = value
            for each in self.merged[root]:
                each.masked.add(name)

    def undo(self, who: str) -> None:
        for each in self.merged.values():
            each[:] = [one for one in each if one.child != who]


class Records:
    """The same on the contacts themselves, without a database."""

    def __init__(self) -> None:
        self.now = NOON
        self.contacts = {one: Contact(one, "t1", None, None, None, NOON) for one in PEOPLE}

    def present(self, who: str) -> Contact:
        contact = self.contacts[who]
        return contact if contact.merged is None else self.present(contact.merged.into)

    def path(self, who: str) -> list[Contact]:
        contact = self.contacts[who]
        return [contact] if contact.merged is None else [contact, *self.path(contact.merged.into)]

    def change(self, who: str, name: str, value: Any) -> None:
        contact = self.present(who)
        if name == "blocked":
            contact.set_block(Block(self.now, None, str(value)) if value else None)
        elif name == "document":
            contact.edit({"document": value})
        elif name.startswith("fields."):
            contact.edit({"fields": {name.removeprefix("fields."): value}})
        else:
            label = LabelRef(id=name.removeprefix("labels."), name="", color="")
            if value:
                contact.label(label, BIA, self.now)
            else:
                contact.unlabel(label)

    def merge(self, kept: str, lost: str) -> None:
        join(self._merging(), self.contacts[kept], self.contacts[lost])

    def undo(self, who: str) -> None:
        lost, *path = self.path(who)
        merge = lost.merged
        assert merge is not None
        above = {one.id for one in path}
        others = [
            one
            for one in self.contacts.values()
            if one.merged is not None and one.merged.into in above and one.id not in {who, *above}
        ]
        separate(self._merging(), lost, path, merge, others)

    def _merging(self) -> Merging:
        loaded = Loaded(Channels(CHANNEL_RULES, OUTBOUND_BY_CHANNEL), contacts=self.contacts)
        loaded.ids_of = {one: set() for one in PEOPLE}
        request = Envelope(
            id=uuid7(),
            type="request",
            tenant_id="t1",
            occurred_at=self.now,
            recorded_at=self.now,
            source="conversation",
            subject="a",
            actor=BIA,
        )
        return Merging(Intake(loaded, {}, self.now, uuid7), Cause(request), BIA)

    def shown(self, who: str, name: str) -> Any:
        value = self.contacts[who].values().get(name)
        return value["reason"] if name == "blocked" and value else value


number = st.integers(0, 11)
steps = st.one_of(
    st.tuples(st.just("change"), number, st.booleans()),
    st.tuples(st.just("merge"), number, number),
    st.tuples(st.just("undo"), number, number),
)
"""What is done, and to whom: numbers are places among those who are there at all (see `_among`)."""


def _among(people: list[str], place: int) -> str:
    return people[place % len(people)]


@settings(max_examples=300, deadline=None)
@example("document", {"b", "c"}, [("merge", 0, 0), ("merge", 0, 0), ("undo", 0, 0), ("undo", 0, 0)])
@given(st.sampled_from(NAMES), st.sets(st.sampled_from(PEOPLE)), st.lists(steps, min_size=15, max_size=30))
def test_what_was_given_by_a_merge_goes_and_what_was_not_stays(name: str, having: set[str], work: list[Any]) -> None:
    model, records = Model(), Records()
    for who in sorted(having):
        value = True if name in LABELS else f"of {who}"
        model.change(who, name, value)
        records.change(who, name, value)
    for at, (what, *more) in enumerate(work):
        records.now += timedelta(seconds=1)
        merged = [one for one in PEOPLE if records.contacts[one].merged is not None]
        alive = [one for one in PEOPLE if one not in merged]
        if what == "change":
            who, on = _among(alive, more[0]), more[1]
            changed = None if not on else True if name in LABELS else f"value {at}"
            model.change(who, name, changed)
            records.change(who, name, changed)
        elif what == "merge" and len(alive) > 1:
            kept = _among(alive, more[0])
            lost = _among([one for one in alive if one != kept], more[1])
            model.merged[kept].append(Given(lost))
            records.merge(kept, lost)
        elif what == "undo" and merged:
            model.undo(_among(merged, more[0]))
            records.undo(_among(merged, more[0]))
        for one in PEOPLE:
            assert records.shown(one, name) == model.shown(one, name), (at, one)
