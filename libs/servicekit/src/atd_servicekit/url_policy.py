"""Which addresses a URL that a customer chose may lead to. Pure.

Everything that is not a public unicast address is refused: a request from inside the installation could reach what the
network protects (OWASP, "Server-Side Request Forgery Prevention"). Networks are those of IANA's special-purpose address
registries (RFC 6890), written out, because Python's `is_global` differs between its versions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from pydantic import Field, field_validator

from atd_servicekit.settings import ServiceSettings
from atd_servicekit.url_parts import BadUrl, split_url

_PRIVATE_4 = tuple(map(ip_network, ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
_PRIVATE_6 = tuple(map(ip_network, ("::1/128", "fc00::/7")))
_METADATA = tuple(
    map(
        ip_network,
        (
            "100.100.100.200/32",  # Alibaba
            "168.63.129.16/32",  # Azure, a public address
            "192.0.0.192/32",  # Oracle
            "fd00:c1::/32",  # Oracle
            "fd00:ec2::/32",  # AWS; the others are link-local
            "fd00:42::42/128",  # Scaleway
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
_NEVER = tuple(
    map(
        ip_network,
        ("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "::/128", "fe80::/10", "ff00::/8"),
    )
)
"""What no operator opens by mistake: this host, link-local (metadata of clouds), multicast and broadcast."""

_GLOBAL_6 = IPv6Network("2000::/3")
_RESERVED_6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")

Network = IPv4Network | IPv6Network

_DEFAULT_PORTS = "80,443,1024-65535"
_MOST_PORTS = 65_536


class CustomerUrlSettings(ServiceSettings):
    """For services that send requests to URLs that customers chose."""

    customer_urls_allow_private: bool = Field(
        default=False,
        description="Let customers' URLs be http:// and lead to loopback and private networks; for tests only",
    )
    customer_urls_allow_http: bool = Field(
        default=False, description="Let customers' URLs be http:// (texts and tokens then travel unencrypted)"
    )
    customer_urls_networks: str = Field(
        default="",
        description=(
            "Networks of the installation in which customers' URLs may have their receivers, separated by commas "
            "(`10.1.2.0/24,fd12:3456::/64`); no link-local address and no metadata service of a cloud is opened by it"
        ),
    )
    customer_urls_hosts: str = Field(
        default="",
        description=(
            "Host names of the installation that customers' URLs may name though their addresses are private, "
            "separated by commas (`erp.example.com`, or `*.inside.example.com` for all below)"
        ),
    )
    customer_urls_ports: str = Field(
        default=_DEFAULT_PORTS, description="Ports that customers' URLs may name, separated by commas"
    )

    @field_validator("customer_urls_networks")
    @classmethod
    def _check_networks(cls, value: str) -> str:
        read_networks(value)
        return value

    @field_validator("customer_urls_hosts")
    @classmethod
    def _check_hosts(cls, value: str) -> str:
        read_hosts(value)
        return value

    @field_validator("customer_urls_ports")
    @classmethod
    def _check_ports(cls, value: str) -> str:
        read_ports(value)
        return value

    def url_policy(self) -> "UrlPolicy":
        """The policy of these settings."""
        return UrlPolicy(
            allow_private=self.customer_urls_allow_private,
            allow_http=self.customer_urls_allow_http,
            networks=read_networks(self.customer_urls_networks),
            hosts=read_hosts(self.customer_urls_hosts),
            ports=read_ports(self.customer_urls_ports),
        )


def read_networks(text: str) -> tuple[Network, ...]:
    """`10.1.2.0/24,fd12:3456::/64`. Raises `ValueError`."""
    return tuple(ip_network(part) for part in _listed(text))


def read_hosts(text: str) -> tuple[str, ...]:
    """`erp.example.com,*.inside.example.com`, in lower case and ASCII. Raises `ValueError`."""
    hosts = []
    for part in _listed(text):
        star, name = ("*.", part[2:]) if part.startswith("*.") else ("", part)
        try:
            found = split_url(f"https://{name}")
        except BadUrl:
            found = None
        if found is None or found.address or found.target != "/" or found.authority != found.host:
            raise ValueError(f"{part!r} is not the name of a host")
        hosts.append(star + found.host.rstrip("."))
    return tuple(hosts)


def read_ports(text: str) -> tuple[range, ...]:
    """`80,443,1024-65535`. Raises `ValueError`."""
    ports = []
    for part in _listed(text):
        first, _, last = part.partition("-")
        numbers = range(int(first), int(last or first) + 1)
        if not 0 < numbers.start < numbers.stop <= _MOST_PORTS:
            raise ValueError(f"{part!r} is not a port or a range of ports")
        ports.append(numbers)
    return tuple(ports)


def _listed(text: str) -> Iterable[str]:
    return (part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class UrlPolicy:
    """The rules for one kind of customers' URLs.

    `allow_private` lets through http, loopback and private networks, but still no link-local address, no metadata
    service of a cloud, no multicast and nothing reserved. `networks` are those of an operator's own receivers; `hosts`
    (`*.` before a name: all below it) may have private addresses.
    """

    allow_private: bool = False
    allow_http: bool = False
    networks: tuple[Network, ...] = ()
    hosts: tuple[str, ...] = ()
    ports: tuple[range, ...] = read_ports(_DEFAULT_PORTS)

    def url_problem(self, url: str) -> str | None:
        """What is wrong with a URL, before its host is resolved; `None` when nothing is. For a form's field too."""
        try:
            parts = split_url(url)
        except BadUrl as error:
            return str(error)
        if parts.scheme != "https" and not (self.allow_private or self.allow_http):
            return "must begin with https://"
        if not any(parts.port in allowed for allowed in self.ports):
            return f"port {parts.port} is not allowed"
        # What a name resolves to is checked when it is connected to.
        return self.address_problem(parts.host) if parts.address else None

    def address_problem(self, address: str, host: str = "") -> str | None:
        """Why nothing may be sent to an IP address, which a name may have led to; `None` when it may.

        Raises `ValueError` for what is no address.
        """
        ip = _unwrapped(ip_address(address))
        if isinstance(ip, IPv6Address) and ip.scope_id is not None:
            return f"{ip} is not a public address"
        if _is_in(ip, _METADATA):
            return f"{ip} is a metadata service"
        if _is_in(ip, self.networks) and not _is_in(ip, _NEVER):
            return None
        if _is_in(ip, _PRIVATE_4) or _is_in(ip, _PRIVATE_6):
            return None if self.allow_private or self._names(host) else f"{ip} is in a private network"
        return f"{ip} is not a public address" if _is_reserved(ip) else None

    def _names(self, host: str) -> bool:
        """Whether the operator listed a host."""
        name = host.rstrip(".").lower()
        return any(
            name.endswith(listed[1:]) if listed.startswith("*.") else name == listed for listed in self.hosts if name
        )


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that a form of IPv6 leads to (IPv4-mapped, NAT64)."""
    if isinstance(ip, IPv4Address) or ip.scope_id is not None:
        return ip
    return ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip)


def _is_in(ip: IPv4Address | IPv6Address, networks: Iterable[Network]) -> bool:
    return any(ip in network for network in networks if network.version == ip.version)


def _is_reserved(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv4Address):
        return _is_in(ip, _RESERVED_4)
    return ip not in _GLOBAL_6 or _is_in(ip, _RESERVED_6)
