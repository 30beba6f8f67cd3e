import orjson
import pytest

from atd_schemas.topics import registry

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
        away = link == "/api/openapi.json"  # no service is behind this gateway
        assert linked.status_code == (503 if away else 200), link
        assert linked.content


def _links(text):
    return {part.split('"')[0] for mark in ('href="', 'src="') for part in text.split(mark)[1:]}


async def test_the_landing_page_is_in_portuguese_and_leads_to_the_documents(gateway):
    answer = await gateway.http.get("/")
    assert '<html lang="pt-BR">' in answer.text
    assert {"/api/docs", "/api/openapi.json"} <= _links(answer.text)


async def test_assets_are_compressed_and_cached(gateway):
    first = await gateway.http.get("/api/assets/swagger-ui-bundle.js", headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    assert "SwaggerUIBundle" in first.text
    again = await gateway.http.get("/api/assets/swagger-ui-bundle.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    plain = await gateway.http.get("/api/assets/swagger-ui-bundle.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == first.content
    assert (await gateway.http.get("/api/assets/..%2Fapp.py")).status_code == 404


async def test_openapi_is_503_while_a_part_of_it_is_missing(gateway):
    answer = await gateway.http.get("/api/openapi.json")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "conversation" in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) > 0


async def test_events_describes_every_topic_and_the_socket(gateway):
    document = (await gateway.http.get("/api/events")).json()
    assert set(document["channels"]) == {topic.name for topic in registry()} | {"/ws"}
    for channel in document["channels"].values():
        for message in channel["messages"]:
            ref = document["components"]["messages"][message]["payload"]["$ref"]
            assert ref.rpartition("/")[2] in document["components"]["schemas"]
    assert document["operations"]["conversation.receive.inbound.events.v1"]["action"] == "receive"
    assert "message.received" in document["channels"]["conversation.events.v1"]["messages"]
    assert document["x-services"]["conversation"] == {"reachable": False, "reads": []}
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


@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/api/v1/conversations", "/nowhere"])
async def test_every_answer_tells_the_time_once(gateway, path):
    answer = await gateway.http.get(path)
    assert len(answer.headers.get_list("date")) == 1
