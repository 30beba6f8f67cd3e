"""Sealing again after the service's key has changed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import pytest_asyncio

from atd_schemas.ids import uuid7
from atd_servicekit.crypto import FieldCipher, new_master_key, parse_master_key
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_webhook_dispatcher.domain.endpoint import Auth, Endpoint, SigningSecret
from atd_webhook_dispatcher.resealing import Resealed, reseal
from atd_webhook_dispatcher.sealing import seal, unseal
from atd_webhook_dispatcher.store.endpoints import Endpoints
from atd_webhook_dispatcher.store.indexes import INDEXES, PACKED

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD_KEY, NEW_KEY = new_master_key("old"), new_master_key("new")
OLD = FieldCipher.from_master_key(OLD_KEY)
BOTH = FieldCipher.from_master_key(f"{NEW_KEY},{OLD_KEY}")
NEW = FieldCipher.from_master_key(NEW_KEY)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mongo(mongodb_url: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, f"test_{uuid4().hex}", Metrics())
    await mongo.ensure_indexes(INDEXES, PACKED)
    yield mongo
    await mongo.client.drop_database(mongo.db.name)
    await mongo.close()


def endpoint(cipher: FieldCipher) -> Endpoint:
    made = uuid7()
    return Endpoint(
        id=made,
        tenant_id=uuid7(),
        url="https://example.com",
        secrets=(
            SigningSecret(seal(cipher, made, "secret", "whsec_new"), NOW),
            SigningSecret(seal(cipher, made, "secret", "whsec_old"), NOW, NOW),
        ),
        auth=Auth(
            "bearer", seal(cipher, made, "auth", '{"token": "t"}'), seal(cipher, made, "client_certificate", "p")
        ),
        state_since=NOW,
        created_at=NOW,
        changed_at=NOW,
        reset_at=NOW,
    )


async def test_everything_is_sealed_again_in_steps_and_opens_without_the_old_key(mongo: Mongo) -> None:
    store = Endpoints(mongo.db)
    kept = [endpoint(OLD) for _ in range(3)]
    lost, bare = endpoint(FieldCipher(parse_master_key(new_master_key("lost")))), endpoint(NEW)
    for one in (*kept, lost, bare):
        await mongo.transaction(lambda session, one=one: store.add(session, one))  # type: ignore[misc]
    revision = await store.revision(kept[0].tenant_id)
    assert await reseal(store, BOTH, 0) == Resealed(0, 3, 1)
    assert await reseal(store, BOTH, 2) == Resealed(2, 1, 1)
    assert await reseal(store, BOTH, 2) == Resealed(1, 0, 1)
    for before in kept:
        after = await store.one(before.tenant_id, before.id)
        assert after is not None
        assert after.version == before.version
        assert [unseal(NEW, after, "secret", one.sealed) for one in after.secrets] == ["whsec_new", "whsec_old"]
        assert unseal(NEW, after, "auth", after.auth.sealed or "") == '{"token": "t"}'
        assert unseal(NEW, after, "client_certificate", after.auth.client_certificate or "") == "p"
    assert await store.revision(kept[0].tenant_id) == revision


async def test_what_is_changed_at_the_same_moment_is_left_for_the_next_call(mongo: Mongo) -> None:
    store, one = Endpoints(mongo.db), endpoint(OLD)
    await mongo.transaction(lambda session: store.add(session, one))
    await mongo.db["endpoints"].update_one({"_id": one.id}, {"$inc": {"version": 1}})
    assert not await store.reseal(one, one)
