"""What happens to a proven body; the same for webhooks and for the re-driving of kept bodies."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from atd_channelkit.webhooks.translation import SendProof, Translation
from atd_schemas.topics import inbound_topic
from atd_servicekit.deadline import Deadline
from atd_servicekit.kafka import Outgoing

COMPLETED_WITHIN = timedelta(seconds=2)
"""Providers want their answer within 5 seconds (Messenger)."""


class Publisher(Protocol):
    """Writes records to Kafka and returns when they are acknowledged."""

    async def publish(self, records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None: ...


ConfirmSends = Callable[[Sequence[SendProof]], Awaitable[None]]
"""Learns which sends receipts have proven."""

TakeNotes = Callable[[Sequence[Any]], Awaitable[None]]
"""Learns what a body says of the channel's own state; repeats and what is older change nothing."""


Complete = Callable[[Translation], Awaitable[Translation]]
"""Adds to a translation what a body does not say (names, posts), or keeps events back for a while."""


async def as_it_is(translation: Translation) -> Translation:
    """For a channel whose bodies say all."""
    return translation


async def no_notes(_notes: Sequence[Any]) -> None:
    """For a channel that keeps no state beside its accounts."""


@dataclass(slots=True)
class Intake:
    """Makes a translation durable. `timeout` bounds each step, `completing` the asking for what is not in the body."""

    publisher: Publisher
    confirm: ConfirmSends
    take_notes: TakeNotes
    timeout: timedelta
    complete: Complete = as_it_is
    completing: timedelta = COMPLETED_WITHIN

    async def take(
        self, translation: Translation, kept: Iterable[Outgoing] = (), traceparent: str | None = None
    ) -> None:
        """Publish the events and what is kept, then confirm the sends that receipts prove and hand the notes on.

        Raises `InfrastructureFault`, pymongo's errors or `TimeoutError` when the body must come again.
        """
        if translation.events and self.complete is not as_it_is:
            translation = await self._completed(translation)
        records = [Outgoing.of(inbound_topic(event), event, traceparent) for event in translation.events]
        records.extend(kept)
        seconds = self.timeout.total_seconds()
        await self.publisher.publish(records, timeout_seconds=seconds)
        if translation.confirmed:
            with Deadline(seconds):
                await self.confirm(translation.confirmed)
        if translation.notes:
            with Deadline(seconds):
                await self.take_notes(translation.notes)

    async def _completed(self, translation: Translation) -> Translation:
        """What could be added in time: a provider that is slow to tell a name holds up no message."""
        try:
            with Deadline(self.completing.total_seconds()):
                return await self.complete(translation)
        except TimeoutError:
            return translation
