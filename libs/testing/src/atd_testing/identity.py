"""Requests on somebody's behalf, as the gateway would send them on."""

from collections.abc import Iterable
from datetime import UTC, datetime

from atd_schemas.envelope import ActorType
from atd_servicekit.identity import IDENTITY_HEADER, OPERATOR_PERMISSION, Identity, IdentitySigner, Visibility
from atd_servicekit.identity_keys import read_private_key
from atd_testing.keys import IDENTITY_PRIVATE_KEY, OPERATOR_PRIVATE_KEY


def identity_headers(
    *,
    tenant_id: str = "tenant-1",
    actor_id: str = "attendant-1",
    actor_name: str = "Ana",
    actor_type: ActorType = "attendant",
    permissions: Iterable[str] = (),
    session_id: str | None = None,
    visibility: Visibility = "all",
    now: datetime | None = None,
) -> dict[str, str]:
    """The identity header for a service with the keys of `atd_testing.keys`; `now` defaults to the machine's clock."""
    identity = Identity(tenant_id, actor_type, actor_id, actor_name, frozenset(permissions), session_id, visibility)
    signer = IdentitySigner(read_private_key(IDENTITY_PRIVATE_KEY))
    return {IDENTITY_HEADER: signer.sign(identity, now or datetime.now(UTC))}


def operator_headers(*, tenant_id: str = "tenant-1", now: datetime | None = None) -> dict[str, str]:
    """The identity header that the operators' command `atd` sends."""
    identity = Identity(tenant_id, "system", "atd", "atd", frozenset({OPERATOR_PERMISSION}))
    signer = IdentitySigner(read_private_key(OPERATOR_PRIVATE_KEY), issuer="atd-operator")
    return {IDENTITY_HEADER: signer.sign(identity, now or datetime.now(UTC))}
