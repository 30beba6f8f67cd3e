"""Reads headers, the client's address and the access token from an ASGI scope."""

from collections.abc import Iterable

from starlette.types import Scope

from atd_gateway.domain.addresses import Networks, client_address
from atd_servicekit.problems import Problem

Headers = Iterable[tuple[bytes, bytes]]


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first value of a header; `name` in lower case."""
    headers: Headers = scope["headers"]
    for key, value in headers:
        if key == name:
            return value
    return None


def address_of(scope: Scope, trusted: Networks) -> str:
    """The client's address, behind the proxies that we trust."""
    peer = scope["client"][0] if scope.get("client") else ""
    if not trusted:
        return peer
    forwarded = [
        part
        for name, value in scope["headers"]
        if name == b"x-forwarded-for"
        for part in value.decode("latin-1").split(",")
    ]
    return client_address(peer, forwarded, trusted)


def bearer_token(scope: Scope) -> str | None:
    """The token of `Authorization: Bearer …`."""
    value = header(scope, b"authorization")
    if value is None or value[:7].lower() != b"bearer ":
        return None
    return value[7:].strip().decode("latin-1") or None


def method_not_allowed(methods: frozenset[str]) -> Problem:
    """405 with what is allowed."""
    return Problem(405, "method_not_allowed", "Method not allowed.", headers={"Allow": ", ".join(sorted(methods))})
