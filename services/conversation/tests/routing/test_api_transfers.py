"""Teams, transfers and their acceptance over HTTP."""

from typing import Any

import pytest

from atd_schemas.ids import uuid7
from atd_schemas.views import Named

from .conftest import ANA, CAIO

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPERVISOR = ("conversations:read", "conversations:write", "conversations:assign", "presence:manage")


@pytest.fixture
def sales() -> Named:
    """A team of one test: ids are the same for no two tenants."""
    return Named(id=uuid7(), name="Vendas")


@pytest.fixture
def support() -> Named:
    return Named(id=uuid7(), name="Suporte")


async def known(router: Any, *people: Named) -> list[Named]:
    """Attendants of this test alone, who are there."""
    found = [Named(id=uuid7(), name=one.name) for one in people]
    for one in found:
        await router.attendant(one)
    return found


async def mine(desk: Any) -> str:
    """A conversation that the caller has."""
    (one,) = await desk.written()
    await desk.do("POST", f"/conversations/{one}/assign", {"attendant_id": "bia"})
    return str(one)


async def test_a_conversation_is_assigned_to_a_teams_queue_with_nobodys_name_on_it(
    desk: Any, router: Any, sales: Named
) -> None:
    await router.team(sales, "bia")
    one = await mine(desk)
    path = f"/conversations/{one}/assign"
    given = await desk.do("POST", path, {"team_id": sales.id})
    assert (given["status"], given["assignee"], given["team"]["id"]) == ("queued", None, sales.id)
    assert given["queued_at"] is not None
    taken = await desk.do("POST", path, {"attendant_id": "bia"})
    assert (taken["status"], taken["team"]["id"]) == ("open", sales.id), "the team stays"
    back = await desk.do("POST", path, {"attendant_id": None})
    assert (back["status"], back["team"]["id"]) == ("queued", sales.id)
    assert await desk.do("POST", path, {"team_id": sales.id}) == back, "it waits there already"


async def test_a_team_that_is_gone_or_of_another_company_is_unknown(desk: Any, router: Any, sales: Named) -> None:
    one = await mine(desk)
    await type(router)(desk.stranger()).team(sales)
    for body in ({"team_id": sales.id}, {"team_id": "x"}):
        for action in ("assign", "transfer"):
            answer = await desk.refused("POST", f"/conversations/{one}/{action}", body)
            assert answer == (422, "unknown_team", ["team_id"])
        assert await desk.refused("PATCH", f"/conversations/{one}", body) == (422, "unknown_team", ["team_id"])
    gone = Named(id=uuid7(), name="Fim")
    await router.team(gone, deleted=True)
    answer = await desk.refused("POST", f"/conversations/{one}/assign", {"team_id": gone.id})
    assert answer == (422, "unknown_team", ["team_id"])


async def test_the_team_is_changed_and_taken_away_by_who_may_assign(desk: Any, router: Any, sales: Named) -> None:
    await router.team(sales)
    one = await mine(desk)
    path = f"/conversations/{one}"
    changed = await desk.do("PATCH", path, {"team_id": sales.id, "priority": "high"})
    assert (changed["team"]["id"], changed["assignee"]["id"], changed["priority"]) == (sales.id, "bia", "high")
    assert (await desk.do("PATCH", path, {"team_id": None}))["team"] is None
    writer = desk.seen_by(permissions=("conversations:read", "conversations:write"))
    assert await writer.refused("PATCH", path, {"team_id": sales.id}) == (403, "forbidden", [])


async def test_a_transfer_with_a_note_is_accepted_by_whom_it_is_for(desk: Any, router: Any, sales: Named) -> None:
    await router.team(sales)
    (ana,) = await known(router, ANA)
    one = await mine(desk)
    given = await desk.do(
        "POST", f"/conversations/{one}/transfer", {"attendant_id": ana.id, "team_id": sales.id, "note": "Quer trocar"}
    )
    assert (given["status"], given["assignee"]["id"], given["team"]["id"]) == ("open", ana.id, sales.id)
    transfer = given["transfer"]
    assert (transfer["by"]["id"], transfer["from_attendant"]["id"], transfer["to_attendant"]["id"]) == (
        "bia",
        "bia",
        ana.id,
    )
    note = next(m for m in await desk.pages(f"/conversations/{one}/messages") if m["id"] == transfer["note_id"])
    assert (note["text"], note["direction"], note["author"]["id"]) == ("Quer trocar", "note", "bia")
    (row, *_) = (await desk.get(f"/conversations/{one}/timeline"))["items"]
    assert (row["type"], row["details"]["to"]["id"]) == ("conversation.transferred", ana.id)
    assert await desk.refused("POST", f"/conversations/{one}/accept") == (422, "transfer_not_yours", [])
    accepted = await desk.colleague(ana.id).do("POST", f"/conversations/{one}/accept")
    assert ("transfer" in accepted, accepted["assignee"]["id"]) == (False, ana.id)
    assert accepted["placement"] == given["placement"], "accepting is no placement"
    assert await desk.colleague(ana.id).do("POST", f"/conversations/{one}/accept") == accepted


@pytest.mark.parametrize("how", ["read", "answer", "note"])
async def test_who_got_it_accepts_by_what_they_do_and_nobody_else_does(desk: Any, router: Any, how: str) -> None:
    (ana,) = await known(router, ANA)
    one = await mine(desk)
    await desk.do("POST", f"/conversations/{one}/transfer", {"attendant_id": ana.id})

    async def do(who: Any) -> Any:
        if how == "read":
            await who.do("POST", f"/conversations/{one}/read")
        else:
            direction = "note" if how == "note" else "outbound"
            await who.do("POST", f"/conversations/{one}/messages", {"text": "Olá", "direction": direction})
        return await desk.get(f"/conversations/{one}")

    assert "transfer" in await do(desk)
    assert "transfer" not in await do(desk.colleague(ana.id))


async def test_a_transfer_to_a_team_waits_in_its_queue_and_leaves_the_giver_in_one_step(
    desk: Any, router: Any, sales: Named
) -> None:
    """Transfer to a team that is full, all away, or contains the same attendant: queued there, off the first one's."""
    await router.team(sales, "bia")
    await router.available(Named(id="bia", name="Bia"), "away", room=False)
    one = await mine(desk)
    given = await desk.do("POST", f"/conversations/{one}/transfer", {"team_id": sales.id})
    assert (given["status"], given["assignee"], given["team"]["id"]) == ("queued", None, sales.id)
    assert given["transfer"]["to_team"]["id"] == sales.id
    assert (await desk.get("/conversations", assignee="me"))["items"] == []
    again = await desk.refused("POST", f"/conversations/{one}/transfer", {"team_id": sales.id})
    assert again == (422, "no_change", ["team_id"]), "never done without a change"
    await desk.do("POST", f"/conversations/{one}/assign", {"attendant_id": "bia"})
    same = await desk.refused("POST", f"/conversations/{one}/transfer", {"attendant_id": "bia"})
    assert same == (422, "no_change", ["attendant_id"])


@pytest.mark.parametrize(
    ("state", "room", "full", "code"),
    [
        ("online", True, ("facebook",), None),
        ("busy", True, (), None),
        ("online", False, (), "attendant_full"),
        ("online", True, ("whatsapp",), "attendant_full"),
        ("busy", False, (), "attendant_full"),
        ("away", True, (), "attendant_unavailable"),
        ("offline", False, (), "attendant_unavailable"),
    ],
)
async def test_who_cannot_take_a_conversation_is_handed_none_and_it_says_who_could(
    desk: Any, router: Any, state: Any, room: bool, full: tuple[str, ...], code: str | None
) -> None:
    ana, caio, bia = await known(router, ANA, CAIO, Named(id="bia", name="Bia"))
    await router.available(ana, state, room=room, full_channels=full)
    await router.available(caio)
    await router.available(bia, full_channels=("whatsapp",))
    one = await mine(desk)
    before = await desk.get(f"/conversations/{one}")
    answer = await desk.ask("POST", f"/conversations/{one}/transfer", {"attendant_id": ana.id, "note": "x"})
    if code is None:
        assert answer.status_code == 200
        return
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["errors"][0]["field"]) == (422, code, "attendant_id")
    assert problem["could"] == [{"id": caio.id, "name": "Caio"}]
    assert all(name in problem["detail"] for name in ("Ana Reis", "Caio"))
    assert await desk.get(f"/conversations/{one}") == before, "not even the note is there"
    anyway = {"attendant_id": ana.id, "anyway": True}
    assert (await desk.refused("POST", f"/conversations/{one}/transfer", anyway))[1] == code
    supervisor = desk.seen_by(permissions=SUPERVISOR)
    given = await supervisor.do("POST", f"/conversations/{one}/transfer", anyway)
    assert given["assignee"]["id"] == ana.id


async def test_who_handed_it_over_takes_it_back_until_it_is_accepted(desk: Any, router: Any, sales: Named) -> None:
    await router.team(sales)
    ana, caio = await known(router, ANA, CAIO)
    one = await mine(desk)
    path = f"/conversations/{one}/transfer"
    await desk.do("POST", path, {"attendant_id": ana.id, "team_id": sales.id})
    assert await desk.colleague(caio.id).refused("DELETE", path) == (422, "transfer_not_yours", [])
    back = await desk.do("DELETE", path)
    assert (back["assignee"]["id"], back["team"], "transfer" in back) == ("bia", None, False)
    await desk.do("POST", path, {"attendant_id": ana.id})
    await desk.colleague(ana.id).do("POST", f"/conversations/{one}/accept")
    assert await desk.refused("DELETE", path) == (409, "not_transferred", [])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["attendant_id"]),
        ({"note": "só isto"}, ["attendant_id"]),
        ({"attendant_id": "bia", "note": " "}, ["note"]),
        ({"attendant_id": "bia", "note": "x" * 10_001}, ["note"]),
        ({"attendant_id": "x" * 65}, ["attendant_id"]),
        ({"attendant_id": "bia", "why": "x"}, ["why"]),
    ],
)
async def test_a_transfer_that_says_too_little_or_too_much_is_refused(desk: Any, body: Any, fields: list[str]) -> None:
    one = await mine(desk)
    assert await desk.refused("POST", f"/conversations/{one}/transfer", body) == (422, "invalid", fields)


async def test_what_is_closed_is_handed_to_nobody(desk: Any, router: Any, sales: Named) -> None:
    await router.team(sales)
    one = await mine(desk)
    await desk.do("POST", f"/conversations/{one}/close")
    for method, action, body in (
        ("POST", "/transfer", {"team_id": sales.id}),
        ("POST", "/assign", {"team_id": sales.id}),
        ("PATCH", "", {"team_id": sales.id}),
    ):
        answer = await desk.refused(method, f"/conversations/{one}{action}", body)
        assert answer == (422, "conversation_closed", [])


async def test_many_are_assigned_to_a_team(desk: Any, router: Any, sales: Named) -> None:
    await router.team(sales)
    ids = await desk.written(3)
    answer = await desk.do("POST", "/conversations/bulk", {"ids": ids, "action": "assign", "team_id": sales.id})
    assert [one["conversation"]["team"]["id"] for one in answer["results"]] == [sales.id] * 3


async def test_lists_and_counts_of_teams(desk: Any, router: Any, sales: Named, support: Named) -> None:
    await router.team(sales, "bia")
    await router.team(support, "caio")
    gone = Named(id=uuid7(), name="Fim")
    await router.team(gone, "bia", deleted=True)
    one, two, three, four = await desk.written(4)
    for each, where in ((one, sales), (two, sales), (three, support)):
        await desk.do("POST", f"/conversations/{each}/assign", {"team_id": where.id})
    await desk.do("POST", f"/conversations/{two}/assign", {"attendant_id": "bia"})
    await desk.do("POST", f"/conversations/{two}/read")

    async def ids(who: Any = desk, **params: Any) -> set[str]:
        return {each["id"] for each in await who.pages("/conversations", **params)}

    assert await ids(team=sales.id) == await ids(team="mine") == {one, two}
    assert await ids(team=support.id) == await ids(desk.colleague(), team="mine") == {three}
    assert await ids(team="none") == {four}
    assert await ids(team="mine", status="queued") == {one}
    assert await ids(desk.colleague("eva"), team="mine") == set(), "who is in no team has none"
    assert await ids(desk.stranger(), team=sales.id) == set()
    assert await ids(desk.seen_by(visibility="own"), team="mine") == {two}
    counts = await desk.get("/conversations/counts")
    assert counts["team"] == {"total": 2, "unread": 1}
    assert counts["teams"] == {
        sales.id: {"total": 2, "unread": 1, "queued": 1},
        support.id: {"total": 1, "unread": 1, "queued": 1},
    }
    count = await desk.get("/conversations/count", team="mine")
    assert (count["total"], count["unread"]) == (2, 1)
    limited = await desk.seen_by(visibility="own").get("/conversations/counts")
    assert (limited["team"], limited["teams"]) == (None, {})
    await desk.do("POST", f"/conversations/{one}/close")
    assert (await desk.get("/conversations/counts"))["teams"][sales.id]["total"] == 1
    views = desk.service.app.state.parts.queries.view_counts
    assert await views.check(desk.tenant) == {}, "the numbers that are kept are those of the index"
