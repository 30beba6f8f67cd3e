"""Which conversations somebody with a limited sight may look at, and hear others look at."""

from typing import Any

import pytest

from atd_gateway.authenticator import Caller
from atd_gateway.domain.routes import RouteTable, routes_of
from atd_gateway.proxy.upstreams import Reply
from atd_gateway.realtime.own_conversations import ConversationLookup, OwnConversations
from atd_servicekit.identity import Identity
from atd_servicekit.problems import unavailable

CALLER = Caller(Identity("t1", "attendant", "bia", "Bia", frozenset(), visibility="own"), "signed", "s1", 0)
TABLE = RouteTable(routes_of())


class Service:
    """What owns conversations."""

    def __init__(self, status: int | None) -> None:
        self.status = status
        self.asked: list[tuple[Any, ...]] = []

    async def get(self, service: str, prefix: str, target: str, *, headers: list[tuple[str, str]]) -> Reply:
        self.asked.append((service, prefix, target, headers))
        if self.status is None:
            raise unavailable("away")
        return Reply(self.status, [], b"")


@pytest.mark.parametrize(("status", "sees"), [(200, True), (404, False), (403, False), (500, False), (None, False)])
async def test_the_owner_of_conversations_is_asked_as_the_caller(status: int | None, sees: bool) -> None:
    service = Service(status)
    assert await ConversationLookup(service, TABLE).sees(CALLER, "c/1") is sees
    assert service.asked == [
        ("conversation", "/api/v1/conversations", "/api/v1/conversations/c%2F1", [("X-Atd-Identity", "signed")])
    ]


async def test_without_such_a_service_nothing_is_seen() -> None:
    service = Service(200)
    assert not await ConversationLookup(service, RouteTable(())).sees(CALLER, "c1")
    assert service.asked == []


def test_a_connection_remembers_so_many_conversations_and_forgets_the_longest_unseen() -> None:
    own = OwnConversations(limit=2)
    for conversation in ("a", "b", "a", "c"):
        own.add(conversation)
    assert [one in own for one in "abc"] == [True, False, True]
    own.discard("a")
    own.discard("a")
    assert "a" not in own
    own.clear()
    assert "c" not in own
