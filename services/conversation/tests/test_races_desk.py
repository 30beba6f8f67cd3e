"""Several at once on one conversation: nobody's change is lost, and nothing that the customer wrote is out of sight."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atd_conversation.commands.conversations import Closing
from atd_conversation.domain.conversation import Conversation
from atd_conversation.store.indexes import CONTACTS, CONVERSATIONS
from atd_schemas.envelope import Actor
from atd_schemas.views import Named
from atd_servicekit.problems import Problem
from atd_testing.inbound import NOON, customer_message

T, A = "t1", "a1"
BIA = Actor(type="attendant", id="bia", name="Bia")


async def opened(parts: Any) -> str:
    await parts.take(customer_message(T, A, "w0", occurred_at=parts.clock.now()))
    (row,) = await parts.all(CONVERSATIONS)
    return str(row["_id"])


async def closes(parts: Any, conversation_id: str, expected: int | None) -> str:
    """How the closing went: `closed`, or the code of what refused it."""
    try:
        await parts.mongo.transaction(
            lambda session: parts.commands.close(
                session, T, BIA, conversation_id, Closing(), request_id="r", expected_sequence=expected
            )
        )
    except Problem as problem:
        return problem.code
    return "closed"


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("order", ["close first", "message first", "at once"])
async def test_a_closing_that_races_with_the_customer_hides_nothing(parts: Any, order: str, named: bool) -> None:
    conversation_id = await opened(parts)
    seen = (await parts.queries.conversation(T, conversation_id)).sequence if named else None
    message = customer_message(T, A, "w1", occurred_at=parts.clock.now() + timedelta(milliseconds=1))
    if order == "close first":
        how = await closes(parts, conversation_id, seen)
        await parts.take(message)
    elif order == "message first":
        await parts.take(message)
        how = await closes(parts, conversation_id, seen)
    else:
        how, _ = await asyncio.gather(closes(parts, conversation_id, seen), parts.take(message))
    (row,) = await parts.all(CONVERSATIONS)
    if row["status"] == "closed":  # then it is unread for everybody, where closed ones are counted
        assert (how, named, row["unread_count"] > 0) == ("closed", False, True)
        counts = await parts.queries.view_counts.check(T)
        assert counts.get(None, {}).get("closed_unread", 1) in (0, 1)
    else:
        assert (row["status"], row["unread_count"] > 0, row["waiting_since"] is not None) == ("queued", True, True)


EDITS: dict[str, Any] = {
    "priority": lambda c, _: c.prioritise("urgent"),
    "assignee": lambda c, now: c.assign(Named(id="bia", name="Bia"), now),
    "snooze": lambda c, now: c.snooze(now + timedelta(hours=1), now),
}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(["priority", "assignee", "one message", "another", "read"]))
async def test_whatever_meets_on_one_conversation_loses_no_field(parts: Any, order: list[str]) -> None:
    """Two attendants, a reader and the customer (by another name) at once; each begins where chance puts it."""
    number = len(await parts.all(CONVERSATIONS))
    customer = f"55119999{number:05}"
    now = parts.clock.now()
    await parts.take(customer_message(T, A, f"first-{number}", customer=customer, occurred_at=now))
    row = await parts.db[CONVERSATIONS].find_one(sort=[("number", -1)])
    found = row["_id"]

    async def act(what: str) -> None:
        if what in EDITS:
            await parts.change(T, found, EDITS[what])
        elif what == "read":
            await parts.mongo.transaction(
                lambda session: parts.commands.read(session, T, BIA, found, typing=False, request_id="r")
            )
        else:
            await parts.take(
                customer_message(T, A, f"{what}-{number}", customer=customer, occurred_at=now, name="Outro nome")
            )

    await asyncio.gather(*(act(what) for what in order))
    shown: Conversation = await parts.queries.conversation(T, found)
    assert (shown.priority, shown.assignee and shown.assignee.id, shown.status) == ("urgent", "bia", "open")
    assert shown.unread_count == 3
    assert shown.contact.name == "Outro nome"
    contact = await parts.db[CONTACTS].find_one({"_id": shown.contact.id})
    assert contact["profile_name"] == "Outro nome"
    assert shown.view("bia").unread_count <= shown.unread_count
    told = [e for e in await parts.outbox() if e.subject == found and e.sequence]
    assert [e.sequence for e in told] == list(range(1, shown.sequence + 1))


VERSIONS = st.lists(st.tuples(st.sampled_from(["bia", "caio"]), st.sampled_from(["see", "low", "high"])), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=VERSIONS)
async def test_who_names_an_outdated_version_changes_nothing_and_hears_of_what_was_changed(
    parts: Any, steps: list[tuple[str, str]]
) -> None:
    """Of two who read, write and write again in any order, no write undoes one that its author has not seen."""
    number = len(await parts.all(CONVERSATIONS))
    customer = f"55118888{number:05}"
    await parts.take(customer_message(T, A, f"v-{number}", customer=customer, occurred_at=NOON))
    row = await parts.db[CONVERSATIONS].find_one(sort=[("number", -1)])
    seen = dict.fromkeys(("bia", "caio"), row["sequence"])
    current, value = row["sequence"], "normal"
    for who, what in steps:
        if what == "see":
            seen[who] = current
            continue
        actor = Actor(type="attendant", id=who, name=who)
        try:
            after = await parts.mongo.transaction(
                lambda session, a=actor, p=what, v=seen[who]: parts.commands.change(
                    session, T, a, row["_id"], lambda c, _: c.prioritise(p), request_id="r", expected_sequence=v
                )
            )
        except Problem as problem:
            refused = (problem.members["version"], problem.members["changed"], len(problem.members["changes"]))
            assert refused == (current, ["priority"], current - seen[who])
            assert seen[who] != current
            continue
        assert seen[who] == current
        current, value = after.sequence, what
        seen[who] = current
    shown = await parts.queries.conversation(T, row["_id"])
    assert (shown.priority, shown.sequence) == (value, current)
