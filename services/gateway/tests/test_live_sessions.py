"""Where somebody is signed in, and the password that signs them in."""

import pytest

from atd_gateway import signin
from atd_schemas.ids import uuid7

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "correct horse battery staple"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


async def login(gateway, person, password=PASSWORD, **headers):
    body = {"email": person.attendant.email, "password": password}
    return await gateway.http.post("/api/v1/auth/login", json=body, headers=headers)


def bearer(answer):
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def sessions(gateway, headers, query=""):
    answer = await gateway.http.get(f"/api/v1/sessions{query}", headers=headers)
    assert answer.status_code == 200
    return answer.json()


async def change_password(gateway, headers, current, new, **more):
    body = {"current": current, "new": new}
    return await gateway.http.post("/api/v1/me/password", json=body, headers={**headers, **more})


async def test_ones_own_sessions_are_listed_with_their_devices(gateway):
    ana = await gateway.person()
    await gateway.person(tenant=ana.tenant_id)
    second = await login(gateway, ana, **{"User-Agent": FIREFOX})
    found = (await sessions(gateway, bearer(second)))["items"]
    assert [(one["device"], one["current"]) for one in found] == [("Firefox · Linux", True), (None, False)]
    assert found[0]["created_at"] == found[0]["last_used_at"]
    assert set(found[0]) == {"id", "created_at", "last_used_at", "device", "current"}
    await gateway.http.post("/api/v1/auth/refresh", json={"refresh_token": second.json()["refresh_token"]})
    refreshed = (await sessions(gateway, ana.headers))["items"][0]
    assert refreshed["last_used_at"] > refreshed["created_at"] == found[0]["created_at"]
    assert (refreshed["device"], refreshed["current"]) == ("Firefox · Linux", False)


async def test_sessions_come_in_pages(gateway):
    ana = await gateway.person()
    for _ in range(2):
        await login(gateway, ana)
    first = await sessions(gateway, ana.headers, "?limit=2")
    second = await sessions(gateway, ana.headers, f"?limit=2&cursor={first['next_cursor']}")
    assert [len(one["items"]) for one in (first, second)] == [2, 1]
    assert second["next_cursor"] is None
    assert len({one["id"] for one in first["items"] + second["items"]}) == 3


async def test_one_session_too_many_ends_the_oldest(gateway, monkeypatch):
    monkeypatch.setattr(signin, "SESSIONS_KEPT", 2)
    ana, rui = await gateway.person(), await gateway.person()
    newer = [bearer(await login(gateway, ana)) for _ in range(2)]
    assert (await gateway.http.get("/api/v1/me", headers=ana.headers)).status_code == 401
    assert [one["current"] for one in (await sessions(gateway, newer[0]))["items"]] == [False, True]
    assert len((await sessions(gateway, rui.headers))["items"]) == 1


async def test_a_session_that_is_ended_is_signed_out_at_once(gateway, listening):
    ana = await gateway.person()
    other = await login(gateway, ana)
    ended = next(one["id"] for one in (await sessions(gateway, ana.headers))["items"] if not one["current"])
    kept = ana.headers
    ana.tokens = other.json()
    assert (await gateway.http.get("/api/v1/me", headers=ana.headers)).status_code == 200
    async with ana.listen() as socket:
        await listening(socket).until("ready")
        for _ in range(2):
            assert (await gateway.http.delete(f"/api/v1/sessions/{ended}", headers=kept)).status_code == 204
        assert (await listening(socket).closed())[0] == 4401
    assert (await gateway.http.get("/api/v1/me", headers=ana.headers)).status_code == 401
    refresh = {"refresh_token": other.json()["refresh_token"]}
    assert (await gateway.http.post("/api/v1/auth/refresh", json=refresh)).status_code == 401
    assert [one["current"] for one in (await sessions(gateway, kept))["items"]] == [True]


async def test_sessions_of_others_are_not_found(gateway):
    ana = await gateway.person()
    colleague, stranger = await gateway.person(tenant=ana.tenant_id), await gateway.person()
    for other in (colleague, stranger):
        (theirs,) = (await sessions(gateway, other.headers))["items"]
        answer = await gateway.http.delete(f"/api/v1/sessions/{theirs['id']}", headers=ana.headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await gateway.http.get("/api/v1/me", headers=other.headers)).status_code == 200
    assert (await gateway.http.delete(f"/api/v1/sessions/{uuid7()}", headers=ana.headers)).status_code == 404


async def test_a_new_password_ends_all_other_sessions(gateway, listening):
    ana = await gateway.person()
    other = await login(gateway, ana)
    mine, ana.tokens = ana.headers, other.json()
    new = "uma senha nova e longa"
    async with ana.listen() as socket:
        await listening(socket).until("ready")
        assert (await change_password(gateway, mine, PASSWORD, new)).status_code == 204
        assert (await listening(socket).closed())[0] == 4401
    assert (await gateway.http.get("/api/v1/me", headers=ana.headers)).status_code == 401
    assert (await gateway.http.get("/api/v1/me", headers=mine)).status_code == 200
    assert (await login(gateway, ana)).status_code == 401
    assert (await login(gateway, ana, new)).status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "expected"),
    [
        ("wrong", "uma senha nova e longa", (422, "wrong_password", "current")),
        (PASSWORD, "short", (422, "weak_password", "new")),
        (PASSWORD, "", (422, "invalid", "new")),
        ("", "uma senha nova e longa", (422, "invalid", "current")),
    ],
)
async def test_a_password_that_is_not_accepted_changes_nothing(gateway, current, new, expected):
    ana = await gateway.person()
    other = await login(gateway, ana)
    answer = await change_password(gateway, ana.headers, current, new)
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"][0]["field"]) == expected
    assert (await gateway.http.get("/api/v1/me", headers=bearer(other))).status_code == 200
    assert (await login(gateway, ana)).status_code == 200


async def test_guessing_the_password_of_an_open_session_is_stopped_as_at_sign_in(start):
    gateway = await start(login_failures_burst=3)
    ana = await gateway.person()
    here = {"X-Forwarded-For": "2001:db8::7"}
    for _ in range(3):
        refused = await change_password(gateway, ana.headers, "wrong", "uma senha nova e longa", **here)
        assert refused.status_code == 422
    refused = await change_password(gateway, ana.headers, PASSWORD, "uma senha nova e longa", **here)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0
    assert (await login(gateway, ana, **here)).status_code == 429
    elsewhere = {"X-Forwarded-For": "2001:db8::8"}
    assert (await login(gateway, ana, **elsewhere)).status_code == 200
