"""What `/api/v1/client` tells everybody."""

from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import ValidationError

from atd_gateway.api.client import client_router
from atd_gateway.settings import GatewaySettings
from atd_testing.keys import service_keys

LOGIN: dict[str, Any] = {"seed_admin_email": "ana@a.test", "seed_admin_password": "correct horse"}


async def told(**settings):
    (route,) = client_router(GatewaySettings(**service_keys("gateway"), **settings), None).routes
    assert isinstance(route, APIRoute)
    return await route.endpoint()


@pytest.mark.parametrize("settings", [{}, LOGIN, {"sample_login": True}, {**LOGIN, "sample_login": False}])
async def test_without_the_flag_and_both_values_no_login_is_told(settings):
    assert (await told(**settings)).sample_login is None


async def test_with_the_flag_the_login_is_told():
    view = await told(**LOGIN, sample_login=True)
    assert view.sample_login.model_dump() == {"email": "ana@a.test", "password": "correct horse"}


def test_with_a_public_url_of_https_a_sample_login_does_not_start():
    public: dict[str, Any] = {**LOGIN, "public_url": "https://atendimento.example.com"}
    with pytest.raises(ValidationError, match="ATD_SAMPLE_LOGIN") as refused:
        GatewaySettings(**service_keys("gateway"), **public, sample_login=True)
    assert LOGIN["seed_admin_password"] not in str(refused.value)
    assert not GatewaySettings(**service_keys("gateway"), **public).sample_login
    trial = GatewaySettings(**service_keys("gateway"), **LOGIN, public_url="http://10.0.0.5", sample_login=True)
    assert trial.sample_login


async def test_a_zone_that_is_no_name_is_refused():
    assert (await told(time_zone="America/Argentina/Buenos_Aires")).time_zone == "America/Argentina/Buenos_Aires"
    with pytest.raises(ValueError, match="time_zone"):
        await told(time_zone="<b>")
