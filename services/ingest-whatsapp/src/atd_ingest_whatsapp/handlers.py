"""Kafka: what to send and what to fetch is written into ledgers."""

from collections.abc import Sequence
from typing import Any, Protocol

from atd_ingest_whatsapp.fetching import fetch_row
from atd_ingest_whatsapp.sending import new_row
from atd_schemas.outbound import OutboundFetch, OutboundMessage, OutboundReaction, OutboundRead
from atd_servicekit.consuming import BatchHandler, Record
from atd_servicekit.ledger import NewRow


class Rows(Protocol):
    """Writes down what is to be done; what is there already changes nothing."""

    async def add(self, rows: Sequence[NewRow]) -> None: ...


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
