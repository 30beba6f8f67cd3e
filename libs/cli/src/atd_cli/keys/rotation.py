"""Which keys services use, and sealing stored credentials again with the current one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from pydantic import BaseModel

from atd_cli.output import CommandFailed
from atd_cli.service_calls import ServiceClient, service_client
from atd_cli.settings import CliSettings
from atd_schemas.services import SERVICES, Service

_KEYS_PATH = "/internal/keys"
_RESEAL_PATH = "/internal/credentials/reseal"
_IDLE_BATCHES = 5  # in a row that sealed nothing: what is left is being changed at this moment, or cannot be opened
_PAUSE_SECONDS = 0.5


class KeyIds(BaseModel):
    """Ids of the keys that a service is configured with; of the master keys the current one comes first."""

    identity: list[str]
    operators: list[str]
    master: list[str]


class ResealAnswer(BaseModel):
    """Accounts that one request sealed again, those that are left, and those that no configured key opens."""

    resealed: int
    remaining: int
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """The keys of one service. `left` counts accounts to seal again; None for a service without credentials."""

    service: str
    keys: KeyIds | None = None
    left: int | None = None
    problem: str = ""

    @property
    def good(self) -> bool:
        return self.keys is not None and not self.left


@dataclass(frozen=True, slots=True)
class Progress:
    """What resealing has done so far in one service."""

    resealed: int
    remaining: int
    unreadable: int

    @property
    def complete(self) -> bool:
        return not self.remaining and not self.unreadable


async def service_keys(settings: CliSettings) -> list[ServiceKeys]:
    """The keys of every service, in the order of the list of services. Raises `CommandFailed` without a usable key."""
    async with service_client(settings) as client:
        return list(await asyncio.gather(*(_service_keys(client, service) for service in SERVICES)))


async def reseal(settings: CliSettings, name: str | None, batch: int) -> AsyncIterator[tuple[str, Progress]]:
    """Seal accounts again until none is left; yields the progress after every batch.

    Raises `CommandFailed` for a service that keeps no credentials, and at the first that refuses.
    """
    async with service_client(settings) as client:
        for service in _chosen(name):
            async for progress in _reseal_service(client, service, batch):
                yield service.name, progress


async def _service_keys(client: ServiceClient, service: Service) -> ServiceKeys:
    try:
        keys = await client.get(service, _KEYS_PATH, KeyIds)
        if not service.keeps_credentials:
            return ServiceKeys(service.name, keys)
        answer = await _reseal_batch(client, service, 0)
    except CommandFailed as error:
        return ServiceKeys(service.name, problem=str(error))
    return ServiceKeys(service.name, keys, answer.remaining + answer.unreadable)


def _chosen(name: str | None) -> tuple[Service, ...]:
    owners = tuple(service for service in SERVICES if service.keeps_credentials)
    if name is None:
        return owners
    chosen = tuple(service for service in owners if service.name == name)
    if not chosen:
        names = ", ".join(service.name for service in owners)
        raise CommandFailed(f"{name!r} is not a service with credentials; choose one of {names}.")
    return chosen


async def _reseal_service(client: ServiceClient, service: Service, batch: int) -> AsyncIterator[Progress]:
    resealed = idle = 0
    while True:
        answer = await _reseal_batch(client, service, batch)
        resealed += answer.resealed
        yield Progress(resealed, answer.remaining, answer.unreadable)
        idle = 0 if answer.resealed else idle + 1
        if not answer.remaining or idle == _IDLE_BATCHES:
            return
        if idle:
            await asyncio.sleep(_PAUSE_SECONDS)


async def _reseal_batch(client: ServiceClient, service: Service, limit: int) -> ResealAnswer:
    return await client.post(service, _RESEAL_PATH, b'{"limit":%d}' % limit, ResealAnswer)
