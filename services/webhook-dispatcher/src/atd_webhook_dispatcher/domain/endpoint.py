"""An endpoint: one URL of an external system, and what it wants to be told. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from atd_webhook_dispatcher.domain.disabling import Failing

EndpointState = Literal["enabled", "paused", "disabled"]
"""`paused`: by a person; `disabled`: by the product, since nothing arrived any more or the receiver said 410."""

WhilePaused = Literal["keep", "skip"]
"""What becomes of events of a paused endpoint: kept as waiting deliveries up to a limit, or left out."""

AuthKind = Literal["none", "basic", "bearer", "oauth2"]

RETRY_SECONDS: tuple[int, ...] = (5, 30, 120, 600, 3_600, 10_800, 21_600, 43_200, 86_400)
"""The pauses before each further attempt, unless an endpoint has its own: ten attempts in about two days."""

MOST_ENDPOINTS = 50
"""Endpoints of a company."""

MOST_URL_CHARACTERS = 2_000
MOST_EVENT_TYPES = 100
MOST_FILTER_VALUES = 100
"""Of one kind of filter."""

MOST_RETRIES = 20
LONGEST_PAUSE_SECONDS = 7 * 86_400
"""Between two attempts."""

MOST_CONCURRENCY = 100
MOST_PER_SECOND = 1_000.0
LEAST_PER_SECOND = 0.01
MOST_DISABLE_AFTER_HOURS = 30 * 24

MOST_KEPT_WHILE_PAUSED = 100_000
"""Deliveries that wait for a paused endpoint; later ones are left out, counted, and can be replayed."""


@dataclass(frozen=True, slots=True)
class Filters:
    """An event passes where every kind of filter that is given has one of its values; `expression` is CEL.

    Empty: all. An event that cannot have a value (an attendant's has no channel) does not pass a filter on it.
    """

    channels: frozenset[str] = frozenset()
    team_ids: frozenset[str] = frozenset()
    label_ids: frozenset[str] = frozenset()
    type_ids: frozenset[str] = frozenset()
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What of an event is sent: all of it, chosen `fields` (`data.message.text`), or a `template` of JSON. Not both."""

    fields: tuple[str, ...] = ()
    template: Any = None

    @property
    def whole(self) -> bool:
        return not self.fields and self.template is None


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """A secret that signs, sealed. It signs until `until`; None: until it is rotated."""

    sealed: str
    created_at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Auth:
    """How we say who we are, beside the signature. `sealed` is JSON of the kind's credentials.

    basic: `{username, password}`; bearer: `{token}`; oauth2: `{token_url, client_id, client_secret, scope}` (client
    credentials). `client_certificate` is sealed PEM of certificate and key, for mTLS, with any kind.
    """

    kind: AuthKind = "none"
    sealed: str | None = None
    client_certificate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint as it is kept. `url` never carries credentials: those are in `auth`.

    `retry_seconds` are the pauses between attempts; `disable_after` the span without one success after which it is
    disabled. `ordered`: one request at a time per conversation, in the order of its events; else all at once, up to
    `concurrency`. `version` counts its changes, by people and by the product. `reset_at`: failures before it do not
    count towards disabling any more, since it was enabled or got another URL then. `deleted_at`: it is a tombstone,
    which stays until its deliveries are dropped. `unmarked`: it has become ordered, and what waited then is not yet
    kept in order.
    """

    id: str
    tenant_id: str
    url: str
    description: str = ""
    state: EndpointState = "enabled"
    event_types: tuple[str, ...] = ("*",)
    filters: Filters = Filters()
    shape: Shape = Shape()
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: Auth = Auth()
    secrets: tuple[SigningSecret, ...] = ()
    rate_limit_per_second: float | None = None
    ordered: bool = False
    concurrency: int = 20
    retry_seconds: tuple[int, ...] = RETRY_SECONDS
    disable_after: timedelta = timedelta(days=5)
    while_paused: WhilePaused = "keep"
    state_since: datetime
    disabled_reason: str | None = None
    failing: Failing | None = None
    version: int = 1
    created_at: datetime
    changed_at: datetime
    reset_at: datetime
    deleted_at: datetime | None = None
    unmarked: bool = False

    @property
    def in_disorder(self) -> bool:
        """Whether what waits has to be put in order before it is sent."""
        return self.ordered and self.unmarked

    @property
    def sends(self) -> bool:
        """Whether anything is sent to it."""
        return self.state == "enabled" and not self.in_disorder


def enabled(endpoint: Endpoint, now: datetime) -> Endpoint:
    """The endpoint when a person has enabled it; itself when it was."""
    if endpoint.state == "enabled":
        return endpoint
    return replace(endpoint, state="enabled", state_since=now, disabled_reason=None, reset_at=now)


@dataclass(frozen=True, slots=True)
class TenantEndpoints:
    """The endpoints of a company, without those that are deleted. `revision` counts the changes of all of them."""

    tenant_id: str
    revision: int = 0
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
