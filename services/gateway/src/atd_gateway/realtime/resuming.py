"""Sends a client what it missed since a cursor, each event once and in order, before it is live.

What is no longer in memory is read again from Kafka; then the rest from memory. Both end where the client's
position in the log begins, so there is no moment between replay and live. While catching up, a frame's cursor is
the client's own (what it has seen), not the stream's.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Protocol

import orjson

from atd_gateway.authenticator import Caller
from atd_gateway.domain.close_codes import BAD_CURSOR, CloseConnection
from atd_gateway.domain.cursors import BadCursor, CursorWriter, UnknownTopic, decode_cursor
from atd_gateway.domain.frames import Visible, contact_of_frame, frame_of, with_cursor
from atd_gateway.realtime.feed import Feed, TenantLog
from atd_gateway.realtime.replay import CannotReplay, Replayer

_REACH_SECONDS = 5.0
_REACH_STEP = 0.02
_ROUNDS = 20
_BATCH = 64


class _Hub(Protocol):
    feed: Feed
    replayer: Replayer


class Client(Protocol):
    """What resuming needs of a connection."""

    caller: Caller
    log: TenantLog
    position: int
    resumed: str

    @property
    def hub(self) -> _Hub: ...

    def shown(self, event: Visible, frame: bytes) -> bytes | None: ...

    async def write(self, frame: bytes) -> None: ...


async def resume(client: Client, since: str | None) -> None:
    """Send what came after the cursor `since` and set the client's position to the present.

    Without a cursor nothing was missed. When the missed events cannot be sent, the client must reload (`resync`).
    Raises `CloseConnection` for a text that is no cursor.
    """
    feed = client.hub.feed
    if since is None:
        client.position = client.log.end
        return
    try:
        offsets = _decoded(since, feed)
        await _reached(feed, offsets)
        await _CatchUp(client, offsets).run()
    except CannotReplay as error:
        client.resumed = f"resync_{error.reason}"
        client.position = client.log.end
        cursor = feed.cursor().decode()
        await client.write(orjson.dumps({"type": "resync", "cursor": cursor, "reason": error.reason}))


def _decoded(since: str, feed: Feed) -> Sequence[int]:
    """Offsets by slot. Raises `CloseConnection` for an invalid cursor, `CannotReplay` for one of an unknown topic."""
    try:
        return decode_cursor(since, feed.layout, feed.positions)
    except BadCursor as error:
        raise CloseConnection(BAD_CURSOR, str(error)) from None
    except UnknownTopic:
        raise CannotReplay("unknown") from None


async def _reached(feed: Feed, offsets: Sequence[int]) -> None:
    """Wait until this process has read as far as the client has; another one may have been ahead."""
    deadline = asyncio.get_running_loop().time() + _REACH_SECONDS
    while not feed.has_reached(offsets):
        if asyncio.get_running_loop().time() > deadline:
            raise CannotReplay("unknown")  # the cursor is of a stream that is not this one
        await asyncio.sleep(_REACH_STEP)


class _CatchUp:
    def __init__(self, client: Client, offsets: Sequence[int]) -> None:
        self._client = client
        self._feed = client.hub.feed
        self._seen = list(offsets)
        self._cursor = CursorWriter(self._feed.layout, offsets)
        self._width = len(self._cursor.text())
        self._budget = client.hub.replayer.max_records

    async def run(self) -> None:
        """Raises `CannotReplay`."""
        self._client.resumed = "memory"
        for _ in range(_ROUNDS):
            if not self._feed.covers(self._seen):
                if self._client.caller.identity.visibility != "all":
                    raise CannotReplay("limited")  # what was taken away meanwhile is known at the end only
                self._client.resumed = "kafka"
                async with self._client.hub.replayer.place():
                    await self._from_kafka()
            if self._feed.covers(self._seen) and await self._from_memory():
                return
        raise CannotReplay("too_slow")

    def _advance(self, slot: int, following: int) -> bytes:
        self._seen[slot] = following
        self._cursor.advance(slot, following)
        return self._cursor.text()

    async def _from_kafka(self) -> None:
        """Write what memory no longer has; while that goes on, memory may forget more, and a round follows."""
        end = [max(pair) for pair in zip(self._seen, self._feed.oldest, strict=True)]
        self._budget -= sum(end) - sum(self._seen)
        if self._budget < 0:
            raise CannotReplay("too_far")
        client = self._client
        tenant_id = client.caller.identity.tenant_id
        reading = client.hub.replayer.read(self._feed.layout, tenant_id, list(self._seen), end)
        async with aclosing(reading) as batches:
            async for batch in batches:
                for slot, offset, event in batch:
                    cursor = self._advance(slot, offset + 1)
                    frame = client.shown(event, frame_of(event, cursor))
                    if frame is not None:
                        await client.write(frame)
        for slot, following in enumerate(end):
            self._advance(slot, following)

    def _lost(self, attendant_id: str) -> frozenset[str]:
        """Conversations that were taken from the attendant in what was missed, and their contacts.

        Nothing of them is sent but that: it was visible when it happened, and is not any more.
        """
        log, lost, contacts = self._client.log, set[str](), dict[str, str | None]()
        for entry in log.read(log.first, log.end - log.first):
            if entry.offset < self._seen[entry.slot]:
                continue
            if attendant_id in (entry.visible_to or ()):
                lost.discard(entry.subject)
            elif entry.taken_from == attendant_id:
                lost.add(entry.subject)
                contacts[entry.subject] = contact_of_frame(entry.frame)
        return frozenset(lost | {contact for subject in lost if (contact := contacts[subject]) is not None})

    async def _from_memory(self) -> bool:
        """Write what is in memory up to the present; False when some of it was forgotten on the way."""
        client, log = self._client, self._client.log
        position = log.first
        identity = client.caller.identity
        limited = None if identity.visibility == "all" else identity.actor_id
        lost = frozenset() if limited is None else self._lost(limited)
        while position < log.end:
            if position < log.first:
                return False
            for entry in log.read(position, _BATCH):
                position += 1
                if entry.offset >= self._seen[entry.slot]:
                    cursor = self._advance(entry.slot, entry.offset + 1)
                    if entry.subject in lost and entry.taken_from != limited:
                        continue
                    frame = client.shown(entry, with_cursor(entry.frame, cursor, self._width))
                    if frame is not None:
                        await client.write(frame)
        client.position = position
        return True
