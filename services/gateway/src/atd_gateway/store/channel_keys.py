"""Which service each `Idempotency-Key` of `POST /api/v1/channels` went to (its hash, for 24 hours).

Each service keeps the answers of its own keys; that a key was used for a channel of another service only the gateway
can tell.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from atd_servicekit.clock import Clock
from atd_servicekit.idempotency import KEPT

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

CHANNEL_KEYS = "channel_keys"

CHANNEL_KEY_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    CHANNEL_KEYS: [IndexModel([("expires_at", 1)], expireAfterSeconds=0)],
}


class MongoChannelKeys:
    """The keys in MongoDB, the same for all processes."""

    def __init__(self, database: "Database", clock: Clock) -> None:
        self._keys = database[CHANNEL_KEYS]
        self._clock = clock

    async def claim(self, tenant_id: str, actor_id: str, key: str, service: str) -> str:
        """The service that the key belongs to: `service`, unless another one had it first."""
        key_id, now = _id(tenant_id, actor_id, key), self._clock.now()
        await self._keys.delete_one({"_id": key_id, "expires_at": {"$lte": now}})  # MongoDB sweeps once a minute only
        try:
            await self._keys.insert_one({"_id": key_id, "service": service, "expires_at": now + KEPT})
        except DuplicateKeyError:
            found = await self._keys.find_one({"_id": key_id})
            return service if found is None else str(found["service"])
        return service

    async def release(self, tenant_id: str, actor_id: str, key: str, service: str) -> None:
        """A request that was refused has not used its key."""
        await self._keys.delete_one({"_id": _id(tenant_id, actor_id, key), "service": service})


def _id(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
