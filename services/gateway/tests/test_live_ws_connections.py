"""Connections of the WebSocket: who is let in, what clients may send, and why they are closed."""

from contextlib import suppress
from datetime import timedelta

import orjson
import pytest
import websockets
from websockets.typing import Subprotocol

from atd_gateway.realtime import connection
from atd_servicekit.clock import SystemClock
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


def numbers(frames, name=None):
    return [one["sequence"] for one in frames if name in (None, one["data"]["conversation_id"])]


def _sockets(gateway):
    return gateway.apps.runtime.metrics.registry.get_sample_value("atd_ws_connections")


async def test_the_token_may_come_in_the_first_frame(gateway, event, listening):
    ana = await gateway.person()
    async with websockets.connect(gateway.ws_url, proxy=None) as socket:
        await socket.send(orjson.dumps({"type": "auth", "token": ana.token}).decode())
        client = listening(socket)
        assert (await client.frame())["type"] == "ready"
        await gateway.publish(event(ana.tenant_id, "c1", 1))
        assert numbers(await client.events(1)) == [1]


async def test_client_frames_are_answered(gateway, listening):
    ana = await gateway.person()
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        await socket.send('{"type":"ping","id":7}')
        pong = await client.frame()
        assert (pong.pop("type"), pong.pop("id"), list(pong)) == ("pong", 7, ["now"])
        await socket.send('{"type":"presence","used_at":"soon"}')
        assert (await client.frame())["code"] == "invalid"
        await socket.send(b"binary")
        assert (await client.frame())["code"] == "malformed"
        await socket.send("{")
        assert (await client.frame())["code"] == "malformed_json"


async def test_who_sends_too_many_frames_is_closed(gateway, listening):
    ana = await gateway.person()
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        with suppress(websockets.ConnectionClosed):
            for _ in range(20_000):  # more than the rate allows on the slowest machine
                await socket.send('{"type":"ping"}')
        assert (await client.closed())[0] == 4429


async def test_without_a_good_token_the_socket_closes_with_4401(gateway, listening):
    for token in ("x", "a.b.c"):
        async with websockets.connect(
            gateway.ws_url, subprotocols=[Subprotocol("atd.v1"), Subprotocol(f"bearer.{token}")], proxy=None
        ) as socket:
            assert (await listening(socket).closed())[0] == 4401
    async with websockets.connect(gateway.ws_url, proxy=None) as socket:
        await socket.send('{"type":"ping"}')
        assert (await listening(socket).closed())[0] == 4401


async def test_without_any_token_the_socket_closes_with_4408(gateway, listening, monkeypatch):
    monkeypatch.setattr(connection, "AUTH_SECONDS", 0.1)
    async with websockets.connect(gateway.ws_url, proxy=None) as socket:
        assert (await listening(socket).closed())[0] == 4408


async def test_a_cursor_that_cannot_be_read_closes_with_4400(gateway, listening):
    ana = await gateway.person()
    for cursor in ("nonsense", "AAAA", "a" * 100):
        async with ana.listen(cursor) as socket:
            code, reason = await listening(socket).closed()
            assert code == 4400
            assert "cursor" in reason


async def test_logout_closes_the_sockets_of_the_sign_in(gateway, listening):
    ana = await gateway.person()
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        body = {"refresh_token": ana.tokens["refresh_token"]}
        await gateway.http.post("/api/v1/auth/logout", json=body)
        assert (await client.closed())[0] == 4401


async def test_a_sign_in_that_was_ended_elsewhere_closes_the_socket(gateway, second_gateway, listening, monkeypatch):
    monkeypatch.setattr("atd_gateway.realtime.hub._SESSIONS_EVERY", 0.1)
    ana = await gateway.person()
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        body = {"refresh_token": ana.tokens["refresh_token"]}
        await second_gateway.http.post("/api/v1/auth/logout", json=body)
        assert (await client.closed())[0] == 4401


class MovedClock(SystemClock):
    """The machine's clock, ahead of its time. Waits take as long as they do."""

    ahead = timedelta()

    def now(self):
        return super().now() + self.ahead


async def test_an_expired_token_closes_the_socket_unless_a_new_one_comes(start, listening):
    clock = MovedClock()
    gateway = await start(wiring={"clock": clock}, access_token_lifetime=timedelta(minutes=15))
    ana = await gateway.person()
    bia = await gateway.person()
    async with ana.listen() as one, ana.listen() as two, ana.listen() as three:
        clients = [listening(socket) for socket in (one, two, three)]
        first = [(await client.until("ready"))[-1]["expires_at"] for client in clients]
        body = {"refresh_token": ana.tokens["refresh_token"]}
        clock.ahead = timedelta(minutes=10)
        fresh = (await gateway.http.post("/api/v1/auth/refresh", json=body)).json()["access_token"]
        await one.send(orjson.dumps({"type": "auth", "token": fresh}).decode())
        extended = await clients[0].frame()
        assert extended["type"] == "authenticated"
        assert extended["expires_at"] > first[0]
        await three.send(orjson.dumps({"type": "auth", "token": bia.token}).decode())
        assert (await clients[2].closed())[0] == 4403
        clock.ahead = timedelta(minutes=16)
        code, reason = await clients[1].closed()
        assert (code, reason) == (4401, "the access token has expired")
        await one.send('{"type":"ping"}')
        assert (await clients[0].frame())["type"] == "pong"


async def test_one_attendant_has_only_so_many_sockets(start, listening):
    gateway = await start(ws_connections_per_attendant=2)
    ana = await gateway.person()
    async with ana.listen() as one:
        await listening(one).until("ready")
        async with ana.listen() as two:
            await listening(two).until("ready")
            async with ana.listen() as three:
                assert (await listening(three).closed())[0] == 4429
    await eventually(lambda: _sockets(gateway) == 0, message="the server notices that they left")
    async with ana.listen() as again:
        await listening(again).until("ready")


async def test_the_socket_is_told_to_come_back_when_the_server_ends(start, listening):
    gateway = await start()
    ana = await gateway.person()
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        gateway.servers.end()
        assert (await client.closed())[0] == 1012
