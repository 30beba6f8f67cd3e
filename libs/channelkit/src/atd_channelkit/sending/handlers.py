"""Kafka: commands of conversation are written into the ledgers."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

from atd_channelkit.media.rows import fetch_row
from atd_channelkit.sending.rows import erased_rows, new_row
from atd_schemas.outbound import (
    OutboundAction,
    OutboundErase,
    OutboundEraseData,
    OutboundFetch,
    OutboundMessage,
    OutboundReaction,
    OutboundRead,
)
from atd_servicekit.consuming import BatchHandler, Record
from atd_servicekit.ledger import NewRow


class Rows(Protocol):
    """A ledger: adds rows; a row that is there already changes nothing."""

    async def add(self, rows: Sequence[NewRow]) -> None: ...

    async def forget(self, row_ids: Sequence[str], lanes: Sequence[str]) -> int: ...


Forget = Callable[[OutboundEraseData], Awaitable[int]]
"""Removes what a channel service keeps of a customer beside the ledgers; how much. Safe to repeat."""

Confirm = Callable[[OutboundErase, int], Awaitable[None]]
"""Says that a command to erase was carried out, and how many rows it removed."""


def outbound_handler(
    sends: Rows,
    fetches: Rows,
    *,
    send_for: timedelta,
    fetch_for: timedelta,
    confirm: Confirm,
    forget: Forget | None = None,
) -> BatchHandler:
    """Handles `outbound.<channel>.v1`: the offset is committed when every command of the batch is in its ledger.

    Messages are tried for `send_for`, files for `fetch_for`. What is to be erased is removed after what came before it.
    """

    async def handle(records: Sequence[Record[Any]]) -> None:
        to_send, to_fetch, to_erase = [], [], []
        for record in records:
            if isinstance(record.event, OutboundMessage | OutboundReaction | OutboundAction | OutboundRead):
                to_send.append(new_row(record.event, record.offset, record.traceparent, send_for))
            elif isinstance(record.event, OutboundFetch):
                to_fetch.append(fetch_row(record.event, record.offset, record.traceparent, fetch_for))
            elif isinstance(record.event, OutboundErase):
                to_erase.append(record.event)
        await sends.add(to_send)
        await fetches.add(to_fetch)
        for command in to_erase:
            ids, lanes = erased_rows(command.data)
            erased = await sends.forget(ids, lanes) + await fetches.forget((), command.data.attachment_ids)
            erased += await forget(command.data) if forget is not None else 0
            await confirm(command, erased)

    return handle
