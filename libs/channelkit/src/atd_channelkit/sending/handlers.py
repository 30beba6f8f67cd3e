"""Kafka: commands of conversation are written into the ledgers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

from atd_channelkit.media.rows import fetch_row
from atd_channelkit.sending.rows import new_row
from atd_schemas.outbound import OutboundFetch, OutboundMessage, OutboundReaction, OutboundRead
from atd_servicekit.consuming import BatchHandler, Record
from atd_servicekit.ledger import NewRow


class Rows(Protocol):
    """A ledger: adds rows; a row that is there already changes nothing."""

    async def add(self, rows: Sequence[NewRow]) -> None: ...


def outbound_handler(sends: Rows, fetches: Rows, *, send_for: timedelta, fetch_for: timedelta) -> BatchHandler:
    """Handles `outbound.<channel>.v1`: the offset is committed when every command of the batch is in its ledger.

    Messages are tried for `send_for`, files for `fetch_for`.
    """

    async def handle(records: Sequence[Record[Any]]) -> None:
        to_send, to_fetch = [], []
        for record in records:
            if isinstance(record.event, OutboundMessage | OutboundReaction | OutboundRead):
                to_send.append(new_row(record.event, record.offset, record.traceparent, send_for))
            elif isinstance(record.event, OutboundFetch):
                to_fetch.append(fetch_row(record.event, record.offset, record.traceparent, fetch_for))
        await sends.add(to_send)
        await fetches.add(to_fetch)

    return handle
