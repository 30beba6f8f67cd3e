"""The webhook endpoint of a channel with neither socket, broker nor database: for property tests of what it takes."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from hypothesis import strategies as st

from atd_channelkit.accounts.directory import AccountDirectory
from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import ChannelSpec
from atd_channelkit.metrics import METRICS, ChannelMetrics
from atd_channelkit.webhooks.activity import Heard, WebhookActivity
from atd_channelkit.webhooks.endpoint import WebhookEndpoint, Webhooks
from atd_channelkit.webhooks.intake import Intake
from atd_channelkit.webhooks.reader import WebhookReader
from atd_channelkit.webhooks.translation import SendProof
from atd_schemas.inbound import InboundUnparsed
from atd_schemas.topics import INBOUND_COMMENTS, INBOUND_EVENTS, INBOUND_UNPARSED, MAX_MESSAGE_BYTES, adapter
from atd_servicekit.kafka import Outgoing
from atd_servicekit.metrics import Metrics
from atd_testing.clock import FakeClock

A = TypeVar("A", bound=Account)

_TIMEOUT = timedelta(seconds=5)
_TOPICS = {topic.name: topic for topic in (INBOUND_EVENTS, INBOUND_COMMENTS, INBOUND_UNPARSED)}

texts = st.text() | st.text(alphabet=st.characters(categories=["Cs"]), max_size=3)
"""Lone surrogates too."""

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=20
)


@dataclass(slots=True)
class Taken:
    """What became of one request."""

    status: int = 0
    records: list[Outgoing] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    proofs: list[SendProof] = field(default_factory=list)

    def whole(self, raw: bytes) -> list[Any]:
        """The events that a body became; asserts that it was taken, and that nothing of it is lost."""
        assert self.status == 200, raw
        assert all(len(record.value) < MAX_MESSAGE_BYTES for record in self.records)
        events = [adapter(_TOPICS[record.topic]).validate_json(record.value) for record in self.records]
        kept = [event for event in events if isinstance(event, InboundUnparsed)]
        assert all(base64.b64decode(event.data.body) == raw for event in kept)
        return events


@dataclass(frozen=True, slots=True)
class WebhookDoor(Generic[A]):
    """The door of one channel, whose accounts are these alone."""

    spec: ChannelSpec[A]
    reader: WebhookReader[A]
    accounts: Sequence[A]

    async def post(self, raw: bytes, headers: Mapping[str, str], account_id: str | None) -> Taken:
        """One request; without an account to the address of all."""
        taken, clock = Taken(), FakeClock()
        by_id = {one.id: one for one in self.accounts}
        directory = AccountDirectory(_Stored(list(by_id)), lambda row: by_id[row["_id"]], self.spec.references, clock)
        await directory.start()
        path = self.spec.webhook_path or ""
        webhooks = Webhooks(
            channel=self.spec.service.outbound or "",
            source=self.spec.service.name,
            reader=self.reader,
            directory=directory,
            intake=Intake(_Kafka(taken.records), _keeping(taken.proofs), _keeping(taken.notes), _TIMEOUT),
            answers=Metrics().declare(ChannelMetrics, METRICS).webhook_answers,
            activity=WebhookActivity(_NoMoments(), clock),
            clock=clock,
        )
        scope = {
            "type": "http",
            "method": "POST",
            "path": path if account_id is None else f"{path}/{account_id}",
            "path_params": {} if account_id is None else {"account_id": account_id},
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode("utf-8", "replace")) for name, value in headers.items()],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Any) -> None:
            taken.status = message.get("status", taken.status)

        await WebhookEndpoint(path if account_id is None else f"{path}/{{account_id}}", webhooks)(scope, receive, send)
        return taken


def _keeping(told: list[Any]) -> Any:
    async def keep(more: Sequence[Any]) -> None:
        assert more, "nobody is called for nothing"
        told.extend(more)

    return keep


@dataclass(frozen=True, slots=True)
class _Stored:
    ids: Sequence[str]

    async def changed_since(self, _moment: datetime | None) -> Sequence[dict[str, Any]]:
        return [{"_id": one, "version": 1, "deleted": False, "status": "active"} for one in self.ids]

    async def with_ids(self, _ids: Sequence[str]) -> Sequence[dict[str, Any]]:
        return []

    async def with_references(self, _references: Sequence[tuple[str, str]]) -> Sequence[dict[str, Any]]:
        return []


class _NoMoments:
    async def heard(self, account_id: str, field: Heard, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class _Kafka:
    records: list[Outgoing]

    async def publish(self, records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None:
        assert timeout_seconds == _TIMEOUT.total_seconds()
        self.records.extend(records)
