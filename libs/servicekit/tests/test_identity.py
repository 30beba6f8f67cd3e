"""A service believes an identity only when the gateway signed it just now."""

import base64
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Annotated, Any

import httpx
import orjson
import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from atd_schemas.envelope import Actor
from atd_servicekit.crypto import derive_key
from atd_servicekit.identity import (
    IDENTITY_HEADER,
    LIFETIME,
    Identity,
    IdentitySigner,
    IdentityVerifier,
    Public,
    Requires,
    route_permissions,
)
from atd_servicekit.problems import Problem, install_problem_handlers
from atd_testing.identity import identity_headers

_KEY = b"k" * 32
_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_ANA = Identity("t-1", "attendant", "a-1", "Ana", frozenset({"conversations:read", "x:y"}), "s-1")


def test_what_the_gateway_signs_the_service_reads() -> None:
    token = IdentitySigner(_KEY).sign(_ANA, _NOW)
    assert IdentityVerifier(_KEY).verify(token, _NOW) == _ANA
    assert _ANA.actor() == Actor(type="attendant", id="a-1", name="Ana")
    assert _ANA.may("x:y")
    assert not _ANA.may("x:z")


@pytest.mark.parametrize("late", [timedelta(0), LIFETIME, LIFETIME + timedelta(seconds=4.9), timedelta(seconds=-5)])
def test_a_token_is_good_for_its_minute_and_a_little_leeway(late: timedelta) -> None:
    assert IdentityVerifier(_KEY).verify(IdentitySigner(_KEY).sign(_ANA, _NOW), _NOW + late) == _ANA


@pytest.mark.parametrize("late", [LIFETIME + timedelta(seconds=5), timedelta(days=1), timedelta(seconds=-6)])
def test_an_old_token_and_one_from_the_future_are_refused(late: timedelta) -> None:
    token = IdentitySigner(_KEY).sign(_ANA, _NOW)
    with pytest.raises(Problem) as caught:
        IdentityVerifier(_KEY).verify(token, _NOW + late)
    assert caught.value.status == 401


def _claims(**changes: Any) -> dict[str, Any]:
    issued = int(_NOW.timestamp())
    claims = {
        "iss": "atd-gateway",
        "aud": "atd-services",
        "iat": issued,
        "exp": issued + 60,
        "tid": "t",
        "typ": "attendant",
        "sub": "a",
        "name": "A",
        "perms": [],
        "sid": None,
    }
    return {name: value for name, value in {**claims, **changes}.items() if value != "absent"}


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "elsewhere"},
        {"aud": "other"},
        {"aud": ["atd-services"]},
        {"exp": "absent"},
        {"exp": "9999999999"},
        {"perms": None},
        {"tid": "absent"},
    ],
)
def test_a_signed_token_with_other_claims_is_refused(changes: dict[str, Any]) -> None:
    token = jwt.encode({"alg": "HS256"}, _claims(**changes), OctKey.import_key(_KEY), algorithms=["HS256"])
    with pytest.raises(Problem) as caught:
        IdentityVerifier(_KEY).verify(token, _NOW)
    assert caught.value.status == 401


def test_no_other_algorithm_is_believed() -> None:
    body = base64.urlsafe_b64encode(orjson.dumps(_claims())).decode().rstrip("=")
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    strong = jwt.encode({"alg": "HS512"}, _claims(), OctKey.import_key(_KEY * 2), algorithms=["HS512"])
    for token in (f"{head}.{body}.", strong):
        with pytest.raises(Problem):
            IdentityVerifier(_KEY * 2).verify(token, _NOW)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,20}(\.[A-Za-z0-9_-]{0,20}){1,4}"))
def test_any_other_text_is_a_401(token: str) -> None:
    with pytest.raises(Problem) as caught:
        IdentityVerifier(_KEY).verify(token, _NOW)
    assert caught.value.status == 401


def test_while_keys_rotate_both_are_accepted() -> None:
    token = IdentitySigner(_KEY).sign(_ANA, _NOW)
    assert IdentityVerifier(b"n" * 32, _KEY).verify(token, _NOW) == _ANA
    with pytest.raises(Problem):
        IdentityVerifier(b"n" * 32).verify(token, _NOW)


def _app() -> FastAPI:
    app = FastAPI()
    install_problem_handlers(app)
    clock = SimpleNamespace(now=lambda: _NOW)
    app.state.runtime = SimpleNamespace(identity=IdentityVerifier(_KEY), clock=clock)
    router = APIRouter(prefix="/conversations")

    @router.get("")
    async def read(identity: Annotated[Identity, Depends(Requires("conversations:read"))]) -> str:
        return identity.tenant_id

    @router.post("", dependencies=[Depends(Requires("conversations:write"))])
    async def write() -> None: ...

    @app.get("/me")
    async def me(identity: Annotated[Identity, Depends(Requires())]) -> str:
        return identity.actor_id

    @app.get("/hook", dependencies=[Depends(Public("signed by the provider"))])
    async def hook() -> str:
        return "ok"

    @app.websocket("/ws")
    async def ws(socket: WebSocket, identity: Annotated[Identity, Depends(Requires("ws:open"))]) -> None: ...

    app.include_router(router, prefix="/v1")
    return app


async def _get(path: str, token: str | None) -> httpx.Response:
    transport = httpx.ASGITransport(_app())
    headers = {} if token is None else {IDENTITY_HEADER: token}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        return await client.get(path)


async def test_a_route_gets_the_identity_it_requires() -> None:
    answer = await _get("/v1/conversations", IdentitySigner(_KEY).sign(_ANA, _NOW))
    assert (answer.status_code, answer.json()) == (200, "t-1")


@pytest.mark.parametrize("token", [None, "", "a.b.c"])
async def test_without_an_identity_a_route_is_401_and_a_public_one_answers(token: str | None) -> None:
    answer = await _get("/v1/conversations", token)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert (await _get("/hook", token)).json() == "ok"


async def test_without_the_permission_a_route_is_403_and_names_it() -> None:
    nobody = Identity("t-1", "attendant", "a-1", "Ana", frozenset(), None)
    token = IdentitySigner(_KEY).sign(nobody, _NOW)
    answer = await _get("/v1/conversations", token)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "conversations:read" in answer.json()["detail"]
    assert (await _get("/me", token)).json() == "a-1"


def test_every_route_says_what_it_needs() -> None:
    assert route_permissions(_app()) == {
        "GET /openapi.json": "public: describes the interface",
        "GET /docs": "public: describes the interface",
        "GET /docs/oauth2-redirect": "public: describes the interface",
        "GET /redoc": "public: describes the interface",
        "GET /me": "authenticated",
        "GET /hook": "public: signed by the provider",
        "WEBSOCKET /ws": "ws:open",
        "GET /v1/conversations": "conversations:read",
        "POST /v1/conversations": "conversations:write",
    }


def test_a_route_that_says_nothing_is_named() -> None:
    app = _app()
    app.get("/silent")(lambda: None)
    with pytest.raises(LookupError, match="GET /silent"):
        route_permissions(app)


def test_routes_below_fastapi_are_held_to_it_too() -> None:
    async def raw(request: Any) -> PlainTextResponse:
        return PlainTextResponse("ok")

    app = _app()
    app.router.routes.append(Mount("/raw", routes=[Route("/one", Public("a probe").mark(raw))]))
    assert route_permissions(app)["GET /raw/one"] == "public: a probe"
    app.router.routes.append(Mount("/static", app=PlainTextResponse("x")))
    with pytest.raises(LookupError, match="MOUNT /static"):
        route_permissions(app)


def test_the_testing_helper_speaks_for_anybody() -> None:
    master = base64.b64encode(b"m" * 32).decode()
    settings: Any = SimpleNamespace(master_key=SecretStr(master))
    headers = identity_headers(settings, tenant_id="t-9", permissions=["a:b"], now=_NOW)
    verifier = IdentityVerifier(derive_key(master, "internal-identity"))
    identity = verifier.verify(headers[IDENTITY_HEADER], _NOW)
    assert (identity.tenant_id, identity.permissions) == ("t-9", frozenset({"a:b"}))
