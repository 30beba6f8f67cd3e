"""New keys, as lines of an environment file."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

from atd_cli.output import CommandFailed
from atd_schemas.services import SERVICES, Service
from atd_servicekit.crypto import new_master_key
from atd_servicekit.identity_keys import new_private_key, read_private_key


def new_keys(what: str) -> Iterator[str]:
    """Lines with new keys of one purpose, or of all. Raises `CommandFailed` for an unknown purpose."""
    owners = {service.name: service for service in SERVICES if service.master_key}
    if what not in {"all", "identity", "operator", *owners}:
        raise CommandFailed(f"There is no key of {what!r}; there are identity, operator, {', '.join(owners)} and all.")
    if what in {"all", "identity"}:
        yield from _pair("IDENTITY", "the gateway alone", "every service")
    if what in {"all", "operator"}:
        yield from _pair("OPERATOR", "the command atd alone", "every service")
    for name, service in owners.items():
        if what in {"all", name}:
            yield from _master_key(service)


def _pair(name: str, private_owner: str, public_owner: str) -> Iterator[str]:
    private = new_private_key()
    public = read_private_key(private).public
    yield f"# Key {public.id}. Private: of {private_owner}. Public: of {public_owner}."
    yield f"ATD_{name}_PRIVATE_KEY={private}"
    yield f"ATD_{name}_PUBLIC_KEYS={public.text}"


def _master_key(service: Service) -> Iterator[str]:
    yield f"# Of {service.name} alone, which gets it as ATD_MASTER_KEY."
    yield f"{service.master_key_variable}={new_master_key(_key_id())}"


def _key_id() -> str:
    """Dated, and never the same twice: a sealed text names the key that opens it."""
    return f"k{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(2)}"
