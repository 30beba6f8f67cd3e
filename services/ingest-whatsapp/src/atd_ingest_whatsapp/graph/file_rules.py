"""Where Meta's files are, how large they may be, and how long Meta keeps them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

import httpx

from atd_channelkit.media.source import AllowedHosts, FetchRules

_MB = 1024 * 1024

SIZE_LIMITS: Mapping[str, int] = MappingProxyType({"image": 25 * _MB, "sticker": 5 * _MB})
"""In bytes. Meta takes from us images of 5 MB and stickers of 0.5 MB; customers' own may be larger."""

SIZE_LIMIT = 100 * _MB
"""Of every other kind, in bytes: larger files Meta itself does not hand out (error 131052)."""

ADDRESS_FRESH_FOR = timedelta(minutes=4)
"""Meta's addresses are valid for five minutes."""

UPLOADS_KEPT_FOR = timedelta(days=29)
"""How long the id of an upload is used again: Meta keeps files for 30 days."""

_HOSTS = ("graph.facebook.com",)
_DOMAINS = (".fbsbx.com", ".fbcdn.net", ".whatsapp.net")
"""Meta's own domains, whole: it moves files between hosts without a word."""


def fetch_rules(api_url: str, more_hosts: Sequence[str] = ()) -> FetchRules:
    """The rules for customers' files, with the Graph API at this address; `more_hosts` are an operator's."""
    hosts = AllowedHosts(httpx.URL(api_url), _HOSTS, _DOMAINS).with_more(more_hosts)
    return FetchRules(hosts, SIZE_LIMIT, SIZE_LIMITS, ADDRESS_FRESH_FOR)
