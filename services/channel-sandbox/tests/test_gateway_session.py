"""The sandbox checks its numbers again and again, and the administrator has one session by it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from atd_channel_sandbox.gateway_session import ConnectionFailed, GatewaySession, call
from atd_testing.waiting import eventually


@pytest.fixture
async def client(starter: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.MockTransport(starter.gateway.handle)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test/api/v1") as found:
        yield found


async def check(session: GatewaySession, client: httpx.AsyncClient) -> None:
    await session.enter(client)
    await call(client, "GET", "/channels")


def signed(gateway: Any) -> list[str]:
    """What was asked about sessions."""
    return [path.removeprefix("/auth/") for _, path in gateway.calls if path.startswith("/auth/")]


async def test_many_checks_are_one_session(starter: Any, client: httpx.AsyncClient) -> None:
    session = GatewaySession(starter.settings)
    for _ in range(3):
        await check(session, client)
    assert signed(starter.gateway) == ["login"]
    assert len(starter.gateway.sessions) == 1


async def test_an_old_token_is_refreshed_in_the_same_session(starter: Any, client: httpx.AsyncClient) -> None:
    starter.gateway.expires_in = 0
    session = GatewaySession(starter.settings)
    for _ in range(3):
        await check(session, client)
    assert signed(starter.gateway) == ["login", "refresh", "refresh"]
    assert len(starter.gateway.sessions) == 1


async def test_a_session_that_has_ended_is_followed_by_another(starter: Any, client: httpx.AsyncClient) -> None:
    starter.gateway.expires_in = 0
    session = GatewaySession(starter.settings)
    await check(session, client)
    starter.gateway.sessions.clear()
    await check(session, client)
    assert signed(starter.gateway) == ["login", "refresh", "login"]


async def test_who_leaves_signs_out_also_when_the_gateway_is_away(starter: Any, client: httpx.AsyncClient) -> None:
    session = GatewaySession(starter.settings)
    await session.leave(client)
    assert signed(starter.gateway) == []
    await check(session, client)
    await session.leave(client)
    assert (signed(starter.gateway), starter.gateway.sessions) == (["login", "logout"], {})
    await check(session, client)
    starter.gateway.failing = 503
    await session.leave(client)


async def test_a_wrong_password_is_named(starter: Any, client: httpx.AsyncClient) -> None:
    starter.settings.seed_admin_password = None
    with pytest.raises(ConnectionFailed, match="sign_in"):
        await check(GatewaySession(starter.settings), client)


async def test_a_session_that_was_ended_elsewhere_does_not_interrupt_the_connection(starter: Any) -> None:
    starter.settings.sandbox_connect_every = 0.01
    async with starter() as sandbox:
        await sandbox.wait_until_connected()
        starter.gateway.sessions.clear()
        await eventually(lambda: bool(starter.gateway.sessions), message="the next session")
        assert signed(starter.gateway) == ["login", "login"]
        assert sandbox.state.connection.state == "connected"
    assert starter.gateway.sessions == {}
