"""What it costs to read and to write one event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

from atd_schemas.conversation import MessageChanged, MessageData
from atd_schemas.envelope import Actor, Envelope
from atd_schemas.ids import provider_event_id, uuid7
from atd_schemas.inbound import InboundContact, InboundMessage, InboundMessageData, inbound_subject
from atd_schemas.outbound import OutboundMessage, OutboundMessageData
from atd_schemas.topics import CONVERSATION_EVENTS, INBOUND_EVENTS, OUTBOUND_WHATSAPP, Topic, adapter, encode
from atd_schemas.views import AuthorView, MessageView
from tests.load.traffic import text_of

_ROUNDS = 5
_CALLS = 2000


def examples() -> dict[str, tuple[Topic, Envelope]]:
    """One typical event of each kind that the message path carries."""
    now, ids = datetime.now(UTC), [uuid7() for _ in range(5)]
    tenant, account, conversation, contact, message = ids
    common = {"tenant_id": tenant, "occurred_at": now, "recorded_at": now}
    person = Actor(type="contact", id=contact, name="Ana Souza")
    received = InboundMessage(
        id=provider_event_id(account, "wamid.example", "message"),
        source="ingest-whatsapp",
        subject=inbound_subject(account, "5511999990000"),
        actor=person,
        data=InboundMessageData(
            account_id=account,
            account_name="Loja",
            channel="whatsapp",
            external_id="wamid.example",
            contact=InboundContact(external_id="5511999990000", aliases=("BR.1",), name="Ana", phone="+5511999990000"),
            kind="text",
            text=text_of(1),
        ),
        **common,  # type: ignore[arg-type]
    )
    view = MessageView(
        id=message,
        conversation_id=conversation,
        direction="inbound",
        kind="text",
        text=text_of(1),
        author=AuthorView(type="contact", id=contact, name="Ana Souza"),
        external_id="wamid.example",
        occurred_at=now,
        recorded_at=now,
        sequence=7,
    )
    stored = MessageChanged(
        id=uuid7(),
        type="message.received",
        source="conversation",
        subject=conversation,
        sequence=7,
        causation_id=received.id,
        actor=person,
        data=MessageData(conversation_id=conversation, message=view),
        **common,  # type: ignore[arg-type]
    )
    command = OutboundMessage(
        id=uuid7(),
        source="conversation",
        subject=conversation,
        data=OutboundMessageData(
            account_id=account,
            channel="whatsapp",
            conversation_id=conversation,
            message_id=message,
            recipient="5511999990000",
            kind="text",
            text=text_of(1),
        ),
        **common,  # type: ignore[arg-type]
    )
    return {
        "inbound.message": (INBOUND_EVENTS, received),
        "message.received": (CONVERSATION_EVENTS, stored),
        "outbound.message": (OUTBOUND_WHATSAPP, command),
    }


def measure() -> dict[str, tuple[float, float, int]]:
    """By type: microseconds to validate, microseconds to serialise, bytes. The best of some rounds."""
    found = {}
    for name, (topic, event) in examples().items():
        validate, value = adapter(topic).validate_json, encode(event)
        found[name] = (_best(lambda v=value, f=validate: f(v)), _best(lambda e=event: encode(e)), len(value))  # type: ignore[misc]
    return found


def _best(call: Callable[[], object]) -> float:
    rounds = []
    for _ in range(_ROUNDS):
        began = perf_counter()
        for _ in range(_CALLS):
            call()
        rounds.append((perf_counter() - began) / _CALLS * 1e6)
    return min(rounds)
