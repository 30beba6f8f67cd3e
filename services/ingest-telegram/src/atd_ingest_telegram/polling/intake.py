"""What happens to updates that were asked for: the same as to those that were delivered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from atd_channelkit.webhooks.activity import WebhookActivity
from atd_channelkit.webhooks.intake import Intake
from atd_channelkit.webhooks.translation import Translation, unparsed_event
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.reader import read_update
from atd_schemas.services import INGEST_TELEGRAM
from atd_schemas.topics import INBOUND_UNPARSED
from atd_servicekit.clock import Clock
from atd_servicekit.kafka import Outgoing


@dataclass(frozen=True, slots=True)
class PolledUpdates:
    """Makes updates durable, in their order."""

    intake: Intake
    activity: WebhookActivity
    clock: Clock

    async def take(self, account: Account, updates: Sequence[Any]) -> None:
        """Returns when Kafka has all that the updates say; raises `InfrastructureFault` or `TimeoutError` otherwise."""
        now = self.clock.now()
        self.activity.note((account.id,), "last_webhook_at")
        read = [(update, read_update(update, account, now)) for update in updates]
        kept = [
            Outgoing.of(
                INBOUND_UNPARSED,
                unparsed_event(account, INGEST_TELEGRAM.name, _as_told(update), translation.problems, now),
            )
            for update, translation in read
            if translation.problems
        ]
        events = tuple(event for _, translation in read for event in translation.events)
        notes = tuple(note for _, translation in read for note in translation.notes)
        await self.intake.take(Translation(events, notes=notes), kept)


def _as_told(update: Any) -> bytes:
    """What is kept of an update that was not understood; unlike orjson, it takes numbers of any size."""
    return json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode()
