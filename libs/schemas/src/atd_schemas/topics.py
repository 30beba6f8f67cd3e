"""The registry of topics: who owns one, who writes and reads it, its key, partitions and retention.

A test holds the registry against the code: every topic has a producer and a consumer or a reason, every
event type has an example that parses. `atd topics create` creates what is listed here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal, get_args

from pydantic import TypeAdapter

from atd_schemas.attendants import DEVICE_SECONDS, AttendantChanged, DeviceSeen
from atd_schemas.conversation import ConversationEvent
from atd_schemas.dead_letters import DeadLetterEvent
from atd_schemas.envelope import Envelope
from atd_schemas.inbound import InboundEvent, UnparsedEvent
from atd_schemas.outbound import OutboundCommand
from atd_schemas.presence import PresenceEvent
from atd_schemas.privacy import ErasureConfirmed
from atd_schemas.routing import RoutingDecision
from atd_schemas.services import PUBLIC_CHANNELS, SERVICES, Service, channel_services
from atd_schemas.settings_changes import SettingsChange
from atd_schemas.webhooks import WebhookChanged

MAX_MESSAGE_BYTES = 6 * 1024 * 1024
"""The largest record: a webhook body of 3 MB, kept whole in base64, with its envelope."""

MAX_DEAD_LETTER_BYTES = 9 * 1024 * 1024
"""A dead letter holds the largest record in base64; no record that we write is larger."""

OPERATOR = "operator"
"""A reader that is a person with the command `atd`."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic.

    `key` says in words what the records are ordered by; the code is the event's `key()`. `transient`: its records are
    out of date within a minute, so nobody resumes from it, and it is kept for less than a reader may be down. A group
    reads such a topic only where everything that is still true is told again (`repeated`) within a minute.
    """

    name: str
    owner: str
    key: str
    schema: Any
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    retention: timedelta
    partitions: int = 12
    cleanup: Literal["delete", "compact"] = "delete"
    transient: bool = False
    repeated: timedelta | None = None
    unread_because: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def config(self) -> dict[str, str]:
        """The topic's configuration as Kafka names it."""
        return {
            "cleanup.policy": self.cleanup,
            "retention.ms": str(int(self.retention.total_seconds() * 1000)),
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
            **self.extra,
        }


_TEN_MINUTES = timedelta(minutes=10)
_WEEK = timedelta(days=7)
_MONTH = timedelta(days=30)
_CHANNEL_SERVICES = tuple(service.name for service in channel_services())

INBOUND_EVENTS = Topic(
    name="inbound.events.v1",
    owner="ingest",
    key="channel account + customer's external id",
    schema=InboundEvent,
    producers=_CHANNEL_SERVICES,
    consumers=("conversation",),
    retention=_WEEK,
)
INBOUND_COMMENTS = replace(
    INBOUND_EVENTS,
    name="inbound.comments.v1",
    producers=tuple(one.name for one in channel_services() if {*one.channels} & {*PUBLIC_CHANNELS}),
    partitions=6,
)
"""The events of `PUBLIC_CHANNELS`: what comes below a post that everybody comments on stands before nothing else."""

INBOUND_UNPARSED = Topic(
    name="inbound.unparsed.v1",
    owner="ingest",
    key="channel account",
    schema=UnparsedEvent,
    producers=(*_CHANNEL_SERVICES, OPERATOR),
    consumers=(OPERATOR,),
    retention=_MONTH,
    partitions=3,
)
CONVERSATION_EVENTS = Topic(
    name="conversation.events.v1",
    owner="conversation",
    key="conversation id (contact id for contact.*, the setting's id for setting.changed)",
    schema=ConversationEvent,
    producers=("conversation",),
    consumers=("routing", "webhook-dispatcher", "gateway"),
    retention=_WEEK,
)
ROUTING_DECISIONS = Topic(
    name="routing.decisions.v1",
    owner="routing",
    key="conversation id",
    schema=RoutingDecision,
    producers=("routing",),
    consumers=("conversation",),
    retention=_WEEK,
)
ATTENDANT_DEVICES = Topic(
    name="attendant.devices.v1",
    owner="gateway",
    key="attendant id",
    schema=DeviceSeen,
    producers=("gateway",),
    consumers=("routing",),
    retention=_TEN_MINUTES,
    partitions=3,
    transient=True,
    repeated=timedelta(seconds=DEVICE_SECONDS),
    extra={"segment.ms": str(int(_TEN_MINUTES.total_seconds() * 1000))},
)
ATTENDANT_EVENTS = Topic(
    name="attendant.events.v1",
    owner="routing",
    key="attendant id",
    schema=AttendantChanged,
    producers=("routing",),
    consumers=("conversation", "webhook-dispatcher", "gateway"),
    retention=_WEEK,
    partitions=3,
)
WEBHOOK_EVENTS = Topic(
    name="webhook.events.v1",
    owner="webhook-dispatcher",
    key="endpoint id",
    schema=WebhookChanged,
    producers=("webhook-dispatcher",),
    consumers=("gateway",),
    retention=_WEEK,
    partitions=3,
)
SETTINGS_CHANGES = Topic(
    name="settings.changes.v1",
    owner="owner of the setting",
    key="tenant + kind + id",
    schema=SettingsChange,
    producers=(*_CHANNEL_SERVICES, "routing", "gateway"),
    consumers=(*_CHANNEL_SERVICES, "conversation", "routing", "gateway"),
    retention=_WEEK,
    partitions=3,
    cleanup="compact",
)

PRESENCE_EVENTS = Topic(
    name="presence.events.v1",
    owner="gateway",
    key="conversation id",
    schema=PresenceEvent,
    producers=("gateway", "conversation"),
    consumers=("gateway",),
    retention=_TEN_MINUTES,
    partitions=3,
    transient=True,
    extra={"segment.ms": str(int(_TEN_MINUTES.total_seconds() * 1000))},  # only what is no longer written to is deleted
)

PRIVACY_CONFIRMATIONS = Topic(
    name="privacy.confirmations.v1",
    owner="conversation",
    key="erasure id",
    schema=ErasureConfirmed,
    producers=_CHANNEL_SERVICES,
    consumers=("conversation",),
    retention=_WEEK,
    partitions=3,
)


def inbound_topic(event: Envelope) -> Topic:
    """Where a channel service publishes an `InboundEvent`, each of which names its channel."""
    channel = getattr(getattr(event, "data", None), "channel", None)
    return INBOUND_COMMENTS if channel in PUBLIC_CHANNELS else INBOUND_EVENTS


def outbound_topic(service: Service) -> Topic:
    """The topic of what a channel service sends to customers. Raises `ValueError` for a service that sends nothing."""
    if service.outbound is None:
        raise ValueError(f"the service {service.name} has no outbound topic")
    return Topic(
        name=f"outbound.{service.outbound}.v1",
        owner="conversation",
        key="conversation id",
        schema=OutboundCommand,
        producers=("conversation",),
        consumers=(service.name,),
        retention=_WEEK,
    )


def outbound_by_channel(services: Sequence[Service] = SERVICES) -> Mapping[str, Topic]:
    """Where a message to a channel's customer goes. A channel that is not listed cannot be answered yet."""
    sending = [service for service in channel_services(services) if service.outbound is not None]
    return {kind: outbound_topic(service) for service in sending for kind in service.channels}


def dead_letter_topic(service: str) -> Topic:
    """The topic where `service` puts the records that it could not handle."""
    return Topic(
        name=f"{service}.dead-letter.v1",
        owner=service,
        key="the record's own key",
        schema=DeadLetterEvent,
        producers=(service, OPERATOR),
        consumers=(OPERATOR,),
        retention=_MONTH,
        partitions=1,
        extra={"max.message.bytes": str(MAX_DEAD_LETTER_BYTES)},
    )


CONSUMING_SERVICES = tuple(service.name for service in SERVICES if service.consumer_group)
"""The services that consume as a group, and so can dead-letter."""

BROADCAST_SERVICES = tuple(service.name for service in SERVICES if not service.consumer_group)
"""The services that read without a group: every process reads all and commits nothing."""

OUTBOUND_BY_CHANNEL = outbound_by_channel()
OUTBOUND_WHATSAPP = OUTBOUND_BY_CHANNEL["whatsapp"]


def registry() -> tuple[Topic, ...]:
    """Every topic of the system."""
    return (
        INBOUND_EVENTS,
        INBOUND_COMMENTS,
        INBOUND_UNPARSED,
        CONVERSATION_EVENTS,
        *(outbound_topic(service) for service in channel_services() if service.outbound),
        ROUTING_DECISIONS,
        ATTENDANT_DEVICES,
        ATTENDANT_EVENTS,
        WEBHOOK_EVENTS,
        SETTINGS_CHANGES,
        PRESENCE_EVENTS,
        PRIVACY_CONFIRMATIONS,
        *(dead_letter_topic(service) for service in CONSUMING_SERVICES),
    )


_adapters: dict[str, TypeAdapter[Any]] = {}


def adapter(topic: Topic) -> TypeAdapter[Any]:
    """The one validator of a topic's records, built at its first use."""
    found = _adapters.get(topic.name)
    if found is None:
        found = _adapters[topic.name] = TypeAdapter(topic.schema)
    return found


def event_classes(topic: Topic) -> tuple[type[Envelope], ...]:
    """The classes of a topic's events."""
    (union, *_) = get_args(topic.schema) or (topic.schema,)
    classes: tuple[type[Envelope], ...] = get_args(union) or (union,)
    return classes


def event_types(topic: Topic, event_class: type[Envelope] | None = None) -> tuple[str, ...]:
    """The values that `type` has in a topic's events, or in those of one of its classes."""
    classes = event_classes(topic) if event_class is None else (event_class,)
    return tuple(kind for one in classes for kind in get_args(one.model_fields["type"].annotation))


def encode(event: Envelope) -> bytes:
    """The event as JSON, as it goes into Kafka."""
    return type(event).__pydantic_serializer__.to_json(event)


def headers(event: Envelope, traceparent: str | None = None) -> list[tuple[str, bytes]]:
    """The Kafka headers of an event: its id and type for whoever routes without parsing, and its trace."""
    found = [("ce_id", event.id.encode()), ("ce_type", event.type.encode())]
    if traceparent:
        found.append(("traceparent", traceparent.encode()))
    return found
