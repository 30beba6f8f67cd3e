"""Accounts of the version before, in which an account counted from its first day."""

from collections.abc import AsyncIterator

import pytest

from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import ChannelSpec
from atd_channelkit.accounts.store import ACCOUNTS, AccountStore, account_indexes
from atd_channelkit.accounts.views import Channel, ChannelChanges, NewChannel
from atd_schemas.services import Service
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo

SPEC = ChannelSpec(
    service=Service(name="ingest-toy", port=1, does="toys", channels=("app",)),
    new_channel=NewChannel,
    changes=ChannelChanges,
    channel=Channel,
    open=lambda stored: Account(**stored.common()),
    indexed={"bot": "bot_id"},
    unique="bot",
)


@pytest.fixture
async def mongo(mongodb_url: str, database_name: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, database_name, Metrics())
    await mongo.ensure_indexes(account_indexes(SPEC))
    yield mongo
    await mongo.client.drop_database(database_name)
    await mongo.close()


async def test_accounts_of_the_version_before_count_unless_another_has_proven_theirs(mongo: Mongo) -> None:
    """The version before runs beside this one while it is replaced, and connects what it takes for free."""
    accounts = mongo.db[ACCOUNTS]
    await accounts.insert_many(
        [
            {"_id": "1", "bot_id": "a", "deleted": False},
            {"_id": "2", "bot_id": "b", "deleted": False, "proven": True},
            {"_id": "3", "bot_id": "b", "deleted": False},
            {"_id": "4", "bot_id": "b", "deleted": True},
            {"_id": "5", "bot_id": "c", "deleted": False, "proven": False},
        ]
    )
    for _ in range(2):
        await AccountStore(mongo.db, SPEC.indexed).adopt(SPEC.unique)
        proven = {row["_id"]: row["proven"] async for row in accounts.find()}
        assert proven == {"1": True, "2": True, "3": False, "4": True, "5": False}
