"""An attendant who sees own conversations only, over real sockets: nothing of others arrives, live or afterwards."""

from typing import Any

import orjson
import pytest
import pytest_asyncio

from atd_gateway.realtime.own_conversations import ConversationLookup
from atd_schemas.ids import uuid7

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def office(gateway: Any) -> Any:
    """An administrator, and Bia who is limited."""
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, role="attendant", name="Bia", visibility="own")
    return ana, bia


def given(event: Any, person: Any, name: str, sequence: int, *, to: str | None, taken_from: str | None = None) -> Any:
    """An event that gives a conversation to somebody."""
    assignee = {"id": to, "name": "Somebody"} if to else None
    contact = {"id": f"contact of {name}", "name": "Zoë"}
    return event(
        person.tenant_id,
        name,
        sequence,
        type="conversation.assigned" if to else "conversation.unassigned",
        data={"conversation_id": name, "conversation": {"assignee": assignee, "contact": contact}, "changed": []},
        visible_to=[to] if to else [],
        taken_from=taken_from,
    )


async def until_pong(socket: Any, client: Any) -> list[Any]:
    await socket.send('{"type":"ping"}')
    frames: list[Any] = await client.until("pong")
    return frames[:-1]


async def test_only_events_of_own_conversations_arrive(gateway, office, event, listening):
    ana, bia = office
    async with bia.listen() as socket, ana.listen() as other:
        client, all_hears = listening(socket), listening(other)
        await client.until("ready")
        await all_hears.until("ready")
        mine, eves = [bia.attendant.id], ["eve"]
        await gateway.publish(
            event(ana.tenant_id, "of eve", 1, visible_to=eves),
            event(ana.tenant_id, "of nobody", 1, visible_to=[]),
            event(ana.tenant_id, "of an earlier version", 1),
            event(ana.tenant_id, "contact of eve", 1, type="contact.updated", visible_to=eves),
            event(ana.tenant_id, "own contact", 1, type="contact.updated", visible_to=mine),
            event(ana.tenant_id, "own", 1, visible_to=mine),
        )
        assert len(await all_hears.events(6)) == 6
        names = {one["data"]["conversation_id"] for one in await until_pong(socket, client)}
        assert names == {"own contact", "own"}


async def test_who_loses_a_conversation_hears_that_once_and_who_gets_it_hears_it_whole(
    gateway, office, event, listening
):
    ana, bia = office
    async with bia.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        me = bia.attendant.id
        await gateway.publish(
            given(event, ana, "c1", 1, to=me),
            given(event, ana, "c1", 2, to="dora", taken_from=me),
            event(ana.tenant_id, "c1", 3, visible_to=["dora"]),
            given(event, ana, "c1", 4, to=None, taken_from="dora"),
            given(event, ana, "c1", 5, to=me),
            event(ana.tenant_id, "c1", 6, visible_to=[me]),
        )
        frames = await client.events(4)
        assert [(one["type"], one["sequence"]) for one in frames] == [
            ("conversation.assigned", 1),
            ("conversation.taken", 2),
            ("conversation.assigned", 5),
            ("message.received", 6),
        ]
        taken = frames[1]
        assert taken["data"] == {
            "conversation_id": taken["subject"],
            "assignee": {"id": "dora", "name": "Somebody"},
        }


async def test_after_an_absence_nothing_is_sent_of_what_was_taken_meanwhile(gateway, office, event, listening):
    ana, bia = office
    me = bia.attendant.id
    async with bia.listen() as socket:
        cursor = (await listening(socket).until("ready"))[-1]["cursor"]
    async with ana.listen() as socket:
        all_hears = listening(socket)
        await all_hears.until("ready")
        events = [
            event(ana.tenant_id, "lost", 1, visible_to=[me], text="secret"),
            event(ana.tenant_id, "contact of lost", 1, type="contact.updated", visible_to=[me], text="secret"),
            event(ana.tenant_id, "kept", 1, visible_to=[me]),
            given(event, ana, "lost", 2, to="dora", taken_from=me),
            event(ana.tenant_id, "back", 1, visible_to=[me]),
            given(event, ana, "back", 2, to="dora", taken_from=me),
            given(event, ana, "back", 3, to=me, taken_from="dora"),
        ]
        events[1]["subject"] = "contact of lost"
        await gateway.publish(*events)
        assert len(await all_hears.events(7)) == 7
    async with bia.listen(cursor) as socket:
        missed = (await listening(socket).until("ready"))[:-1]
    assert "secret" not in orjson.dumps(missed).decode()
    found = {(one["type"], one["subject"] == events[0]["subject"]) for one in missed}
    assert found == {
        ("conversation.taken", True),
        ("message.received", False),
        ("conversation.taken", False),
        ("conversation.assigned", False),
    }


async def test_what_memory_no_longer_has_is_loaded_again_by_who_has_a_limited_sight(start, event, listening):
    forgetful = await start(ws_ring_events=2)
    ana = await forgetful.person()
    bia = await forgetful.person(tenant=ana.tenant_id, role="attendant", visibility="own")
    async with bia.listen() as socket:
        cursor = (await listening(socket).until("ready"))[-1]["cursor"]
    async with ana.listen() as socket:
        all_hears = listening(socket)
        await all_hears.until("ready")
        await forgetful.publish(*(event(ana.tenant_id, "c", n, visible_to=[bia.attendant.id]) for n in range(1, 9)))
        await all_hears.events(8)
    async with bia.listen(cursor) as socket:
        frames = await listening(socket).until("ready")
    assert [one["type"] for one in frames] == ["resync", "ready"]
    assert frames[0]["reason"] == "limited"


async def test_a_limit_counts_at_once_in_an_open_socket(gateway, second_gateway, event, listening):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, role="attendant", name="Bia")
    async with bia.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        for visibility in ("own", "all"):
            answer = await second_gateway.http.patch(
                f"/api/v1/attendants/{bia.attendant.id}", json={"visibility": visibility}, headers=ana.headers
            )
            assert answer.json()["visibility"] == visibility
            told = (await client.until("authenticated"))[-1]
            assert told["visibility"] == visibility
            me = (await gateway.http.get("/api/v1/me", headers=bia.headers)).json()
            assert me["visibility"] == visibility
            number = {"own": 1, "all": 2}[visibility]
            await gateway.publish(event(ana.tenant_id, "of nobody", number, visible_to=[]))
            await gateway.publish(event(ana.tenant_id, f"own {number}", 1, visible_to=[bia.attendant.id]))
            names = [one["data"]["conversation_id"] for one in await client.events(1 if visibility == "own" else 2)]
            assert sorted(names) == {"own": ["own 1"], "all": ["of nobody", "own 2"]}[visibility]


async def test_presence_is_heard_and_told_in_own_conversations_only(gateway, office, event, listening, monkeypatch):
    ana, bia = office
    own, other = uuid7(), uuid7()
    asked = []

    async def sees(_lookup, caller, conversation_id):
        asked.append((caller.identity.actor_id, conversation_id))
        return conversation_id == own

    monkeypatch.setattr(ConversationLookup, "sees", sees)
    async with bia.listen() as socket, ana.listen() as of_ana:
        client, ana_hears = listening(socket), listening(of_ana)
        await client.until("ready")
        await ana_hears.until("ready")
        for conversation in (other, own):
            await of_ana.send(orjson.dumps({"type": "seen", "conversation_id": conversation}).decode())
            await of_ana.send(orjson.dumps({"type": "typing", "conversation_id": conversation}).decode())
        for conversation in (other, own, own):
            await socket.send(orjson.dumps({"type": "seen", "conversation_id": conversation}).decode())
        assert (await client.until("error"))[-1]["code"] == "not_found"
        viewed = await ana_hears.frame()
        assert (viewed["subject"], viewed["actor"]["id"]) == (own, bia.attendant.id)
        assert asked == [(bia.attendant.id, other), (bia.attendant.id, own)]
        await of_ana.send(orjson.dumps({"type": "seen", "conversation_id": own}).decode())
        heard = await client.until("conversation.viewing")
        assert {one["subject"] for one in heard} == {own}


@pytest.mark.parametrize(
    ("role", "body", "answer"),
    [
        ("attendant", {"visibility": "own"}, (200, "own")),
        ("supervisor", {"visibility": "own"}, (422, None)),
        ("attendant", {"role": "supervisor", "visibility": "own"}, (422, None)),
        ("attendant", {"visibility": "team"}, (422, None)),
    ],
    ids=str,
)
async def test_only_attendants_can_be_limited(gateway, role, body, answer):
    ana = await gateway.person()
    eva = await gateway.person(tenant=ana.tenant_id, role=role)
    found = await gateway.http.patch(f"/api/v1/attendants/{eva.attendant.id}", json=body, headers=ana.headers)
    assert (found.status_code, found.json().get("visibility")) == answer
    if found.status_code == 422:
        assert [one["field"] for one in found.json()["errors"]] == ["visibility"]


async def test_who_is_promoted_sees_everything(gateway, office):
    ana, bia = office
    url = f"/api/v1/attendants/{bia.attendant.id}"
    promoted = await gateway.http.patch(url, json={"role": "supervisor"}, headers=ana.headers)
    assert promoted.json()["visibility"] == "all"
    back = await gateway.http.patch(url, json={"role": "attendant"}, headers=ana.headers)
    assert back.json()["visibility"] == "all"
