"""The wiring is complete: every route says what it needs, every setting what it means."""

import re
from pathlib import Path
from typing import get_args

import pytest

import atd_gateway
from atd_gateway.app import create_apps
from atd_gateway.domain.access import PERMISSIONS
from atd_gateway.domain.close_codes import CLOSE_REASONS
from atd_gateway.settings import GatewaySettings, services_behind
from atd_schemas.services import GATEWAY, SERVICES
from atd_schemas.views import ChannelKind
from atd_servicekit.identity import route_permissions
from atd_servicekit.identity_keys import new_private_key, read_private_key
from atd_servicekit.serving import read_settings
from atd_testing.keys import IDENTITY_PUBLIC_KEY, key_variables, service_keys


@pytest.fixture
async def settings():
    return GatewaySettings(**service_keys("gateway"))


async def test_every_route_names_its_permission(settings):
    found = route_permissions(create_apps(settings).public)
    assert {path: need for path, need in found.items() if not need.startswith("public")} == {
        "GET /api/v1/me": "authenticated",
        "PATCH /api/v1/me": "authenticated",
        "POST /api/v1/me/password": "authenticated",
        "GET /api/v1/sessions": "authenticated",
        "DELETE /api/v1/sessions/{session_id}": "authenticated",
        "GET /api/v1/audit": "audit:read",
        "GET /api/v1/attendants": "attendants:read",
        "POST /api/v1/attendants": "attendants:manage",
        "PATCH /api/v1/attendants/{attendant_id}": "attendants:manage",
        "PUT /api/v1/attendants/{attendant_id}/password": "attendants:manage",
    }
    public = {path for path, need in found.items() if need.startswith("public")}
    assert public == {
        "GET /",
        "GET /api/docs",
        "GET /api/v1/client",
        "GET /api/events",
        "GET /api/openapi.json",
        "GET /api/assets/{name}",
        "GET /asyncapi.json",
        "GET /openapi.json",
        "POST /api/v1/auth/login",
        "POST /api/v1/auth/logout",
        "POST /api/v1/auth/refresh",
        "WEBSOCKET /ws",
    }
    for need in found.values():
        assert need.startswith("public: ") or need == "authenticated" or need in PERMISSIONS


def test_every_service_but_the_gateway_has_an_address_of_its_own_variable(monkeypatch):
    monkeypatch.setenv("ATD_CONVERSATION_URL", "http://conversation:8110/")
    settings = GatewaySettings(**service_keys("gateway"))
    assert services_behind() == tuple(one for one in SERVICES if one != GATEWAY)
    addresses = {one.name: settings.url_of(one) for one in services_behind()}
    assert addresses == {one.name: f"http://127.0.0.1:{one.port}" for one in services_behind()} | {
        "conversation": "http://conversation:8110"
    }


def test_an_address_that_is_passed_wins_and_the_others_stay():
    settings = GatewaySettings(**service_keys("gateway"), service_urls={"conversation": "http://there"})
    others = {one.name: f"http://127.0.0.1:{one.port}" for one in services_behind()}
    assert {one.name: settings.url_of(one) for one in services_behind()} == others | {"conversation": "http://there"}


def test_every_setting_is_described():
    for name, field in GatewaySettings.model_fields.items():
        assert field.description, name


def test_every_close_code_has_a_meaning_and_fits_the_protocol():
    for code, meaning in CLOSE_REASONS.items():
        assert code in (1012, 1013) or 4000 <= code <= 4999
        assert 0 < len(meaning) <= 100


def test_a_private_key_whose_public_key_is_not_published_ends_the_start_and_is_not_repeated(monkeypatch):
    for name, value in key_variables("gateway").items():
        monkeypatch.setenv(name, value)
    read_settings(GatewaySettings)
    key = new_private_key()
    monkeypatch.setenv("ATD_IDENTITY_PRIVATE_KEY", key)
    with pytest.raises(SystemExit) as ended:
        read_settings(GatewaySettings)
    said = str(ended.value)
    assert f"ATD_IDENTITY_PUBLIC_KEYS lacks the public key of ATD_IDENTITY_PRIVATE_KEY: add {_public(key)}" in said
    assert key not in said
    monkeypatch.setenv("ATD_IDENTITY_PUBLIC_KEYS", f"{IDENTITY_PUBLIC_KEY},{_public(key)}")
    read_settings(GatewaySettings)


def _public(private_key):
    return read_private_key(private_key).public.text


def test_nothing_in_the_gateway_names_a_channel():
    kinds = "|".join(get_args(ChannelKind))
    channel = re.compile(f"whatsapp|telegram|messenger|facebook|instagram|[\"']({kinds})[\"']", re.IGNORECASE)
    source = Path(atd_gateway.__file__).parent
    assert [str(file) for file in source.rglob("*.py") if channel.search(file.read_text(encoding="utf-8"))] == []
