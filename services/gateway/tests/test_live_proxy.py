import asyncio
import hashlib
import hmac
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
import pytest_asyncio

from atd_schemas.services import INGEST_WHATSAPP, SERVICES, Service
from atd_testing.lying_service import LyingService
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

(PREFIX,) = INGEST_WHATSAPP.prefixes


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lying_service():
    async with LyingService() as found:
        yield found


@pytest.fixture
def service(lying_service):
    yield lying_service
    lying_service.forget()


def behind(url):
    """Settings by which every service is at `url`."""
    return {"service_urls": {"conversation": url, "ingest-whatsapp": url}}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gateway(start_for_module, lying_service):
    return await start_for_module(
        **behind(lying_service.url),
        public_url="https://atendimento.example",
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hasty(start_for_module, lying_service):
    """A gateway that waits for a second: for what never comes, and nothing else."""
    return await start_for_module(**behind(lying_service.url), upstream_timeout=timedelta(seconds=1))


async def test_a_request_reaches_its_service_with_a_signed_identity(gateway, service):
    ana = await gateway.person(role="attendant", name="Ána")
    headers = {**ana.headers, "X-Atd-Identity": "forged", "X-Atd-Other": "1", "Cookie": "a=1", "X-Request-Id": "r-1"}
    headers |= {"X-Forwarded-For": "6.6.6.6, 198.51.100.7", "traceparent": "00-1-1-01", "Connection": "x-private"}
    headers |= {"X-Private": "1", "Idempotency-Key": "k", "Content-Type": "application/json"}
    url = "/api/v1/conversations/a%2Fb/messages?limit=3&q=ol%C3%A1+x"
    answer = await gateway.http.post(url, headers=headers, content=b'{"text": "ol\\u00e1"}')
    assert answer.status_code == 200
    assert answer.content == service.seen[-1]["body"] == b'{"text": "ol\\u00e1"}'
    assert service.seen[-1]["path"] == url
    sent = service.headers()
    for name in ("authorization", "cookie", "x-atd-other", "traceparent", "x-private", "connection"):
        assert name not in sent or sent[name] == "keep-alive"
    assert [name.lower() for name, _ in service.seen[-1]["headers"]].count("x-atd-identity") == 1
    assert sent["x-forwarded-for"] == "198.51.100.7"
    assert sent["x-forwarded-proto"] == "https"
    assert sent["x-forwarded-host"] == "atendimento.example"
    assert sent["x-request-id"] == answer.headers["x-request-id"] == "r-1"
    assert sent["idempotency-key"] == "k"
    verifier = gateway.apps.runtime.identity
    identity = verifier.verify(sent["x-atd-identity"], gateway.apps.runtime.clock.now())
    assert (identity.tenant_id, identity.actor_id, identity.actor_name) == (ana.tenant_id, ana.attendant.id, "Ána")
    assert "conversations:assign" in identity.permissions
    assert "channels:manage" not in identity.permissions


async def test_the_answer_comes_back_as_it_is_without_what_is_ours(gateway, service):
    ana = await gateway.person()
    answer = await gateway.http.get("/api/v1/contacts/x", headers=ana.headers)
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["etag"] == '"7"'
    for name in ("x-atd-secret", "keep-alive", "server"):
        assert name not in answer.headers
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert answer.headers["x-content-type-options"] == "nosniff"
    for status in (201, 204, 304, 404, 422, 500, 503):
        assert (await gateway.http.get(f"/api/v1/contacts/{status}", headers=ana.headers)).status_code == status


async def test_an_identity_is_signed_once_in_thirty_seconds(gateway, service):
    ana = await gateway.person()
    for _ in range(3):
        await gateway.http.get("/api/v1/conversations", headers=ana.headers)
    assert len({service.headers(n)["x-atd-identity"] for n in range(3)}) == 1


async def test_two_tenants_are_two_identities(gateway, service):
    ana, bia = await gateway.person(), await gateway.person()
    verifier = gateway.apps.runtime.identity
    for person in (ana, bia, ana):
        headers = {**person.headers, "X-Tenant-Id": bia.tenant_id}
        await gateway.http.get(f"/api/v1/conversations?tenant_id={bia.tenant_id}", headers=headers)
        signed = service.headers()["x-atd-identity"]
        identity = verifier.verify(signed, gateway.apps.runtime.clock.now())
        assert identity.tenant_id == person.tenant_id


@pytest.mark.parametrize("size", [231, 64 * 1024, 64 * 1024 + 1, 3 * 1024 * 1024])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_webhook_arrives_byte_for_byte_with_its_signature(gateway, service, size, chunked):
    body = (b'{"text":"Ol\\u00e1 \xff\x00"}' * (size // 20 + 1))[:size]
    signature = "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()

    async def pieces():
        for at in range(0, len(body), 50_000):
            yield body[at : at + 50_000]

    headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/json", "Authorization": "Bearer theirs"}
    content = pieces() if chunked else body
    answer = await gateway.http.post("/webhooks/whatsapp/acc-1", content=content, headers=headers)
    assert answer.status_code == 200
    assert service.seen[-1]["body"] == body
    assert service.headers()["x-hub-signature-256"] == signature
    assert service.headers()["authorization"] == "Bearer theirs"
    assert "x-atd-identity" not in service.headers()


async def test_the_handshake_of_a_provider_is_handed_on(gateway, service):
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=my-token"
    assert (await gateway.http.get(f"/webhooks/whatsapp?{query}")).status_code == 200
    assert service.seen[-1]["path"] == f"/webhooks/whatsapp?{query}"


async def test_the_services_answer_to_a_webhook_is_unchanged(gateway, service):
    for status in (401, 403, 404, 413, 503):
        answer = await gateway.http.post(f"/webhooks/whatsapp/{status}", content=b"{}")
        assert (answer.status_code, answer.content) == (status, b"{}")


async def test_other_methods_are_refused(gateway, service):
    answer = await gateway.http.put("/webhooks/whatsapp/1", content=b"{}")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert service.seen == []


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_beyond_the_limit_is_refused(gateway, service, chunked):
    ana = await gateway.person()

    async def pieces():
        for _ in range(40):
            yield b"x" * 100_000

    for path, headers in (("/webhooks/whatsapp", {}), ("/api/v1/conversations", ana.headers)):
        content = pieces() if chunked else b"x" * 4_000_000
        answer = await gateway.http.post(path, content=content, headers=headers)
        assert answer.status_code == 413
        assert answer.json()["code"] == "too_large"
    assert (await gateway.http.get("/api/v1/conversations", headers=ana.headers)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("cut", 502, "bad_gateway"), ("rubbish", 502, "bad_gateway"), ("slow", 504, "gateway_timeout")],
)
async def test_a_service_that_misbehaves_is_a_problem(gateway, hasty, service, kind, status, code):
    gateway = hasty if kind == "slow" else gateway
    ana = await gateway.person()
    answer = await gateway.http.post(f"/api/v1/conversations/{kind}", headers=ana.headers, content=b"{}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("kind", ["half", "dribble"])
async def test_half_an_answer_is_never_taken_for_a_whole_one(hasty, service, kind):
    gateway = hasty
    ana = await gateway.person()
    with pytest.raises(Exception, match=r"peer closed|disconnected|incomplete"):
        await gateway.http.get(f"/api/v1/conversations/{kind}", headers=ana.headers)


async def test_a_service_that_is_away_is_503_and_comes_back_by_itself(start, service):
    gateway = await start(service_urls={"conversation": "http://127.0.0.1:9", "ingest-whatsapp": service.url})
    ana = await gateway.person()
    answer = await gateway.http.get("/api/v1/conversations", headers=ana.headers)
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert answer.headers["retry-after"]
    others = await gateway.http.get("/api/v1/channels", params={"kind": "whatsapp"}, headers=ana.headers)
    assert others.status_code == 200


async def test_a_large_answer_is_streamed(gateway, service):
    ana = await gateway.person()
    size = 0
    async with gateway.http.stream("GET", "/api/v1/conversations/huge", headers=ana.headers) as answer:
        async for chunk in answer.aiter_bytes():
            size += len(chunk)
    assert size == 200 * 0x10000


async def test_of_an_answer_whose_client_goes_away_no_more_is_asked_for(gateway, service):
    ana = await gateway.person()
    async with gateway.http.stream("GET", "/api/v1/attachments/endless", headers=ana.headers) as answer:
        await anext(answer.aiter_bytes())
    await eventually(service.left.is_set)
    assert (await gateway.http.get("/api/v1/attachments/x", headers=ana.headers)).status_code == 200


async def test_a_large_file_streams_through_in_either_direction(start, service):
    gateway = await start(**behind(service.url))
    ana = await gateway.person()
    piece, pieces = b"0123456789abcdef" * 4096, 1600
    digest = hashlib.sha256()

    async def body():
        for _ in range(pieces):
            digest.update(piece)
            yield piece

    headers = {**ana.headers, "Content-Length": str(len(piece) * pieces), "Content-Type": "multipart/form-data"}
    tracemalloc.start()
    try:
        answer = await gateway.http.post("/api/v1/attachments/digest", content=body(), headers=headers)
        assert answer.content == digest.hexdigest().encode()
        assert tracemalloc.get_traced_memory()[1] < len(piece) * pieces / 2  # the service's own buffer is 32 MB
        tracemalloc.reset_peak()
        async with gateway.http.stream("GET", "/api/v1/attachments/huge", headers=ana.headers) as answer:
            assert sum([len(chunk) async for chunk in answer.aiter_bytes()]) == 200 * 0x10000
        assert tracemalloc.get_traced_memory()[1] < 200 * 0x10000 / 2
    finally:
        tracemalloc.stop()


async def test_a_range_of_a_file_is_asked_for_and_answered_as_it_is(gateway, service):
    ana = await gateway.person()
    asked = {"Range": "bytes=0-1", "If-Range": '"7"', "If-None-Match": '"8"'}
    answer = await gateway.http.get("/api/v1/attachments/206", headers={**ana.headers, **asked})
    assert answer.status_code == 206
    assert {name: service.headers()[name.lower()] for name in asked} == asked


async def test_a_client_that_stops_in_the_middle_of_a_body_is_told_so(gateway, hasty, service):
    ana = await gateway.person()
    for size in (1_000, 1_000_000):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(hasty.url.rpartition(":")[2]))
        lines = ["POST /api/v1/attachments HTTP/1.1", "Host: x", f"Authorization: Bearer {ana.token}"]
        writer.write("\r\n".join([*lines, f"Content-Length: {size}", "", "half of it"]).encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
        writer.close()
    assert (await gateway.http.get("/api/v1/attachments/x", headers=ana.headers)).status_code == 200


async def test_no_more_webhooks_are_in_hand_than_allowed(start, service):
    gateway = await start(**behind(service.url), webhooks_in_flight=3)
    waiting = [asyncio.create_task(gateway.http.post("/webhooks/whatsapp/slow", content=b"{}")) for _ in range(3)]
    await eventually(lambda: len(service.seen) == 3)
    answer = await gateway.http.post("/webhooks/whatsapp/now", content=b"{}")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    service.release.set()
    assert [one.status_code for one in await asyncio.gather(*waiting)] == [200] * 3


async def test_a_service_that_stalls_fills_up_its_own_webhooks_alone(start, service):
    toy = Service(
        name="ingest-toy", port=8198, does="a toy", channels=("app",), prefixes=(replace(PREFIX, path="/webhooks/toy"),)
    )
    async with LyingService() as other:
        urls = {"ingest-whatsapp": service.url, "ingest-toy": other.url}
        gateway = await start(wiring={"services": [*SERVICES, toy]}, service_urls=urls, webhooks_in_flight=3)
        waiting = [asyncio.create_task(gateway.http.post("/webhooks/whatsapp/slow", content=b"{}")) for _ in range(3)]
        await eventually(lambda: len(service.seen) == 3)
        assert (await gateway.http.post("/webhooks/whatsapp/now", content=b"{}")).status_code == 503
        assert (await gateway.http.post("/webhooks/toy/now", content=b"{}")).status_code == 200
        service.release.set()
        await asyncio.gather(*waiting)


async def test_slow_downloads_take_no_connection_from_other_requests_of_their_service(start, service):
    gateway = await start(**behind(service.url), upstream_connections=2)
    ana = await gateway.person()
    waiting = [asyncio.create_task(gateway.http.get("/api/v1/attachments/slow", headers=ana.headers)) for _ in range(2)]
    await eventually(lambda: len(service.seen) == 2)
    assert (await gateway.http.get("/api/v1/conversations", headers=ana.headers)).status_code == 200
    service.release.set()
    await asyncio.gather(*waiting)


async def test_one_sign_in_has_a_rate_and_is_told_how_long_to_wait(start, service):
    gateway = await start(**behind(service.url), api_rate=0.01, api_burst=5)
    ana, bia = await gateway.person(), await gateway.person()
    statuses = [(await gateway.http.get("/api/v1/conversations", headers=ana.headers)).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    answer = await gateway.http.get("/api/v1/me", headers=ana.headers)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 100
    assert (await gateway.http.get("/api/v1/me", headers=bia.headers)).status_code == 200


async def test_routes_outside_the_table_lead_nowhere(gateway, service):
    for path in ("/livez", "/readyz", "/metrics", "/conversations", "/webhooks/carrier-pigeon/1", "/api/v1%2f..%2fx"):
        assert (await gateway.http.get(path)).status_code in (401, 404), path
    reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
    writer.write(b"GET /webhooks/whatsapp/../../metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 404")
    writer.close()
    assert service.seen == []


async def test_the_internal_port_has_health_and_metrics(gateway):
    found = {path: await gateway.http.get(gateway.internal_url + path) for path in ("/livez", "/readyz", "/metrics")}
    assert {path: one.status_code for path, one in found.items()} == dict.fromkeys(found, 200)
    assert "atd_ws_connections" in found["/metrics"].text


async def test_cross_origin_pages_need_permission(start, service):
    ours, theirs = "https://app.example", "https://evil.example"
    closed, opened = await start(**behind(service.url)), await start(cors_origins=ours)
    ask = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    for gateway, origin, allowed in ((closed, ours, None), (opened, ours, ours), (opened, theirs, None)):
        answer = await gateway.http.options("/api/v1/me", headers={"Origin": origin, **ask})
        assert answer.headers.get("access-control-allow-origin") == allowed
        simple = await gateway.http.get("/api/v1/me", headers={"Origin": origin})
        assert simple.headers.get("access-control-allow-origin") == allowed


async def test_an_unreadable_body_is_400_and_a_faulty_one_422(gateway):
    broken = await gateway.http.post("/api/v1/auth/login", content=b"{", headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed_json")
    faulty = await gateway.http.post("/api/v1/auth/login", json={"email": "a"})
    assert faulty.status_code == 422
    assert {one["field"] for one in orjson.loads(faulty.content)["errors"]} == {"email", "password"}
