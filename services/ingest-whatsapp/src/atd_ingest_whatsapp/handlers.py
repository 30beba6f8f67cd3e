"""Kafka: what to send is written into the ledger; changed accounts are read again."""

from collections.abc import Sequence
from typing import Any, Protocol

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from atd_ingest_whatsapp.channels import KIND
from atd_ingest_whatsapp.sending import new_row
from atd_schemas.outbound import OutboundMessage
from atd_schemas.settings_changes import ChannelAccountChanged
from atd_schemas.topics import SETTINGS_CHANGES, adapter
from atd_servicekit.consuming import BatchHandler, Record
from atd_servicekit.ledger import NewRow


class Rows(Protocol):
    """Writes sends down; what is there already changes nothing."""

    async def add(self, rows: Sequence[NewRow]) -> None: ...


class Reloads(Protocol):
    """Reads accounts again."""

    async def reload(self, account_ids: Sequence[str]) -> None: ...


def outbound_handler(rows: Rows) -> BatchHandler:
    """Handles `outbound.whatsapp.v1`: the offset is committed when every command of the batch is in the ledger."""

    async def handle(records: Sequence[Record[Any]]) -> None:
        await rows.add(
            [
                new_row(record.event, record.offset, record.traceparent)
                for record in records
                if isinstance(record.event, OutboundMessage)
            ]
        )

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
