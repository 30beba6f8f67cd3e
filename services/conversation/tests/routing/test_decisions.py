"""What becomes of decisions of routing, through the handler and on the real store."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from atd_schemas.envelope import Actor
from atd_schemas.ids import uuid7
from atd_schemas.topics import CONVERSATION_EVENTS, OUTBOUND_WHATSAPP
from atd_schemas.views import Named, ServiceLevelView, TargetView
from atd_testing.inbound import NOON, customer_message

from .conftest import ANA, CAIO, saying

pytestmark = pytest.mark.asyncio(loop_scope="module")


def team() -> Named:
    """A team of one test: ids are the same for no two tenants."""
    return Named(id=uuid7(), name="Vendas")


@pytest_asyncio.fixture(loop_scope="module")
async def reader(service: Any) -> Any:
    """What the service tells the world."""
    async with service.reading(CONVERSATION_EVENTS, OUTBOUND_WHATSAPP) as found:
        yield found


async def shown(desk: Any, conversation_id: str) -> Any:
    return await desk.get(f"/conversations/{conversation_id}")


async def said(desk: Any, conversation_id: str) -> list[tuple[str, str]]:
    """What the product has said by itself, the oldest first."""
    rows = await desk.pages(f"/conversations/{conversation_id}/messages")
    return [(row["automatic"]["kind"], row["text"]) for row in reversed(rows) if "automatic" in row]


async def test_somebody_gets_a_conversation_that_waits(desk: Any, router: Any, reader: Any) -> None:
    (one,) = await desk.written()
    before, sales = await shown(desk, one), team()
    assert (before["placement"], before["queued_at"] is None, before["team"]) == (1, False, None)
    wanted = router.decision("assign", one, attendant=ANA, team=sales, reason="least_busy", placement=1)
    await router.decide(wanted)
    after = await shown(desk, one)
    assert (after["status"], after["assignee"]["id"], after["team"]) == ("open", "ana", sales.model_dump())
    assert after["placement"] == after["sequence"] == before["sequence"] + 1
    assert "queued_at" not in after
    (told,) = [e for e in await reader.until(_has("conversation.assigned"), desk.tenant) if "assigned" in e.type]
    assert (told.data.changed, told.actor.type) == (("assignee", "status", "team"), "system")
    assert (told.causation_id, told.visible_to) == (wanted.id, ("ana",))
    (row,) = (await desk.get(f"/conversations/{one}/timeline"))["items"][:1]
    assert (row["type"], row["details"]["reason"]) == ("conversation.assigned", "least_busy")


def _has(event_type: str) -> Any:
    return lambda seen: any(one.type == event_type for one in seen)


async def test_a_decision_that_was_overtaken_is_dropped_and_says_nothing(desk: Any, router: Any) -> None:
    (one,) = await desk.written()
    await desk.do("POST", f"/conversations/{one}/assign", {"attendant_id": "bia"})
    before = await shown(desk, one)
    await router.decide(
        router.decision("assign", one, attendant=ANA, reason="round_robin", placement=1, say=(saying(),)),
        router.decision("queue", one, reason="rule", placement=1),
        router.decision("close", one, reason="customer_silent", sequence=1, say=(saying("silence_closing"),)),
    )
    assert await shown(desk, one) == before
    assert await said(desk, one) == []


async def test_of_two_decisions_on_the_same_placement_one_counts(desk: Any, router: Any) -> None:
    (one,) = await desk.written()
    first = router.decision("assign", one, attendant=ANA, reason="round_robin", placement=1)
    second = router.decision("assign", one, attendant=CAIO, reason="round_robin", placement=1)
    await router.decide(first, second)
    assert (await shown(desk, one))["assignee"]["id"] == "ana"


async def test_the_same_decisions_again_change_nothing_more(desk: Any, router: Any) -> None:
    (one,) = await desk.written()
    decisions = (
        router.decision("set", one, priority="high"),
        router.decision("say", one, say=(saying(text="{{contact.first_name}}, posição {{position}}", once="p1"),)),
        router.decision("queue", one, team=team(), reason="rule", placement=1),
    )
    await router.decide(*decisions, *decisions)
    after = await shown(desk, one)
    await router.decide(*decisions)
    assert await shown(desk, one) == after
    assert len(await said(desk, one)) == 1


async def test_two_processes_that_take_the_same_decision_do_it_once(desk: Any, router: Any) -> None:
    (one,) = await desk.written()
    wanted = router.decision("assign", one, attendant=ANA, reason="pulled", placement=1, say=(saying(),))
    await asyncio.gather(*(router.decide(wanted) for _ in range(4)))
    after = await shown(desk, one)
    assert (after["assignee"]["id"], after["placement"]) == ("ana", 3)
    assert await said(desk, one) == [("greeting", "Olá")]


async def test_a_decision_that_finds_it_as_wanted_says_once_what_it_says(desk: Any, router: Any) -> None:
    (one,) = await desk.written()
    await router.decide(router.decision("assign", one, attendant=ANA, reason="round_robin", placement=1))
    placement = (await shown(desk, one))["placement"]
    again = router.decision("assign", one, attendant=ANA, reason="rule", placement=placement, say=(saying(),))
    await router.decide(again)
    await router.decide(again, again)
    assert ((await shown(desk, one))["placement"], await said(desk, one)) == (placement, [("greeting", "Olá")])


async def test_it_waits_in_another_queue_and_comes_back_from_somebody(desk: Any, router: Any, reader: Any) -> None:
    (one,) = await desk.written()
    sales, rule = team(), Named(id="r1", name="Urgentes")
    await router.decide(router.decision("queue", one, team=sales, reason="rule", rule=rule, placement=1))
    await router.decide(router.decision("assign", one, attendant=ANA, reason="round_robin"))
    assert (await shown(desk, one))["team"]["id"] == sales.id, "an assignment without a team leaves it"
    await router.decide(router.decision("queue", one, team=sales, reason="no_answer"))
    after = await shown(desk, one)
    assert (after["status"], after["assignee"], after["team"]["id"]) == ("queued", None, sales.id)
    told = [e for e in await reader.until(_has("conversation.unassigned"), desk.tenant) if e.subject == one]
    assert [(e.type, e.data.changed) for e in told if e.data.changed and e.type != "message.received"] == [
        ("conversation.queued", ("team",)),
        ("conversation.assigned", ("assignee", "status")),
        ("conversation.unassigned", ("assignee", "status")),
    ]
    assert told[-1].taken_from == "ana"
    rows = (await desk.get(f"/conversations/{one}/timeline"))["items"]
    assert [row["details"].get("reason") for row in rows[:3]] == ["no_answer", "round_robin", "rule"]
    assert rows[2]["details"]["rule"] == rule.model_dump()


async def test_a_rule_sets_priority_type_and_labels_and_what_is_unknown_is_left_out(desk: Any, router: Any) -> None:
    manager = desk.seen_by(permissions=(*MANAGER,))
    label = await manager.do("POST", "/labels", {"name": "VIP", "color": "#c026d3"})
    kind = await manager.do("POST", "/types", {"name": "Orçamento"})
    (one,) = await desk.written()
    wanted = {"priority": "urgent", "type_id": kind["id"], "label_ids": (label["id"], "gone")}
    await router.decide(router.decision("set", one, **wanted), router.decision("set", one, **wanted))
    after = await shown(desk, one)
    assert (after["priority"], after["type"]["id"]) == ("urgent", kind["id"])
    assert [each["id"] for each in after["contact"]["labels"]] == [label["id"]]
    contact = await desk.get(f"/contacts/{after['contact']['id']}")
    assert [each["id"] for each in contact["labels"]] == [label["id"]]
    await router.decide(router.decision("set", one, type_id="gone", label_ids=("gone",)))
    assert (await shown(desk, one))["sequence"] == after["sequence"], "nothing is told where nothing changes"


async def test_what_a_person_sets_between_is_not_overwritten_and_the_rest_of_the_rule_is_done(
    desk: Any, router: Any
) -> None:
    manager = desk.seen_by(permissions=(*MANAGER, "conversations:assign"))
    label, other = [await manager.do("POST", "/labels", {"name": name, "color": "#c026d3"}) for name in ("VIP", "Novo")]
    order, complaint = [await manager.do("POST", "/types", {"name": name}) for name in ("Pedido", "Reclamação")]
    (one,) = await desk.written()
    contact = (await shown(desk, one))["contact"]["id"]
    await manager.do("PUT", f"/contacts/{contact}/labels/{other['id']}")
    heard = (await shown(desk, one))["sequence"]

    def ruled(**fields: Any) -> Any:
        told = {"priority": "urgent", "type_id": complaint["id"], "label_ids": (label["id"],)}
        return router.decision("set", one, fields_as_of=heard, **{**told, **fields})

    await manager.do("PATCH", f"/conversations/{one}", {"priority": "low"})
    await manager.do("PATCH", f"/conversations/{one}", {"priority": "normal"})
    await router.decide(ruled(type_id=None))
    row = await shown(desk, one)
    assert (row["priority"], [each["name"] for each in row["contact"]["labels"]]) == ("normal", ["Novo", "VIP"])
    await manager.do("PATCH", f"/conversations/{one}", {"type_id": order["id"]})
    await manager.do("DELETE", f"/contacts/{contact}/labels/{label['id']}")
    before = await shown(desk, one)
    await router.decide(ruled())
    assert await shown(desk, one) == before, "all of it was set by hand since"
    heard = before["sequence"]
    await router.decide(ruled())
    row = await shown(desk, one)
    assert (row["priority"], row["type"]["id"], len(row["contact"]["labels"])) == ("urgent", complaint["id"], 2)


MANAGER = ("conversations:read", "conversations:write", "settings:manage", "contacts:read", "contacts:write")


async def test_two_conversations_of_one_customer_get_a_label_in_one_batch(desk: Any, router: Any) -> None:
    manager = desk.seen_by(permissions=(*MANAGER,))
    labels = [await manager.do("POST", "/labels", {"name": name, "color": "#c026d3"}) for name in ("A", "B")]
    (one,) = await desk.written()
    await desk.do("POST", f"/conversations/{one}/close", {})
    late = desk.service.runtime.clock.now() + timedelta(days=2)
    row = await desk.service.db.conversations.find_one_and_update(
        {"_id": one}, {"$set": {"closed_at": late - timedelta(days=4)}}
    )
    desk._written = 0
    await desk.service.take(_again(desk, row))
    found = await desk.get("/conversations", contact_id=row["contact"]["id"])
    ids = [each["id"] for each in found["items"]]
    assert len(ids) == 2
    batch = [router.decision("set", each, label_ids=(label["id"],)) for each in ids for label in labels]
    await router.decide(*batch)
    contact = await desk.get(f"/contacts/{row['contact']['id']}")
    assert [each["id"] for each in contact["labels"]] == [each["id"] for each in labels]


def _again(desk: Any, row: Any) -> Any:
    now = desk.service.runtime.clock.now()
    return customer_message(desk.tenant, desk.account, "again", customer=row["recipient"], occurred_at=now)


async def test_silence_ends_a_conversation_after_what_is_said(desk: Any, router: Any, reader: Any) -> None:
    (one,) = await desk.written()
    sequence = (await shown(desk, one))["sequence"]
    text = saying("silence_closing", "Até logo, {{contact.first_name}}")
    await router.decide(router.decision("close", one, reason="customer_silent", sequence=sequence, say=(text,)))
    after = await shown(desk, one)
    assert (after["status"], after["sequence"]) == ("closed", sequence + 2)
    assert [kind for kind, _ in await said(desk, one)] == ["silence_closing"]
    (command,) = [e for e in await reader.until(_has("outbound.message"), desk.tenant) if e.type == "outbound.message"]
    assert command.data.text.startswith("Até logo")


async def test_the_silence_timer_and_a_customers_message_at_once_never_close_what_has_an_answer(
    desk: Any, router: Any
) -> None:
    """Whichever comes first: closed and reopened by the message, or not closed at all."""
    (one,) = await desk.written()
    row = await desk.service.db.conversations.find_one({"_id": one})
    wanted = router.decision("close", one, reason="customer_silent", sequence=row["sequence"])
    await asyncio.gather(router.decide(wanted), desk.service.take(_again(desk, row)))
    after = await shown(desk, one)
    assert (after["status"], after["last_message"]["direction"]) == ("queued", "inbound")


@pytest.mark.parametrize("why", ["blocked", "closed", "window", "repeated"])
async def test_nothing_is_said_where_nothing_may_be_said_by_itself(desk: Any, router: Any, why: str) -> None:
    (one,) = await desk.written()
    rows = desk.service.db.conversations
    if why == "blocked":
        await rows.update_one({"_id": one}, {"$set": {"contact.blocked": True}})
    elif why == "closed":
        await desk.do("POST", f"/conversations/{one}/close", {})
    elif why == "window":
        await rows.update_one({"_id": one}, {"$set": {"reply_window_expires_at": NOON}})
    say = (saying("queue_position", "Posição 2", once="a"),) * 2
    await router.decide(router.decision("say", one, say=say), router.decision("say", one, say=say))
    assert len(await said(desk, one)) == (1 if why == "repeated" else 0)


async def test_what_routing_knows_and_what_is_known_here_stands_in_the_text(desk: Any, router: Any) -> None:
    (one,) = await desk.written()
    text = 'n.º {{conversation.number}}, {{position}}ª, cerca de {{wait}}, {{nothing|"já"}} {{team}}'
    values = {"position": "3", "wait": "5 min", "team": "Vendas"}
    await router.decide(router.decision("say", one, say=(saying("queue_position", text, values=values),)))
    assert await said(desk, one) == [("queue_position", "n.º 1, 3ª, cerca de 5 min, já Vendas")]


async def test_the_place_that_was_told_is_shown_until_it_waits_there_no_more(
    desk: Any, router: Any, reader: Any
) -> None:
    (one,) = await desk.written()

    def placed(position: str, once: str) -> Any:
        say = (saying("queue_position", "Posição {{position}}", once=once, values={"position": position}),)
        return router.decision("say", one, say=say)

    assert (await shown(desk, one))["queue_position"] is None
    await router.decide(placed("3", "a"), placed("3", "a"))
    assert (await shown(desk, one))["queue_position"] == 3
    await router.decide(
        placed("2", "b"), router.decision("say", one, say=(saying("greeting", values={"position": "9"}),))
    )
    (row,) = (await desk.get("/conversations"))["items"]
    assert row["queue_position"] == 2
    await router.decide(router.decision("assign", one, attendant=ANA, reason="round_robin"))
    assert (await shown(desk, one))["queue_position"] is None
    await router.decide(placed("1", "c"))
    assert (await shown(desk, one))["queue_position"] is None, "somebody has it: there is no place"
    told = [
        e
        for e in await reader.until(_has("conversation.assigned"), desk.tenant)
        if "queue_position" in getattr(e.data, "changed", ())
    ]
    assert [(e.type, e.data.conversation.queue_position) for e in told] == [
        ("conversation.updated", 3),
        ("conversation.updated", 2),
        ("conversation.assigned", None),
    ]
    rows = (await desk.get(f"/conversations/{one}/timeline"))["items"]
    assert "queue_position" not in {
        name for row in rows if row["type"] == "conversation.updated" for name in row["changed"]
    }


async def test_a_target_is_shown_warned_of_and_missed(desk: Any, router: Any, reader: Any) -> None:
    (one,) = await desk.written()
    policy = Named(id="gold", name="Ouro")
    running = TargetView(target="first_response", state="running", due_at=NOON + timedelta(hours=1))
    level = ServiceLevelView(policy=policy, targets=(running,))
    missed = ServiceLevelView(policy=policy, targets=(running.model_copy(update={"state": "breached"}),))
    await router.decide(router.decision("service_level", one, service_level=level))
    await router.decide(router.decision("service_level", one, service_level=level))
    await router.decide(
        router.decision("service_level", one, service_level=level, happened="warning"),
        router.decision("service_level", one, service_level=missed, happened="breach"),
    )
    after = await shown(desk, one)
    assert ServiceLevelView.model_validate(after["service_level"]) == missed
    assert after["placement"] == 1, "a target is no placement"
    told = await reader.until(_has("conversation.service_level_breached"), desk.tenant)
    assert [e.type for e in told if e.subject == one][-3:] == [
        "conversation.updated",
        "conversation.service_level_warned",
        "conversation.service_level_breached",
    ]
    rows = (await desk.get(f"/conversations/{one}/timeline"))["items"]
    assert [row["type"].rpartition("_")[2] for row in rows[:2]] == ["breached", "warned"], "and the due time is no news"


async def test_a_decision_of_one_company_does_nothing_to_another(desk: Any, router: Any) -> None:
    (one,) = await desk.written()
    before = await shown(desk, one)
    stranger = type(router)(desk.stranger())
    await stranger.decide(
        stranger.decision("assign", one, attendant=ANA, reason="rule"),
        stranger.decision("say", one, say=(saying(),)),
        stranger.decision("queue", "nowhere", reason="rule"),
    )
    assert await shown(desk, one) == before


async def test_who_asked_for_the_next_one_is_who_did_it(desk: Any, router: Any) -> None:
    (one,) = await desk.written()
    actor = Actor(type="attendant", id="ana", name="Ana Reis")
    await router.decide(router.decision("assign", one, attendant=ANA, reason="pulled", placement=1, actor=actor))
    (row, *_) = (await desk.get(f"/conversations/{one}/timeline"))["items"]
    assert (row["actor"]["id"], row["details"]["reason"]) == ("ana", "pulled")


async def test_a_team_shows_its_present_name_and_a_deleted_one_its_last(desk: Any, router: Any) -> None:
    (one,) = await desk.written()
    sales = team()
    await router.decide(router.decision("queue", one, team=sales, reason="rule"))
    assert (await shown(desk, one))["team"]["name"] == "Vendas", "also before the team itself was heard of"
    renamed = sales.model_copy(update={"name": "Comercial"})
    await router.team(renamed, revision=2)
    await router.team(sales, revision=1)
    desk.service.app.state.parts.settings_cache.forget(desk.tenant)
    assert (await shown(desk, one))["team"]["name"] == "Comercial"
    await router.team(renamed, revision=3, deleted=True)
    desk.service.app.state.parts.settings_cache.forget(desk.tenant)
    assert (await shown(desk, one))["team"]["name"] == "Comercial"


async def test_a_supervisor_who_assigns_while_routing_decides_wins_and_one_greeting_is_said(
    desk: Any, router: Any
) -> None:
    """Whichever is saved first: the decision was overtaken, or the person has changed what it did."""
    supervisor = desk.colleague("chefe")
    ids = await desk.written(4)

    async def both(one: str) -> None:
        greeting = saying(once="stay-1")
        wanted = [
            router.decision("assign", one, attendant=who, reason="round_robin", placement=1, say=(greeting,))
            for who in (ANA, CAIO)
        ]
        body = {"attendant_id": "chefe"}
        await asyncio.gather(
            *(router.decide(each) for each in wanted), supervisor.do("POST", f"/conversations/{one}/assign", body)
        )

    await asyncio.gather(*(both(one) for one in ids))
    for one in ids:
        assert (await shown(desk, one))["assignee"]["id"] == "chefe"
        assert len(await said(desk, one)) <= 1
