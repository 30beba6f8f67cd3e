"""Files in a browser: read by a cookie, which opens nothing else."""

from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from atd_testing.lying_service import LyingService

pytestmark = pytest.mark.asyncio(loop_scope="session")

FILE = "/api/v1/attachments/0190b5c4-0000-7000-8000-000000000001/content"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lying_service():
    async with LyingService() as found:
        yield found


@pytest.fixture
def service(lying_service):
    lying_service.forget()
    return lying_service


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gateway(start_for_module, lying_service):
    return await start_for_module(service_urls={"conversation": lying_service.url})


@asynccontextmanager
async def browser_of(gateway, person):
    """A browser in which the person has signed in, and the answer that it got."""
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20) as browser:
        body = {"email": person.attendant.email, "password": "correct horse battery staple", "cookie": True}
        answer = await browser.post("/api/v1/auth/login", json=body)
        assert answer.status_code == 200
        yield browser, answer


async def sign_in(gateway, person):
    """The answer to signing in in a browser."""
    async with browser_of(gateway, person) as (_, answer):
        return answer


def cookie_of(answer):
    return {"Cookie": f"atd_files={answer.json()['access_token']}"}


async def tenant_of(gateway, service):
    signed = service.headers()["x-atd-identity"]
    return gateway.apps.runtime.identity.verify(signed, gateway.apps.runtime.clock.now()).tenant_id


async def test_a_browser_reads_files_by_a_cookie_that_the_service_never_sees(gateway, service):
    ana = await gateway.person()
    async with browser_of(gateway, ana) as (browser, answer):
        read = await browser.get(FILE, headers={"Range": "bytes=0-9", "Sec-Fetch-Site": "same-origin"})
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("atd_files=")]
    assert cookie.partition("; ")[2].split("; ") == [
        "HttpOnly",
        "Max-Age=900",
        "Path=/api/v1/attachments",
        "SameSite=strict",
    ]
    assert read.status_code == 200
    assert service.headers()["range"] == "bytes=0-9"
    assert "cookie" not in service.headers()
    assert await tenant_of(gateway, service) == ana.tenant_id


async def test_a_refresh_brings_a_new_one_and_signing_out_removes_it(gateway):
    async with browser_of(gateway, await gateway.person()) as (browser, _):
        refreshed = await browser.post("/api/v1/auth/refresh")
        assert f"atd_files={refreshed.json()['access_token']}" in refreshed.headers["set-cookie"]
        assert (await browser.get(FILE)).status_code == 200
        out = await browser.post("/api/v1/auth/logout")
        assert {"atd_refresh", "atd_files"}.isdisjoint(browser.cookies)
        assert out.headers["clear-site-data"] == '"cache"'
        assert (await browser.get(FILE, headers=cookie_of(refreshed))).status_code == 401


async def test_who_keeps_the_refresh_token_elsewhere_gets_no_cookie(gateway):
    ana = await gateway.person()
    refreshed = await gateway.http.post("/api/v1/auth/refresh", json={"refresh_token": ana.tokens["refresh_token"]})
    assert "set-cookie" not in refreshed.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_the_cookie_changes_nothing(gateway, service, method):
    answer = await sign_in(gateway, await gateway.person())
    refused = await gateway.http.request(method, FILE, headers=cookie_of(answer))
    assert (refused.status_code, service.seen) == (401, [])


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/attachments",
        "/api/v1/attachments2/x/content",
        "/api/v1/conversations",
        "/api/v1/messages/x",
        "/api/v1/channels",
        "/api/v1/me",
        "/api/v1/attendants",
        "/api/v1/%61ttachments/x/content",
        "/api/v1/attachments%2Fx/content",
        "/api/v1/attachments/..%2Fconversations",
        "/api/v1/attachments/%2e%2e%2fme",
        "/api/v1/attachments/x%2f..%2f..%2fme",
        "//api/v1/attachments/x/content",
    ],
)
async def test_the_cookie_opens_no_other_path(gateway, service, path):
    answer = await sign_in(gateway, await gateway.person())
    url = httpx.URL(gateway.url).copy_with(raw_path=path.encode())
    refused = await gateway.http.get(url, headers=cookie_of(answer))
    assert refused.status_code in (401, 404)
    assert service.seen == []


async def test_a_cookie_shows_the_files_of_its_own_tenant(gateway, service):
    ana, bia = await gateway.person(), await gateway.person()
    answer = await sign_in(gateway, bia)
    assert (await gateway.http.get(FILE, headers=cookie_of(answer))).status_code == 200
    assert await tenant_of(gateway, service) == bia.tenant_id
    both = await gateway.http.get(FILE, headers={**cookie_of(answer), **ana.headers})
    assert both.status_code == 200
    assert await tenant_of(gateway, service) == ana.tenant_id


@pytest.mark.parametrize("authorization", ["Bearer x.y.z", "Basic eA==", ""])
async def test_a_wrong_header_is_not_made_good_by_the_cookie(gateway, authorization):
    answer = await sign_in(gateway, await gateway.person())
    headers = {**cookie_of(answer), "Authorization": authorization}
    assert (await gateway.http.get(FILE, headers=headers)).status_code == 401


@pytest.mark.parametrize("value", ["", "x.y.z", "atdr_x"])
async def test_a_cookie_that_is_no_token_is_refused(gateway, value):
    assert (await gateway.http.get(FILE, headers={"Cookie": f"atd_files={value}"})).status_code == 401


async def test_the_refresh_tokens_cookie_reads_no_file(gateway):
    refresh = (await sign_in(gateway, await gateway.person())).cookies["atd_refresh"]
    for name in ("atd_refresh", "atd_files"):
        assert (await gateway.http.get(FILE, headers={"Cookie": f"{name}={refresh}"})).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_page_of_another_origin_shows_no_file(gateway, service, headers):
    answer = await sign_in(gateway, await gateway.person())
    refused = await gateway.http.get(FILE, headers={**cookie_of(answer), **headers})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert service.seen == []


async def test_an_expired_cookie_is_refused(start, lying_service):
    gateway = await start(service_urls={"conversation": lying_service.url}, access_token_lifetime=timedelta(seconds=0))
    person = await gateway.person()
    answer = await sign_in(gateway, person)
    refused = await gateway.http.get(FILE, headers=cookie_of(answer))
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")


async def test_the_cookie_is_for_https_alone_where_the_origin_is(start):
    gateway = await start(public_url="https://atendimento.example")
    answer = await sign_in(gateway, await gateway.person())
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("Secure" in one for one in cookies)
