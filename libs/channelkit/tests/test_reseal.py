"""After a key change every secret is sealed again, and no change that somebody makes meanwhile is lost."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_channelkit.accounts.credentials import Credentials
from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.reseal import Resealed, reseal
from atd_channelkit.accounts.spec import ChannelSpec, Secret, StoredAccount
from atd_channelkit.accounts.store import ACCOUNTS, AccountStore
from atd_channelkit.accounts.views import Channel, ChannelChanges, NewChannel
from atd_schemas.services import Service
from atd_servicekit.crypto import CannotDecrypt, FieldCipher
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo

OLD, NEW, LOST = ({name: bytes([number]) * 32} for number, name in enumerate(("k1", "k2", "k3")))
LATER = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyAccount(Account):
    token: str
    replaced: tuple[tuple[str, datetime], ...]


def opened(stored: StoredAccount) -> ToyAccount:
    return ToyAccount(**stored.common(), token=stored.secrets["token"], replaced=stored.replaced.get("token", ()))


SPEC = ChannelSpec(
    service=Service(name="ingest-toy", port=1, does="toys", channels=("app",)),
    new_channel=NewChannel,
    changes=ChannelChanges,
    channel=Channel,
    open=opened,
    secrets=(Secret(name="token", overlaps=True),),
)


def credentials(*keys: dict[str, bytes]) -> Credentials[ToyAccount]:
    """With these keys, the current one first."""
    return Credentials(FieldCipher({name: key for one in keys for name, key in one.items()}), SPEC)


def document(number: int, sealer: Credentials[ToyAccount], **more: Any) -> dict[str, Any]:
    account_id = f"account-{number}"
    replaced = {"name": "token", "sealed": sealer.seal(account_id, "token", "before"), "until": LATER}
    return {
        "_id": account_id,
        "tenant_id": "tenant-1",
        "kind": "app",
        "name": "Toys",
        "status": "active",
        "sealed": {"token": sealer.seal(account_id, "token", f"token-{number}")},
        "replaced_secrets": [replaced],
        "version": 3,
        "deleted": False,
        **more,
    }


@pytest.fixture
async def mongo(mongodb_url: str, database_name: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, database_name, Metrics())
    yield mongo
    await mongo.db.client.drop_database(database_name)
    await mongo.close()


async def test_every_secret_is_sealed_again_in_bounded_steps_and_its_version_stays(mongo: Mongo) -> None:
    await mongo.db[ACCOUNTS].insert_many([document(number, credentials(OLD)) for number in range(5)])
    store, both = AccountStore(mongo.db, {}), credentials(NEW, OLD)
    assert await reseal(store, both, 2) == Resealed(2, 3, 0)
    assert await reseal(store, both, 10) == Resealed(3, 0, 0)
    assert await reseal(store, both, 10) == Resealed(0, 0, 0)
    with_new_alone = credentials(NEW)
    async for row in mongo.db[ACCOUNTS].find():
        account = with_new_alone.open(row)
        assert account.token == f"token-{row['_id'].removeprefix('account-')}"
        assert account.replaced == (("before", LATER),)
        assert account.version == 3


async def test_secrets_in_the_field_of_before_are_sealed_again_and_leave_it(mongo: Mongo) -> None:
    old, both = credentials(OLD), credentials(NEW, OLD)
    before = {"sealed": old.seal("account-1", "app_secret", "before"), "until": LATER}
    row = document(1, old, previous_app_secrets=[before])
    del row["replaced_secrets"]
    await mongo.db[ACCOUNTS].insert_one(row)
    assert await reseal(AccountStore(mongo.db, {}), both, 10) == Resealed(1, 0, 0)
    [found] = await mongo.db[ACCOUNTS].find().to_list(None)
    [kept] = found["replaced_secrets"]
    assert credentials(NEW).unseal("account-1", "app_secret", kept["sealed"]) == "before"
    assert (kept["name"], kept["until"], found["previous_app_secrets"]) == ("app_secret", LATER, [])


async def test_a_change_at_the_same_moment_is_kept_and_sealed_again_later(mongo: Mongo) -> None:
    await mongo.db[ACCOUNTS].insert_one(document(1, credentials(OLD)))
    both = credentials(NEW, OLD)

    class ChangedMeanwhile(AccountStore):
        async def reseal(self, account_id: str, version: int, changes: Any) -> bool:
            changed = {"sealed.token": credentials(OLD).seal(account_id, "token", "newer")}
            await self.change(None, account_id, version, changed)
            return await super().reseal(account_id, version, changes)

    assert await reseal(ChangedMeanwhile(mongo.db, {}), both, 10) == Resealed(0, 1, 0)
    assert await reseal(AccountStore(mongo.db, {}), both, 10) == Resealed(1, 0, 0)
    [row] = await mongo.db[ACCOUNTS].find().to_list(None)
    assert credentials(NEW).open(row).token == "newer"


async def test_what_no_key_opens_is_counted_and_left_as_it_is(mongo: Mongo) -> None:
    lost = document(1, credentials(LOST))
    await mongo.db[ACCOUNTS].insert_many([lost, document(2, credentials(OLD))])
    assert await reseal(AccountStore(mongo.db, {}), credentials(NEW, OLD), 10) == Resealed(1, 0, 1)
    found = await mongo.db[ACCOUNTS].find_one({"_id": lost["_id"]})
    assert found is not None
    assert found["sealed"] == lost["sealed"]


def test_a_secret_opens_for_its_own_account_and_field_alone() -> None:
    both = credentials(NEW)
    sealed = both.seal("account-1", "token", "secret")
    assert both.unseal("account-1", "token", sealed) == "secret"
    for account_id, field in (("account-2", "token"), ("account-1", "other")):
        with pytest.raises(CannotDecrypt):
            both.unseal(account_id, field, sealed)
