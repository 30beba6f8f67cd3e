import httpx
import orjson
import pytest

from atd_schemas.topics import registry


@pytest.mark.parametrize("path", ["/", "/api/docs", "/api/events?format=html"])
async def test_pages_load_nothing_from_elsewhere(gateway, path):
    answer = await gateway.http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    for link in _links(answer.text):
        linked = await gateway.http.get(link)
        assert linked.status_code == 200, link
        assert linked.content


def _links(text):
    return {part.split('"')[0] for mark in ('href="', 'src="') for part in text.split(mark)[1:]}


async def test_the_landing_page_is_in_portuguese_and_leads_to_the_documents(gateway):
    answer = await gateway.http.get("/")
    assert '<html lang="pt-BR">' in answer.text
    assert {"/api/docs", "/api/openapi.json"} <= _links(answer.text)


async def test_assets_are_compressed_and_cached(gateway):
    first = await gateway.http.get("/assets/swagger-ui-bundle.js", headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    assert "SwaggerUIBundle" in first.text
    again = await gateway.http.get("/assets/swagger-ui-bundle.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    plain = await gateway.http.get("/assets/swagger-ui-bundle.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == first.content
    assert (await gateway.http.get("/assets/..%2Fapp.py")).status_code == 404


class Describing:
    """Services that describe themselves, or do not."""

    def __init__(self):
        self.asked = 0
        self.away = False

    def __call__(self, request):
        self.asked += 1
        if self.away:
            raise httpx.ConnectError("away")
        kind = "channels" if request.url.port == 8101 else "conversations"
        if request.url.path == "/asyncapi.json":
            return httpx.Response(200, json={"channels": {"x": {"address": "inbound.events.v1"}}})
        operation = {"get": {"summary": kind, "responses": {"200": {"description": "ok"}}}}
        paths = {f"/api/v1/{kind}": operation, "/livez": operation}
        return httpx.Response(200, json={"paths": paths, "components": {}})


@pytest.fixture
def services(monkeypatch):
    found = Describing()

    def client(*_, **__):
        return httpx.AsyncClient(transport=httpx.MockTransport(found))

    monkeypatch.setattr("atd_gateway.app.create_http_client", client)
    return found


async def test_openapi_shows_every_service_and_is_asked_for_once(services, start):
    gateway = await start()
    document = (await gateway.http.get("/api/openapi.json")).json()
    assert (await gateway.http.get("/api/openapi.json")).json() == document
    assert services.asked == 2
    assert {"/api/v1/channels", "/api/v1/conversations", "/api/v1/me", "/api/v1/auth/login"} <= set(document["paths"])
    assert not {"/livez", "/asyncapi.json", "/ws"} & set(document["paths"])
    assert "x-incomplete" not in document["info"]
    assert document["openapi"].startswith("3.1")
    assert document["paths"]["/api/v1/me"]["get"]["security"] == [{"bearer": []}]


async def test_a_service_that_is_away_is_shown_as_it_was_with_a_note(services, start, monkeypatch):
    gateway = await start()
    before = (await gateway.http.get("/api/openapi.json")).json()
    services.away = True
    monkeypatch.setattr("atd_gateway.documents.FRESH_SECONDS", 0.0)
    after = (await gateway.http.get("/api/openapi.json")).json()
    assert after["paths"] == before["paths"]
    assert len(after["info"]["x-incomplete"]) == 2
    assert "is away; its part is as of 20" in after["info"]["description"]


async def test_without_any_service_the_documents_are_there_all_the_same(services, start):
    services.away = True
    gateway = await start()
    document = (await gateway.http.get("/api/openapi.json")).json()
    assert "/api/v1/me" in document["paths"]
    assert "its part is missing" in document["info"]["description"]
    events = (await gateway.http.get("/api/events")).json()
    assert events["x-services"]["conversation"] == {"reachable": False, "reads": []}


async def test_events_describes_every_topic_and_the_socket(services, start):
    gateway = await start()
    document = (await gateway.http.get("/api/events")).json()
    assert set(document["channels"]) == {topic.name for topic in registry()} | {"/ws"}
    for channel in document["channels"].values():
        for message in channel["messages"]:
            ref = document["components"]["messages"][message]["payload"]["$ref"]
            assert ref.rpartition("/")[2] in document["components"]["schemas"]
    assert document["operations"]["conversation.receive.inbound.events.v1"]["action"] == "receive"
    assert "message.received" in document["channels"]["conversation.events.v1"]["messages"]
    assert document["x-services"]["conversation"] == {"reachable": True, "reads": ["inbound.events.v1"]}
    for ref in _refs(document):
        assert _resolve(document, ref) is not None, ref
    page = await gateway.http.get("/api/events", headers={"Accept": "text/html,*/*"})
    assert "conversation.events.v1" in page.text


def _refs(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner
            else:
                yield from _refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _refs(inner)


def _resolve(document, ref):
    found = document
    for part in ref.removeprefix("#/").split("/"):
        found = found.get(part.replace("~1", "/"))
        if found is None:
            return None
    return orjson.dumps(found)
