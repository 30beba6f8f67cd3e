"""The wiring is complete: every route says what it needs, every setting what it means."""

from typing import get_args

import pytest

from atd_gateway.app import create_apps, upstreams
from atd_gateway.domain.access import PERMISSIONS
from atd_gateway.domain.closing import MEANINGS
from atd_gateway.domain.routes import ROUTES, Service
from atd_gateway.settings import GatewaySettings
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
        "GET /api/v1/attendants": "attendants:read",
    }
    public = {path for path, need in found.items() if need.startswith("public")}
    assert public == {
        "GET /",
        "GET /api/docs",
        "GET /api/events",
        "GET /api/openapi.json",
        "GET /assets/{name}",
        "GET /asyncapi.json",
        "GET /openapi.json",
        "POST /api/v1/auth/login",
        "POST /api/v1/auth/logout",
        "POST /api/v1/auth/refresh",
        "WEBSOCKET /ws",
    }
    for need in found.values():
        assert need.startswith("public: ") or need == "authenticated" or need in PERMISSIONS


async def test_every_service_of_the_route_table_has_an_address(settings):
    assert set(upstreams(settings)) == {route.service for route in ROUTES} == set(get_args(Service))


def test_every_setting_is_described():
    for name, field in GatewaySettings.model_fields.items():
        assert field.description, name


def test_every_close_code_has_a_meaning_and_fits_the_protocol():
    for code, meaning in MEANINGS.items():
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
