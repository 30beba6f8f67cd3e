"""The sandbox as a whole: connecting, restart, security of the page, switches."""

from typing import Any

import pytest

from atd_channel_sandbox.security import content_policy
from atd_channel_sandbox.settings import SandboxSettings
from atd_testing.waiting import eventually


@pytest.mark.proves("whatsapp", "companies-connect-themselves-keep")
async def test_the_companies_are_connected_with_credentials_that_are_saved(starter: Any) -> None:
    async with starter() as sandbox:
        await sandbox.wait_until_connected()
        assert [one["name"] for one in sandbox.gateway.channels] == [
            "Clínica Exemplo",
            "Loja Girassol",
            "Provedor Veloz",
        ]
        first = dict(sandbox.gateway.credentials)
    kept = starter.settings.sandbox_data / "credentials.json"
    assert kept.stat().st_mode & 0o077 == 0
    async with starter() as sandbox:
        await sandbox.wait_until_connected()
        assert len(sandbox.gateway.channels) == 3
        assert sandbox.gateway.credentials == first


async def test_a_channel_of_that_name_gets_our_credentials_and_keeps_its_number(starter: Any) -> None:
    starter.gateway.add("Loja Girassol", {"phone_number_id": "100200300", "access_token": "old"})
    async with starter() as sandbox:
        await sandbox.wait_until_connected()
        assert len(sandbox.gateway.channels) == 3
        assert sandbox.gateway.credentials["account-1"]["access_token"].startswith("sandbox-")
        companies = sandbox.state.directory.companies
        assert (companies["100200300"].name, companies["100200300"].connected) == ("Loja Girassol", True)
        assert len([one for one in companies.values() if one.channel == "whatsapp"]) == 3


@pytest.mark.proves("whatsapp", "companies-connect-themselves-keep")
@pytest.mark.parametrize(
    ("failing", "state", "problem"),
    [(503, "waiting", "unreachable"), (401, "failing", "sign_in"), (422, "failing", "http_422")],
)
async def test_a_connection_problem_is_named_and_retried(starter: Any, failing: int, state: str, problem: str) -> None:
    starter.gateway.failing = failing
    async with starter() as sandbox:
        await eventually(lambda: sandbox.state.connection.problem == problem, message="the problem")
        assert sandbox.state.connection.state == state
        waiting = await sandbox.write("Alguém aí?")
        assert waiting["status"] == "waiting"
        starter.gateway.failing = None
        await sandbox.wait_until_connected()
        assert [one["text"]["body"] for one in await sandbox.received_messages()] == ["Alguém aí?"]


async def test_a_check_that_failed_is_made_again(starter: Any) -> None:
    starter.gateway.failing_checks = 1
    async with starter() as sandbox:
        await sandbox.wait_until_connected()
    assert [one["display_phone_number"] is not None for one in starter.gateway.channels] == [True, True, True]


@pytest.mark.proves("whatsapp", "restart-messages-files-are")
async def test_messages_and_files_survive_a_restart(starter: Any) -> None:
    async with starter() as sandbox:
        await sandbox.wait_until_connected()
        await sandbox.write("Bom dia")
        form = {"company": sandbox.company, "customer": sandbox.customer}
        answer = await sandbox.client.post(
            "/sandbox/api/files", data=form, files={"file": ("a.png", b"PNG", "image/png")}
        )
        media_id = answer.json()["file"]["id"]
        sent = await sandbox.send("text", {"body": "Olá"})
        await sandbox.received_messages()
        before = await sandbox.shown_messages()
        await sandbox.client.put(f"/sandbox/api/customers/{sandbox.customer}", json={"hides_phone": True})
    with (starter.settings.sandbox_data / "messages.jsonl").open("ab") as journal:
        journal.write(b'{"id": "cut o')
    async with starter() as sandbox:
        await sandbox.wait_until_connected()
        assert await sandbox.shown_messages() == before
        assert (await sandbox.client.get(f"/sandbox/media/{media_id}")).content == b"PNG"
        assert sandbox.state.directory.customers[sandbox.customer].hides_phone
        await sandbox.client.post("/sandbox/api/seen", json=form)
        assert (await sandbox.receipts(sent))[-1] == "read"


@pytest.mark.proves("whatsapp", "page-text-text-strict")
async def test_the_page_and_its_parts_are_served_with_a_strict_policy(sandbox: Any) -> None:
    for path in ("/", "/static/js/main.js", "/static/css/chat.css", "/static/voz.ogg", "/sandbox/api/state"):
        answer = await sandbox.client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-security-policy"] == content_policy(["http://gateway.test"])
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await sandbox.client.get("/static/js/main.js")).headers["content-type"].startswith("text/javascript")
    page = (await sandbox.client.get("/")).text
    assert "<style" not in page
    assert "onclick" not in page


def test_only_the_client_of_the_gateway_and_what_is_named_may_frame_the_phone() -> None:
    alone = SandboxSettings(public_url="https://gateway.test/somewhere")
    assert content_policy(alone.framed_by).endswith("; frame-ancestors https://gateway.test")
    developing = SandboxSettings(sandbox_frames="http://localhost:5173, http://localhost:5174/")
    assert developing.framed_by == ["http://localhost:8080", "http://localhost:5173", "http://localhost:5174"]
    for wrong in ("https://a.test; script-src *", "javascript:1", "*"):
        with pytest.raises(ValueError, match="sandbox_frames"):
            SandboxSettings(sandbox_frames=wrong)


@pytest.mark.proves("whatsapp", "page-text-text-strict")
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
async def test_a_page_of_another_origin_changes_nothing(sandbox: Any, headers: dict[str, str], status: int) -> None:
    draft = {"company": sandbox.company, "customer": sandbox.customer, "text": "Oi"}
    answer = await sandbox.client.post("/sandbox/api/messages", json=draft, headers=headers)
    assert answer.status_code == status
    assert len(await sandbox.shown_messages()) == (status == 201)


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
async def test_a_page_of_another_origin_does_not_reach_the_control_routes(
    sandbox: Any, headers: dict[str, str]
) -> None:
    await sandbox.send("text", {"body": "Oi"})
    assert (await sandbox.client.post("/_fake/reset", headers=headers)).status_code == 403
    assert len((await sandbox.client.get("/_fake/sent")).json()) == 1
    assert (await sandbox.client.post("/_fake/reset")).status_code == 200
    assert (await sandbox.client.get("/_fake/sent")).json() == []


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
async def test_unknown_objects_are_404_and_invalid_input_is_422(
    sandbox: Any, method: str, path: str, body: Any, status: int
) -> None:
    assert (await sandbox.client.request(method, path, json=body)).status_code == status


async def test_a_reply_without_content_is_refused(sandbox: Any) -> None:
    draft = {"company": sandbox.company, "customer": sandbox.customer, "kind": "reply"}
    assert (await sandbox.client.post("/sandbox/api/messages", json=draft)).status_code == 422


@pytest.mark.proves("whatsapp", "network-slow-twice-out")
async def test_switches_set_the_fake_and_are_shown(sandbox: Any) -> None:
    wanted = {"answer_delay_ms": 1, "receipt_delay_ms": 1, "duplicates": True, "shuffle": False, "batches": True}
    for _ in range(2):
        assert (await sandbox.client.put("/sandbox/api/switches", json=wanted)).json() == wanted
    state = sandbox.state.graph
    assert (state.webhooks.duplicates, state.webhooks.batch_size) == (1, 20)
    assert [one.kind for one in state.behaviours] == ["delay"]
    assert (await sandbox.client.get("/sandbox/api/state")).json()["switches"] == wanted
    await sandbox.client.put("/sandbox/api/switches", json={})
    assert (state.behaviours, state.webhooks.duplicates, state.webhooks.batch_size) == ([], 0, 1)


@pytest.mark.proves("whatsapp", "network-slow-twice-out")
async def test_only_the_next_send_answers_the_error(sandbox: Any) -> None:
    await sandbox.client.put("/sandbox/api/switches", json={"answer_delay_ms": 1})
    await sandbox.client.post("/sandbox/api/next-error", json={"code": 131026})
    body = {"messaging_product": "whatsapp", "to": f"+{sandbox.customer}", "type": "text", "text": {"body": "Olá"}}
    headers = {"Authorization": "Bearer t"}
    answers = [
        await sandbox.client.post(f"/v25.0/{sandbox.company}/messages", json=body, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [400, 200]
    assert answers[0].json()["error"]["code"] == 131026


async def test_the_routes_of_the_fake_are_served(sandbox: Any) -> None:
    assert (await sandbox.client.get("/_fake/status")).json()["idle"] in (True, False)
    assert (await sandbox.client.get("/_fake/sent")).json() == []
    assert (await sandbox.client.get("/nowhere/at/all")).status_code == 404
