"""Which addresses a URL that a customer chose may lead to. Pure.

Everything that is not a public unicast address is refused: a request from inside the installation could reach what the
network protects (OWASP, "Server-Side Request Forgery Prevention"). Networks are those of IANA's special-purpose address
registries (RFC 6890), written out, because Python's `is_global` differs between its versions.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import httpx
from pydantic import Field

from atd_servicekit.settings import ServiceSettings

_PRIVATE_4 = tuple(map(ip_network, ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
_PRIVATE_6 = tuple(map(ip_network, ("::1/128", "fc00::/7")))
_METADATA = tuple(
    map(
        ip_network,
        (
            "100.100.100.200/32",  # Alibaba
            "168.63.129.16/32",  # Azure, a public address
            "fd00:ec2::/32",  # AWS; the others are link-local
            "fd20:ce::/32",  # Google
        ),
    )
)
_RESERVED_4 = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "169.254.0.0/16",  # link-local: also metadata of clouds
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
_RESERVED_6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")

_LEAST_UNPRIVILEGED_PORT = 1024
_PORTS = {"http": 80, "https": 443}
_LONGEST_NAME = 254
_LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")


class CustomerUrlSettings(ServiceSettings):
    """For services that send requests to URLs that customers chose."""

    customer_urls_allow_private: bool = Field(
        default=False,
        description="Let customers' URLs be http:// and lead to loopback and private networks; for tests only",
    )

    def url_policy(self) -> "UrlPolicy":
        """The policy of these settings."""
        return UrlPolicy(allow_private=self.customer_urls_allow_private)


@dataclass(frozen=True, slots=True)
class UrlPolicy:
    """The rules for one kind of customers' URLs.

    `allow_private` lets through http, loopback and private networks, but still no link-local address, no metadata
    service of a cloud, no multicast and nothing reserved.
    """

    allow_private: bool = False

    def url_problem(self, url: str) -> str | None:
        """What is wrong with a URL, before its host is resolved; `None` when nothing is. For a form's field too."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return "is not a URL"
        if parts.scheme != "https" and not (self.allow_private and parts.scheme == "http"):
            return "must begin with https://"
        if not parts.hostname:
            return "has no host"
        if parts.username is not None or parts.password is not None:
            return "must not contain a user name or password"
        if not _has_usable_host(url):
            return "has a host that is neither a name nor an address"
        port = _PORTS[parts.scheme] if port is None else port
        if port not in _PORTS.values() and port < _LEAST_UNPRIVILEGED_PORT:
            return f"port {port} is not allowed"
        try:
            return self.address_problem(parts.hostname)
        except ValueError:
            return None  # a name: what it resolves to is checked when it is connected to

    def address_problem(self, address: str) -> str | None:
        """Why nothing may be sent to an IP address; `None` when it may. Raises `ValueError` for what is none."""
        ip = ip_address(address)
        if isinstance(ip, IPv6Address):
            return self._problem_6(ip)
        return self._problem_4(ip)

    def _problem_4(self, ip: IPv4Address) -> str | None:
        if any(ip in network for network in _METADATA if network.version == ip.version):
            return f"{ip} is a metadata service"
        if any(ip in network for network in _RESERVED_4):
            return f"{ip} is not a public address"
        return self._private_problem(ip) if any(ip in network for network in _PRIVATE_4) else None

    def _problem_6(self, ip: IPv6Address) -> str | None:
        if ip.scope_id is not None:
            return f"{ip} is not a public address"
        embedded = ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if embedded is not None:
            return self._problem_4(embedded)
        if any(ip in network for network in _METADATA if network.version == ip.version):
            return f"{ip} is a metadata service"
        if any(ip in network for network in _PRIVATE_6):
            return self._private_problem(ip)
        if ip not in _GLOBAL_6 or any(ip in network for network in _RESERVED_6):
            return f"{ip} is not a public address"
        return None

    def _private_problem(self, ip: IPv4Address | IPv6Address) -> str | None:
        return None if self.allow_private else f"{ip} is in a private network"


def _has_usable_host(url: str) -> bool:
    """Whether the HTTP client can ask for the host: it raises errors of its own kinds for others."""
    try:
        parsed = httpx.URL(url)
        name, _ = parsed.raw_host.decode(), parsed.host
    except (httpx.InvalidURL, ValueError):  # those of IDNA are among the second
        return False
    return ":" in name or (len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None)
