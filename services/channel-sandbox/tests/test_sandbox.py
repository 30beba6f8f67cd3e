"""The sandbox as a whole: it connects itself, remembers, keeps strangers out, and misbehaves as told."""

from typing import Any

import pytest

from atd_channel_sandbox.security import CONTENT_POLICY
from atd_testing.waiting import eventually


async def test_the_companies_connect_themselves_with_credentials_that_are_kept(opening: Any) -> None:
    async with opening() as desk:
        await desk.connected()
        assert [one["name"] for one in desk.gateway.channels] == ["Clínica Exemplo", "Loja Girassol", "Provedor Veloz"]
        first = dict(desk.gateway.credentials)
    kept = opening.settings.sandbox_data / "credentials.json"
    assert kept.stat().st_mode & 0o077 == 0
    async with opening() as desk:
        await desk.connected()
        assert len(desk.gateway.channels) == 3
        assert desk.gateway.credentials == first


async def test_a_channel_of_that_name_gets_our_credentials_and_keeps_its_number(opening: Any) -> None:
    opening.gateway.add("Loja Girassol", {"phone_number_id": "100200300", "access_token": "old"})
    async with opening() as desk:
        await desk.connected()
        assert len(desk.gateway.channels) == 3
        assert desk.gateway.credentials["account-1"]["access_token"].startswith("sandbox-")
        companies = desk.state.directory.companies
        assert (companies["100200300"].name, companies["100200300"].connected) == ("Loja Girassol", True)
        assert len(companies) == 3


@pytest.mark.parametrize(
    ("failing", "state", "problem"),
    [(503, "waiting", "unreachable"), (401, "failing", "sign_in"), (422, "failing", "http_422")],
)
async def test_what_stands_in_the_way_is_named_and_tried_again(
    opening: Any, failing: int, state: str, problem: str
) -> None:
    opening.gateway.failing = failing
    async with opening() as desk:
        await eventually(lambda: desk.state.connection.problem == problem, message="the problem")
        assert desk.state.connection.state == state
        waiting = await desk.write("Alguém aí?")
        assert waiting["status"] == "waiting"
        opening.gateway.failing = None
        await desk.connected()
        assert [one["text"]["body"] for one in await desk.told()] == ["Alguém aí?"]


async def test_messages_and_files_survive_a_restart(opening: Any) -> None:
    async with opening() as desk:
        await desk.connected()
        await desk.write("Bom dia")
        form = {"company": desk.company, "customer": desk.customer}
        answer = await desk.client.post("/sandbox/api/files", data=form, files={"file": ("a.png", b"PNG", "image/png")})
        media_id = answer.json()["file"]["id"]
        sent = await desk.send("text", {"body": "Olá"})
        await desk.told()
        before = await desk.screen()
        await desk.client.put(f"/sandbox/api/customers/{desk.customer}", json={"hides_phone": True})
    with (opening.settings.sandbox_data / "messages.jsonl").open("ab") as journal:
        journal.write(b'{"id": "cut o')
    async with opening() as desk:
        await desk.connected()
        assert await desk.screen() == before
        assert (await desk.client.get(f"/sandbox/media/{media_id}")).content == b"PNG"
        assert desk.state.directory.customers[desk.customer].hides_phone
        await desk.client.post("/sandbox/api/seen", json=form)
        assert (await desk.receipts(sent))[-1] == "read"


async def test_the_page_and_its_parts_are_served_with_a_strict_policy(desk: Any) -> None:
    for path in ("/", "/static/js/main.js", "/static/css/chat.css", "/static/voz.ogg", "/sandbox/api/state"):
        answer = await desk.client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-security-policy"] == CONTENT_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await desk.client.get("/static/js/main.js")).headers["content-type"].startswith("text/javascript")
    page = (await desk.client.get("/")).text
    assert "<style" not in page
    assert "onclick" not in page


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://sandbox.test"}, 201),
        ({"Origin": "https://evil.example"}, 403),
    ],
)
async def test_a_page_of_another_origin_changes_nothing(desk: Any, headers: dict[str, str], status: int) -> None:
    draft = {"company": desk.company, "customer": desk.customer, "text": "Oi"}
    answer = await desk.client.post("/sandbox/api/messages", json=draft, headers=headers)
    assert answer.status_code == status
    assert len(await desk.screen()) == (status == 201)


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
async def test_a_page_of_another_origin_does_not_reach_the_control_routes(desk: Any, headers: dict[str, str]) -> None:
    await desk.send("text", {"body": "Oi"})
    assert (await desk.client.post("/_fake/reset", headers=headers)).status_code == 403
    assert len((await desk.client.get("/_fake/sent")).json()) == 1
    assert (await desk.client.post("/_fake/reset")).status_code == 200
    assert (await desk.client.get("/_fake/sent")).json() == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/sandbox/api/messages", {"company": "1", "customer": "2", "text": "Oi"}, 404),
        ("POST", "/sandbox/api/messages", {"company": "1"}, 422),
        ("PUT", "/sandbox/api/messages/wamid.x%2Fy/reaction", {"emoji": "👍"}, 404),
        ("PATCH", "/sandbox/api/messages/wamid.x%2Fy", {"text": "x"}, 404),
        ("DELETE", "/sandbox/api/messages/wamid.x%2Fy", None, 404),
        ("PUT", "/sandbox/api/customers/1", {"online": True}, 404),
        ("PUT", "/sandbox/api/switches", {"answer_delay_ms": -1}, 422),
        ("GET", "/sandbox/media/nothing", None, 404),
    ],
)
async def test_what_is_not_there_or_not_understood_is_said(
    desk: Any, method: str, path: str, body: Any, status: int
) -> None:
    assert (await desk.client.request(method, path, json=body)).status_code == status


async def test_an_answer_to_nothing_is_refused(desk: Any) -> None:
    draft = {"company": desk.company, "customer": desk.customer, "kind": "reply"}
    assert (await desk.client.post("/sandbox/api/messages", json=draft)).status_code == 422


async def test_switches_are_those_of_the_fake_and_are_shown(desk: Any) -> None:
    wanted = {"answer_delay_ms": 1, "receipt_delay_ms": 1, "duplicates": True, "shuffle": False, "batches": True}
    for _ in range(2):
        assert (await desk.client.put("/sandbox/api/switches", json=wanted)).json() == wanted
    state = desk.state.graph
    assert (state.webhooks.duplicates, state.webhooks.batch_size) == (1, 20)
    assert [one.kind for one in state.behaviours] == ["delay"]
    assert (await desk.client.get("/sandbox/api/state")).json()["switches"] == wanted
    await desk.client.put("/sandbox/api/switches", json={})
    assert (state.behaviours, state.webhooks.duplicates, state.webhooks.batch_size) == ([], 0, 1)


async def test_the_next_send_alone_answers_the_error(desk: Any) -> None:
    await desk.client.put("/sandbox/api/switches", json={"answer_delay_ms": 1})
    await desk.client.post("/sandbox/api/next-error", json={"code": 131026})
    body = {"messaging_product": "whatsapp", "to": f"+{desk.customer}", "type": "text", "text": {"body": "Olá"}}
    headers = {"Authorization": "Bearer t"}
    answers = [await desk.client.post(f"/v25.0/{desk.company}/messages", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [400, 200]
    assert answers[0].json()["error"]["code"] == 131026


async def test_the_routes_of_the_fake_stay(desk: Any) -> None:
    assert (await desk.client.get("/_fake/status")).json()["idle"] in (True, False)
    assert (await desk.client.get("/_fake/sent")).json() == []
    assert (await desk.client.get("/nowhere/at/all")).status_code == 404
