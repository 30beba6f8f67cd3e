"""Attendants: adding and changing them, and what they change about themselves."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Protocol, TypeVar

import structlog

from atd_gateway.domain.attendants import (
    LIMITABLE_ROLE,
    MANAGED_ROLES,
    InvalidValue,
    LastAdministrator,
    ManagedFields,
    NotLimitable,
    NotManaged,
    Visibility,
    changed_fields,
    check_limitable,
    check_password,
)
from atd_gateway.passwords import Passwords
from atd_gateway.signin import FailedSignInLimiter
from atd_gateway.store.people import Attendant, EmailTaken, MongoPeople
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import uuid5, uuid7
from atd_schemas.settings_changes import AttendantChanged, AttendantData
from atd_schemas.topics import SETTINGS_CHANGES
from atd_servicekit.changes import Change, fields_between
from atd_servicekit.clock import Clock
from atd_servicekit.identity import Identity
from atd_servicekit.kafka import Outgoing
from atd_servicekit.mongo import Session
from atd_servicekit.outbox import next_order
from atd_servicekit.problems import Problem, conflict, forbidden, invalid, not_found, unauthenticated
from atd_servicekit.runtime import Runtime
from atd_servicekit.versions import overtaken, overtakings

T = TypeVar("T")


class Transaction(Protocol):
    """Runs work in a transaction and commits it."""

    def __call__(self, work: Callable[[Session], Awaitable[T]]) -> Awaitable[T]: ...


class _Sessions(Protocol):
    async def revoke_all(
        self,
        attendant_id: str,
        because: str,
        now: datetime,
        *,
        keep: str | None = None,
        transaction: Session | None = None,
    ) -> list[str]: ...


class AttendantStore:
    """Stores attendants and tells the other services, in one transaction."""

    def __init__(self, runtime: Runtime, people: MongoPeople) -> None:
        self._runtime = runtime
        self._people = people

    async def add(self, session: Session, attendant: Attendant, actor: Actor = SYSTEM) -> None:
        """Store a new one. Raises `EmailTaken`; the transaction is over then."""
        added = replace(attendant, order=next_order(self._runtime.clock.now()))
        await self._people.add_attendant(added, session)
        await self._publish(session, added, actor)

    async def save(self, session: Session, before: Attendant, fields: ManagedFields, actor: Actor) -> Attendant:
        """Store what has changed, as the next version."""
        now = self._runtime.clock.now()
        after = replace(before, **asdict(fields), version=before.version + 1, order=next_order(now, before.order))
        changed = fields_between(asdict(_fields(before)), asdict(fields))
        await self._people.save_attendant(after, Change(after.version, now, changed, actor), session)
        await self._publish(session, after, actor)
        return after

    async def _publish(self, session: Session, attendant: Attendant, actor: Actor) -> None:
        now = self._runtime.clock.now()
        event = AttendantChanged(
            id=uuid5("attendant-changed", attendant.id, str(attendant.version)),
            tenant_id=attendant.tenant_id,
            occurred_at=now,
            recorded_at=now,
            source="gateway",
            subject=attendant.id,
            sequence=attendant.version,
            actor=actor,
            data=AttendantData(
                attendant_id=attendant.id,
                name=attendant.name,
                active=attendant.active,
                visibility=attendant.visibility,
                role=attendant.role,
            ),
        )
        await self._runtime.outbox.add(session, [Outgoing.of(SETTINGS_CHANGES, event)], order=attendant.order)


class Attendants:
    """What administrators do with attendants, and attendants with their own account."""

    def __init__(
        self,
        *,
        store: AttendantStore,
        people: MongoPeople,
        sessions: _Sessions,
        passwords: Passwords,
        failures: FailedSignInLimiter,
        transaction: Transaction,
        ended: Callable[[str], None],
        renewed: Callable[[str], None],
        limit: int,
        clock: Clock,
    ) -> None:
        """`ended` is called with each session that ends here, `renewed` with each attendant who was changed.

        `limit`: attendants of one tenant, those who left counted too.
        """
        self._store = store
        self._people = people
        self._sessions = sessions
        self._passwords = passwords
        self._failures = failures
        self._transaction = transaction
        self._ended = ended
        self._renewed = renewed
        self._limit = limit
        self._clock = clock
        self._log = structlog.get_logger()

    async def new(
        self, identity: Identity, *, name: str, email: str, password: str, role: str, visibility: Visibility
    ) -> Attendant:
        """A new attendant, not stored yet. Raises `Problem` 422 for a weak password or a role that is not limited."""
        _check_password("password", password, email)
        try:
            check_limitable(role, visibility)
        except NotLimitable:
            raise _not_limitable() from None
        return Attendant(
            id=uuid7(),
            tenant_id=identity.tenant_id,
            email=email,
            name=name,
            role=role,
            visibility=visibility,
            password_hash=await self._passwords.hash(password),
            created_at=self._clock.now(),
        )

    async def add(self, session: Session, attendant: Attendant, identity: Identity) -> None:
        """Store a new one. Raises `Problem` 409 `email_taken` (in whichever tenant), and 422 `too_many`."""
        await self._people.lock_tenant(attendant.tenant_id, session)
        if await self._people.count(attendant.tenant_id, session, limit=self._limit) >= self._limit:
            raise Problem(422, "too_many", f"A company can have at most {self._limit} attendants.")
        try:
            await self._store.add(session, attendant, identity.actor())
        except EmailTaken:
            raise conflict("Another attendant signs in with this e-mail.", "email_taken") from None

    async def change(
        self, identity: Identity, attendant_id: str, changes: Mapping[str, object], version: int | None
    ) -> Attendant:
        """Change name, role, visibility or `active`. Who is deactivated is signed out everywhere, at once here.

        Raises `Problem` 404, 403 for bots and operators, 409 `last_admin`, 409 for another version, and 422 for a
        visibility that the role does not have.
        """

        async def work(session: Session) -> tuple[Attendant, list[str]]:
            await self._people.lock_tenant(identity.tenant_id, session)
            before = await self._of_tenant(identity.tenant_id, attendant_id, session)
            await self._check_version(session, version, before)
            admins = await self._people.other_admins(identity.tenant_id, attendant_id, session)
            try:
                fields = changed_fields(_fields(before), changes, other_admins=admins)
            except NotManaged:
                raise forbidden("Bots and operators cannot be changed here.") from None
            except NotLimitable:
                raise _not_limitable() from None
            except LastAdministrator:
                detail = "This is the last active administrator; make someone else administrator first."
                raise conflict(detail, "last_admin") from None
            if fields == _fields(before):
                return before, []
            after = await self._store.save(session, before, fields, identity.actor())
            if after.active:
                return after, []
            now = self._clock.now()
            return after, await self._sessions.revoke_all(attendant_id, "inactive", now, transaction=session)

        after, ended = await self._transaction(work)
        self._renewed(attendant_id)
        self._end(ended)
        self._log.info("attendant.changed", tenant_id=after.tenant_id, attendant_id=after.id, version=after.version)
        return after

    async def _check_version(self, session: Session, expected: int | None, before: Attendant) -> None:
        """Raise `Problem` 409 that says who changed what since the version that a caller saw."""
        if expected is not None and expected != before.version:
            changes = await self._people.changes_since(before, expected, session)
            raise overtaken(expected, before.version, "attendant", overtakings("setting.changed", changes))

    async def give_password(self, identity: Identity, attendant_id: str, password: str) -> None:
        """Replace the password of somebody who has lost it, and end all their sessions.

        Raises `Problem` 404, 422 for a weak one, and 403 for bots, operators and one's own: that takes the present one.
        """
        attendant = await self._people.attendant(attendant_id)
        if attendant is None or attendant.tenant_id != identity.tenant_id:
            raise not_found("Attendant not found.")
        if attendant.role not in MANAGED_ROLES:
            raise forbidden("Bots and operators cannot be changed here.")
        if attendant.id == identity.actor_id:
            raise forbidden("One's own password is changed with the present one.")
        _check_password("password", password, attendant.email)
        hashed = await self._passwords.hash(password)

        async def work(session: Session) -> list[str]:
            if not await self._people.set_password_hash(attendant.id, attendant.password_hash, hashed, session):
                raise conflict("The password was changed by another request.")
            return await self._sessions.revoke_all(attendant.id, "password", self._clock.now(), transaction=session)

        self._end(await self._transaction(work))
        self._log.info("password.given", tenant_id=attendant.tenant_id, attendant_id=attendant.id)

    async def rename(self, identity: Identity, name: str, version: int | None) -> Attendant:
        """Change one's own name. Raises `Problem` 409 for another version."""

        async def work(session: Session) -> Attendant:
            before = await self._of_tenant(identity.tenant_id, identity.actor_id, session)
            await self._check_version(session, version, before)
            fields = replace(_fields(before), name=name)
            if fields == _fields(before):
                return before
            return await self._store.save(session, before, fields, identity.actor())

        after = await self._transaction(work)
        self._renewed(after.id)
        return after

    async def change_password(self, identity: Identity, current: str, new: str, address: str) -> None:
        """Change one's own password, and end all other sessions.

        Raises `Problem` 422 `wrong_password` and 422 for a weak one; 429, as too many failed sign-ins do.
        """
        attendant = await self._people.attendant(identity.actor_id)
        if attendant is None or attendant.tenant_id != identity.tenant_id:
            raise unauthenticated("This attendant's account is disabled.")
        succeeded = self._failures.begin(attendant.email, address)
        if not await self._passwords.verify(attendant.password_hash, current):
            self._log.info("password.refused", tenant_id=attendant.tenant_id, attendant_id=attendant.id)
            raise invalid("current", "is not your password", "wrong_password")
        succeeded()
        _check_password("new", new, attendant.email)
        hashed = await self._passwords.hash(new)

        async def work(session: Session) -> list[str]:
            if not await self._people.set_password_hash(attendant.id, attendant.password_hash, hashed, session):
                raise conflict("The password was changed by another request.")
            now = self._clock.now()
            return await self._sessions.revoke_all(
                attendant.id, "password", now, keep=identity.session_id, transaction=session
            )

        self._end(await self._transaction(work))
        self._log.info("password.changed", tenant_id=attendant.tenant_id, attendant_id=attendant.id)

    async def _of_tenant(self, tenant_id: str, attendant_id: str, session: Session) -> Attendant:
        found = await self._people.attendant(attendant_id, session)
        if found is None or found.tenant_id != tenant_id:
            raise not_found("Attendant not found.")
        return found

    def _end(self, session_ids: list[str]) -> None:
        for session_id in session_ids:
            self._ended(session_id)


def _fields(attendant: Attendant) -> ManagedFields:
    return ManagedFields(attendant.name, attendant.role, attendant.active, attendant.visibility)


def _not_limitable() -> Problem:
    return invalid("visibility", f"must be all: only the role {LIMITABLE_ROLE} can be limited to own conversations")


def _check_password(field: str, password: str, email: str) -> None:
    try:
        check_password(password, email)
    except InvalidValue as error:
        raise invalid(field, str(error), "weak_password") from None
