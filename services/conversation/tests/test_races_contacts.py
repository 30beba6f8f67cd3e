"""Records that two people and a channel change at once: no field is lost, and of two merges one wins."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atd_conversation.store.indexes import CONTACTS, CONVERSATIONS, IDENTITIES, MESSAGES
from atd_schemas.ids import uuid7
from atd_servicekit.problems import Problem
from atd_testing.inbound import customer_message

from .test_races import LateLoader

A = "acc-a"
ONE, TWO = "5511987650001", "5511987650002"
VALUES = {
    "name": ("Ana", "Ana Souza"),
    "email": ("a@x.com", "b@x.com", None),
    "document": ("52998224725", "11144477735"),
    "birthday": ("1990-02-28", "1991-03-01"),
    "address": ("Rua A", None),
}
edits = st.dictionaries(st.sampled_from(sorted(VALUES)), st.integers(0, 1), min_size=1, max_size=3).map(
    lambda chosen: {name: VALUES[name][place] for name, place in chosen.items()}
)


async def contact_of(parts: Any, tenant: str, phone: str) -> str:
    row = await parts.db[IDENTITIES].find_one({"_id": f"{tenant}|phone|+{phone}"})
    found: str = row["contact_id"]
    return found


async def written(parts: Any, tenant: str, phone: str, external_id: str, **more: Any) -> str:
    await parts.take(customer_message(tenant, A, f"{tenant}-{external_id}", customer=phone, **more))
    return await contact_of(parts, tenant, phone)


async def test_every_field_of_edits_and_messages_at_once_is_kept(parts: Any) -> None:
    """Whatever is changed at the same time: each field ends at a value that somebody gave it last."""
    loop = asyncio.get_running_loop()

    async def interleaved(work: list[dict[str, Any]], names: list[str]) -> None:
        tenant = uuid7()
        contact = await written(parts, tenant, ONE, "w0", name="Cliente")
        people = [parts.customer("edit", tenant, contact, wanted) for wanted in work]
        messages = [
            parts.take(customer_message(tenant, A, f"{tenant}-{n}", customer=ONE, name=name))
            for n, name in enumerate(names)
        ]
        await asyncio.gather(*people, *messages)
        row = await parts.db[CONTACTS].find_one({"_id": contact})
        record = {"name": row["name"], **row["record"]}
        for name in VALUES:
            given = [wanted[name] for wanted in work if name in wanted]
            if name == "name" and not given:
                given = ["Cliente", *names]
            assert record[name] in (given or [None]), (name, given, record)
        assert row["profile_name"] in ("Cliente", *names)
        assert await parts.db[MESSAGES].count_documents({"tenant_id": tenant}) == len(names) + 1
        changed = [one for one in await parts.outbox() if one.subject == contact]
        assert [one.sequence for one in changed] == list(range(1, row["sequence"] + 1))

    def run(work: list[dict[str, Any]], names: list[str]) -> None:
        asyncio.run_coroutine_threadsafe(interleaved(work, names), loop).result(60)

    together = given(st.lists(edits, min_size=2, max_size=3), st.lists(st.sampled_from(["Ana", "Nina"]), max_size=2))
    quiet = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    await asyncio.to_thread(quiet(together(run)))


async def test_of_two_merges_in_opposite_directions_one_wins(parts: Any) -> None:
    tenant = uuid7()
    one = await written(parts, tenant, ONE, "w1")
    two = await written(parts, tenant, TWO, "w2")
    results = await asyncio.gather(
        parts.customer("merge", tenant, one, two, {}),
        parts.customer("merge", tenant, two, one, {}),
        return_exceptions=True,
    )
    (refused,) = [each for each in results if isinstance(each, Problem)]
    (merged,) = [each for each in results if not isinstance(each, BaseException)]
    assert (refused.status, refused.code) == (409, "already_merged")
    lost = await written(parts, tenant, TWO, "w3")
    assert lost == await written(parts, tenant, ONE, "w4") == merged.kept.id
    rows = await parts.db[CONVERSATIONS].find({"tenant_id": tenant}).to_list(10)
    assert {row["contact"]["id"] for row in rows} == {merged.kept.id}
    await parts.customer("undo", tenant, merged.merge.id)
    messages = await parts.db[MESSAGES].find({"tenant_id": tenant, "direction": "inbound"}).to_list(10)
    assert sorted(row["external_id"] for row in messages) == [f"{tenant}-w{n}" for n in range(1, 5)]
    shown = {row["_id"] for row in await parts.db[CONVERSATIONS].find({"tenant_id": tenant}).to_list(10)}
    assert {row["conversation_id"] for row in messages} <= shown
    assert {await contact_of(parts, tenant, ONE), await contact_of(parts, tenant, TWO)} == {one, two}


@pytest.mark.parametrize("account", [A, "acc-b"])
async def test_a_message_that_arrives_during_a_merge_lands_once_in_the_survivor(parts: Any, account: str) -> None:
    tenant = uuid7()
    one = await written(parts, tenant, ONE, "w1")
    two = await written(parts, tenant, TWO, "w2")
    arriving = customer_message(tenant, account, "w3", customer=TWO)
    await parts.take(arriving, loader=LateLoader(parts, lambda: parts.customer("merge", tenant, one, two, {})))
    (message,) = await parts.db[MESSAGES].find({"tenant_id": tenant, "external_id": "w3"}).to_list(5)
    conversation = await parts.db[CONVERSATIONS].find_one({"_id": message["conversation_id"]})
    assert (conversation["contact"]["id"], conversation["status"]) == (one, "queued")
    (merged,) = await parts.records.merged_into(tenant, [one])
    await parts.customer("undo", tenant, merged.merged.id)
    messages = await parts.db[MESSAGES].find({"tenant_id": tenant, "external_id": "w3"}).to_list(5)
    assert [each["conversation_id"] for each in messages] == [conversation["_id"]]


async def test_a_form_that_is_submitted_while_its_contact_is_merged_lands_on_the_survivor(parts: Any) -> None:
    tenant = uuid7()
    one = await written(parts, tenant, ONE, "w1")
    two = await written(parts, tenant, TWO, "w2")
    await asyncio.gather(
        parts.customer("merge", tenant, one, two, {}),
        parts.customer("edit", tenant, two, {"document": "52998224725"}),
    )
    kept = await parts.records.contacts.one(tenant, one)
    assert kept.record.document == "52998224725"
    later = await parts.customer("edit", tenant, two, {"address": "Rua A"})
    assert (later.id, later.record.address) == (one, "Rua A")


async def test_who_is_blocked_while_they_write_opens_nothing_afterwards(parts: Any) -> None:
    tenant = uuid7()
    contact = await written(parts, tenant, ONE, "w1")
    block = lambda: parts.customer("block", tenant, contact, blocked=True)  # noqa: E731
    arriving = customer_message(tenant, "acc-b", "w2", customer=ONE)
    await parts.take(arriving, loader=LateLoader(parts, block))
    await parts.take(customer_message(tenant, "acc-c", "w3", customer=ONE))
    rows = await parts.db[CONVERSATIONS].find({"tenant_id": tenant}).to_list(10)
    assert {row["channel"]["account_id"]: row["status"] for row in rows} == {
        A: "queued",
        "acc-b": "closed",
        "acc-c": "closed",
    }


async def test_what_people_separated_is_not_joined_again_by_a_message(parts: Any) -> None:
    tenant = uuid7()
    one = await written(parts, tenant, ONE, "w1")
    await parts.take(customer_message(tenant, A, "w2", customer="BR.1"))
    both = [customer_message(tenant, A, f"w{n}", customer="BR.1", aliases=(ONE,)) for n in (3, 4)]
    await parts.take(both[0])
    (lost,) = await parts.records.merged_into(tenant, [one])
    assert lost.merged.by is None, "the channel has proven it"
    await parts.customer("undo", tenant, lost.merged.id)
    await parts.take(both[1])
    assert await parts.records.merged_into(tenant, [one]) == []
    message = await parts.db[MESSAGES].find_one({"tenant_id": tenant, "external_id": "w4"})
    conversation = await parts.db[CONVERSATIONS].find_one({"_id": message["conversation_id"]})
    assert conversation["contact"]["id"] == lost.id, "the user id decides"
