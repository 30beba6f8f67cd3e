"""Tenants and attendants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document
    from atd_servicekit.mongo import Session as Transaction

TENANTS = "tenants"
ATTENDANTS = "attendants"

PEOPLE_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    TENANTS: [],
    ATTENDANTS: [
        IndexModel([("email", 1)], unique=True),
        IndexModel([("tenant_id", 1), ("name", 1), ("_id", 1)]),
    ],
}


@dataclass(frozen=True, slots=True)
class Tenant:
    """A company. Nobody can sign in to one that is not active."""

    id: str
    name: str
    created_at: datetime
    active: bool = True


@dataclass(frozen=True, slots=True)
class Attendant:
    """An attendant of a tenant. `email` is normalised and unique over all tenants: it is the login.

    `version` counts the changes from 1; it orders what is published about the attendant.
    """

    id: str
    tenant_id: str
    email: str
    name: str
    role: str
    password_hash: str
    created_at: datetime
    active: bool = True
    version: int = 1


class EmailTaken(Exception):
    """Another attendant signs in with this e-mail."""


class MongoPeople:
    """Tenants and attendants in MongoDB."""

    def __init__(self, database: "Database") -> None:
        self._tenants = database[TENANTS]
        self._attendants = database[ATTENDANTS]

    async def add_tenant(self, tenant: Tenant, session: "Transaction | None" = None) -> bool:
        """Whether the tenant is new; an existing one of the same id stays as it is."""
        fields: Document = {"name": tenant.name, "created_at": tenant.created_at, "active": tenant.active}
        done = await self._tenants.update_one(
            {"_id": tenant.id}, {"$setOnInsert": fields}, upsert=True, session=session
        )
        return done.upserted_id is not None

    async def add_attendant(self, attendant: Attendant, session: "Transaction | None" = None) -> None:
        """Raises `EmailTaken`."""
        document: Document = {
            "_id": attendant.id,
            "tenant_id": attendant.tenant_id,
            "email": attendant.email,
            "name": attendant.name,
            "role": attendant.role,
            "password_hash": attendant.password_hash,
            "created_at": attendant.created_at,
            "active": attendant.active,
            "version": attendant.version,
        }
        try:
            await self._attendants.insert_one(document, session=session)
        except DuplicateKeyError as error:
            raise EmailTaken from error

    async def tenant(self, tenant_id: str) -> Tenant | None:
        found = await self._tenants.find_one({"_id": tenant_id})
        if found is None:
            return None
        return Tenant(found["_id"], found["name"], found["created_at"], found["active"])

    async def attendant(self, attendant_id: str) -> Attendant | None:
        return _attendant(await self._attendants.find_one({"_id": attendant_id}))

    async def attendant_by_email(self, email: str) -> Attendant | None:
        return _attendant(await self._attendants.find_one({"email": email}))

    async def set_password_hash(self, attendant_id: str, before: str, after: str) -> None:
        """Replace a hash by one of the same password with present parameters, unless it changed meanwhile."""
        await self._attendants.update_one(
            {"_id": attendant_id, "password_hash": before}, {"$set": {"password_hash": after}}
        )

    async def attendants(self, tenant_id: str, *, after: tuple[str, str] | None, limit: int) -> Sequence[Attendant]:
        """Attendants of one tenant by name; `after` is name and id of the last one seen."""
        query: Document = {"tenant_id": tenant_id}
        if after is not None:
            name, last_id = after
            query["$or"] = [{"name": {"$gt": name}}, {"name": name, "_id": {"$gt": last_id}}]
        rows = await self._attendants.find(query).sort([("name", 1), ("_id", 1)]).limit(limit).to_list(limit)
        return [found for row in rows if (found := _attendant(row)) is not None]


def _attendant(row: "Document | None") -> Attendant | None:
    if row is None:
        return None
    return Attendant(
        id=row["_id"],
        tenant_id=row["tenant_id"],
        email=row["email"],
        name=row["name"],
        role=row["role"],
        password_hash=row["password_hash"],
        created_at=row["created_at"],
        active=row["active"],
        version=row["version"],
    )
