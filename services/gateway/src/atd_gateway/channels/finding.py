"""Finds the service of an account id: in the directory, else by asking the services once."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from atd_gateway.channels.directory import ChannelDirectory, Place
from atd_gateway.proxy.headers import RequestHeaders
from atd_gateway.proxy.request import PublicRequest
from atd_gateway.proxy.upstreams import Reply
from atd_schemas.services import CHANNELS_PREFIX
from atd_servicekit.clock import Clock
from atd_servicekit.identity import Identity
from atd_servicekit.problems import Problem, not_found, unavailable

_ASKED_AT_ONCE = 50
_UNKNOWN_SECONDS = 5.0
_REMEMBERED = 10_000
_OK, _NOT_FOUND = 200, 404

Key = tuple[str, str]
"""Tenant and account id."""


class Getter(Protocol):
    """Reads from a service."""

    async def get(self, service: str, prefix: str, target: str, *, headers: list[tuple[str, str]]) -> Reply: ...


@dataclass(frozen=True, slots=True)
class _Unknown:
    """An id that no service has. Ids are random, so it cannot become an account's within seconds."""

    until: float


class AccountFinder:
    """Finds the service of an account of a tenant.

    An id that the directory does not know may have been created in another process a moment ago. The services are
    asked for it then, all at once, and the first that has it is enough: one that is slow or away delays no other's
    accounts. They are asked once for all requests that wait for the same id, and not again for 5 seconds when none has
    it. At most 50 ids are asked for at once; more are answered 503.
    """

    def __init__(
        self,
        directory: ChannelDirectory,
        services: Sequence[str],
        getter: Getter,
        headers: RequestHeaders,
        *,
        sign: Callable[[Identity], str],
        clock: Clock,
    ) -> None:
        """`services` are the names of those that connect channels; `sign` signs the identity that asks them."""
        self._directory = directory
        self._services = services
        self._getter = getter
        self._headers = headers
        self._sign = sign
        self._clock = clock
        self._unknown: dict[Key, _Unknown] = {}
        self._asking: dict[Key, asyncio.Task[Place | None]] = {}

    async def service_of(self, request: PublicRequest, tenant_id: str, account_id: str) -> str:
        """The name of the service. Raises `Problem` 404, and 503 when a service that may have it cannot be asked."""
        place = self._directory.find(account_id)
        if place is None:
            place = await self._asked(request, tenant_id, account_id)
        if place is None or place.tenant_id != tenant_id:
            raise not_found("Channel account not found.")
        return place.service

    async def _asked(self, request: PublicRequest, tenant_id: str, account_id: str) -> Place | None:
        if not _is_id(account_id):
            return None
        if len(self._services) == 1:
            return Place(self._services[0], tenant_id)  # the request itself asks the only one that may have it
        key = (tenant_id, account_id)
        unknown = self._unknown.get(key)
        if unknown is not None and unknown.until > self._clock.monotonic():
            return None
        task = self._asking.get(key)
        if task is None:
            if len(self._asking) >= _ASKED_AT_ONCE:
                raise unavailable("Too many unknown channel accounts are being looked up; try again shortly.")
            task = self._asking[key] = asyncio.create_task(self._ask_all(request, key))
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)

    def _done(self, key: Key, task: asyncio.Task[Place | None]) -> None:
        del self._asking[key]
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not report it: all who waited may have disconnected

    async def _ask_all(self, request: PublicRequest, key: Key) -> Place | None:
        tenant_id, account_id = key
        identity = Identity(tenant_id, "system", "gateway", "gateway", frozenset({"channels:read"}))
        headers = self._headers.added(request, self._sign(identity))
        target = f"{CHANNELS_PREFIX}/{quote(account_id, safe='')}"
        asked = {asyncio.create_task(self._ask(service, target, headers)): service for service in self._services}
        failed: Problem | None = None
        waiting = set(asked)
        try:
            while waiting:
                answered, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in answered:
                    found = task.result()
                    if found is True:
                        place = Place(asked[task], tenant_id)
                        self._directory.add(account_id, place)
                        return place
                    failed = found or failed
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        if failed is not None:
            raise failed
        self._remember_unknown(key)
        return None

    async def _ask(self, service: str, target: str, headers: list[tuple[str, str]]) -> bool | Problem:
        """Whether the service has the account; a `Problem` when it cannot say."""
        try:
            reply = await self._getter.get(service, CHANNELS_PREFIX, target, headers=headers)
        except Problem as problem:
            return problem
        if reply.status in (_OK, _NOT_FOUND):
            return reply.status == _OK
        return unavailable(f"The service {service} cannot look up this channel account; try again shortly.")

    def _remember_unknown(self, key: Key) -> None:
        at = self._clock.monotonic()
        if len(self._unknown) >= _REMEMBERED:
            self._unknown = {other: one for other, one in self._unknown.items() if one.until > at}
            if len(self._unknown) >= _REMEMBERED:
                self._unknown.clear()
        self._unknown[key] = _Unknown(at + _UNKNOWN_SECONDS)


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
