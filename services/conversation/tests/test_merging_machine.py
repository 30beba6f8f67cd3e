"""Whatever is merged, undone, edited and written, in any strand: nothing is lost, all ends where a plain model does."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from atd_conversation.store.indexes import CONTACTS, CONVERSATIONS, IDENTITIES, MESSAGES
from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundThread
from atd_schemas.views import Named
from atd_servicekit.problems import Problem
from atd_testing.examples import examples
from atd_testing.inbound import customer_message

PHONES = ("5511987650001", "5511987650002", "5511987650003")
USER_IDS = ("BR.1", "BR.2", "BR.3")
ACCOUNTS = ("a", "b")
STRANDS = (None, None, "p1", "p2")
"""Where on an account somebody writes: in private, or below one of two posts."""
DOCUMENTS = ("52998224725", "11144477735", None)


@dataclass
class MergeModel:
    """A merge that was not undone: what moved from `lost`, and the document that `into` had before and after."""

    lost: str
    into: str
    ids: set[str]
    threads: set[str]
    since: int
    before: str | None
    after: str | None


@dataclass
class ThreadModel:
    """A conversation: whose it is, when it was opened, and which id wrote in it last."""

    owner: str
    opened: int
    writer: str


@dataclass
class Model:
    """Who has which id and which conversation; the order in which contacts came."""

    order: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    threads: dict[str, ThreadModel] = field(default_factory=dict)
    documents: dict[str, str | None] = field(default_factory=dict)
    merges: dict[str, MergeModel] = field(default_factory=dict)
    apart: set[frozenset[str]] = field(default_factory=set)
    messages: list[str] = field(default_factory=list)
    tick: int = 0

    def merge_of(self, contact: str) -> str | None:
        return next((key for key, merge in self.merges.items() if merge.lost == contact), None)

    def path(self, contact: str) -> list[str]:
        """The contact and those that go on for it."""
        found = [contact]
        while (merge := self.merge_of(found[-1])) is not None:
            found.append(self.merges[merge].into)
        return found

    def root(self, contact: str) -> str:
        return self.path(contact)[-1]

    def alive(self) -> list[str]:
        return [one for one in self.order if self.merge_of(one) is None]

    def can_be_one(self, one: str, other: str) -> bool:
        if frozenset((one, other)) in self.apart:
            return False
        kinds: dict[str, set[bool]] = defaultdict(set)
        for key, owner in self.ids.items():
            kinds[owner].add(key.startswith("BR"))
        return kinds[one].isdisjoint(kinds[other])

    def merge(self, key: str, kept: str, lost: str) -> None:
        ids = {one for one, owner in self.ids.items() if owner == lost}
        threads = {one for one, thread in self.threads.items() if thread.owner == lost}
        before = self.documents[kept]
        after = before or self.documents[lost]
        self.merges[key] = MergeModel(lost, kept, ids, threads, self.tick, before, after)
        self.documents[kept] = after
        self.ids.update(dict.fromkeys(ids, kept))
        for one in threads:
            self.threads[one].owner = kept
        apart = {pair - {lost} for pair in self.apart if lost in pair}
        self.apart |= {pair | {kept} for pair in apart if kept not in pair}

    def undo(self, key: str) -> None:
        merge = self.merges.pop(key)
        root = self.root(merge.into)
        ids = {one for one in merge.ids if self.ids[one] == root}
        self.ids.update(dict.fromkeys(ids, merge.lost))
        threads = {
            one
            for one, thread in self.threads.items()
            if thread.owner == root
            and (one in merge.threads or (thread.opened >= merge.since and self.ids[thread.writer] == merge.lost))
        }
        for one in threads:
            self.threads[one].owner = merge.lost
        for between in self.path(merge.into)[:-1]:
            other = self.merges[self.merge_of(between) or ""]
            other.ids -= ids
            other.threads -= threads
        if self.documents[merge.into] == merge.after:
            self.documents[merge.into] = merge.before
        self.apart.add(frozenset((root, merge.lost)))


def machine(  # noqa: C901 - its rules are short, and share what is around them
    parts: Any, loop: asyncio.AbstractEventLoop
) -> type[RuleBasedStateMachine]:
    """The rules, on the database of `parts`, whose work is done in `loop`."""

    async def waited(work: Any) -> Any:
        return await work

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(waited(work), loop).result(60)

    class Merging(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.tenant = uuid7()
            self.model = Model()

        @rule(
            known_by=st.sampled_from(PHONES + USER_IDS),
            account=st.sampled_from(ACCOUNTS),
            strand=st.sampled_from(STRANDS),
        )
        def writes(self, known_by: str, account: str, strand: str | None) -> None:
            self._take(account, known_by, strand=strand)

        @precondition(lambda self: len(self.model.alive()) > 1)
        @rule(
            phone=st.sampled_from(PHONES),
            user_id=st.sampled_from(USER_IDS),
            account=st.sampled_from(ACCOUNTS),
            strand=st.sampled_from(STRANDS),
        )
        def names_both(self, phone: str, user_id: str, account: str, strand: str | None) -> None:
            model = self.model
            if phone not in model.ids or user_id not in model.ids:
                return
            pair = {model.ids[phone], model.ids[user_id]}
            joins = len(pair) == 2 and model.can_be_one(*pair)
            kept, *lost = sorted(pair, key=model.order.index)
            self._take(account, user_id, phone, joined=(kept, lost[0]) if joins else None, strand=strand)

        @precondition(lambda self: len(self.model.alive()) > 1)
        @rule(data=st.data())
        def is_joined(self, data: st.DataObject) -> None:
            kept, lost = data.draw(st.permutations(self.model.alive()))[:2]
            self.model.tick += 1
            merged = run(parts.customer("merge", self.tenant, kept, lost, {}))
            self.model.merge(merged.merge.id, kept, lost)

        @precondition(lambda self: self.model.merges)
        @rule(data=st.data())
        def is_separated(self, data: st.DataObject) -> None:
            key = data.draw(st.sampled_from(sorted(self.model.merges)))
            run(parts.customer("undo", self.tenant, key))
            self.model.undo(key)

        @precondition(lambda self: self.model.merges)
        @rule(data=st.data())
        def cannot_be_joined_twice(self, data: st.DataObject) -> None:
            merge = self.model.merges[data.draw(st.sampled_from(sorted(self.model.merges)))]
            for pair in ((merge.into, merge.lost), (merge.lost, merge.into)):
                with pytest.raises(Problem) as refused:
                    run(parts.customer("merge", self.tenant, *pair, {}))
                assert refused.value.code == "already_merged"

        @precondition(lambda self: self.model.order)
        @rule(data=st.data(), document=st.sampled_from(DOCUMENTS))
        def is_edited(self, data: st.DataObject, document: str | None) -> None:
            contact = data.draw(st.sampled_from(self.model.order))
            run(parts.customer("edit", self.tenant, contact, {"document": document}))
            self.model.documents[self.model.root(contact)] = document

        @precondition(lambda self: self.model.threads)
        @rule(data=st.data())
        def is_closed(self, data: st.DataObject) -> None:
            conversation = data.draw(st.sampled_from(sorted(self.model.threads)))
            run(parts.change(self.tenant, conversation, lambda one, now: one.close(now)))

        @precondition(lambda self: self.model.threads)
        @rule(data=st.data(), who=st.sampled_from(["bia", "caio", None]))
        def is_assigned(self, data: st.DataObject, who: str | None) -> None:
            conversation = data.draw(st.sampled_from(sorted(self.model.threads)))
            attendant = Named(id=who, name=who.title()) if who else None
            with suppress(Problem):  # a closed one is not assigned
                run(parts.change(self.tenant, conversation, lambda one, now: one.assign(attendant, now)))

        def _take(
            self, account: str, *known_by: str, joined: tuple[str, str] | None = None, strand: str | None = None
        ) -> None:
            model, external_id = self.model, f"w{len(self.model.messages)}"
            model.tick += 1
            customer, *aliases = known_by
            place = f"{account}-{self.tenant}"
            thread = InboundThread(id=strand, kind="post", public=True) if strand else None
            told = customer_message(
                self.tenant, place, external_id, customer=customer, aliases=tuple(aliases), thread=thread
            )
            run(parts.take(told))
            model.messages.append(external_id)
            message = run(parts.db[MESSAGES].find_one({"account_id": place, "external_id": external_id}))
            conversation = run(parts.db[CONVERSATIONS].find_one({"_id": message["conversation_id"]}))
            if joined is not None:
                lost = run(parts.db[CONTACTS].find_one({"_id": joined[1]}))
                model.merge(lost["merged"]["id"], *joined)
            contact = model.ids.get(customer)
            if contact is None:
                contact = conversation["contact"]["id"]
                assert contact not in model.order, "a stranger is somebody new"
                model.order.append(contact)
                model.ids[customer] = contact
                model.documents[contact] = None
            assert conversation["contact"]["id"] == contact, "a message comes to whom its id belongs"
            assert _strand(conversation) == strand, "what is written in public stays there, and what is not neither"
            model.threads.setdefault(conversation["_id"], ThreadModel(contact, model.tick, customer)).writer = customer

        @invariant()
        def agrees_with_the_model(self) -> None:
            run(self._check())

        async def _check(self) -> None:
            mine, model = {"tenant_id": self.tenant}, self.model
            identities = await parts.db[IDENTITIES].find(mine).to_list(100)
            assert {
                row["_id"].rpartition("|")[2].removeprefix("+"): row["contact_id"] for row in identities
            } == model.ids
            conversations = await parts.db[CONVERSATIONS].find(mine).to_list(1000)
            assert {row["_id"]: row["contact"]["id"] for row in conversations} == {
                key: thread.owner for key, thread in model.threads.items()
            }
            contacts = {row["_id"]: row for row in await parts.db[CONTACTS].find(mine).to_list(100)}
            assert {key for key, row in contacts.items() if not row["merged"]} == set(model.alive())
            assert {key: row["record"]["document"] for key, row in contacts.items()} == model.documents
            messages = await parts.db[MESSAGES].find({**mine, "direction": "inbound"}).to_list(1000)
            assert sorted(row["external_id"] for row in messages) == sorted(model.messages)
            taking = defaultdict(list)
            for row in conversations:
                place = (row["contact"]["id"], row["channel"]["account_id"], _strand(row))
                taking[place].append("current_of" in row)
                if row["status"] == "closed":
                    assert row["unread_count"] == 0, "nothing unread stands where nobody looks"
                if "current_of" in row:
                    known_by = model.ids[row["recipient"]]
                    assert known_by == row["contact"]["id"], "nobody is answered at the id of somebody else"
            assert all(sum(flags) == 1 for flags in taking.values()), "one conversation takes a strand's next message"
            assert await parts.queries.view_counts.check(self.tenant) == {}, "numbers beside views are exact"
            for key, row in contacts.items():
                theirs = {
                    one["assignee"]["id"] for one in conversations if one["contact"]["id"] == key and "assignee" in one
                }
                assert set(row.get("attendants", ())) == theirs, "who sees a contact has a conversation of theirs"

    return Merging


def _strand(row: Any) -> str | None:
    """The thread of a stored conversation."""
    return row["thread"]["id"] if row.get("thread") else None


async def test_any_sequence_ends_where_the_model_ends(parts: Any) -> None:
    rules = machine(parts, asyncio.get_running_loop())
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    most = examples(12, nightly=100)
    chosen = settings(max_examples=most, stateful_step_count=25, deadline=None, suppress_health_check=quiet)
    await asyncio.to_thread(run_state_machine_as_test, rules, settings=chosen)
