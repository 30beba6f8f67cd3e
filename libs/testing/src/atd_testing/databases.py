"""Databases that services of a run use one after the other: to make all collections and indexes costs 0.4 s of CPU.

Whoever gets databases that others have used finds them as a service does that starts on an empty company: with the
collections and indexes that it has made at its start, and nothing in them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from pymongo import AsyncMongoClient

_MOST_DOCUMENTS = 5000
"""More are cheaper to drop than to delete one by one."""

_PROFILE = "system.profile"

_Client = AsyncMongoClient[dict[str, Any]]
_Made = dict[tuple[str, str], Mapping[str, Any]]
"""By database and collection: its indexes, as the server describes them."""


def new_prefix() -> str:
    """A prefix of names of databases that nobody else uses."""
    return f"test_{uuid4().hex}_"


@dataclass(slots=True)
class Databases:
    """Prefixes of names of databases, each lent to one service of its kind at a time."""

    _free: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _lent: dict[str, str] = field(default_factory=dict)
    _made: dict[str, _Made] = field(default_factory=dict)

    def lend(self, service: str) -> str:
        """A prefix whose databases are empty, or are not there yet."""
        free = self._free[service]
        prefix = free.pop() if free else new_prefix()
        self._lent[prefix] = service
        return prefix

    async def remember(self, url: str, prefix: str) -> None:
        """Note the collections and indexes that a service has made at its first start."""
        if prefix in self._lent and prefix not in self._made:
            async with _Client(url) as client:
                self._made[prefix] = await _found(client, prefix)

    async def take_back(self, url: str, prefix: str) -> None:
        """Empty databases for the next one of the kind; those that are not as they were made are dropped instead."""
        service, made = self._lent.pop(prefix, None), self._made.get(prefix, {})
        async with _Client(url) as client:
            found = await _found(client, prefix)
            if service is not None and await _can_be_emptied(client, found, made):
                await _empty(client, found, made)
                self._free[service].append(prefix)
                return
            for database in {database for database, _ in found}:
                await client.drop_database(database)
        self._made.pop(prefix, None)


async def _found(client: _Client, prefix: str) -> _Made:
    names = [name for name in await client.list_database_names() if name.startswith(prefix)]
    return {
        (name, one): {} if one == _PROFILE else await client[name][one].index_information()
        for name in names
        for one in await client[name].list_collection_names()
    }


async def _can_be_emptied(client: _Client, found: _Made, made: _Made) -> bool:
    if not made or any(name == _PROFILE for _, name in found) or any(found.get(key) != made[key] for key in made):
        return False
    sizes = [(await client[name].command("dbStats"))["objects"] for name in {database for database, _ in made}]
    return bool(sum(sizes) <= _MOST_DOCUMENTS)


async def _empty(client: _Client, found: _Made, made: _Made) -> None:
    for database, name in found:
        if (database, name) in made:
            await client[database][name].delete_many({})
        else:
            await client[database].drop_collection(name)
