"""Tenants and attendants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from atd_gateway.domain.attendants import Visibility, seen_by
from atd_servicekit.changes import Change, changes_of, pushed

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document
    from atd_servicekit.mongo import Session as Transaction

TENANTS = "tenants"
ATTENDANTS = "attendants"

_PRESENT: "Document" = {"changes": 0}
"""What is there now, without who has changed it: that is read for those alone who are refused."""

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

    `version` counts the changes from 1; it orders what is published about the attendant. `order` is that of the outbox.
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
    order: int = 0
    visibility: Visibility = "all"


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
            "order": attendant.order,
            "visibility": attendant.visibility,
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

    async def attendant(self, attendant_id: str, session: "Transaction | None" = None) -> Attendant | None:
        return _attendant(await self._attendants.find_one({"_id": attendant_id}, _PRESENT, session=session))

    async def attendant_by_email(self, email: str) -> Attendant | None:
        return _attendant(await self._attendants.find_one({"email": email}, _PRESENT))

    async def set_password_hash(
        self, attendant_id: str, before: str, after: str, session: "Transaction | None" = None
    ) -> bool:
        """Replace a hash; False when it has changed meanwhile."""
        done = await self._attendants.update_one(
            {"_id": attendant_id, "password_hash": before}, {"$set": {"password_hash": after}}, session=session
        )
        return done.matched_count == 1

    async def note_sign_in(self, attendant_id: str, password_hash: str, session: "Transaction") -> bool:
        """Count a sign-in by this password; False when it was changed meanwhile, or the attendant deactivated.

        It is a write, so that no transaction that changes either goes past it unnoticed.
        """
        query = {"_id": attendant_id, "password_hash": password_hash, "active": True}
        done = await self._attendants.update_one(query, {"$inc": {"sign_ins": 1}}, session=session)
        return done.matched_count == 1

    async def changes_since(self, attendant: Attendant, version: int, session: "Transaction") -> list[Change]:
        """Who changed what after this version, as far as it is remembered; the oldest first."""
        query: Document = {"_id": attendant.id, "tenant_id": attendant.tenant_id}
        row = await self._attendants.find_one(query, {"changes": 1}, session=session)
        return [one for one in changes_of(row or {}) if one.version > version]

    async def save_attendant(self, attendant: Attendant, change: Change, session: "Transaction") -> None:
        """Store what may change; the transaction that read the attendant keeps others away."""
        fields = {
            name: getattr(attendant, name) for name in ("name", "role", "active", "version", "order", "visibility")
        }
        update: Document = {"$set": fields, "$push": pushed(change)}
        await self._attendants.update_one({"_id": attendant.id}, update, session=session)

    async def lock_tenant(self, tenant_id: str, session: "Transaction") -> None:
        """Let transactions that depend on all attendants of a tenant follow each other: one of two is tried again."""
        await self._tenants.update_one({"_id": tenant_id}, {"$inc": {"people_changes": 1}}, session=session)

    async def count(self, tenant_id: str, session: "Transaction", *, limit: int) -> int:
        """How many attendants a tenant has, counted up to `limit`."""
        return await self._attendants.count_documents({"tenant_id": tenant_id}, limit=limit, session=session)

    async def other_admins(self, tenant_id: str, attendant_id: str, session: "Transaction") -> int:
        """How many active administrators a tenant has beside one attendant; 1 stands for any number."""
        query = {"tenant_id": tenant_id, "role": "admin", "active": True, "_id": {"$ne": attendant_id}}
        return await self._attendants.count_documents(query, limit=1, session=session)

    async def administrators(self, tenant_id: str, limit: int) -> Sequence[Attendant]:
        """Active administrators of one tenant, by name."""
        query: Document = {"tenant_id": tenant_id, "role": "admin", "active": True}
        rows = await self._attendants.find(query, _PRESENT).sort([("name", 1), ("_id", 1)]).limit(limit).to_list(limit)
        return [found for row in rows if (found := _attendant(row)) is not None]

    async def attendants(
        self, tenant_id: str, *, active: bool | None, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Attendant]:
        """Attendants of one tenant by name; `after` is name and id of the last one seen."""
        query: Document = {"tenant_id": tenant_id}
        if active is not None:
            query["active"] = active
        if after is not None:
            name, last_id = after
            query["$or"] = [{"name": {"$gt": name}}, {"name": name, "_id": {"$gt": last_id}}]
        rows = await self._attendants.find(query, _PRESENT).sort([("name", 1), ("_id", 1)]).limit(limit).to_list(limit)
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
        order=row.get("order", 0),
        visibility=seen_by(row.get("visibility")),
    )
