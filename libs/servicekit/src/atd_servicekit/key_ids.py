"""`GET /internal/keys`: the ids of the keys that a service is configured with.

While a key is rotated, every process must know the new key before the first one uses it; this shows it. Ids are no
secrets. The route is inside the installation: the gateway does not hand it on.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from atd_servicekit.crypto import FieldCipher
from atd_servicekit.identity import OPERATOR_PERMISSION, Identity, IdentityVerifier, Requires


class KeyIds(BaseModel):
    """Public keys of the gateway and of operators, and the service's master keys, the current one first."""

    identity: list[str]
    operators: list[str]
    master: list[str]


def keys_router(verifier: IdentityVerifier, cipher: FieldCipher | None) -> APIRouter:
    """The route; `cipher` is None for a service without a master key."""
    router = APIRouter()

    @router.get("/internal/keys", include_in_schema=False)
    async def key_ids(_: Annotated[Identity, Depends(Requires(OPERATOR_PERMISSION))]) -> KeyIds:
        return KeyIds(
            identity=verifier.key_ids("atd-gateway"),
            operators=verifier.key_ids("atd-operator"),
            master=cipher.key_ids if cipher is not None else [],
        )

    return router
