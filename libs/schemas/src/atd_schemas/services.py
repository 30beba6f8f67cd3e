"""The one list of services: name, port, channels and public routes.

The gateway's route table, the local runner, the operators' command, the test harness, the topic registry and the
tables in `docs/` are derived from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from atd_schemas.views import ChannelKind

API_BODY_LIMIT_BYTES = 1024 * 1024
"""The largest body of an API request."""

UPLOAD_BODY_LIMIT_BYTES = 100 * 1024 * 1024 + 64 * 1024
"""A file of 100 MB and the form around it."""

WEBHOOK_BODY_LIMIT_BYTES = 3 * 1024 * 1024
"""The largest webhook body that a provider sends (WhatsApp: 3 MB)."""

CHANNELS_PREFIX = "/api/v1/channels"
"""One resource over all channel services: the gateway finds the service by kind or by the account's id."""

PUBLIC_CHANNELS: tuple[ChannelKind, ...] = ("facebook",)
"""Where everybody writes below what the company published: thousands may come at once, and most want no answer."""

Access = Literal["bearer", "provider"]
"""`bearer`: an access token is checked. `provider`: the service checks the provider's signature itself."""


@dataclass(frozen=True, slots=True)
class PublicPrefix:
    """Public paths below `path` that one service answers under the same path. `body_limit` is in bytes."""

    path: str
    access: Access = "bearer"
    methods: frozenset[str] = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
    body_limit: int = API_BODY_LIMIT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One deployable service.

    Attributes:
        name: as in `services/<name>`; also its consumer group and the `source` of its events.
        port: where it listens inside the installation (the gateway: its internal port).
        does: one line for people.
        channels: kinds of channel that it connects; only channel services have any.
        outbound: the middle of `outbound.<...>.v1`, the topic of what it sends to customers.
        prefixes: public paths that it answers, beside the shared resource `CHANNELS_PREFIX`.
        master_key: seals or signs something with a key of its own, so it needs `ATD_MASTER_KEY`; another one in each.
        signs_identities: holds `ATD_IDENTITY_PRIVATE_KEY`, whose public key all services have: the gateway alone.
        consumer_group: reads topics as a group, so it has a dead-letter topic; otherwise every process reads all.
    """

    name: str
    port: int
    does: str
    channels: tuple[ChannelKind, ...] = ()
    outbound: str | None = None
    prefixes: tuple[PublicPrefix, ...] = ()
    master_key: bool = False
    signs_identities: bool = False
    consumer_group: bool = True

    @property
    def module(self) -> str:
        """The import package, also the name of the database: `atd_ingest_whatsapp`."""
        return f"atd_{self.name.replace('-', '_')}"

    @property
    def keeps_credentials(self) -> bool:
        """Whether it keeps credentials sealed with its master key; the gateway signs with its own and seals nothing."""
        return self.master_key and not self.signs_identities

    @property
    def url_variable(self) -> str:
        """The environment variable that says where others reach it: `ATD_INGEST_WHATSAPP_URL`."""
        return f"{self.module.upper()}_URL"

    @property
    def port_variable(self) -> str:
        """What replaces its port where all services share an environment: `ATD_INGEST_WHATSAPP_PORT`."""
        return f"{self.module.upper()}_PORT"

    @property
    def master_key_variable(self) -> str:
        """What names its master key where keys of all services are kept: `ATD_INGEST_WHATSAPP_MASTER_KEY`.

        The service itself gets the value as `ATD_MASTER_KEY`, and never those of the others.
        """
        return f"{self.module.upper()}_MASTER_KEY"


INGEST_WHATSAPP = Service(
    name="ingest-whatsapp",
    port=8101,
    does="verifies and splits WhatsApp's webhooks, manages channel accounts and templates, sends and fetches files",
    channels=("whatsapp",),
    outbound="whatsapp",
    master_key=True,
    prefixes=(PublicPrefix("/webhooks/whatsapp", "provider", frozenset({"GET", "POST"}), WEBHOOK_BODY_LIMIT_BYTES),),
)
INGEST_META = Service(
    name="ingest-meta",
    port=8103,
    does="verifies and splits Meta's webhooks of pages and Instagram, manages their accounts, sends and fetches files",
    channels=("messenger", "facebook", "instagram"),
    outbound="meta",
    master_key=True,
    prefixes=(
        PublicPrefix("/webhooks/meta", "provider", frozenset({"GET", "HEAD", "POST"}), WEBHOOK_BODY_LIMIT_BYTES),
    ),
)
INGEST_TELEGRAM = Service(
    name="ingest-telegram",
    port=8102,
    does="takes the updates of Telegram's bots, manages them as channel accounts, sends and fetches files",
    channels=("telegram",),
    outbound="telegram",
    master_key=True,
    prefixes=(PublicPrefix("/webhooks/telegram", "provider", frozenset({"POST"}), WEBHOOK_BODY_LIMIT_BYTES),),
)
CONVERSATION = Service(
    name="conversation",
    port=8110,
    does="turns events into contacts, conversations and messages; every change of a conversation goes through it",
    prefixes=(
        PublicPrefix("/api/v1/conversations"),
        PublicPrefix("/api/v1/drafts"),
        PublicPrefix("/api/v1/replies"),
        PublicPrefix("/api/v1/scheduled-messages"),
        PublicPrefix("/api/v1/messages"),
        PublicPrefix("/api/v1/contacts"),
        PublicPrefix("/api/v1/search"),
        PublicPrefix("/api/v1/attachments", body_limit=UPLOAD_BODY_LIMIT_BYTES),
        PublicPrefix("/api/v1/privacy"),
        PublicPrefix("/api/v1/capabilities", methods=frozenset({"GET", "HEAD"})),
        PublicPrefix(f"{CHANNELS_PREFIX}/capabilities", methods=frozenset({"GET", "HEAD"})),
        PublicPrefix("/api/v1/settings"),
        PublicPrefix("/api/v1/storage", methods=frozenset({"GET", "HEAD"})),
        PublicPrefix("/api/v1/tags"),
        PublicPrefix("/api/v1/labels"),
        PublicPrefix("/api/v1/types"),
        PublicPrefix("/api/v1/contact-fields"),
        PublicPrefix("/api/v1/automatic-replies"),
    ),
)
ROUTING = Service(
    name="routing",
    port=8120,
    does="says who gets which conversation and when: hours, teams, queues, availability, rules, targets, timers",
    prefixes=(
        PublicPrefix("/api/v1/teams"),
        PublicPrefix("/api/v1/hours"),
        PublicPrefix("/api/v1/holidays"),
        PublicPrefix("/api/v1/queue"),
        PublicPrefix("/api/v1/presence"),
        PublicPrefix("/api/v1/away-reasons"),
        PublicPrefix("/api/v1/assignment-rules"),
        PublicPrefix("/api/v1/service-levels"),
        PublicPrefix("/api/v1/routing"),
    ),
)
WEBHOOK_DISPATCHER = Service(
    name="webhook-dispatcher",
    port=8130,
    does="tells external systems what happens: signed requests to customers' URLs, in order, again until they arrive",
    master_key=True,
    prefixes=(
        PublicPrefix("/api/v1/webhooks"),
        PublicPrefix("/api/v1/webhook-deliveries"),
    ),
)
GATEWAY = Service(
    name="gateway",
    port=8090,
    does="the one public origin: sign-in, proxy, live stream, API documents",
    master_key=True,
    signs_identities=True,
    consumer_group=False,
)

SERVICES: tuple[Service, ...] = (
    INGEST_WHATSAPP,
    INGEST_TELEGRAM,
    INGEST_META,
    CONVERSATION,
    ROUTING,
    WEBHOOK_DISPATCHER,
    GATEWAY,
)
"""In the order in which they are started."""


def channel_services(services: Sequence[Service] = SERVICES) -> tuple[Service, ...]:
    """Those that connect channels."""
    return tuple(service for service in services if service.channels)


def service_of_channel(kind: str, services: Sequence[Service] = SERVICES) -> Service | None:
    """The service that connects channels of a kind; `None` when there is none yet."""
    return next((service for service in services if kind in service.channels), None)
