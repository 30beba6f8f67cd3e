"""Seals credentials and secrets of endpoints again after the service's key has changed, while all goes on running."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import structlog

from atd_servicekit.crypto import CannotDecrypt, FieldCipher
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.sealing import SealedField, context_of
from atd_webhook_dispatcher.store.endpoints import Endpoints


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many endpoints were sealed again, how many are left, and how many no key that we have can open."""

    resealed: int = 0
    remaining: int = 0
    unreadable: int = 0


async def reseal(endpoints: Endpoints, cipher: FieldCipher, limit: int) -> Resealed:
    """Seal up to `limit` endpoints with the current key; to be repeated until none is left.

    An endpoint that is changed at the same moment keeps that change: it is left for the next call.
    """
    done, left, unreadable = 0, 0, 0
    async for endpoint in _all(endpoints):
        try:
            again = resealed(endpoint, cipher)
        except CannotDecrypt as error:
            unreadable += 1
            structlog.get_logger().error("endpoint.unreadable", endpoint_id=endpoint.id, reason=str(error))
            continue
        if again == endpoint:
            continue
        if done < limit and await endpoints.reseal(endpoint, again):
            done += 1
        else:
            left += 1
    return Resealed(done, left, unreadable)


def resealed(endpoint: Endpoint, cipher: FieldCipher) -> Endpoint:
    """The endpoint with all that is sealed under the current key; equal where it was. Raises `CannotDecrypt`."""

    def again(field: SealedField, sealed: str) -> str:
        return cipher.reseal(sealed, context=context_of(endpoint.id, field))

    auth = endpoint.auth
    return replace(
        endpoint,
        secrets=tuple(replace(one, sealed=again("secret", one.sealed)) for one in endpoint.secrets),
        auth=replace(
            auth,
            sealed=None if auth.sealed is None else again("auth", auth.sealed),
            client_certificate=None
            if auth.client_certificate is None
            else again("client_certificate", auth.client_certificate),
        ),
    )


async def _all(endpoints: Endpoints) -> AsyncIterator[Endpoint]:
    after: str | None = None
    while page := await endpoints.page(after):
        for endpoint in page:
            yield endpoint
        after = page[-1].id
