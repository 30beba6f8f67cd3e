"""Which conversations one connection of somebody with a limited sight may hear presence of.

An event says itself who may see it; that somebody views or types says only in which conversation. So a connection
remembers the conversations whose events it was shown, and one that its client looks at is asked for once, by the
caller's own identity, from the service that owns conversations. Who sees everything has none of this.
"""

from typing import Protocol
from urllib.parse import quote

from atd_gateway.authenticator import Caller
from atd_gateway.domain.routes import RouteTable
from atd_gateway.proxy.headers import HeaderList
from atd_gateway.proxy.upstreams import Reply
from atd_servicekit.identity import IDENTITY_HEADER
from atd_servicekit.problems import Problem

REMEMBERED = 2_000
"""Conversations of one connection; the one that was shown longest ago is forgotten first, and asked for again."""

_PREFIX = "/api/v1/conversations"
_OK = 200


class _Getter(Protocol):
    async def get(self, service: str, prefix: str, target: str, *, headers: HeaderList) -> Reply: ...


class ConversationLookup:
    """Asks whether a caller sees a conversation."""

    def __init__(self, getter: _Getter, table: RouteTable) -> None:
        self._getter = getter
        self._route = table.find(_PREFIX)

    async def sees(self, caller: Caller, conversation_id: str) -> bool:
        """False also when the service cannot be asked: the client says again within seconds what it looks at."""
        if self._route is None:
            return False
        target = f"{_PREFIX}/{quote(conversation_id, safe='')}"
        headers = [(IDENTITY_HEADER, caller.signed)]
        try:
            reply = await self._getter.get(self._route.service, self._route.prefix, target, headers=headers)
        except Problem:
            return False
        return reply.status == _OK


class OwnConversations:
    """The conversations that are known to be the attendant's own."""

    def __init__(self, limit: int = REMEMBERED) -> None:
        self._limit = limit
        self._known: dict[str, None] = {}

    def __contains__(self, conversation_id: str) -> bool:
        return conversation_id in self._known

    def add(self, conversation_id: str) -> None:
        """It was shown, or the service says so."""
        self._known.pop(conversation_id, None)
        while len(self._known) >= self._limit:
            del self._known[next(iter(self._known))]
        self._known[conversation_id] = None

    def discard(self, conversation_id: str) -> None:
        """It is somebody else's now."""
        self._known.pop(conversation_id, None)

    def clear(self) -> None:
        """What may be seen has changed."""
        self._known.clear()
