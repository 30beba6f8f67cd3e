"""When a webhook last arrived is written beside its path, and at most once a minute."""

from datetime import UTC, datetime, timedelta

from atd_channelkit.accounts.store import AccountStore
from atd_channelkit.webhooks.activity import Heard, WebhookActivity
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_testing.clock import FakeClock


class Written:
    def __init__(self) -> None:
        self.rows: list[tuple[str, Heard, datetime]] = []

    async def heard(self, account_id: str, field: Heard, at: datetime) -> None:
        self.rows.append((account_id, field, at))


async def test_an_account_is_written_once_a_minute_however_much_arrives() -> None:
    clock, written = FakeClock(), Written()
    activity = WebhookActivity(written, clock)
    first = clock.now()
    for _ in range(100):
        activity.note(("a", "b"), "last_webhook_at")
    activity.note(("a",), "webhook_verified_at")
    assert written.rows == []  # nothing is written by whoever notes
    await activity.write()
    clock.advance(timedelta(seconds=59))
    activity.note(("a",), "last_webhook_at")
    await activity.write()
    assert written.rows == [
        ("a", "last_webhook_at", first),
        ("b", "last_webhook_at", first),
        ("a", "webhook_verified_at", first),
    ]
    clock.advance(timedelta(seconds=1))
    activity.note(("a",), "last_webhook_at")
    await activity.write()
    assert written.rows[3:] == [("a", "last_webhook_at", clock.now())]


async def test_several_processes_write_once_a_minute_and_never_back(mongodb_url: str, database_name: str) -> None:
    mongo = Mongo(mongodb_url, database_name, Metrics())
    store, accounts = AccountStore(mongo.db, {}), mongo.db["channel_accounts"]
    await accounts.insert_one({"_id": "a", "version": 3})
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    try:
        for seconds, kept in ((0, 0), (30, 0), (-30, 0), (60, 60), (90, 60)):
            await store.heard("a", "last_webhook_at", at + timedelta(seconds=seconds))
            row = await accounts.find_one({"_id": "a"})
            assert row is not None
            assert (row["last_webhook_at"], row["version"]) == (at + timedelta(seconds=kept), 3)
    finally:
        await mongo.client.drop_database(database_name)
        await mongo.close()
