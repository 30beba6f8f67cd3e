"""Tokens: fetched once for all, replaced when refused, and never asked for in a storm."""

import asyncio
import base64
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest

from atd_servicekit.customer_calls import CallFailed, CustomerAnswer, CustomerRequest
from atd_webhook_dispatcher.oauth import NotAuthorized, OAuthClient, OAuthTokens

CLIENT = OAuthClient("endpoint-1", "https://id.example/token", "the id", "s+cret", "hooks")


class TokenServer:
    """Gives numbered tokens; each answer waits until all who want one have asked."""

    def __init__(self, answer: Callable[[CustomerRequest, int], CustomerAnswer] | None = None) -> None:
        self.asked: list[CustomerRequest] = []
        self.now = 1_000.0
        self._answer = answer or (lambda _, number: token(f"token-{number}"))

    async def call(self, request: CustomerRequest) -> CustomerAnswer:
        self.asked.append(request)
        await asyncio.sleep(0)
        return self._answer(request, len(self.asked))

    def clock(self) -> float:
        return self.now

    def tokens(self) -> OAuthTokens:
        return OAuthTokens(self, self.clock)


def token(value: str, *, expires: str = "3600", kind: str = "Bearer") -> CustomerAnswer:
    body = f'{{"access_token":"{value}","token_type":"{kind}","expires_in":{expires}}}'
    return CustomerAnswer(200, [], body.encode())


async def test_one_fetch_serves_all_who_wait_for_a_token() -> None:
    server = TokenServer()
    tokens = server.tokens()
    got = await asyncio.gather(*(tokens.token(CLIENT) for _ in range(50)))
    assert set(got) == {"token-1"}
    assert len(server.asked) == 1
    asked = server.asked[0]
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["hooks"]}
    basic = base64.b64encode(b"the+id:s%2Bcret").decode()  # RFC 6749 section 2.3.1
    assert ("Authorization", f"Basic {basic}") in asked.headers
    assert asked.owner == "endpoint-1/token"


async def test_fifty_refusals_of_a_revoked_token_lead_to_one_fetch_and_one_new_token() -> None:
    server = TokenServer()
    tokens = server.tokens()
    first = await tokens.token(CLIENT)
    server.now += 60
    others = await asyncio.gather(*(tokens.replaced(CLIENT, first) for _ in range(50)))
    assert set(others) == {"token-2"}
    assert await tokens.replaced(CLIENT, first) == "token-2", "who comes late gets the one that is there"
    assert len(server.asked) == 2


async def test_a_token_that_is_refused_though_it_is_new_is_not_replaced_again_and_again() -> None:
    server = TokenServer()
    tokens = server.tokens()
    first = await tokens.token(CLIENT)
    assert await tokens.replaced(CLIENT, first) is None
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("expires", "good", "over"),
    [("3600", 3_569, 3_571), ('"100"', 89, 91), ("null", 269, 271), ("1e300", 86_369, 86_371), ("-5", 0, 1)],
)
async def test_a_token_is_used_until_shortly_before_it_expires(expires: str, good: int, over: int) -> None:
    server = TokenServer(lambda _, number: token(f"token-{number}", expires=expires))
    tokens = server.tokens()
    await tokens.token(CLIENT)
    if good:
        server.now += good
        assert await tokens.token(CLIENT) == "token-1"
    server.now += over - good
    assert await tokens.token(CLIENT) == "token-2"


async def test_a_server_that_wants_the_credentials_in_the_body_gets_them_there() -> None:
    def picky(request: CustomerRequest, number: int) -> CustomerAnswer:
        if b"client_secret=s%2Bcret" in request.body:
            return token(f"token-{number}")
        return CustomerAnswer(401, [], b'{"error":"invalid_client"}')

    server = TokenServer(picky)
    tokens = server.tokens()
    assert await tokens.token(CLIENT) == "token-2"
    server.now += 4_000
    assert await tokens.token(CLIENT) == "token-3", "what worked is remembered"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (CustomerAnswer(400, [], b'{"error":"invalid_scope"}'), "answered 400 (invalid_scope)"),
        (CustomerAnswer(403, [], b'{"error":"<secret of theirs>"}'), "answered 403"),
        (CustomerAnswer(302, [("location", "https://elsewhere.example")], b""), "answered 302"),
        (CustomerAnswer(200, [], b"<html>"), "without a token"),
        (CustomerAnswer(200, [], b"[]"), "without a token"),
        (token("a b"), "without a token"),
        (token("x" * 9_000), "without a token"),
        (token("mac", kind="mac"), "of a kind that is not supported"),
    ],
    ids=["scope", "403", "redirect", "html", "list", "space", "long", "mac"],
)
async def test_why_there_is_no_token_is_said_in_words(answer: CustomerAnswer, words: str) -> None:
    with pytest.raises(NotAuthorized) as caught:
        await TokenServer(lambda _, _number: answer).tokens().token(CLIENT)
    assert words in caught.value.detail
    assert "theirs" not in caught.value.detail


async def test_after_a_failure_the_server_is_left_alone_for_a_moment() -> None:
    def away(_request: CustomerRequest, _number: int) -> CustomerAnswer:
        raise CallFailed("unreachable", "the connection was refused", may_have_arrived=False)

    server = TokenServer(away)
    tokens = server.tokens()
    failed = await asyncio.gather(*(tokens.token(CLIENT) for _ in range(20)), return_exceptions=True)
    assert {str(one) for one in failed} == {"no token could be fetched: the connection was refused"}
    with pytest.raises(NotAuthorized):
        await tokens.token(CLIENT)
    assert len(server.asked) == 1
    server.now += 6
    with pytest.raises(NotAuthorized):
        await tokens.token(CLIENT)
    assert len(server.asked) == 2


async def test_two_endpoints_never_share_a_token() -> None:
    server = TokenServer()
    tokens = server.tokens()
    other = OAuthClient("endpoint-2", CLIENT.token_url, CLIENT.client_id, CLIENT.client_secret, CLIENT.scope)
    assert await tokens.token(CLIENT) != await tokens.token(other)


async def test_who_gives_up_does_not_end_the_fetch_of_the_others() -> None:
    server = TokenServer()
    tokens = server.tokens()
    impatient = asyncio.create_task(tokens.token(CLIENT))
    patient = asyncio.create_task(tokens.token(CLIENT))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == "token-1"
