"""What can be done to channel accounts: each change and its event commit together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from pymongo.errors import DuplicateKeyError

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.channels import (
    Channel,
    ChannelChanges,
    NewChannel,
    applied,
    changed_event,
    deleted,
    new_document,
    shown,
    touched,
)
from atd_ingest_whatsapp.client import NumberFacts, Refused, Unsent
from atd_ingest_whatsapp.credentials import open_account, seal, unseal
from atd_ingest_whatsapp.health import ChannelHealth
from atd_ingest_whatsapp.health import shown as health_shown
from atd_ingest_whatsapp.store import AccountStore
from atd_ingest_whatsapp.translate import HealthNote, Note
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import uuid7
from atd_schemas.topics import SETTINGS_CHANGES
from atd_servicekit.crypto import CannotDecrypt
from atd_servicekit.identity import Identity
from atd_servicekit.kafka import Outgoing
from atd_servicekit.problems import FieldError, Problem, conflict, not_found
from atd_servicekit.runtime import Runtime

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document, Session

MANAGE = "channels:manage"


class Checker(Protocol):
    """Asks the provider whether credentials work."""

    async def check(self, account: Account) -> NumberFacts | Refused | Unsent: ...


class Sends(Protocol):
    """What waits to be sent for an account."""

    async def resume(self, group: str) -> None: ...


class Held(Protocol):
    """The accounts that this process holds in memory."""

    async def reload(self, account_ids: Sequence[str]) -> None: ...


class Templates(Protocol):
    """The copies of an account's templates."""

    async def ask(self, session: "Session | None", account_id: str, due_at: datetime) -> None: ...

    def look(self) -> None: ...

    async def forget(self, session: "Session", tenant_id: str, account_id: str, now: datetime) -> None: ...


class Health(Protocol):
    """What Meta said of the health of accounts."""

    async def of(self, account_ids: Sequence[str]) -> "Mapping[str, Document]": ...

    async def note(self, notes: Sequence[Note]) -> None: ...

    async def forget(self, session: "Session", account_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Followers:
    """What follows from a change of an account, or belongs to it."""

    sends: Sends
    held: Held
    templates: Templates
    health: Health


_Then = Callable[["Session", "Document"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; `answer` is the provider's."""

    channel: Channel
    answer: NumberFacts | Refused | Unsent


class ChannelService:
    """The use cases of channel accounts, within one tenant unless the system itself acts."""

    def __init__(
        self,
        runtime: Runtime,
        store: AccountStore,
        checker: Checker,
        followers: Followers,
        *,
        secret_overlap: timedelta,
    ) -> None:
        self._runtime = runtime
        self._store = store
        self._checker = checker
        self._sends = followers.sends
        self._held = followers.held
        self._templates = followers.templates
        self._health = followers.health
        self._overlap = secret_overlap

    async def create(self, session: "Session", new: NewChannel, identity: Identity) -> Channel:
        """Connect a number, inside a transaction after which `hold` is called.

        Raises `Problem` 422, or 409 when the number is connected already.
        """
        account_id, now = uuid7(), self._runtime.clock.now()
        document = new_document(new, identity.tenant_id, account_id, self._sealer(account_id), now)
        try:
            await self._store.insert(session, document)
        except DuplicateKeyError:
            raise Problem(
                409,
                "conflict",
                "This phone number is connected already.",
                errors=[FieldError("credentials.phone_number_id", "is connected already")],
            ) from None
        await self._tell(session, document, identity.actor())
        await self._templates.ask(session, account_id, now)
        return self._view(document, identity, ChannelHealth())

    async def hold(self, account_id: str) -> None:
        """Know a new account in this process at once; the others hear of it by its event."""
        await self._held.reload([account_id])
        self._templates.look()

    async def page(self, identity: Identity, before_id: str | None, limit: int) -> list[Channel]:
        """Up to `limit` accounts, newest first."""
        rows = await self._store.page(identity.tenant_id, before_id, limit)
        health = await self._health.of([row["_id"] for row in rows])
        return [self._view(row, identity, health_shown(health.get(row["_id"]))) for row in rows]

    async def get(self, identity: Identity, account_id: str) -> Channel:
        """One account. Raises `Problem` 404."""
        return await self._shown(await self._found(identity.tenant_id, account_id), identity)

    async def opened(self, identity: Identity, account_id: str) -> Account:
        """One account with its credentials. Raises `Problem` 404, or 409 when they cannot be read."""
        return self._open(await self._found(identity.tenant_id, account_id))

    async def change(
        self, identity: Identity, account_id: str, changes: ChannelChanges, version: int | None
    ) -> Channel:
        """Change an account; with `version` only when it is at that one. Raises `Problem` 404 or 409."""

        def fields(document: "Document") -> Mapping[str, Any]:
            sealer = self._sealer(account_id)
            return applied(document, changes, sealer, self._runtime.clock.now(), self._overlap)

        given = changes.credentials
        lists_otherwise = given.access_token is not None or given.business_account_id is not None
        then = self._ask_templates if lists_otherwise else None
        document = await self._changed(identity.tenant_id, account_id, version, fields, identity.actor(), then)
        if then is not None:
            self._templates.look()
        if changes.credentials.access_token is not None or changes.status is not None:
            await self._sends.resume(account_id)
        return await self._shown(document, identity)

    async def forget_previous_secrets(self, identity: Identity, account_id: str) -> Channel:
        """From now on only the current app secret proves webhooks. Raises `Problem` 404."""

        def fields(document: "Document") -> Mapping[str, Any]:
            return {**touched(document, self._runtime.clock.now()), "previous_app_secrets": []}

        document = await self._changed(identity.tenant_id, account_id, None, fields, identity.actor())
        return await self._shown(document, identity)

    async def delete(self, identity: Identity, account_id: str) -> None:
        """Disconnect: webhooks are 404 from now on, and what is unsent fails. Raises `Problem` 404."""

        def fields(document: "Document") -> Mapping[str, Any]:
            return deleted(document, self._runtime.clock.now())

        async def forget(session: "Session", document: "Document") -> None:
            await self._templates.forget(session, document["tenant_id"], account_id, document["updated_at"])
            await self._health.forget(session, account_id)

        await self._changed(identity.tenant_id, account_id, None, fields, identity.actor(), forget)
        await self._sends.resume(account_id)  # so that what waits is tried, and fails for want of an account

    async def check(self, identity: Identity, account_id: str) -> Checked:
        """Ask the provider, and let the status follow: a dead token needs reconnection, a good one repairs."""
        document = await self._found(identity.tenant_id, account_id)
        account = self._open(document)
        answer = await self._checker.check(account)
        now = self._runtime.clock.now()
        found: dict[str, Any] = {}
        if isinstance(answer, NumberFacts):
            found = {
                "checked_at": now,
                "display_phone_number": answer.display_phone_number,
                "verified_name": answer.verified_name,
            }
            if document["status"] == "needs_reconnection":
                found |= {"status": "active", "status_reason": None}
        elif isinstance(answer, Refused) and answer.failure == "token" and document["status"] != "disabled":
            found = {"checked_at": now, **self._needs_reconnection(answer)}
        if found:
            fields = lambda row: {**touched(row, now), **found}  # noqa: E731 - as the others, in one line
            document = await self._changed(
                identity.tenant_id, account_id, document["version"], fields, identity.actor()
            )
        if isinstance(answer, NumberFacts):
            await self._health.note([HealthNote(account, now, quality=answer.quality_rating)])
            await self._sends.resume(account_id)
        return Checked(await self._shown(document, identity), answer)

    async def needs_reconnection(self, account: Account, refused: Refused) -> bool:
        """Mark an account whose token Meta refused; false when it has changed since and may work again.

        What is marked already is not marked again: a new version would be in the way of whoever repairs it.
        """

        def fields(document: "Document") -> Mapping[str, Any]:
            return {**touched(document, self._runtime.clock.now()), **self._needs_reconnection(refused)}

        try:
            if account.status == "needs_reconnection":
                return bool((await self._found(account.tenant_id, account.id))["version"] == account.version)
            await self._changed(account.tenant_id, account.id, account.version, fields, SYSTEM)
        except Problem:
            return False  # deleted, or repaired in between
        structlog.get_logger().warning(
            "account.needs_reconnection", tenant_id=account.tenant_id, account_id=account.id, code=refused.code
        )
        return True

    async def _shown(self, document: "Document", identity: Identity) -> Channel:
        health = await self._health.of([document["_id"]])
        return self._view(document, identity, health_shown(health.get(document["_id"])))

    def _view(self, document: "Document", identity: Identity, health: ChannelHealth) -> Channel:
        """The account as this identity may see it."""
        token = None
        if identity.may(MANAGE):
            try:
                token = unseal(
                    self._runtime.cipher, document["_id"], "verify_token", document["sealed"]["verify_token"]
                )
            except CannotDecrypt:
                token = None
        return shown(document, self._runtime.settings.public_url, token, health, self._runtime.clock.now())

    def _open(self, document: "Document") -> Account:
        try:
            return open_account(self._runtime.cipher, document)
        except CannotDecrypt:
            raise conflict("The credentials cannot be read any more; enter them again.") from None

    async def _ask_templates(self, session: "Session", document: "Document") -> None:
        await self._templates.ask(session, document["_id"], document["updated_at"])

    def _needs_reconnection(self, refused: Refused) -> dict[str, Any]:
        reason = {"code": refused.code, "message": refused.detail, "at": self._runtime.clock.now()}
        return {"status": "needs_reconnection", "status_reason": reason}

    async def _found(self, tenant_id: str, account_id: str, session: "Session | None" = None) -> "Document":
        document = await self._store.find(tenant_id, account_id, session)
        if document is None:
            raise not_found("There is no such channel account.")
        return document

    async def _changed(
        self,
        tenant_id: str,
        account_id: str,
        version: int | None,
        fields: "Callable[[Document], Mapping[str, Any]]",
        actor: Actor,
        then: _Then | None = None,
    ) -> "Document":
        async def work(session: "Session") -> "Document":
            before = await self._found(tenant_id, account_id, session)
            if version is not None and before["version"] != version:
                raise conflict(f"The channel account is at version {before['version']}, not {version}; read it again.")
            after = await self._store.change(session, account_id, before["version"], fields(before))
            if after is None:
                raise conflict("The channel account was changed at the same time; read it again.")
            await self._tell(session, after, actor)
            if then is not None:
                await then(session, after)
            return after

        document = await self._runtime.transaction(work)
        await self._held.reload([account_id])
        return document

    async def _tell(self, session: "Session", document: "Document", actor: Actor) -> None:
        event = changed_event(document, actor, self._runtime.clock.now())
        await self._runtime.outbox.add(session, [Outgoing.of(SETTINGS_CHANGES, event)], order=document["order"])

    def _sealer(self, account_id: str) -> Callable[[str, str], str]:
        return lambda field, value: seal(self._runtime.cipher, account_id, field, value)
