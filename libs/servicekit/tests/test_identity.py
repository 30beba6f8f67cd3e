"""A service believes an identity only when the gateway signed it just now."""

import base64
from dataclasses import replace
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
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from atd_schemas.envelope import Actor
from atd_servicekit.crypto import FieldCipher
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
from atd_servicekit.identity_keys import (
    BadIdentityKey,
    new_private_key,
    read_private_key,
    read_public_keys,
)
from atd_servicekit.key_ids import keys_router
from atd_servicekit.problems import Problem, install_problem_handlers
from atd_testing.identity import identity_headers, operator_headers
from atd_testing.keys import IDENTITY_PUBLIC_KEY, OPERATOR_PUBLIC_KEY

_KEY = read_private_key(new_private_key())
_OTHER = read_private_key(new_private_key())
_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_ANA = Identity("t-1", "attendant", "a-1", "Ana", frozenset({"conversations:read", "x:y"}), "s-1")


def test_what_the_gateway_signs_the_service_reads() -> None:
    token = IdentitySigner(_KEY).sign(_ANA, _NOW)
    assert IdentityVerifier([_KEY.public]).verify(token, _NOW) == _ANA
    assert _ANA.actor() == Actor(type="attendant", id="a-1", name="Ana")
    assert _ANA.may("x:y")
    assert not _ANA.may("x:z")


@pytest.mark.parametrize("late", [timedelta(0), LIFETIME, LIFETIME + timedelta(seconds=4.9), timedelta(seconds=-5)])
def test_a_token_is_good_for_its_minute_and_a_little_leeway(late: timedelta) -> None:
    assert IdentityVerifier([_KEY.public]).verify(IdentitySigner(_KEY).sign(_ANA, _NOW), _NOW + late) == _ANA


@pytest.mark.parametrize("late", [LIFETIME + timedelta(seconds=5), timedelta(days=1), timedelta(seconds=-6)])
def test_an_old_token_and_one_from_the_future_are_refused(late: timedelta) -> None:
    token = IdentitySigner(_KEY).sign(_ANA, _NOW)
    with pytest.raises(Problem) as caught:
        IdentityVerifier([_KEY.public]).verify(token, _NOW + late)
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
    header = {"alg": "Ed25519", "kid": _KEY.id}
    token = jwt.encode(header, _claims(**changes), _KEY.jwk, algorithms=["Ed25519"])
    with pytest.raises(Problem) as caught:
        IdentityVerifier([_KEY.public]).verify(token, _NOW)
    assert caught.value.status == 401


def test_no_other_algorithm_is_believed() -> None:
    body = base64.urlsafe_b64encode(orjson.dumps(_claims())).decode().rstrip("=")
    head = base64.urlsafe_b64encode(orjson.dumps({"alg": "none", "kid": _KEY.id})).decode().rstrip("=")
    # Signed with the public key, which is no secret, as if it were the key of a MAC.
    public = OctKey.import_key(base64.urlsafe_b64decode(_KEY.public.text.removeprefix("atdpub_") + "="))
    mac = jwt.encode({"alg": "HS256", "kid": _KEY.id}, _claims(), public, algorithms=["HS256"])
    for token in (f"{head}.{body}.", mac):
        with pytest.raises(Problem):
            IdentityVerifier([_KEY.public]).verify(token, _NOW)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,20}(\.[A-Za-z0-9_-]{0,20}){1,4}"))
def test_any_other_text_is_a_401(token: str) -> None:
    with pytest.raises(Problem) as caught:
        IdentityVerifier([_KEY.public]).verify(token, _NOW)
    assert caught.value.status == 401


def test_while_keys_rotate_both_are_accepted() -> None:
    token = IdentitySigner(_KEY).sign(_ANA, _NOW)
    assert IdentityVerifier([_OTHER.public, _KEY.public]).verify(token, _NOW) == _ANA
    with pytest.raises(Problem):
        IdentityVerifier([_OTHER.public]).verify(token, _NOW)


def test_a_changed_token_is_refused_also_when_the_right_one_is_remembered() -> None:
    verifier = IdentityVerifier([_KEY.public])
    token = IdentitySigner(_KEY).sign(_ANA, _NOW)
    assert verifier.verify(token, _NOW) == verifier.verify(token, _NOW) == _ANA
    head, body, signature = token.split(".")
    more = orjson.loads(base64.urlsafe_b64decode(body + "=="))
    more["perms"].append("operator")
    forged = base64.urlsafe_b64encode(orjson.dumps(more)).decode().rstrip("=")
    with pytest.raises(Problem):
        verifier.verify(f"{head}.{forged}.{signature}", _NOW)


def test_a_remembered_token_expires_all_the_same() -> None:
    verifier = IdentityVerifier([_KEY.public])
    token = IdentitySigner(_KEY).sign(_ANA, _NOW)
    assert verifier.verify(token, _NOW) == _ANA
    with pytest.raises(Problem):
        verifier.verify(token, _NOW + LIFETIME + timedelta(seconds=5))


def test_so_many_tokens_are_remembered_and_no_more() -> None:
    verifier = IdentityVerifier([_KEY.public], remembered=10)
    signer = IdentitySigner(_KEY)
    for number in range(40):
        identity = replace(_ANA, actor_id=str(number))
        assert verifier.verify(signer.sign(identity, _NOW), _NOW) == identity
        assert len(verifier._verified) <= 10
    late = _NOW + LIFETIME * 2
    for number in range(6):
        verifier.verify(signer.sign(replace(_ANA, actor_id=str(number)), late), late)
    assert len(verifier._verified) <= 6  # those that have expired went first


_ATD = Identity("t-1", "system", "atd", "atd", frozenset({"operator"}))


def _by_operator(identity: Identity) -> str:
    return IdentitySigner(_OTHER, issuer="atd-operator").sign(identity, _NOW)


def test_an_operators_key_proves_the_permission_operator() -> None:
    verifier = IdentityVerifier([_KEY.public], [_OTHER.public])
    assert verifier.verify(_by_operator(_ATD), _NOW) == _ATD


@pytest.mark.parametrize(
    "claimed",
    [
        replace(_ATD, permissions=frozenset({"operator", "conversations:read"})),
        replace(_ATD, permissions=frozenset({"channels:manage"})),
        replace(_ATD, actor_type="attendant"),
    ],
)
def test_an_operators_key_proves_nothing_else(claimed: Identity) -> None:
    with pytest.raises(Problem) as caught:
        IdentityVerifier([_KEY.public], [_OTHER.public]).verify(_by_operator(claimed), _NOW)
    assert caught.value.status == 401


def test_an_operators_key_does_not_sign_as_the_gateway() -> None:
    token = IdentitySigner(_OTHER).sign(_ATD, _NOW)
    with pytest.raises(Problem):
        IdentityVerifier([_KEY.public], [_OTHER.public]).verify(token, _NOW)


def test_a_key_is_of_the_gateway_or_of_operators() -> None:
    with pytest.raises(ValueError, match="for the gateway and for operators"):
        IdentityVerifier([_KEY.public], [_KEY.public])


def test_keys_are_read_as_they_are_written() -> None:
    text = new_private_key()
    key = read_private_key(f" {text}\n")
    assert read_public_keys(f"{key.public.text}, {_OTHER.public.text},") == (key.public, _OTHER.public)
    assert read_public_keys("") == ()
    assert text not in repr(key)
    assert key.id != _OTHER.id


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "starts with atdkey_"),
        ("atdkey_@@@", "not base64url"),
        ("atdkey_c2hvcnQ", "and this one has 5"),
        (_KEY.public.text, "this is a public key"),
    ],
    ids=["empty", "not-base64url", "too-short", "public"],  # a key is another in each process
)
def test_a_bad_private_key_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(BadIdentityKey, match=words):
        read_private_key(text)


def test_a_private_key_among_public_ones_is_refused_and_not_repeated() -> None:
    text = new_private_key()
    with pytest.raises(BadIdentityKey, match="private key, which must not be here") as caught:
        read_public_keys(f"{_KEY.public.text},{text}")
    assert text not in str(caught.value)
    with pytest.raises(BadIdentityKey, match="twice"):
        read_public_keys(f"{_KEY.public.text},{_KEY.public.text}")


def _app() -> FastAPI:
    app = FastAPI()
    install_problem_handlers(app)
    clock = SimpleNamespace(now=lambda: _NOW)
    app.state.runtime = SimpleNamespace(identity=IdentityVerifier([_KEY.public]), clock=clock)
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
    headers = identity_headers(tenant_id="t-9", permissions=["a:b"], now=_NOW)
    verifier = IdentityVerifier(read_public_keys(IDENTITY_PUBLIC_KEY), read_public_keys(OPERATOR_PUBLIC_KEY))
    identity = verifier.verify(headers[IDENTITY_HEADER], _NOW)
    assert (identity.tenant_id, identity.permissions) == ("t-9", frozenset({"a:b"}))
    operator = verifier.verify(operator_headers(now=_NOW)[IDENTITY_HEADER], _NOW)
    assert operator.permissions == {"operator"}


@pytest.mark.parametrize("cipher", [None, FieldCipher({"k2": b"2" * 32, "k1": b"1" * 32})])
async def test_operators_see_the_ids_of_keys_and_nobody_else_does(cipher: FieldCipher | None) -> None:
    app = FastAPI()
    install_problem_handlers(app)
    verifier = IdentityVerifier([_KEY.public], read_public_keys(OPERATOR_PUBLIC_KEY))
    app.state.runtime = SimpleNamespace(identity=verifier, clock=SimpleNamespace(now=lambda: _NOW))
    app.include_router(keys_router(verifier, cipher))
    attendant = {IDENTITY_HEADER: IdentitySigner(_KEY).sign(_ANA, _NOW)}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        seen = await client.get("/internal/keys", headers=operator_headers(now=_NOW))
        assert (await client.get("/internal/keys")).status_code == 401
        assert (await client.get("/internal/keys", headers=attendant)).status_code == 403
    assert seen.json() == {
        "identity": [_KEY.id],
        "operators": [read_public_keys(OPERATOR_PUBLIC_KEY)[0].id],
        "master": ["k2", "k1"] if cipher else [],
    }
