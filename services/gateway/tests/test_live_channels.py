"""`/api/v1/channels` over two services: one that connects WhatsApp, and one that connects apps."""

import asyncio
import base64
import json

import pytest
import pytest_asyncio
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from atd_schemas.ids import uuid7
from atd_schemas.services import CONVERSATION, GATEWAY, INGEST_WHATSAPP, Service
from atd_schemas.settings_changes import ChannelAccountChanged, ChannelAccountData
from atd_schemas.topics import SETTINGS_CHANGES
from atd_servicekit.kafka import Outgoing
from atd_servicekit.pagination import decode_cursor, encode_cursor
from atd_testing.providers.serving import serving
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOY = Service(name="ingest-toy", port=8198, does="a toy channel", channels=("app",))
WIRING = {"services": [INGEST_WHATSAPP, CONVERSATION, GATEWAY, TOY]}


class ChannelService:
    """The channel resource of one service, in memory; `status` replaces every answer."""

    def __init__(self, name, kind):
        self.name = name
        self.kind = kind
        self.url = ""
        self.accounts = {}
        self.seen = []
        self.status = None
        self.refuses = False
        self.held: asyncio.Event | None = None
        self.app = FastAPI()
        self.app.add_api_route("/api/v1/channels", self.create, methods=["POST"])
        self.app.add_api_route("/api/v1/channels", self.list, methods=["GET"])
        self.app.add_api_route("/api/v1/channels/kinds", self.kinds, methods=["GET"])
        self.app.add_api_route("/api/v1/channels/{account_id}", self.get, methods=["GET", "PATCH", "DELETE"])
        self.app.add_api_route("/api/v1/channels/{account_id}/check", self.get, methods=["POST"])

    def add(self, tenant_id):
        account = {"id": uuid7(), "kind": self.kind, "tenant_id": tenant_id}
        self.accounts[account["id"]] = account
        return account["id"]

    async def create(self, request: Request):
        body = await request.body()
        self.seen.append(("POST", body, request.headers.get("idempotency-key")))
        if self.refuses:
            return JSONResponse({"code": "invalid"}, 422)
        account_id = self.add(tenant_of(request))
        location = {"Location": f"/api/v1/channels/{account_id}"}
        return JSONResponse(self.accounts[account_id], 201, headers=location)

    async def list(self, request: Request, limit: int = 50, cursor: str | None = None, kind: str | None = None):
        self.seen.append(("GET", "list", kind))
        if self.status:
            return JSONResponse({"code": "made_up"}, self.status)
        before = decode_cursor(cursor, str)[0] if cursor else "g"
        mine = [one for one in self.accounts.values() if one["tenant_id"] == tenant_of(request) and one["id"] < before]
        mine.sort(key=lambda one: one["id"], reverse=True)
        following = encode_cursor(mine[limit - 1]["id"]) if len(mine) > limit else None
        return {"items": mine[:limit], "next_cursor": following}

    async def kinds(self):
        self.seen.append(("GET", "kinds"))
        if self.status:
            return JSONResponse({"code": "made_up"}, self.status)
        return {"items": [{"kind": self.kind}]}

    async def get(self, request: Request, account_id: str):
        self.seen.append((request.method, account_id, tenant_of(request)))
        if self.held is not None:
            await self.held.wait()
        if self.status:
            return JSONResponse({"code": "made_up"}, self.status)
        found = self.accounts.get(account_id)
        if found is None or found["tenant_id"] != tenant_of(request):
            return JSONResponse({"code": "not_found"}, 404)
        return {**found, "served_by": self.name}


def tenant_of(request):
    _, claims, _ = request.headers["x-atd-identity"].split(".")
    return json.loads(base64.urlsafe_b64decode(claims + "=="))["tid"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def both():
    services = [ChannelService("ingest-whatsapp", "whatsapp"), ChannelService("ingest-toy", "app")]
    async with serving(services[0].app) as first, serving(services[1].app) as second:
        for service, url in zip(services, (first, second), strict=True):
            service.url = url
        yield services


@pytest.fixture
def whatsapp(both):
    yield from fresh(both[0])


@pytest.fixture
def toy(both):
    yield from fresh(both[1])


def fresh(service):
    service.seen.clear()
    yield service
    service.status = service.held = None
    service.refuses = False


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def settings(both):
    return {"service_urls": {service.name: service.url for service in both}}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gateway(start_for_module, settings):
    return await start_for_module(wiring=WIRING, **settings)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def other_process(start_for_module, settings):
    return await start_for_module(wiring=WIRING, **settings)


async def connect(gateway, person, kind, **more):
    return await gateway.http.post("/api/v1/channels", json={"kind": kind, **more}, headers=person.headers)


async def announce(gateway, tenant_id, account_id, kind, **more):
    now = gateway.apps.runtime.clock.now()
    data = ChannelAccountData(account_id=account_id, channel=kind, name="x", status="active", **more)
    change = ChannelAccountChanged(
        id=uuid7(), tenant_id=tenant_id, occurred_at=now, recorded_at=now, source="toy", subject=account_id, data=data
    )
    await gateway.apps.runtime.producer.publish([Outgoing.of(SETTINGS_CHANGES, change)])


async def test_a_new_account_goes_to_the_service_of_its_kind_and_is_reachable_at_once(gateway, whatsapp, toy):
    ana = await gateway.person()
    for kind, service in (("app", toy), ("whatsapp", whatsapp)):
        made = await connect(gateway, ana, kind)
        assert made.status_code == 201
        assert service.seen[-1][1] == b'{"kind":"' + kind.encode() + b'"}'
        got = await gateway.http.get(f"/api/v1/channels/{made.json()['id']}", headers=ana.headers)
        assert got.json()["served_by"] == service.name
        assert [what for what, *_ in service.seen] == ["POST", "GET"]  # nobody was asked where the account is
        service.seen.clear()


async def test_what_is_below_an_account_goes_to_its_service(gateway, toy):
    ana = await gateway.person()
    account_id = (await connect(gateway, ana, "app")).json()["id"]
    for method in ("PATCH", "DELETE"):
        answer = await gateway.http.request(method, f"/api/v1/channels/{account_id}", headers=ana.headers)
        assert answer.status_code == 200
    assert (await gateway.http.post(f"/api/v1/channels/{account_id}/check", headers=ana.headers)).status_code == 200
    assert [what for what, *_ in toy.seen] == ["POST", "PATCH", "DELETE", "POST"]


async def test_another_process_finds_an_account_before_its_event(gateway, other_process, whatsapp, toy):
    ana = await gateway.person()
    account_id = (await connect(gateway, ana, "app")).json()["id"]
    whatsapp.seen.clear()
    got = await other_process.http.get(f"/api/v1/channels/{account_id}", headers=ana.headers)
    assert got.json()["served_by"] == "ingest-toy"
    assert whatsapp.seen == [("GET", account_id, ana.tenant_id)]
    for _ in range(3):
        await other_process.http.get(f"/api/v1/channels/{account_id}", headers=ana.headers)
    assert len(whatsapp.seen) == 1  # from now on it is known


async def test_another_process_knows_an_account_by_its_event(gateway, other_process, whatsapp, toy):
    ana = await gateway.person()
    account_id = toy.add(ana.tenant_id)
    await announce(gateway, ana.tenant_id, account_id, "app")
    await other_process.caught_up(SETTINGS_CHANGES)
    assert (await other_process.http.get(f"/api/v1/channels/{account_id}", headers=ana.headers)).status_code == 200
    assert whatsapp.seen == []


async def test_a_process_that_starts_later_knows_every_account(gateway, start, settings, whatsapp, toy):
    ana = await gateway.person()
    account_id = toy.add(ana.tenant_id)
    await announce(gateway, ana.tenant_id, account_id, "app")
    later = await start(wiring=WIRING, **settings)
    assert (await later.http.get(f"/api/v1/channels/{account_id}", headers=ana.headers)).status_code == 200
    assert whatsapp.seen == []


async def test_an_account_of_another_tenant_is_not_found(gateway, toy):
    ana, bia = await gateway.person(), await gateway.person()
    account_id = (await connect(gateway, ana, "app")).json()["id"]
    toy.seen.clear()
    answer = await gateway.http.get(f"/api/v1/channels/{account_id}", headers=bia.headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert toy.seen == []


async def test_a_slow_service_does_not_delay_the_accounts_of_another(gateway, whatsapp, toy):
    ana = await gateway.person()
    account_id = toy.add(ana.tenant_id)
    held = whatsapp.held = asyncio.Event()
    answer = await gateway.http.get(f"/api/v1/channels/{account_id}", headers=ana.headers, timeout=20)
    held.set()
    assert answer.json()["served_by"] == "ingest-toy"


async def test_an_unknown_id_is_not_found_and_asked_for_once(gateway, whatsapp, toy):
    ana = await gateway.person()
    unknown = uuid7()
    for path in (unknown, f"{unknown}/check", "nonsense", "a/b/c", ""):
        answer = await gateway.http.get(f"/api/v1/channels/{path}", headers=ana.headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert len(whatsapp.seen) == len(toy.seen) == 1


async def test_many_requests_for_one_unknown_id_ask_once(gateway, whatsapp, toy):
    ana = await gateway.person()
    toy.held = asyncio.Event()
    unknown = uuid7()
    asking = [
        asyncio.create_task(gateway.http.get(f"/api/v1/channels/{unknown}", headers=ana.headers)) for _ in range(5)
    ]
    await eventually(lambda: len(toy.seen) == 1)
    toy.held.set()
    assert [one.status_code for one in await asyncio.gather(*asking)] == [404] * 5
    assert len(whatsapp.seen) == len(toy.seen) == 1


async def test_an_id_that_a_service_away_may_have_is_503_and_names_it(gateway, whatsapp, toy):
    ana = await gateway.person()
    toy.status = 500
    answer = await gateway.http.get(f"/api/v1/channels/{uuid7()}", headers=ana.headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "ingest-toy" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        (b'{"kind": "fax"}', 422, "invalid", ("kind", "whatsapp, app")),
        (b'{"kind": "telegram"}', 422, "invalid", ("'telegram' channels cannot be connected yet", "whatsapp, app")),
        (b'{"kind": 7}', 422, "invalid", ("kind",)),
        (b"{}", 422, "invalid", ("kind", "required", "whatsapp, app")),
        (b"[]", 422, "invalid", ("object",)),
        (b"{", 400, "malformed_json", ("JSON",)),
        (b"", 400, "malformed_json", ("JSON",)),
        (b"\xff", 400, "malformed_json", ("JSON",)),
        (b"[" * 100_000, 400, "malformed_json", ("JSON",)),
        (b'{"kind": "app", "x": "' + b"x" * 1_100_000 + b'"}', 413, "too_large", ()),
    ],
)
async def test_a_body_without_a_kind_that_can_be_connected_is_refused(
    gateway, whatsapp, toy, body, status, code, words
):
    ana = await gateway.person()
    answer = await gateway.http.post("/api/v1/channels", content=body, headers=ana.headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert all(word in answer.json()["detail"] for word in words)
    if code == "invalid" and b"{" in body:
        assert answer.json()["errors"][0]["field"] == "kind"
    assert whatsapp.seen == toy.seen == []


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_large_body_arrives_as_it_was_sent_with_its_headers(gateway, toy, chunked):
    ana = await gateway.person()
    body = b'{"kind": "app", "name": "' + "ã".encode() * 200_000 + b'"}'

    async def pieces():
        for at in range(0, len(body), 50_000):
            yield body[at : at + 50_000]

    headers = {**ana.headers, "Idempotency-Key": "k-1", "Content-Type": "application/json"}
    content = pieces() if chunked else body
    answer = await gateway.http.post("/api/v1/channels", content=content, headers=headers)
    assert answer.status_code == 201
    assert toy.seen[-1] == ("POST", body, "k-1")


async def test_the_list_is_of_all_services_newest_first_in_pages(gateway, whatsapp, toy):
    ana, bia = await gateway.person(), await gateway.person()
    made = [(await connect(gateway, ana, kind)).json()["id"] for kind in ("app", "whatsapp", "app", "app", "whatsapp")]
    await connect(gateway, bia, "app")
    for limit in (1, 2, 3, 5, 50):
        found, query = [], f"?limit={limit}"
        while query:
            page = await gateway.http.get(f"/api/v1/channels{query}", headers=ana.headers)
            assert page.status_code == 200
            assert page.headers["content-type"] == "application/json"
            found.append([one["id"] for one in page.json()["items"]])
            following = page.json()["next_cursor"]
            query = f"?limit={limit}&cursor={following}" if following else ""
        assert [one for page in found for one in page] == made[::-1]
        assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)


async def test_with_a_kind_only_its_service_is_asked_and_the_cursor_is_the_same(gateway, whatsapp, toy):
    ana = await gateway.person()
    made = [(await connect(gateway, ana, kind)).json()["id"] for kind in ("app", "whatsapp", "app")]
    page = (await gateway.http.get("/api/v1/channels?limit=1", headers=ana.headers)).json()
    assert page["items"][0]["id"] == made[2]
    toy.seen.clear()
    whatsapp.status = 500
    of_apps = await gateway.http.get(f"/api/v1/channels?kind=app&cursor={page['next_cursor']}", headers=ana.headers)
    assert [one["id"] for one in of_apps.json()["items"]] == [made[0]]
    assert toy.seen == [("GET", "list", "app")]
    nobody = await gateway.http.get("/api/v1/channels?kind=telegram", headers=ana.headers)
    assert nobody.json() == {"items": [], "next_cursor": None}
    unknown = await gateway.http.get("/api/v1/channels?kind=fax", headers=ana.headers)
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "kind")


async def test_a_list_is_whole_or_says_which_service_is_missing(gateway, whatsapp, toy):
    ana = await gateway.person()
    toy.status = 503
    answer = await gateway.http.get("/api/v1/channels", headers=ana.headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "ingest-toy" in answer.json()["detail"]
    assert answer.headers["retry-after"]


async def test_a_list_that_the_services_refuse_is_refused_as_they_do(gateway, whatsapp, toy):
    ana = await gateway.person()
    whatsapp.status = toy.status = 403
    answer = await gateway.http.get("/api/v1/channels", headers=ana.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "made_up")
    for limit in ("0", "101", "x", "-1", ""):
        refused = await gateway.http.get(f"/api/v1/channels?limit={limit}", headers=ana.headers)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "limit")


async def test_the_kinds_that_can_be_connected_are_those_of_all_services(gateway, whatsapp, toy):
    ana = await gateway.person()
    toy.seen.clear()
    answer = await gateway.http.get("/api/v1/channels/kinds", headers=ana.headers)
    assert (answer.status_code, answer.json()) == (200, {"items": [{"kind": "whatsapp"}, {"kind": "app"}]})
    assert toy.seen == [("GET", "kinds")]
    refused = await gateway.http.post("/api/v1/channels/kinds", headers=ana.headers)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
    assert (await gateway.http.get("/api/v1/channels/kinds/x", headers=ana.headers)).status_code == 404
    toy.status = 503
    missing = await gateway.http.get("/api/v1/channels/kinds", headers=ana.headers)
    assert (missing.status_code, missing.json()["code"]) == (503, "unavailable")


async def test_the_collection_takes_reading_and_connecting_alone(gateway):
    ana = await gateway.person()
    answer = await gateway.http.delete("/api/v1/channels", headers=ana.headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert (await gateway.http.get("/api/v1/channels")).status_code == 401


async def test_records_that_are_no_accounts_are_ignored(gateway, toy):
    ana = await gateway.person()
    account_id = toy.add(ana.tenant_id)
    broken = Outgoing(SETTINGS_CHANGES.name, b"k", b'{"type": "settings.channel_account"}')
    other = Outgoing(SETTINGS_CHANGES.name, b"k2", b'{"type": "settings.other", "x": "settings.channel_account"}')
    await gateway.apps.runtime.producer.publish([broken, other])
    await announce(gateway, ana.tenant_id, account_id, "app")
    await gateway.caught_up(SETTINGS_CHANGES)
    assert (await gateway.http.get(f"/api/v1/channels/{account_id}", headers=ana.headers)).status_code == 200


async def test_a_key_that_was_used_for_another_kind_is_409(gateway, other_process, whatsapp, toy):
    ana = await gateway.person()
    headers = {**ana.headers, "Idempotency-Key": uuid7(), "Content-Type": "application/json"}
    first = await gateway.http.post("/api/v1/channels", content=b'{"kind":"whatsapp"}', headers=headers)
    assert first.status_code == 201
    for process in (gateway, other_process):
        other = await process.http.post("/api/v1/channels", content=b'{"kind":"app"}', headers=headers)
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert toy.seen == []
    again = await other_process.http.post("/api/v1/channels", content=b'{"kind":"whatsapp"}', headers=headers)
    assert again.status_code == 201


async def test_a_refused_request_has_not_used_its_key(gateway, whatsapp, toy):
    ana = await gateway.person()
    headers = {**ana.headers, "Idempotency-Key": uuid7(), "Content-Type": "application/json"}
    whatsapp.refuses = True
    refused = await gateway.http.post("/api/v1/channels", content=b'{"kind":"whatsapp"}', headers=headers)
    assert refused.status_code == 422
    answer = await gateway.http.post("/api/v1/channels", content=b'{"kind":"app"}', headers=headers)
    assert answer.status_code == 201
