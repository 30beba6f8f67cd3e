"""Attendants are added, changed and deactivated, each company its own."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from atd_gateway.authenticator import Authenticator
from atd_schemas.ids import uuid7
from atd_schemas.topics import SETTINGS_CHANGES

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "outra senha comprida"


def new(**more):
    return {"name": "Bia Lima", "email": f"{uuid7()}@example.com", "password": PASSWORD, "role": "attendant", **more}


async def add(gateway, person, *, headers=None, **more):
    url = "/api/v1/attendants"
    return await gateway.http.post(url, json=new(**more), headers={**person.headers, **(headers or {})})


async def change(gateway, person, attendant_id, changes, **headers):
    url = f"/api/v1/attendants/{attendant_id}"
    return await gateway.http.patch(url, json=changes, headers={**person.headers, **headers})


async def login(gateway, email, password=PASSWORD):
    return await gateway.http.post("/api/v1/auth/login", json={"email": email, "password": password})


def refusal(answer):
    body = answer.json()
    return answer.status_code, body["code"], [one["field"] for one in body.get("errors", [])]


@asynccontextmanager
async def told(gateway, tenant_id):
    """What the other services are told about the attendants of a tenant from here on."""
    async with gateway.reading(SETTINGS_CHANGES) as reader:

        async def events(count):
            return await reader.until(lambda found: len(found) >= count, tenant_id)

        yield events


async def test_an_attendant_who_was_added_signs_in_and_the_other_services_know(gateway):
    ana = await gateway.person()
    async with told(gateway, ana.tenant_id) as events:
        answer = await add(gateway, ana, email=f" Bia-{ana.tenant_id}@Example.COM ")
        assert answer.status_code == 201
        bia = answer.json()
        assert bia == {
            "id": bia["id"],
            "name": "Bia Lima",
            "email": f"bia-{ana.tenant_id}@example.com",
            "role": "attendant",
            "active": True,
            "visibility": "all",
            "version": 1,
        }
        assert answer.headers["etag"] == '"1"'
        (event,) = await events(1)
    assert (event.subject, event.sequence, event.data.name, event.data.active) == (bia["id"], 1, "Bia Lima", True)
    assert (event.actor.type, event.actor.id) == ("attendant", ana.attendant.id)
    signed_in = await login(gateway, bia["email"])
    assert signed_in.status_code == 200
    assert signed_in.json()["attendant"]["tenant"]["id"] == ana.tenant_id


async def test_a_changed_attendant_is_told_once_more_and_nothing_changed_is_not_told(gateway):
    ana = await gateway.person()
    bia = (await add(gateway, ana)).json()
    async with told(gateway, ana.tenant_id) as events:
        same = await change(gateway, ana, bia["id"], {"name": "Bia Lima", "active": True})
        renamed = await change(gateway, ana, bia["id"], {"name": "Beatriz", "role": "supervisor"})
        left = await change(gateway, ana, bia["id"], {"active": False})
        back = await change(gateway, ana, bia["id"], {"active": True})
        found = await events(3)
    assert [one.json()["version"] for one in (same, renamed, left, back)] == [1, 2, 3, 4]
    assert [(one.sequence, one.data.name, one.data.active) for one in found] == [
        (2, "Beatriz", True),
        (3, "Beatriz", False),
        (4, "Beatriz", True),
    ]
    assert (back.json()["role"], back.headers["etag"]) == ("supervisor", '"4"')


async def test_an_email_is_taken_in_whichever_company(gateway):
    ana, stranger = await gateway.person(), await gateway.person()
    colleague = await gateway.person(tenant=ana.tenant_id)
    answers = [
        await add(gateway, ana, email=one.attendant.email.upper(), headers={"X-Request-Id": "r"})
        for one in (stranger, colleague, ana)
    ]
    assert [refusal(one) for one in answers] == [(409, "email_taken", [])] * 3
    assert len({one.content for one in answers}) == 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": "  "}, (422, "invalid", ["name"])),
        ({"name": "Ana\u202eazuoS"}, (422, "invalid", ["name"])),
        ({"name": "x" * 81}, (422, "invalid", ["name"])),
        ({"name": "x" * 10_000}, (422, "invalid", ["name"])),
        ({"name": None}, (422, "invalid", ["name"])),
        ({"email": "bia"}, (422, "invalid", ["email"])),
        ({"role": "operator"}, (422, "invalid", ["role"])),
        ({"role": "bot"}, (422, "invalid", ["role"])),
        ({"password": "short"}, (422, "weak_password", ["password"])),
        ({"password": ""}, (422, "invalid", ["password"])),
        ({"password": "x" * 257}, (422, "invalid", ["password"])),
    ],
    ids=str,
)
async def test_what_cannot_be_an_attendant_is_refused_by_field(gateway, fields, expected):
    ana = await gateway.person()
    answer = await add(gateway, ana, **fields)
    assert refusal(answer) == expected
    assert PASSWORD not in answer.text
    listed = await gateway.http.get("/api/v1/attendants", headers=ana.headers)
    assert len(listed.json()["items"]) == 1


async def test_who_lost_their_password_is_given_another_and_signed_out(gateway):
    ana = await gateway.person()
    bia = (await add(gateway, ana)).json()
    before = (await login(gateway, bia["email"])).json()
    url = f"/api/v1/attendants/{bia['id']}/password"
    weak = await gateway.http.put(url, json={"password": "curta"}, headers=ana.headers)
    assert refusal(weak) == (422, "weak_password", ["password"])
    given = await gateway.http.put(url, json={"password": "uma senha bem nova"}, headers=ana.headers)
    assert given.status_code == 204
    assert (await login(gateway, bia["email"])).status_code == 401
    bearer = {"Authorization": f"Bearer {before['access_token']}"}
    assert (await gateway.http.get("/api/v1/me", headers=bearer)).status_code == 401
    again = await login(gateway, bia["email"], "uma senha bem nova")
    assert again.status_code == 200


async def test_a_password_is_given_by_administrators_of_the_company_and_not_to_oneself(gateway):
    ana, eve = await gateway.person(), await gateway.person()
    bia = (await add(gateway, ana)).json()
    body = {"password": "uma senha bem nova"}

    async def status(attendant_id, headers):
        url = f"/api/v1/attendants/{attendant_id}/password"
        return (await gateway.http.put(url, json=body, headers=headers)).status_code

    mine = {"Authorization": f"Bearer {(await login(gateway, bia['email'])).json()['access_token']}"}
    assert await status(bia["id"], eve.headers) == 404
    assert await status(ana.attendant.id, mine) == 403
    assert await status(ana.attendant.id, ana.headers) == 403
    assert (await login(gateway, bia["email"])).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/api/v1/attendants", new(nmae="Bia"), "nmae"),
        ("PATCH", "/api/v1/attendants/{id}", {"actve": False}, "actve"),
        ("PATCH", "/api/v1/me", {"name": "Ana", "role": "admin"}, "role"),
        ("POST", "/api/v1/me/password", {"current": PASSWORD, "new": PASSWORD, "keep": True}, "keep"),
        ("POST", "/api/v1/auth/login", {"email": "a@example.com", "password": PASSWORD, "otp": "123456"}, "otp"),
        ("POST", "/api/v1/auth/refresh", {"refresh_tokn": "x"}, "refresh_tokn"),
        ("POST", "/api/v1/auth/logout", {"everywhere": True}, "everywhere"),
    ],
)
async def test_a_field_that_nobody_knows_is_refused_by_name(gateway, method, path, body, field):
    ana = await gateway.person()
    url = path.format(id=ana.attendant.id)
    answer = await gateway.http.request(method, url, json=body, headers=ana.headers)
    assert refusal(answer) == (422, "invalid", [field])
    assert answer.headers["content-type"] == "application/problem+json"
    assert PASSWORD not in answer.text
    me = (await gateway.http.get("/api/v1/me", headers=ana.headers)).json()
    assert (me["active"], me["version"]) == (True, 1)


@pytest.mark.parametrize("path", ["/api/v1/attendants", "/api/v1/sessions"])
async def test_a_parameter_that_a_list_does_not_know_is_refused_by_name(gateway, path):
    ana = await gateway.person()
    answer = await gateway.http.get(path, params={"limit": 5, "actve": "true"}, headers=ana.headers)
    assert refusal(answer) == (422, "unknown_filter", ["actve"])


async def test_only_administrators_manage(gateway):
    ana = await gateway.person()
    for role in ("supervisor", "attendant", "bot", "operator"):
        other = await gateway.person(tenant=ana.tenant_id, role=role)
        assert refusal(await add(gateway, other)) == (403, "forbidden", [])
        assert refusal(await change(gateway, other, ana.attendant.id, {"name": "X"})) == (403, "forbidden", [])
        assert refusal(await change(gateway, other, other.attendant.id, {"role": "admin"})) == (403, "forbidden", [])


async def test_attendants_of_another_company_are_not_found(gateway):
    ana, stranger = await gateway.person(), await gateway.person()
    for attendant_id in (stranger.attendant.id, uuid7(), "x"):
        assert refusal(await change(gateway, ana, attendant_id, {"active": False})) == (404, "not_found", [])
    assert (await gateway.http.get("/api/v1/me", headers=stranger.headers)).status_code == 200


async def test_bots_and_operators_are_not_managed_here(gateway):
    ana = await gateway.person()
    for role in ("bot", "operator"):
        other = await gateway.person(tenant=ana.tenant_id, role=role)
        for changes in ({"active": False}, {"role": "admin"}, {"name": "X"}):
            assert refusal(await change(gateway, ana, other.attendant.id, changes)) == (403, "forbidden", [])


async def test_a_request_that_is_sent_again_adds_nobody_else(gateway):
    ana = await gateway.person()
    body, headers = new(), {**ana.headers, "Idempotency-Key": "k1"}

    async def post(json):
        return await gateway.http.post("/api/v1/attendants", json=json, headers=headers)

    answers = [await post(body), *await asyncio.gather(*(post(body) for _ in range(3)))]
    assert {(one.status_code, one.content, one.headers["etag"]) for one in answers} == {
        (201, answers[0].content, '"1"')
    }
    other = await post({**body, "password": PASSWORD + "!"})
    assert refusal(other) == (409, "idempotency_conflict", [])
    listed = await gateway.http.get("/api/v1/attendants", headers=ana.headers)
    assert len(listed.json()["items"]) == 2


async def test_a_change_of_an_older_version_is_refused(gateway):
    ana = await gateway.person()
    bia = (await add(gateway, ana)).json()
    assert (await change(gateway, ana, bia["id"], {"name": "B"}, **{"If-Match": '"1"'})).status_code == 200
    late = await change(gateway, ana, bia["id"], {"name": "C"}, **{"If-Match": '"1"'})
    assert refusal(late) == (409, "conflict", [])


async def test_who_changes_an_attendant_late_is_told_who_was_first_and_what_without_a_value(gateway):
    ana = await gateway.person()
    boss = await gateway.person(tenant=ana.tenant_id, name="Chefe")
    bia = (await add(gateway, ana)).json()
    await change(gateway, boss, bia["id"], {"role": "supervisor", "name": "Segredo"})
    mine = {"Authorization": f"Bearer {(await login(gateway, bia['email'])).json()['access_token']}"}
    renamed = await gateway.http.patch("/api/v1/me", json={"name": "Bia"}, headers={**mine, "If-Match": '"2"'})
    assert renamed.status_code == 200, renamed.text
    late = await change(gateway, ana, bia["id"], {"active": False}, **{"If-Match": '"1"'})
    problem = late.json()
    assert (late.status_code, problem["version"], problem["changed"]) == (409, 3, ["name", "role"])
    assert [(one["version"], one["fields"], one["actor"]["name"]) for one in problem["changes"]] == [
        (2, ["name", "role"], "Chefe"),
        (3, ["name"], "Segredo"),
    ]
    own = await gateway.http.patch("/api/v1/me", json={"name": "B"}, headers={**mine, "If-Match": '"2"'})
    assert (own.status_code, own.json()["changed"]) == (409, ["name"])


async def test_the_last_active_administrator_stays_one(gateway):
    ana = await gateway.person()
    await gateway.person(tenant=ana.tenant_id, role="supervisor")
    for changes in ({"active": False}, {"role": "attendant"}):
        assert refusal(await change(gateway, ana, ana.attendant.id, changes)) == (409, "last_admin", [])
    bia = await gateway.person(tenant=ana.tenant_id)
    assert (await change(gateway, ana, bia.attendant.id, {"active": False})).status_code == 200
    assert refusal(await change(gateway, ana, ana.attendant.id, {"role": "attendant"})) == (409, "last_admin", [])
    assert (await change(gateway, ana, bia.attendant.id, {"active": True})).status_code == 200
    assert (await change(gateway, ana, ana.attendant.id, {"role": "attendant"})).status_code == 200
    assert refusal(await change(gateway, ana, bia.attendant.id, {"name": "X"})) == (403, "forbidden", [])


async def test_of_administrators_who_demote_each_other_at_once_one_stays(gateway):
    people = [await gateway.person()]
    people += [await gateway.person(tenant=people[0].tenant_id) for _ in range(3)]
    pairs = zip(people, [*people[1:], people[0]], strict=True)
    answers = await asyncio.gather(
        *(change(gateway, one, other.attendant.id, {"role": "attendant"}) for one, other in pairs)
    )
    query = {"tenant_id": people[0].tenant_id, "role": "admin", "active": True}
    left = await gateway.apps.runtime.mongo.db["attendants"].count_documents(query)
    assert left >= 1
    assert left == len(people) - sum(one.status_code == 200 for one in answers)


async def test_who_is_deactivated_is_signed_out_everywhere_at_once(gateway, second_gateway, listening):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, role="attendant")
    first, refresh = bia.headers, {"refresh_token": bia.tokens["refresh_token"]}
    await bia.sign_in()
    assert (await gateway.http.get("/api/v1/me", headers=first)).status_code == 200
    async with bia.listen() as socket, ana.listen() as other:
        await listening(socket).until("ready")
        await listening(other).until("ready")
        assert (await change(gateway, ana, bia.attendant.id, {"active": False})).status_code == 200
        assert (await listening(socket).closed())[0] == 4401
        assert other.close_code is None
    for headers in (first, bia.headers):
        assert (await gateway.http.get("/api/v1/me", headers=headers)).status_code == 401
    for process in (gateway, second_gateway):
        assert (await process.http.post("/api/v1/auth/refresh", json=refresh)).status_code == 401
        assert (await login(process, bia.attendant.email, "correct horse battery staple")).status_code == 401
    assert (await change(gateway, ana, bia.attendant.id, {"active": True})).status_code == 200
    assert (await gateway.http.get("/api/v1/me", headers=bia.headers)).status_code == 401
    assert (await login(gateway, bia.attendant.email, "correct horse battery staple")).status_code == 200


async def test_a_new_role_counts_from_the_next_request(gateway):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, role="attendant")
    assert refusal(await add(gateway, bia)) == (403, "forbidden", [])
    await change(gateway, ana, bia.attendant.id, {"role": "admin"})
    assert (await add(gateway, bia)).status_code == 201
    await change(gateway, ana, bia.attendant.id, {"role": "attendant"})
    assert refusal(await add(gateway, bia)) == (403, "forbidden", [])


@pytest.mark.parametrize("by", ["first", "second"])
async def test_a_new_role_counts_in_open_sockets_and_in_every_process(gateway, second_gateway, listening, by):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, role="attendant")
    assert (await gateway.http.get("/api/v1/me", headers=bia.headers)).json()["role"] == "attendant"  # now it is cached
    changing = {"first": gateway, "second": second_gateway}[by]
    async with bia.listen() as socket, ana.listen() as other:
        await listening(socket).until("ready")
        await listening(other).until("ready")
        for role, manages in (("admin", True), ("supervisor", False)):
            assert (await change(changing, ana, bia.attendant.id, {"role": role})).status_code == 200
            told = (await listening(socket).until("authenticated"))[-1]
            assert ("attendants:manage" in told["permissions"]) is manages
            assert told["expires_at"] > 0
            assert (await add(gateway, bia)).status_code == (201 if manages else 403)
        await change(changing, ana, bia.attendant.id, {"name": "Beatriz"})
        await socket.send('{"type":"ping","id":1}')
        assert [one["type"] for one in await listening(socket).until("pong")] == ["pong"]
        assert other.close_code is None


async def test_who_is_deactivated_in_another_process_hears_nothing_more(
    gateway, second_gateway, listening, monkeypatch
):
    monkeypatch.setattr("atd_gateway.realtime.hub._SESSIONS_EVERY", 3600.0)
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, role="attendant")
    async with bia.listen() as socket:
        await listening(socket).until("ready")
        assert (await change(second_gateway, ana, bia.attendant.id, {"active": False})).status_code == 200
        assert (await listening(socket).closed())[0] == 4401
    assert (await gateway.http.get("/api/v1/me", headers=bia.headers)).status_code == 401


async def test_a_socket_whose_attendant_cannot_be_read_again_is_closed(gateway, listening, monkeypatch):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, role="attendant")
    async with bia.listen() as socket:
        await listening(socket).until("ready")

        async def away(_authenticator, _caller):
            raise ConnectionError

        monkeypatch.setattr(Authenticator, "renew", away)
        assert (await change(gateway, ana, bia.attendant.id, {"role": "admin"})).status_code == 200
        assert (await listening(socket).closed())[0] == 1013


async def test_a_company_has_room_for_so_many(start):
    gateway = await start(attendants_per_tenant=3)
    ana = await gateway.person()
    answers = await asyncio.gather(*(add(gateway, ana) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [201, 201, 422, 422]
    left = next(one.json() for one in answers if one.status_code == 201)
    await change(gateway, ana, left["id"], {"active": False})
    assert refusal(await add(gateway, ana)) == (422, "too_many", [])
    assert (await add(gateway, await gateway.person())).status_code == 201


async def test_those_who_left_are_listed_apart(gateway):
    ana = await gateway.person(name="Ana")
    bia = (await add(gateway, ana)).json()
    await change(gateway, ana, bia["id"], {"active": False})

    async def names(query):
        answer = await gateway.http.get(f"/api/v1/attendants{query}", headers=ana.headers)
        return [one["name"] for one in answer.json()["items"]]

    assert await names("") == ["Ana", "Bia Lima"]
    assert await names("?active=true") == ["Ana"]
    assert await names("?active=false") == ["Bia Lima"]
    assert await names("?active=true&limit=1") == ["Ana"]


async def test_an_attendant_changes_their_own_name_and_nothing_else(gateway):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, role="attendant")
    async with told(gateway, ana.tenant_id) as events:
        body = {"name": " Beatriz "}
        answer = await gateway.http.patch("/api/v1/me", json=body, headers={**bia.headers, "If-Match": '"1"'})
        (event,) = await events(1)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["name"], found["role"], found["active"], found["email"]) == (
        "Beatriz",
        "attendant",
        True,
        bia.attendant.email,
    )
    assert (event.subject, event.sequence, event.data.name) == (bia.attendant.id, 2, "Beatriz")
    assert answer.headers["etag"] == '"2"'
    refused = await gateway.http.patch("/api/v1/me", json={"name": "\u200b"}, headers=bia.headers)
    assert refusal(refused) == (422, "invalid", ["name"])
