"""Kafka: counts each message once, however often it comes."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from atd_message_counts.store import Counts
from atd_schemas.inbound import InboundMessage
from atd_servicekit.consuming import Record
from atd_servicekit.inbox import Inbox, Transaction
from atd_servicekit.mongo import Session


class MessageCounter:
    """Handles batches of `inbound.events.v1`."""

    def __init__(self, counts: Counts, inbox: Inbox, transaction: Transaction) -> None:
        self._counts = counts
        self._inbox = inbox
        self._transaction = transaction

    async def handle(self, records: Sequence[Record[Any]]) -> None:
        messages = [record for record in records if isinstance(record.event, InboundMessage)]
        await self._inbox.once(self._transaction, messages, self._count)

    async def _count(self, session: Session, records: Sequence[Record[InboundMessage]]) -> None:
        arrived = Counter((record.event.tenant_id, record.event.data.account_id) for record in records)
        await self._counts.add(session, arrived)
