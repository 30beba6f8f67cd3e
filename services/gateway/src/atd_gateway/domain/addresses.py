"""Whose address a request comes from, behind proxies that we trust."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Networks = tuple[IPv4Network | IPv6Network, ...]


def read_networks(text: str) -> Networks:
    """Networks in CIDR notation (or single addresses), separated by commas. Raises `ValueError`."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def client_address(peer: str, forwarded: Sequence[str], trusted: Networks) -> str:
    """The nearest address that is not a trusted proxy's.

    `peer` is who holds the connection, `forwarded` the addresses of `X-Forwarded-For` in the order of the header.
    What a stranger wrote into the header is not believed: it is read from the right, as far as it was written
    by proxies in `trusted`.
    """
    if not trusted:
        return peer
    nearest = peer
    for candidate in (peer, *reversed(forwarded)):
        address = candidate.strip()
        if not _is_address(address):
            break
        nearest = address
        if not _within(address, trusted):
            break
    return nearest


@lru_cache(maxsize=4096)
def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def _within(text: str, networks: Networks) -> bool:
    address = ip_address(text)
    return any(address.version == network.version and address in network for network in networks)
