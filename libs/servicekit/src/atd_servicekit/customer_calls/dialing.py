"""Connects to a customer's server: to an address that was checked, on a socket of ours, and to no other."""

import asyncio
import socket
import ssl
from collections.abc import Sequence

from atd_servicekit.customer_calls.certificates import ClientCertificate, TlsContexts
from atd_servicekit.customer_calls.connection import Connection
from atd_servicekit.customer_calls.error_words import lookup_words, network_words, tls_words
from atd_servicekit.customer_calls.lookups import Lookups
from atd_servicekit.customer_calls.model import CallFailed
from atd_servicekit.url_parts import UrlParts
from atd_servicekit.url_policy import UrlPolicy

CONNECT_SECONDS = 5.0
"""For each address, of which at most `_MAX_ADDRESSES` are tried."""

_MAX_ADDRESSES = 4
_TLS_GOODBYE_SECONDS = 1.0


class Dialer:
    """Makes connections. Between the check of an address and the connection to it nothing is resolved again."""

    def __init__(self, policy: UrlPolicy, lookups: Lookups, contexts: TlsContexts) -> None:
        self._policy = policy
        self._lookups = lookups
        self._contexts = contexts

    async def dial(self, url: UrlParts, certificate: ClientCertificate | None, deadline: float) -> Connection:
        """A new connection. Raises `CallFailed`, which is to say that nothing was sent."""
        addresses = await self._allowed_addresses(url, deadline)
        failure = CallFailed("unreachable", "the host name has no address", may_have_arrived=False)
        for address in _alternating(addresses)[:_MAX_ADDRESSES]:
            try:
                sock = await self._connect(url, address, deadline)
            except OSError as error:
                failure = CallFailed("unreachable", _connect_words(error), may_have_arrived=False)
            else:
                return await self._open(url, certificate, sock, deadline)
        raise failure

    async def _allowed_addresses(self, url: UrlParts, deadline: float) -> Sequence[str]:
        """All addresses of the host. One among them that is not allowed refuses the host: it could be the next one."""
        if url.address:
            return (url.host,)
        try:
            async with asyncio.timeout_at(deadline):
                addresses = await self._lookups.addresses(url.host)
        except OSError as error:  # a timeout is one
            raise CallFailed("unreachable", lookup_words(error), may_have_arrived=False) from error
        for address in addresses:
            self._check(url, address)
        return addresses

    async def _connect(self, url: UrlParts, address: str, deadline: float) -> socket.socket:
        """Raises `OSError`, and `CallFailed` for what is not allowed."""
        self._check(url, address)
        loop = asyncio.get_running_loop()
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout_at(min(deadline, loop.time() + CONNECT_SECONDS)):
                await loop.sock_connect(sock, (address, url.port))
        except BaseException:
            sock.close()
            raise
        return sock

    async def _open(
        self, url: UrlParts, certificate: ClientCertificate | None, sock: socket.socket, deadline: float
    ) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            if url.scheme == "http":
                _, connection = await loop.create_connection(lambda: Connection(loop), sock=sock)
                return connection
            async with asyncio.timeout_at(deadline):
                _, connection = await loop.create_connection(
                    lambda: Connection(loop),
                    sock=sock,
                    ssl=await self._contexts.of(certificate),
                    server_hostname=url.host.rstrip("."),
                    ssl_shutdown_timeout=_TLS_GOODBYE_SECONDS,
                )
                return connection
        except TimeoutError as error:
            raise CallFailed("tls", "the TLS handshake took too long", may_have_arrived=False) from error
        except (OSError, ssl.CertificateError) as error:
            raise CallFailed("tls", tls_words(error), may_have_arrived=False) from error
        except BaseException:
            sock.close()
            raise

    def _check(self, url: UrlParts, address: str) -> None:
        try:
            problem = self._policy.address_problem(address, url.host)
        except ValueError:
            problem = "no address"
        if problem is not None:
            # Which address it is stays here: whoever chose the URL is not told what our name servers know.
            words = "the host leads to an address that is not allowed"
            raise CallFailed("not_allowed", words, may_have_arrived=False)


def _alternating(addresses: Sequence[str]) -> list[str]:
    """In the order of the system, but the other kind of address comes second (RFC 8305, section 4)."""
    first = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    second = [address for address in addresses if (":" in address) != (":" in addresses[0])]
    mixed = [address for pair in zip(first, second, strict=False) for address in pair]
    shorter = min(len(first), len(second))
    return mixed + first[shorter:] + second[shorter:]


def _connect_words(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return f"no connection came about within {CONNECT_SECONDS:g} s"
    return network_words(error)
