"""Which headers an endpoint may add to its requests."""

import re
from collections.abc import Mapping

MOST_HEADERS = 30
MOST_HEADER_CHARACTERS = 4_096
"""Of one value."""

_RESERVED = frozenset(
    {
        "accept-encoding",
        "atendimento-replay",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "traceparent",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
"""Set by the product, or by HTTP for one connection: a second value would make a request that two readers read in two
ways (request smuggling), or a signature that nobody can check."""

_RESERVED_PREFIXES = ("webhook-", "svix-")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # a token, RFC 9110 section 5.6.2
_VALUE = re.compile(r"[\t -~\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def is_reserved(name: str, *, with_auth: bool) -> bool:
    """Whether an endpoint may not set a header. `with_auth`: `Authorization` comes from its authentication."""
    key = name.lower()
    return key in _RESERVED or key.startswith(_RESERVED_PREFIXES) or (with_auth and key == "authorization")


def header_problems(headers: Mapping[str, str], *, with_auth: bool) -> dict[str, str]:
    """What is wrong with headers that a person gave, by name, in words; empty when nothing is."""
    problems: dict[str, str] = {}
    seen: set[str] = set()
    for name, value in headers.items():
        problem = _problem(name, value, with_auth=with_auth)
        if problem is None and name.lower() in seen:
            problem = "is given twice"
        if problem is not None:
            problems[name] = problem
        seen.add(name.lower())
    return problems


def _problem(name: str, value: str, *, with_auth: bool) -> str | None:
    if not _NAME.fullmatch(name):
        return "is not the name of a header"
    if is_reserved(name, with_auth=with_auth):
        return "is set by the product and cannot be chosen"
    if len(value) > MOST_HEADER_CHARACTERS:
        return f"is longer than {MOST_HEADER_CHARACTERS} characters"
    return None if _VALUE.fullmatch(value) else "contains a line break or another control character"
