"""Tells an attendant's other devices of what is theirs alone, by `presence.events.v1`: shown now or never.

Favourites, drafts and personal quick replies are everybody's own and no events of the conversation. A request never
waits for Kafka: it leaves word here, and one loop publishes. What Kafka does not take in time is dropped: a device that
connects asks again.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import structlog

from atd_schemas.ids import uuid7
from atd_schemas.presence import (
    ConversationDrafted,
    ConversationFavourited,
    ConversationRead,
    DraftedData,
    FavouritedData,
    OwnSettingChanged,
    OwnSettingData,
    PresenceEvent,
    ReadData,
)
from atd_schemas.topics import PRESENCE_EVENTS
from atd_schemas.views import ConversationView
from atd_servicekit.clock import Clock
from atd_servicekit.errors import PublishFailed
from atd_servicekit.identity import Identity
from atd_servicekit.kafka import Outgoing

_PUBLISH_SECONDS = 5.0
_WAITING = 10_000


class _Producer(Protocol):
    async def publish(self, records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None: ...


class OwnFrames:
    """Publishes the latest word about each favourite, draft and item of one's own."""

    def __init__(self, producer: _Producer, clock: Clock) -> None:
        self._producer = producer
        self._clock = clock
        self._waiting: dict[tuple[str, ...], Outgoing] = {}
        self._wake = asyncio.Event()

    def tell_favourite(self, identity: Identity, conversation_id: str, *, favourite: bool) -> None:
        """Publish soon that the conversation is a favourite of the attendant, or is none any more."""
        event = ConversationFavourited(
            **self._about(identity, conversation_id), data=FavouritedData(favourite=favourite)
        )
        self._leave((identity.actor_id, conversation_id, "favourite"), event)

    def tell_draft(self, identity: Identity, conversation_id: str, data: DraftedData) -> None:
        """Publish soon that a draft of the attendant has changed; what is written in it is not told."""
        event = ConversationDrafted(**self._about(identity, conversation_id), data=data)
        self._leave((identity.actor_id, conversation_id, data.direction), event)

    def tell_setting(self, identity: Identity, setting: str, item_id: str, *, deleted: bool) -> None:
        """Publish soon that an item of the attendant's own, such as a quick reply, was made, changed or deleted."""
        data = OwnSettingData(setting=setting, id=item_id, deleted=deleted)
        self._leave(
            (identity.actor_id, item_id, "setting"), OwnSettingChanged(**self._about(identity, item_id), data=data)
        )

    def tell_read(self, identity: Identity, shown: ConversationView) -> None:
        """Publish soon how far the attendant has read the conversation, as it is shown to them."""
        data = ReadData(
            unread_count=shown.unread_count,
            first_unread_sequence=shown.first_unread_sequence,
            read_mark=shown.read_mark,
            mention_sequence=shown.mention_sequence,
        )
        event = ConversationRead(**self._about(identity, shown.id), data=data)
        self._leave((identity.actor_id, shown.id, "read"), event)

    def _about(self, identity: Identity, subject: str) -> dict[str, Any]:
        now = self._clock.now()
        return {
            "id": uuid7(),
            "tenant_id": identity.tenant_id,
            "occurred_at": now,
            "recorded_at": now,
            "source": "conversation",
            "subject": subject,
            "actor": identity.actor(),
        }

    def _leave(self, place: tuple[str, ...], event: PresenceEvent) -> None:
        if len(self._waiting) < _WAITING or place in self._waiting:
            self._waiting[place] = Outgoing.of(PRESENCE_EVENTS, event)
            self._wake.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.publish_waiting()

    async def publish_waiting(self) -> None:
        """Publish what there is; what Kafka does not take in time is dropped."""
        waiting, self._waiting = self._waiting, {}
        try:
            await self._producer.publish(list(waiting.values()), timeout_seconds=_PUBLISH_SECONDS)
        except PublishFailed:
            structlog.get_logger().warning("own_frames.not_told", dropped=len(waiting))
