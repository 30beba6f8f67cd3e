"""Where somebody is signed in, and the password that signs them in."""

import asyncio

import pytest

from atd_gateway import signin
from atd_gateway.passwords import Passwords
from atd_gateway.store.sessions import ENDED_KEPT
from atd_schemas.ids import uuid7

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "correct horse battery staple"
NEW = "uma senha nova e longa"
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


async def test_the_old_password_opens_no_session_in_the_moment_of_its_change(gateway, monkeypatch):
    ana = await gateway.person()
    verify = Passwords.verify
    met = []

    async def verify_and_then_change(passwords, hashed, password):
        right = await verify(passwords, hashed, password)
        if not met:  # the first: of the sign-in
            met.append(right)
            answer = await change_password(gateway, ana.headers, PASSWORD, NEW)
            met.append(answer.status_code)
        return right

    monkeypatch.setattr(Passwords, "verify", verify_and_then_change)
    refused = await login(gateway, ana)
    assert met == [True, 204]
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert [one["current"] for one in (await sessions(gateway, ana.headers))["items"]] == [True]


async def test_nobody_signs_in_in_the_moment_of_being_deactivated(gateway, monkeypatch):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, role="attendant")
    verify = Passwords.verify
    done = []

    async def verify_and_then_deactivate(passwords, hashed, password):
        right = await verify(passwords, hashed, password)
        url = f"/api/v1/attendants/{bia.attendant.id}"
        done.append((await gateway.http.patch(url, json={"active": False}, headers=ana.headers)).status_code)
        return right

    monkeypatch.setattr(Passwords, "verify", verify_and_then_deactivate)
    assert (await login(gateway, bia)).status_code == 401
    assert set(done) == {200}


async def test_of_sign_ins_and_a_change_of_the_password_at_once_none_keeps_a_session_by_the_old_one(gateway):
    ana = await gateway.person()
    *answers, changed = await asyncio.gather(
        *(login(gateway, ana) for _ in range(6)), change_password(gateway, ana.headers, PASSWORD, NEW)
    )
    assert changed.status_code == 204
    for answer in answers:
        assert answer.status_code in (200, 401)
        if answer.status_code == 200:
            refresh = {"refresh_token": answer.json()["refresh_token"]}
            assert (await gateway.http.post("/api/v1/auth/refresh", json=refresh)).status_code == 401
    assert len((await sessions(gateway, ana.headers))["items"]) == 1


async def test_a_hash_that_another_sign_in_renews_refuses_nobody(gateway):
    """The hash that a test person is made with is weaker than today's, so each of these sign-ins would renew it."""
    ana = await gateway.person()
    weak = {"$set": {"password_hash": ana.attendant.password_hash}}
    await gateway.apps.runtime.mongo.db.attendants.update_one({"_id": ana.attendant.id}, weak)
    answers = await asyncio.gather(*(login(gateway, ana) for _ in range(2)))
    assert [one.status_code for one in answers] == [200, 200]


async def test_a_session_that_was_ended_is_kept_for_a_day(gateway):
    ana = await gateway.person()
    await gateway.http.post("/api/v1/auth/logout", json={"refresh_token": ana.tokens["refresh_token"]})
    await ana.sign_in()
    assert (await change_password(gateway, (await ana.sign_in()).headers, PASSWORD, NEW)).status_code == 204
    rows = await gateway.apps.runtime.mongo.db.sessions.find({"attendant_id": ana.attendant.id}).to_list(None)
    ended = {one["revoked_because"]: one for one in rows if one["revoked_at"] is not None}
    assert set(ended) == {"logout", "password"}
    for one in ended.values():
        assert one["expires_at"] - one["revoked_at"] == ENDED_KEPT
    (kept,) = [one for one in rows if one["revoked_at"] is None]
    assert kept["expires_at"] - kept["created_at"] > ENDED_KEPT


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
