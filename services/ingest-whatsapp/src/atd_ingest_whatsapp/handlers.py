"""Kafka: what to send and what to fetch is written into ledgers; changed accounts are read again."""

from collections.abc import Sequence
from typing import Any, Protocol

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from atd_ingest_whatsapp.channels import KIND
from atd_ingest_whatsapp.fetching import fetch_row
from atd_ingest_whatsapp.sending import new_row
from atd_schemas.outbound import OutboundFetch, OutboundMessage, OutboundReaction, OutboundRead
from atd_schemas.settings_changes import ChannelAccountChanged
from atd_schemas.topics import SETTINGS_CHANGES, adapter
from atd_servicekit.consuming import BatchHandler, Record
from atd_servicekit.ledger import NewRow


class Rows(Protocol):
    """Writes down what is to be done; what is there already changes nothing."""

    async def add(self, rows: Sequence[NewRow]) -> None: ...


class Reloads(Protocol):
    """Reads accounts again."""

    async def reload(self, account_ids: Sequence[str]) -> None: ...


def outbound_handler(sends: Rows, fetches: Rows) -> BatchHandler:
    """Handles `outbound.whatsapp.v1`: the offset is committed when every command of the batch is in its ledger."""

    async def handle(records: Sequence[Record[Any]]) -> None:
        to_send, to_fetch = [], []
        for record in records:
            if isinstance(record.event, OutboundMessage | OutboundReaction | OutboundRead):
                to_send.append(new_row(record.event, record.offset, record.traceparent))
            elif isinstance(record.event, OutboundFetch):
                to_fetch.append(fetch_row(record.event, record.offset, record.traceparent))
        await sends.add(to_send)
        await fetches.add(to_fetch)

    return handle


class SettingsReader:
    """Handles `settings.changes.v1`, in every process: accounts of this channel that changed are read again."""

    def __init__(self, accounts: Reloads) -> None:
        self._accounts = accounts

    async def __call__(self, records: "Sequence[ConsumerRecord[bytes, bytes]]") -> None:
        """Whatever is not about an account of this channel is passed over."""
        changed = dict.fromkeys(found for record in records if (found := _account_in(record.value)) is not None)
        if changed:
            await self._accounts.reload(list(changed))


def _account_in(value: bytes | None) -> str | None:
    try:
        event = adapter(SETTINGS_CHANGES).validate_json(value or b"")
    except ValidationError:
        return None  # a change of a later version, or a tombstone; the refresh finds accounts anyway
    if isinstance(event, ChannelAccountChanged) and event.data.channel == KIND:
        return event.data.account_id
    return None
