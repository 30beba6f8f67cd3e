from datetime import timedelta

import httpx
import pytest
from structlog.testing import capture_logs

from atd_gateway.api_documents import FRESH_SECONDS, RETRY_SECONDS, ApiDocuments
from atd_gateway.domain.routes import RouteTable, routes_of
from atd_gateway.realtime.streams import Topics
from atd_schemas.services import CONVERSATION, INGEST_WHATSAPP
from atd_servicekit.problems import Problem
from atd_testing.clock import FakeClock

OWN = {
    "openapi": "3.1.0",
    "info": {"title": "Atendimento", "version": "1", "description": "The API."},
    "paths": {"/api/v1/me": {"get": {"responses": {"200": {"description": "ok"}}}}},
}


class Describing:
    """Services that describe themselves, or do not."""

    def __init__(self):
        self.asked = 0
        self.away = False
        self.more_paths = {}

    def __call__(self, request):
        self.asked += 1
        if self.away:
            raise httpx.ConnectError("away")
        kind = "channels" if request.url.host == "ingest-whatsapp" else "conversations"
        if request.url.path == "/asyncapi.json":
            return httpx.Response(200, json={"channels": {"x": {"address": "inbound.events.v1"}}})
        operation = {"get": {"summary": kind, "responses": {"200": {"description": "ok"}}}}
        paths = {f"/api/v1/{kind}": operation, "/livez": operation, **self.more_paths}
        return httpx.Response(200, json={"paths": paths, "components": {}})


@pytest.fixture
def services():
    return Describing()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
async def described(services, clock):
    async with httpx.AsyncClient(transport=httpx.MockTransport(services)) as client:
        yield ApiDocuments(
            origins={"ingest-whatsapp": "http://ingest-whatsapp", "conversation": "http://conversation"},
            client=client,
            table=RouteTable(routes_of([INGEST_WHATSAPP, CONVERSATION])),
            kinds={"ingest-whatsapp": ["whatsapp"]},
            clock=clock,
            topics=Topics(),
            own=lambda: OWN,
            needs_token=lambda path: path.startswith("/api/"),
        )


async def test_openapi_shows_every_service_and_is_asked_for_once(services, described):
    document = await described.openapi()
    assert await described.openapi() == document
    assert services.asked == 2
    assert set(document["paths"]) == {"/api/v1/channels", "/api/v1/conversations", "/api/v1/me"}
    assert "x-incomplete" not in document["info"]


async def test_a_service_that_is_away_is_shown_as_it_was_with_a_note(services, described, clock):
    before = await described.openapi()
    services.away = True
    clock.advance(timedelta(seconds=FRESH_SECONDS + 1))
    after = await described.openapi()
    assert after["paths"] == before["paths"]
    assert len(after["info"]["x-incomplete"]) == 2
    assert "its part is as of 20" in after["info"]["description"]


async def test_without_the_part_of_a_service_there_is_no_document(services, described, clock):
    services.away = True
    with pytest.raises(Problem, match=r"503 unavailable.*ingest-whatsapp, conversation") as refused:
        await described.openapi()
    assert "Retry-After" in refused.value.headers
    services.away = False
    clock.advance(timedelta(seconds=RETRY_SECONDS))
    assert "/api/v1/conversations" in (await described.openapi())["paths"]


async def test_without_any_service_the_events_are_there_all_the_same(services, described):
    services.away = True
    events = await described.asyncapi()
    assert events["x-services"]["conversation"] == {"reachable": False, "reads": []}


async def test_events_say_what_each_service_reads(described):
    events = await described.asyncapi()
    assert events["x-services"]["conversation"] == {"reachable": True, "reads": ["inbound.events.v1"]}


async def test_documents_that_do_not_fit_together_are_an_error_and_not_half_a_document(services, described):
    services.more_paths = {"/api/v1/forgotten": {}}
    with capture_logs() as logged, pytest.raises(Problem, match=r"500 internal.*/api/v1/forgotten"):
        await described.openapi()
    assert logged[0]["event"] == "documents.cannot_merge"
    assert "/api/v1/forgotten" in logged[0]["reason"]
