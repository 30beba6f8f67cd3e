"""The audit log of a running gateway: who did what on what, when, from where."""

from datetime import timedelta

import pytest
from pymongo.errors import PyMongoError

from atd_gateway.store.audit import AUDIT, AUDIT_INDEXES, AuditFilter, AuditLog
from atd_schemas.ids import uuid7
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
SECRET = "outra senha comprida"


async def audit(gateway, person, **params):
    answer = await gateway.http.get("/api/v1/audit", params=params, headers=person.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def actions(gateway, person, **params):
    return [one["action"] for one in (await audit(gateway, person, **params))["items"]]


async def add(gateway, person, **more):
    body = {"name": "Bia Lima", "email": f"{uuid7()}@example.com", "password": SECRET, "role": "attendant", **more}
    return await gateway.http.post(
        "/api/v1/attendants", json=body, headers={**person.headers, "User-Agent": FIREFOX, **more.pop("headers", {})}
    )


async def test_who_did_what_on_whom_from_where(gateway):
    ana = await gateway.person()
    bia = (await add(gateway, ana)).json()
    headers = {**ana.headers, "X-Forwarded-For": "203.0.113.9"}
    changed = await gateway.http.patch(
        f"/api/v1/attendants/{bia['id']}", json={"role": "supervisor", "name": "Bia Souza"}, headers=headers
    )
    assert changed.status_code == 200
    change, added, opened = (await audit(gateway, ana))["items"]
    assert (opened["action"], opened["actor"]["name"], opened["outcome"]) == ("session.opened", "Ana", "done")
    assert (added["action"], added["subject"], added["device"]) == (
        "attendant.added",
        {"type": "attendant", "id": bia["id"]},
        "Firefox · Linux",
    )
    assert added["details"] == {"role": "attendant"}
    assert change == {
        "id": change["id"],
        "at": change["at"],
        "action": "attendant.changed",
        "outcome": "done",
        "status": 200,
        "actor": {"type": "attendant", "id": ana.attendant.id, "name": "Ana"},
        "subject": {"type": "attendant", "id": bia["id"]},
        "address": "203.0.113.9",
        "device": "",
        "details": {"role": "supervisor"},
        "times": 1,
        "request_id": changed.headers["X-Request-Id"],
    }
    stored = await gateway.apps.runtime.mongo.db[AUDIT].find({"tenant_id": ana.tenant_id}).to_list(None)
    assert SECRET not in str(stored)
    assert "Bia" not in str(stored)


async def test_what_was_refused_and_what_nobody_answered_is_written_down_too(gateway):
    ana = await gateway.person()
    weak = await gateway.http.put(
        f"/api/v1/attendants/{uuid7()}/password", json={"password": SECRET}, headers=ana.headers
    )
    assert weak.status_code == 404
    away = await gateway.http.post("/api/v1/tags", json={"name": "x"}, headers=ana.headers)
    assert away.status_code == 503
    found = [(one["action"], one["outcome"], one["status"]) for one in (await audit(gateway, ana))["items"]]
    assert found[:2] == [("setting.added", "failed", 503), ("attendant.password_given", "refused", 404)]


async def test_nothing_is_done_that_cannot_be_written_down(gateway, monkeypatch):
    ana = await gateway.person()

    async def fails(self, entry, transaction=None):
        raise PyMongoError("away")

    monkeypatch.setattr(AuditLog, "add", fails)
    answer = await add(gateway, ana)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    monkeypatch.undo()
    assert [one["name"] for one in (await _attendants(gateway, ana))] == ["Ana"]


async def _attendants(gateway, person):
    return (await gateway.http.get("/api/v1/attendants", headers=person.headers)).json()["items"]


async def test_sign_ins_wrong_passwords_and_dead_tokens_stand_in_it(gateway):
    ana = await gateway.person()
    boss = await gateway.person(tenant=ana.tenant_id, name="Chefe")
    wrong = {"email": ana.attendant.email, "password": "wrong"}
    for _ in range(2):
        assert (await gateway.http.post("/api/v1/auth/login", json=wrong)).status_code == 401
    refused = (await audit(gateway, boss, actor=ana.attendant.id, action="session.refused"))["items"]
    assert sum(one["times"] for one in refused) == 2
    assert refused[0]["outcome"] == "refused"
    await gateway.http.post("/api/v1/auth/logout", json={"refresh_token": ana.tokens["refresh_token"]})
    for _ in range(2):
        assert (await gateway.http.get("/api/v1/me", headers=ana.headers)).status_code == 401
    (dead,) = (await audit(gateway, boss, action="token.refused"))["items"]
    assert (dead["actor"]["id"], dead["subject"]["type"], dead["times"]) == (ana.attendant.id, "session", 1)
    assert await actions(gateway, boss, actor=ana.attendant.id) == [
        "token.refused",
        "session.ended",
        "session.refused",
        "session.opened",
    ]


async def test_a_refresh_token_that_was_used_before_stands_in_it(gateway):
    ana = await gateway.person()
    first = ana.tokens["refresh_token"]
    for _ in range(2):
        token = ana.tokens["refresh_token"]
        ana.tokens = (await gateway.http.post("/api/v1/auth/refresh", json={"refresh_token": token})).json()
    assert (await gateway.http.post("/api/v1/auth/refresh", json={"refresh_token": first})).status_code == 401
    boss = await gateway.person(tenant=ana.tenant_id)
    assert "session.reused" in await actions(gateway, boss, actor=ana.attendant.id)


async def test_it_comes_in_pages_and_is_filtered(gateway):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, name="Bia")
    for name in ("Um", "Dois"):
        await gateway.http.patch("/api/v1/me", json={"name": name}, headers=bia.headers)
    everything = (await audit(gateway, ana))["items"]
    paged, cursor = [], None
    while True:
        page = await audit(gateway, ana, limit=1, **({"cursor": cursor} if cursor else {}))
        paged += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert paged == everything
    assert await actions(gateway, ana, actor=bia.attendant.id, action="attendant.changed") == ["attendant.changed"] * 2
    both = ["attendant.changed", "session.opened"]
    assert await actions(gateway, ana, action=both) == [one["action"] for one in everything]
    assert await actions(gateway, ana, subject=bia.attendant.id) == ["attendant.changed"] * 2
    middle = everything[1]["at"]
    later = await audit(gateway, ana, **{"from": middle})
    earlier = await audit(gateway, ana, to=middle)
    assert len(later["items"]) + len(earlier["items"]) == len(everything)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"action": "nothing"}, "action"),
        ({"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}, "to"),
        ({"from": "yesterday"}, "from"),
        ({"cursor": "x"}, "cursor"),
        ({"who": "ana"}, "who"),
        ({"limit": 101}, "limit"),
    ],
)
async def test_wrong_questions_are_refused_by_their_field(gateway, params, field):
    ana = await gateway.person()
    answer = await gateway.http.get("/api/v1/audit", params=params, headers=ana.headers)
    assert answer.status_code == 422
    assert field in str(answer.json()["errors"])


async def test_it_is_for_who_may_and_stays_in_the_company(gateway):
    ana = await gateway.person()
    stranger = await gateway.person()
    assert await actions(gateway, stranger) == ["session.opened"]
    assert await actions(gateway, stranger, actor=ana.attendant.id) == []
    for role in ("supervisor", "attendant", "bot"):
        person = await gateway.person(tenant=ana.tenant_id, role=role)
        answer = await gateway.http.get("/api/v1/audit", headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), role


@pytest.mark.parametrize(
    "wanted",
    [
        AuditFilter(),
        AuditFilter(actor_id="a"),
        AuditFilter(actions=("setting.added", "setting.changed")),
        AuditFilter(actor_id="a", actions=("setting.added",)),
        AuditFilter(subject_id="s", actor_id="a"),
    ],
    ids=["all", "actor", "actions", "actor and action", "subject"],
)
async def test_every_question_walks_an_index_in_the_order_of_the_list(gateway, wanted):
    db = gateway.apps.runtime.mongo.db
    cursor = db[AUDIT].find(wanted.query("t")).sort([("at", -1), ("_id", -1)]).hint(wanted.hint()).limit(51)
    plan = str((await cursor.explain())["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in plan
    assert "'SORT'" not in plan


async def test_entries_leave_after_their_days(gateway):
    ana = await gateway.person()
    db = gateway.apps.runtime.mongo.db

    async def written():
        return await db[AUDIT].find_one({"tenant_id": ana.tenant_id})

    entry = await eventually(written)
    assert entry["expires_at"] - entry["at"] == timedelta(days=gateway.settings.audit_days)
    (expiring,) = [one for one in AUDIT_INDEXES[AUDIT] if "expireAfterSeconds" in one.document]
    assert list(expiring.document["key"]) == ["expires_at"]
