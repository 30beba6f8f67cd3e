"""What a channel provides for fetching customers' files."""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Protocol, TypeVar

import httpx

from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_schemas.outbound import OutboundFetchData

PICTURE_LIMIT = 5 * 1024 * 1024
"""In bytes. Pictures of people are small; whoever's is not is shown by initials."""

A_contra = TypeVar("A_contra", bound=Account, contravariant=True)


@dataclass(frozen=True, slots=True)
class FileAddress:
    """Where a file can be fetched for a short while, and what the provider says of it.

    `sha256` is in hex or base64, `size` in bytes.
    """

    url: str
    mime_type: str | None = None
    sha256: str | None = None
    size: int | None = None


class FileSource(Protocol[A_contra]):
    """Where customers' files are. A channel without files needs none."""

    async def look_up(self, account: A_contra, file_id: str) -> FileAddress | Refused | Unsent | Uncertain:
        """A new address of a file. Never raises for what the network or the provider do."""
        ...

    def read(self, account: A_contra, url: str, size: int) -> AbstractAsyncContextManager[httpx.Response]:
        """Begin to read a file of about `size` bytes, with the account's credentials.

        The caller has made sure that they may be sent there. Raises httpx's errors, also while the file is read.
        """
        ...


class NoFiles:
    """The source of a channel whose customers send no files."""

    async def look_up(self, account: Account, file_id: str) -> Refused:  # noqa: ARG002 - see `FileSource`
        """There is no such file."""
        return Refused("media", "not_supported", "The channel has no files.")

    def read(self, account: Account, url: str, size: int) -> AbstractAsyncContextManager[httpx.Response]:
        """Never called: no address is allowed."""
        raise NotImplementedError("the channel has no files")


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The provider's hosts: the only ones that credentials are sent to.

    `api` is the address of its API, which may be another one in tests and behind proxies. `hosts` are exact names,
    `domains` endings with their dot.
    """

    api: httpx.URL
    hosts: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()

    def with_more(self, hosts: Sequence[str]) -> "AllowedHosts":
        """The same with hosts of an operator's (`read_media_hosts`)."""
        names = tuple(one for one in hosts if not one.startswith("."))
        endings = tuple(one for one in hosts if one.startswith("."))
        return AllowedHosts(self.api, (*self.hosts, *names), (*self.domains, *endings))

    def allow(self, url: httpx.URL) -> bool:
        """Whether the address is on a host of the provider over TLS, or at the very origin of its API."""
        if url.userinfo:
            return False
        if (url.scheme, url.host, url.port) == (self.api.scheme, self.api.host, self.api.port):
            return True
        if url.scheme != "https" or url.port is not None:
            return False
        return url.host in self.hosts or (bool(self.domains) and url.host.endswith(self.domains))


_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?")
_HOST_LIMIT = 253
_SUFFIX_LIMIT = 64
_SUFFIX_LABELS = 2


def read_media_hosts(text: str) -> tuple[str, ...]:
    """The hosts of a setting: names, or endings of names with their dot (`.example.net`), separated by commas.

    Raises `ValueError` for what is neither, such as an address, a port, a scheme, or the ending of a whole country.
    """
    hosts = tuple(one.strip().lower() for one in text.split(",") if one.strip())
    for host in hosts:
        if len(host) > _HOST_LIMIT or _HOST.fullmatch(host.removeprefix(".")) is None:
            raise ValueError(f"{host!r} is neither a host name nor the end of one, such as .example.net")
    return hosts


def host_suffix(url: httpx.URL) -> str:
    """The end of a host's name, for logs and metrics: it names the owner, and neither the customer nor the file."""
    host = url.host.lower()
    if len(host) > _HOST_LIMIT or _HOST.fullmatch(host) is None:
        return "no_name"
    return ".".join(host.split(".")[-_SUFFIX_LABELS:])[:_SUFFIX_LIMIT]


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What differs between channels. Sizes are in bytes.

    Attributes:
        hosts: where files may be read.
        size_limit: of every kind that `size_limits` does not name.
        picture_limit: of a customer's picture.
        address_fresh_for: how long the address in a webhook is used; zero when webhooks contain none.
    """

    hosts: AllowedHosts
    size_limit: int
    size_limits: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    address_fresh_for: timedelta = timedelta(0)
    picture_limit: int = PICTURE_LIMIT

    def limit_of(self, kind: str) -> int:
        """The largest file of a kind that is taken, in bytes."""
        return self.size_limits.get(kind, self.size_limit)

    def limit_for(self, wanted: OutboundFetchData) -> int:
        """The largest file that is taken for this, in bytes."""
        if wanted.contact_id is None:
            return self.limit_of(wanted.kind)
        return min(self.picture_limit, self.size_limit)
