"""Endpoints as the API shows them: without anything that is secret."""

from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, Field

from atd_schemas.envelope import Timestamp
from atd_servicekit.crypto import CannotDecrypt
from atd_servicekit.customer_calls import BadClientCertificate, ClientCertificate
from atd_webhook_dispatcher.api.health_views import HealthView, health_view
from atd_webhook_dispatcher.domain.endpoint import Auth, AuthKind, Endpoint, EndpointState, Filters, WhilePaused
from atd_webhook_dispatcher.domain.signing import still_signing
from atd_webhook_dispatcher.endpoint_health import EndpointHealth
from atd_webhook_dispatcher.sealing import Cipher, unseal

_SHOWN_CREDENTIALS = ("username", "token_url", "client_id", "scope")


class FiltersView(BaseModel):
    """Empty: all."""

    channel: list[str]
    team_id: list[str]
    label: list[str]
    type_id: list[str]


class CertificateView(BaseModel):
    """Whose the client certificate is, and until when."""

    subject: str
    expires_at: Timestamp


class AuthView(BaseModel):
    """How requests authenticate; what is secret is not shown."""

    kind: AuthKind
    username: str | None = None
    token_url: str | None = None
    client_id: str | None = None
    scope: str | None = None
    client_certificate: CertificateView | None = None


class SecretView(BaseModel):
    """A secret that signs, the newest first; `until`: it was rotated, and ends then."""

    created_at: Timestamp
    until: Timestamp | None


class FailingView(BaseModel):
    """Since when nothing has arrived, and how many deliveries have failed at least once since then."""

    since: Timestamp
    deliveries: int


class EndpointView(BaseModel):
    """A webhook."""

    id: str
    url: str
    description: str
    state: EndpointState
    enabled: bool
    state_since: Timestamp
    disabled_reason: Literal["failing", "gone"] | None
    event_types: list[str]
    filters: FiltersView
    expression: str | None
    fields: list[str] | None
    template: Any
    headers: dict[str, str]
    auth: AuthView
    secrets: list[SecretView]
    rate_limit_per_second: float | None
    ordered: bool
    concurrency: int
    retry_seconds: list[int]
    disable_after_hours: Annotated[int, Field(description="Hours")]
    while_paused: WhilePaused
    failing: FailingView | None
    health: HealthView
    version: int
    created_at: Timestamp
    changed_at: Timestamp


class CreatedEndpointView(EndpointView):
    """A webhook that was just made."""

    secret: str = Field(description="With which requests are signed; it is shown this once")


class SecretsView(BaseModel):
    """The secrets that sign now."""

    secrets: list[SecretView]


class RotatedSecretView(SecretsView):
    """The new secret; the one before it signs for 24 hours more."""

    secret: str = Field(description="It is shown this once")


def values_of(endpoint: Endpoint, health: EndpointHealth, now: datetime, cipher: Cipher) -> dict[str, Any]:
    """An endpoint's fields as the API names them."""
    failing = endpoint.failing
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "description": endpoint.description,
        "state": endpoint.state,
        "enabled": endpoint.state == "enabled",
        "state_since": endpoint.state_since,
        "disabled_reason": endpoint.disabled_reason,
        "event_types": list(endpoint.event_types),
        "filters": _filters_view(endpoint.filters),
        "expression": endpoint.filters.expression,
        "fields": list(endpoint.shape.fields) or None,
        "template": endpoint.shape.template,
        "headers": dict(endpoint.headers),
        "auth": _auth_view(endpoint, endpoint.auth, cipher),
        "secrets": secret_views(endpoint, now),
        "rate_limit_per_second": endpoint.rate_limit_per_second,
        "ordered": endpoint.ordered,
        "concurrency": endpoint.concurrency,
        "retry_seconds": list(endpoint.retry_seconds),
        "disable_after_hours": round(endpoint.disable_after.total_seconds() / 3_600),
        "while_paused": endpoint.while_paused,
        "failing": failing and FailingView(since=failing.since, deliveries=failing.deliveries),
        "health": health_view(health),
        "version": endpoint.version,
        "created_at": endpoint.created_at,
        "changed_at": endpoint.changed_at,
    }


def endpoint_view(endpoint: Endpoint, health: EndpointHealth, now: datetime, cipher: Cipher) -> EndpointView:
    """An endpoint as the API shows it."""
    return EndpointView(**values_of(endpoint, health, now, cipher))


def secret_views(endpoint: Endpoint, now: datetime) -> list[SecretView]:
    """The secrets that sign now, the newest first."""
    return [SecretView(created_at=one.created_at, until=one.until) for one in still_signing(endpoint.secrets, now)]


def _filters_view(filters: Filters) -> FiltersView:
    return FiltersView(
        channel=sorted(filters.channels),
        team_id=sorted(filters.team_ids),
        label=sorted(filters.label_ids),
        type_id=sorted(filters.type_ids),
    )


def _auth_view(endpoint: Endpoint, auth: Auth, cipher: Cipher) -> AuthView:
    shown: dict[str, Any] = {"kind": auth.kind}
    try:
        if auth.sealed is not None:
            credentials = orjson.loads(unseal(cipher, endpoint, "auth", auth.sealed))
            shown |= {name: credentials.get(name) for name in _SHOWN_CREDENTIALS}
        if auth.client_certificate is not None:
            certificate = ClientCertificate(unseal(cipher, endpoint, "client_certificate", auth.client_certificate))
            shown["client_certificate"] = CertificateView(
                subject=certificate.subject, expires_at=certificate.expires_at
            )
    except (CannotDecrypt, BadClientCertificate):  # a key that is lost: sending says so, and it can be given again
        pass
    return AuthView(**shown)
