"""Requests on somebody's behalf, as the gateway would send them on."""

from collections.abc import Iterable
from datetime import UTC, datetime

from atd_schemas.envelope import ActorType
from atd_servicekit.crypto import derive_key
from atd_servicekit.identity import IDENTITY_HEADER, IDENTITY_PURPOSE, Identity, IdentitySigner
from atd_servicekit.settings import ServiceSettings


def identity_headers(
    settings: ServiceSettings,
    *,
    tenant_id: str = "tenant-1",
    actor_id: str = "attendant-1",
    actor_name: str = "Ana",
    actor_type: ActorType = "attendant",
    permissions: Iterable[str] = (),
    session_id: str | None = None,
    now: datetime | None = None,
) -> dict[str, str]:
    """The identity header for a service with `settings`; `now` defaults to the machine's clock."""
    identity = Identity(tenant_id, actor_type, actor_id, actor_name, frozenset(permissions), session_id)
    signer = IdentitySigner(derive_key(settings.master_key.get_secret_value(), IDENTITY_PURPOSE))
    return {IDENTITY_HEADER: signer.sign(identity, now or datetime.now(UTC))}
