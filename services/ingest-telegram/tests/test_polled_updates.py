"""What polling makes durable, without servers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import orjson

from atd_channelkit.webhooks.activity import WebhookActivity
from atd_channelkit.webhooks.intake import Intake, no_notes
from atd_ingest_telegram.polling.intake import PolledUpdates
from atd_schemas.topics import INBOUND_EVENTS, INBOUND_UNPARSED
from atd_servicekit.kafka import Outgoing
from atd_testing.clock import FakeClock
from atd_testing.telegram.updates import text, update

from .test_translate import ACCOUNT

MANY_DIGITS = 10**30


class Published:
    def __init__(self) -> None:
        self.records: list[Outgoing] = []

    async def publish(self, records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None:
        del timeout_seconds
        self.records.extend(records)


class Unheard:
    async def heard(self, account_id: str, field: Any, at: Any) -> None: ...


async def test_an_update_that_nobody_can_hold_is_kept_and_the_next_one_is_taken() -> None:
    published, clock = Published(), FakeClock()
    intake = Intake(published, no_notes, no_notes, timedelta(seconds=1))
    polled = PolledUpdates(intake, WebhookActivity(cast(Any, Unheard()), clock), clock)
    strange = {"update_id": 1, "message": {"message_id": MANY_DIGITS, "chat": {"id": "who"}}}
    await polled.take(ACCOUNT, [strange, update(2, "message", text("Oi", message_id=2))])
    topics = [one.topic for one in published.records]
    assert topics.count(INBOUND_EVENTS.name) == 1
    assert topics.count(INBOUND_UNPARSED.name) == 1
    kept = next(one for one in published.records if one.topic == INBOUND_UNPARSED.name)
    assert orjson.loads(kept.value)["data"]
