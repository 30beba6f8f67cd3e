from dataclasses import replace

import pytest

from atd_gateway.domain.routes import Route, RouteTable, routes_of
from atd_schemas.services import (
    CHANNELS_PREFIX,
    GATEWAY,
    INGEST_WHATSAPP,
    SERVICES,
    WEBHOOK_BODY_LIMIT_BYTES,
    PublicPrefix,
    Service,
    channel_services,
)

ROUTES = routes_of()


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/v1/conversations/1/messages", "conversation"),
        ("/api/v1/messages/1/retry", "conversation"),
        ("/api/v1/contacts", "conversation"),
        ("/api/v1/attachments", "conversation"),
        ("/api/v1/attachments/1/content", "conversation"),
        ("/webhooks/whatsapp", "ingest-whatsapp"),
        ("/webhooks/whatsapp/1", "ingest-whatsapp"),
        ("/webhooks/meta/1", "ingest-meta"),
        ("/api/v1/channelsx", None),
        ("/api/v1/me", None),
        ("/api/v1", None),
        ("/webhooks/telegram/1", "ingest-telegram"),
        ("/webhooks/smoke/1", None),
        ("/livez", None),
        ("/metrics", None),
        ("/api/v1/../metrics", None),
        ("/openapi.json", None),
        ("", None),
    ],
)
def test_a_path_leads_to_its_service_by_whole_segments(path: str, service: str | None) -> None:
    route = RouteTable(ROUTES).find(path)
    assert (route.service if route else None) == service


@pytest.mark.parametrize("path", ["/api/v1/channels", "/api/v1/channels/", "/api/v1/channels/1/check"])
def test_the_channels_are_one_resource_of_all_their_services(path: str) -> None:
    route = RouteTable(ROUTES).find(path)
    assert route is not None
    assert route.services == tuple(one.name for one in channel_services())


def test_the_longest_prefix_wins() -> None:
    table = RouteTable((Route("/a", ("conversation",)), Route("/a/b", ("ingest-whatsapp",))))
    found = table.find("/a/b/c")
    assert found is not None
    assert found.service == "ingest-whatsapp"


def test_two_routes_cannot_have_one_prefix() -> None:
    with pytest.raises(ValueError, match="same prefix"):
        RouteTable((Route("/a", ("conversation",)), Route("/a", ("ingest-whatsapp",))))


def test_only_files_may_be_large() -> None:
    assert {route.prefix for route in ROUTES if route.body_limit > WEBHOOK_BODY_LIMIT_BYTES} == {"/api/v1/attachments"}


def test_only_providers_come_without_a_token() -> None:
    open_routes = [route.prefix for route in ROUTES if route.access != "bearer"]
    assert set(open_routes) == {prefix.path for one in channel_services() for prefix in one.prefixes}


def test_a_new_service_is_an_entry_of_the_list_and_nothing_else() -> None:
    toy = Service(name="ingest-toy", port=8199, does="toys", channels=("app",), prefixes=(PublicPrefix("/widget/v1"),))
    table = RouteTable(routes_of([*SERVICES, toy]))
    widget, channels = table.find("/widget/v1/sessions"), table.find(f"{CHANNELS_PREFIX}/1")
    assert widget is not None
    assert widget.service == "ingest-toy"
    assert channels is not None
    assert channels.is_shared
    assert channels.services == (*(one.name for one in channel_services()), "ingest-toy")


def test_without_a_channel_service_there_are_no_channels() -> None:
    assert RouteTable(routes_of([GATEWAY])).find(CHANNELS_PREFIX) is None


def test_two_services_cannot_have_one_prefix() -> None:
    with pytest.raises(ValueError, match="same prefix"):
        RouteTable(routes_of([INGEST_WHATSAPP, replace(INGEST_WHATSAPP, name="ingest-other", channels=("web",))]))
