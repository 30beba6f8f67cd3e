"""Takes a URL that a customer chose apart, once, for whoever checks it and for whoever connects to it. Pure.

Two readers that disagree about where the host ends are how checks of URLs are passed by. Path and query are kept byte
for byte: no `%2F` is decoded, no `/../` resolved (RFC 3986 would allow both).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

import httpx

DEFAULT_PORTS = {"http": 80, "https": 443}

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#\\]*)(?P<rest>[^#]*)(?:#.*)?", re.DOTALL)
_AUTHORITY = re.compile(r"(?:\[(?P<literal>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:]*))(?::(?P<port>[0-9]{0,5}))?")
_TARGET = re.compile(r"[!-~]*")  # visible ASCII: anything else must be percent-encoded

_NO_HOST = "has a host that is neither a name nor an address"
_MAX_PORT = 65_535
_LONGEST_NAME = 254
_LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class BadUrl(ValueError):
    """The text is no URL that can be asked. Its words complete "The URL ..." and repeat nothing of it."""


@dataclass(frozen=True, slots=True)
class UrlParts:
    """What is connected to and what is asked.

    `host` is a name in ASCII or the usual form of an address; `address` says which. `target` is path and query.
    """

    scheme: str
    host: str
    port: int
    target: str
    address: bool

    @property
    def authority(self) -> str:
        """The value of the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS.get(self.scheme) else f"{host}:{self.port}"


@lru_cache(maxsize=4_096)
def split_url(url: str) -> UrlParts:
    """Take a URL apart. Raises `BadUrl`."""
    found = _URL.fullmatch(url)
    if found is None or found["scheme"].lower() not in DEFAULT_PORTS:
        raise BadUrl("must begin with https://")
    scheme = found["scheme"].lower()
    if "@" in found["authority"]:
        raise BadUrl("must not contain a user name or password")
    if not found["authority"]:
        raise BadUrl("has no host")
    authority = _AUTHORITY.fullmatch(found["authority"])
    port = int((authority and authority["port"]) or DEFAULT_PORTS[scheme])
    if authority is None or port > _MAX_PORT:
        raise BadUrl("is not a URL")
    if not _TARGET.fullmatch(found["rest"]):
        raise BadUrl("has a character that must be percent-encoded (a space is %20)")
    if found["rest"].startswith("\\"):
        raise BadUrl("is not a URL")  # to some readers a slash, to others a part of the name
    target = found["rest"] if found["rest"].startswith("/") else f"/{found['rest']}"
    if authority["literal"] is not None:
        return UrlParts(scheme, _address(authority["literal"]), port, target, address=True)
    if not authority["name"]:
        raise BadUrl("has no host")
    host = _host(authority["name"])
    return UrlParts(scheme, host, port, target, address=_is_address(host))


def _host(name: str) -> str:
    """The host in ASCII. Raises `BadUrl` for what is neither a name nor the usual form of an address.

    Names whose last part is a number are refused, as browsers do (URL Standard, "ends in a number"): the system takes
    `2130706433`, `0x7f.1` and `127.1` for addresses.
    """
    try:
        host = httpx.URL(f"https://{name}/").raw_host.decode().lower()
    except (httpx.InvalidURL, ValueError) as error:  # those of IDNA are among the second
        raise BadUrl(_NO_HOST) from error
    if len(host) > _LONGEST_NAME or _NAME.fullmatch(host) is None or not _decodes(host):
        raise BadUrl(_NO_HOST)
    if _NUMBER.fullmatch(host.rstrip(".").rsplit(".", 1)[-1]) and not _is_address(host):
        raise BadUrl(_NO_HOST)
    return host


def _decodes(host: str) -> bool:
    """Whether its parts that begin with `xn--` are any."""
    try:
        return bool(httpx.URL(f"https://{host}/").host)
    except (httpx.InvalidURL, ValueError):
        return False


def _address(literal: str) -> str:
    try:
        return str(ip_address(literal))
    except ValueError as error:
        raise BadUrl("is not a URL") from error


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
