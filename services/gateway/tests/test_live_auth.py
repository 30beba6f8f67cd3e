import asyncio

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_login_answers_tokens_and_me(gateway):
    ana = await gateway.person(role="supervisor")
    assert ana.tokens["token_type"] == "Bearer"
    assert ana.tokens["expires_in"] == 900
    assert ana.tokens["attendant"]["tenant"]["id"] == ana.tenant_id
    me = await gateway.http.get("/api/v1/me", headers=ana.headers)
    assert me.status_code == 200
    assert me.json() == ana.tokens["attendant"]
    assert "conversations:read" in me.json()["permissions"]
    assert me.headers["cache-control"] == "no-store"
    assert me.headers["x-request-id"]


async def test_wrong_email_and_wrong_password_are_told_the_same(gateway):
    ana = await gateway.person()
    answers = [
        await gateway.http.post("/api/v1/auth/login", json={"email": email, "password": "wrong"})
        for email in (ana.attendant.email, "nobody@example.com")
    ]
    bodies = [{k: v for k, v in one.json().items() if k != "request_id"} for one in answers]
    assert [one.status_code for one in answers] == [401, 401]
    assert bodies[0] == bodies[1]
    assert bodies[0]["code"] == "unauthenticated"


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("route", ["login", "refresh", "logout"])
async def test_a_long_body_of_somebody_unknown_is_not_read(gateway, monkeypatch, route, chunked):
    """FastAPI reads bodies of any length, and parses them in the event loop."""
    parsed = []
    monkeypatch.setattr("starlette.requests.Request.json", parsed.append)
    raw = b'{"email": "a@example.com", "password": "' + b"x" * 200_000 + b'"}'

    async def pieces():
        for start in range(0, len(raw), 50_000):
            yield raw[start : start + 50_000]

    headers = {"content-type": "application/json"}
    answer = await gateway.http.post(f"/api/v1/auth/{route}", content=pieces() if chunked else raw, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert parsed == []


async def test_email_is_found_in_any_case(gateway):
    ana = await gateway.person()
    body = {"email": f"  {ana.attendant.email.upper()} ", "password": "correct horse battery staple"}
    assert (await gateway.http.post("/api/v1/auth/login", json=body)).status_code == 200


async def test_guessing_is_stopped_and_says_how_long(start):
    gateway = await start(login_failures_burst=3)
    ana = await gateway.person()
    body = {"email": ana.attendant.email, "password": "wrong"}
    for _ in range(3):
        assert (await gateway.http.post("/api/v1/auth/login", json=body)).status_code == 401
    answer = await gateway.http.post("/api/v1/auth/login", json=body)
    assert answer.status_code == 429
    assert answer.json()["code"] == "rate_limited"
    assert 50 <= int(answer.headers["retry-after"]) <= 60


async def test_refresh_rotates_and_reuse_ends_the_sign_in(gateway):
    ana = await gateway.person()
    old = ana.tokens["refresh_token"]

    async def refresh(token):
        return await gateway.http.post("/api/v1/auth/refresh", json={"refresh_token": token})

    first = (await refresh(old)).json()
    assert first["refresh_token"] != old
    second = (await refresh(first["refresh_token"])).json()
    reused = await refresh(old)
    assert reused.status_code == 401
    assert (await refresh(second["refresh_token"])).status_code == 401
    me = await gateway.http.get("/api/v1/me", headers={"Authorization": f"Bearer {second['access_token']}"})
    assert me.status_code == 401


async def test_refreshes_at_once_all_get_the_same_new_token(gateway):
    ana = await gateway.person()
    body = {"refresh_token": ana.tokens["refresh_token"]}
    answers = await asyncio.gather(*(gateway.http.post("/api/v1/auth/refresh", json=body) for _ in range(6)))
    assert [one.status_code for one in answers] == [200] * 6
    assert len({one.json()["refresh_token"] for one in answers}) == 1
    again = {"refresh_token": answers[0].json()["refresh_token"]}
    assert (await gateway.http.post("/api/v1/auth/refresh", json=again)).status_code == 200


async def test_browsers_hold_the_refresh_token_in_a_cookie(gateway):
    ana = await gateway.person()
    body = {"email": ana.attendant.email, "password": "correct horse battery staple", "cookie": True}
    answer = await gateway.http.post("/api/v1/auth/login", json=body)
    assert answer.json()["refresh_token"] is None
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/api/v1/auth"):
        assert part in cookie
    refreshed = await gateway.http.post("/api/v1/auth/refresh")
    assert refreshed.status_code == 200
    assert refreshed.json()["refresh_token"] is None
    foreign = await gateway.http.post("/api/v1/auth/refresh", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert (await gateway.http.post("/api/v1/auth/logout")).status_code == 204
    assert (await gateway.http.post("/api/v1/auth/refresh")).status_code == 401


async def test_logout_ends_the_sign_in_at_once(gateway):
    ana = await gateway.person()
    body = {"refresh_token": ana.tokens["refresh_token"]}
    assert (await gateway.http.get("/api/v1/me", headers=ana.headers)).status_code == 200
    assert (await gateway.http.post("/api/v1/auth/logout", json=body)).status_code == 204
    assert (await gateway.http.get("/api/v1/me", headers=ana.headers)).status_code == 401
    assert (await gateway.http.post("/api/v1/auth/refresh", json=body)).status_code == 401


@pytest.mark.parametrize("header", [None, "Basic eA==", "Bearer", "Bearer x.y.z"])
async def test_without_a_good_token_nothing_is_told(gateway, header):
    headers = {"Authorization": header} if header else {}
    for path in ("/api/v1/me", "/api/v1/attendants", "/api/v1/conversations", "/api/v1/nothing"):
        answer = await gateway.http.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthenticated"
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_identity_from_outside_is_never_believed(gateway):
    ana = await gateway.person()
    caller = await _authenticator(gateway).authenticate(ana.token)
    answer = await gateway.http.get("/api/v1/me", headers={"X-Atd-Identity": caller.signed})
    assert answer.status_code == 401


async def test_attendants_are_listed_by_name_in_pages_and_only_of_ones_own_tenant(gateway):
    ana = await gateway.person(name="Ana")
    for name in ("Caio", "Bia", "Davi"):
        await gateway.person(tenant=ana.tenant_id, name=name, role="attendant")
    await gateway.person(name="Stranger")
    names, query = [], "?limit=3"
    while query:
        answer = await gateway.http.get(f"/api/v1/attendants{query}", headers=ana.headers)
        names += [one["name"] for one in answer.json()["items"]]
        following = answer.json()["next_cursor"]
        query = f"?limit=3&cursor={following}" if following else ""
    assert names == ["Ana", "Bia", "Caio", "Davi"]
    operator = await gateway.person(role="operator")
    refused = await gateway.http.get("/api/v1/attendants", headers=operator.headers)
    assert refused.status_code == 403
    assert "attendants:read" in refused.json()["detail"]


async def test_the_sample_administrator_is_there_once_and_keeps_their_password(start):
    seeds = {"seed_admin_email": "Admin@Example.com", "seed_admin_password": "first password"}
    first = await start(**seeds)
    second = await start(**seeds | {"seed_admin_password": "other password"})
    for gateway in (first, second):
        body = {"email": "admin@example.com", "password": "first password"}
        answer = await gateway.http.post("/api/v1/auth/login", json=body)
        assert answer.status_code == 200
        assert answer.json()["attendant"]["tenant"]["name"] == "Clínica Exemplo"
        assert answer.json()["attendant"]["role"] == "admin"
    assert await first.apps.runtime.mongo.db["attendants"].count_documents({"email": "admin@example.com"}) == 1


def _authenticator(gateway):
    return next(m for m in gateway.apps.public.user_middleware if "parts" in m.kwargs).kwargs["parts"].authenticator
