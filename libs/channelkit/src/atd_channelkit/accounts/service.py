"""What can be done to channel accounts: each change and its event commit together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import structlog
from pymongo.errors import DuplicateKeyError

from atd_channelkit.accounts.credentials import Credentials
from atd_channelkit.accounts.documents import (
    changed_event,
    changed_fields,
    changed_names,
    deleted_fields,
    needs_reconnection_fields,
    new_document,
    replaced_fields,
    replaced_in,
    shown,
    touched,
)
from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.reasons import reason_texts
from atd_channelkit.accounts.reseal import Resealed, reseal
from atd_channelkit.accounts.spec import ChannelSpec
from atd_channelkit.accounts.store import AccountStore
from atd_channelkit.accounts.views import Channel, ChannelChanges, CheckResult, NewChannel
from atd_channelkit.accounts.watcher import Watcher
from atd_channelkit.answers import Refused, Uncertain, Unsent, Works
from atd_channelkit.settings import ChannelServiceSettings
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import uuid7
from atd_schemas.topics import SETTINGS_CHANGES
from atd_servicekit.crypto import CannotDecrypt
from atd_servicekit.kafka import Outgoing
from atd_servicekit.problems import FieldError, Problem, conflict, not_found
from atd_servicekit.runtime import Runtime
from atd_servicekit.versions import check_version

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document, Session

A = TypeVar("A", bound=Account)
A_contra = TypeVar("A_contra", bound=Account, contravariant=True)


class Checker(Protocol[A_contra]):
    """Asks the provider whether credentials work."""

    async def check(self, account: A_contra) -> Works | Refused | Unsent | Uncertain: ...


class Directory(Protocol):
    """The accounts that this process has in memory."""

    async def reload(self, account_ids: Sequence[str]) -> None: ...


class AccountExtension(Protocol[A_contra]):
    """What a channel keeps beside its accounts (templates, health): it changes in the same transactions."""

    async def created(self, session: "Session", document: "Document") -> None: ...

    async def changed(self, session: "Session", document: "Document", names: frozenset[str]) -> None:
        """`names`: the credentials and settings that were given."""
        ...

    async def deleted(self, session: "Session", document: "Document") -> None: ...

    def committed(self) -> None:
        """After the commit of any of these."""
        ...

    async def checked(self, account: A_contra, works: Works) -> None: ...

    async def leaving(self, account: A_contra) -> None:
        """The account is disconnected here, and the provider can be told with what its credentials were.

        Never raises for what the network or the provider do: it is gone here all the same.
        """
        ...

    async def shown(self, account_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """More fields of the answer, by account."""
        ...


class NoExtension:
    """For a channel that keeps nothing beside its accounts."""

    async def created(self, session: "Session", document: "Document") -> None: ...

    async def changed(self, session: "Session", document: "Document", names: frozenset[str]) -> None: ...

    async def deleted(self, session: "Session", document: "Document") -> None: ...

    def committed(self) -> None: ...

    async def checked(self, account: Account, works: Works) -> None: ...

    async def leaving(self, account: Account) -> None: ...

    async def shown(self, account_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - see above
        return {}


ResumeSends = Callable[[str], Awaitable[None]]
"""Has what waits for working credentials of an account tried again; a throttle goes on."""

_WATCHED_AT_ONCE = 500

_PROVEN_AT_ONCE = 20
"""Accounts that one process asks the provider about in one round."""

_CHECKS = 3
"""Times that the provider is asked by one check of an account that somebody else changes again and again."""

_Fields = Callable[["Document"], Mapping[str, Any]]
_Then = Callable[["Session", "Document"], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelService(Generic[A]):
    """The use cases of channel accounts, each within one tenant."""

    runtime: Runtime
    settings: ChannelServiceSettings
    spec: ChannelSpec[A]
    store: AccountStore
    credentials: Credentials[A]
    directory: Directory
    checker: Checker[A]
    resume: ResumeSends
    extension: AccountExtension[A]
    watcher: Watcher[A] | None = None

    async def proposed(self, new: NewChannel, tenant_id: str) -> "Document":
        """The document of a new account, with what the provider says of its credentials; nothing is stored yet."""
        account_id, now = uuid7(), self.runtime.clock.now()
        document = new_document(self.spec, new, tenant_id, account_id, self._sealer(account_id), now)
        if document["proven"]:
            return document
        answer = await self.checker.check(self._open(document))
        if isinstance(answer, Works):
            facts = {name: answer.facts.get(name) for name in self.spec.facts}
            document |= {"proven": True, "checked_at": now, **facts}
        elif isinstance(answer, Refused) and answer.failure == "token":
            document |= {"checked_at": now, **needs_reconnection_fields(answer.code, answer.detail, now)}
        return document

    async def create(self, session: "Session", document: "Document", actor: Actor) -> Channel:
        """Connect a proposed account, inside a transaction after which `announce` is called.

        Raises `Problem` 409 when what must be unique is connected already.
        """
        await self._make_room(session, document, proven=document["proven"])
        try:
            await self.store.insert(session, document)
        except DuplicateKeyError:
            raise self._connected_already() from None
        await self._add_event(session, document, actor)
        await self.extension.created(session, document)
        await self._have_watched(session, document)
        return self._view(document, {}, reveal=True)

    async def _make_room(self, session: "Session", document: "Document", *, proven: bool) -> None:
        """Raise `Problem` 409 when another account has the unique reference of this one.

        Who proved it first keeps it, until their credentials are refused: then it goes to whoever proves it next. A
        claim that is not proven is in nobody's way but its own tenant's.
        """
        field = self.spec.unique_field
        if field is None:
            return
        for other in await self.store.claimants(session, field, document[field], document["_id"]):
            if other["tenant_id"] == document["tenant_id"]:
                raise self._connected_already()
            if not other.get("proven", True):
                continue
            if not proven or other["status"] != "needs_reconnection":
                raise self._connected_already()
            lost = {**touched(other, self.runtime.clock.now()), "proven": False}
            after = await self.store.change(session, other["_id"], other["version"], lost)
            if after is None:
                raise self._connected_already()
            await self._add_event(session, after, SYSTEM)

    async def prove_pending(self) -> None:
        """Ask the provider again about accounts whose credentials it could not confirm so far."""
        for row in await self.store.take_unproven(self.runtime.clock.now(), _PROVEN_AT_ONCE):
            try:
                await self.check(row["tenant_id"], row["_id"], SYSTEM)
            except Problem as problem:
                structlog.get_logger().info("account.not_proven", account_id=row["_id"], reason=problem.code)

    async def announce(self, account_id: str) -> None:
        """Have a new account in memory at once, after the commit; other processes hear of it by its event."""
        await self.directory.reload([account_id])
        self._committed()

    async def _have_watched(self, session: "Session", document: "Document") -> None:
        if self.watcher is not None:
            await self.watcher.store.ask(session, document["_id"], document["tenant_id"], self.runtime.clock.now())

    def _committed(self) -> None:
        self.extension.committed()
        if self.watcher is not None:
            self.watcher.look()

    async def watch_all(self) -> None:
        """Have the provider told of every account that it knows another address of, or none. Safe to repeat."""
        if self.watcher is None:
            return
        now, accounts = self.runtime.clock.now(), [account async for account in self.store.in_use()]
        for start in range(0, len(accounts), _WATCHED_AT_ONCE):
            some = accounts[start : start + _WATCHED_AT_ONCE]
            await self.watcher.store.ask_all(some, self.settings.public_url, now)

    async def repair(self, tenant_id: str, account_id: str) -> Channel:
        """Tell the provider of the account again, and look at it. Raises `Problem` 404, or 409 when there is no way."""
        document = await self._found(tenant_id, account_id)
        if self.watcher is None:
            raise conflict("Nothing of this kind of channel can be repaired from here.")
        await self.watcher.look_now(self._open(document))
        return await self._shown(await self._found(tenant_id, account_id), reveal=True)

    async def page(
        self, tenant_id: str, kind: str | None, before_id: str | None, limit: int, *, reveal: bool
    ) -> list[Channel]:
        """Up to `limit` accounts, newest first. `reveal`: with the secrets that may be shown."""
        rows = await self.store.page(tenant_id, kind, before_id, limit)
        more = await self._more([row["_id"] for row in rows])
        return [self._view(row, more.get(row["_id"], {}), reveal=reveal) for row in rows]

    async def get(self, tenant_id: str, account_id: str, *, reveal: bool) -> Channel:
        """One account. Raises `Problem` 404."""
        return await self._shown(await self._found(tenant_id, account_id), reveal=reveal)

    async def opened(self, tenant_id: str, account_id: str) -> A:
        """One account with its credentials. Raises `Problem` 404, or 409 when they cannot be read."""
        return self._open(await self._found(tenant_id, account_id))

    async def change(
        self, tenant_id: str, account_id: str, changes: ChannelChanges, version: int | None, actor: Actor
    ) -> Channel:
        """Change an account; with `version` only when it is at that one. Raises `Problem` 404 or 409."""

        def fields(document: "Document") -> Mapping[str, Any]:
            sealer, now = self._sealer(account_id), self.runtime.clock.now()
            return changed_fields(self.spec, document, changes, sealer, now, self.settings.secret_overlap)

        names = changed_names(changes)

        async def extend(session: "Session", document: "Document") -> None:
            await self.extension.changed(session, document, names)
            if names:
                await self._have_watched(session, document)

        document = await self._changed(tenant_id, account_id, version, fields, actor, extend)
        self._committed()
        if changes.status is not None or any(one.reconnects and one.name in names for one in self.spec.secrets):
            await self.resume(account_id)
        return await self._shown(document, reveal=True)

    async def forget_replaced_secrets(self, tenant_id: str, account_id: str, name: str, actor: Actor) -> Channel:
        """From now on only the current secret of this name proves webhooks. Raises `Problem` 404."""

        def fields(document: "Document") -> Mapping[str, Any]:
            kept = [one for one in replaced_in(document) if one["name"] != name]
            return {**touched(document, self.runtime.clock.now()), **replaced_fields(document, kept)}

        return await self._shown(await self._changed(tenant_id, account_id, None, fields, actor), reveal=True)

    async def delete(self, tenant_id: str, account_id: str, actor: Actor) -> None:
        """Disconnect: webhooks are 404 from now on, and what is unsent fails. Raises `Problem` 404."""

        def fields(document: "Document") -> Mapping[str, Any]:
            return deleted_fields(document, self.runtime.clock.now())

        async def let_go(session: "Session", document: "Document") -> None:
            await self.extension.deleted(session, document)
            if self.watcher is not None:
                await self.watcher.store.forget(session, document["_id"])

        before = await self._found(tenant_id, account_id)
        await self._changed(tenant_id, account_id, None, fields, actor, let_go)
        self._committed()
        await self.resume(account_id)  # what waits is tried now, and fails because the account is gone
        try:
            account = self.credentials.open(before)
        except CannotDecrypt:
            return
        await self.extension.leaving(account)

    async def check(self, tenant_id: str, account_id: str, actor: Actor) -> CheckResult:
        """Ask the provider: refused credentials mark the account, good ones repair it. Raises `Problem` 404 or 409.

        Of an account that was changed while the provider was asked, it is asked again.
        """
        left = _CHECKS
        while True:
            document, left = await self._found(tenant_id, account_id), left - 1
            try:
                return await self._check(document, actor)
            except Problem:
                if not left or (await self._found(tenant_id, account_id))["version"] == document["version"]:
                    raise

    async def _check(self, document: "Document", actor: Actor) -> CheckResult:
        tenant_id, account_id = document["tenant_id"], document["_id"]
        account = self._open(document)
        answer = await self.checker.check(account)
        now = self.runtime.clock.now()
        found: dict[str, Any] = {}
        if isinstance(answer, Works):
            found = {"checked_at": now, **{name: answer.facts.get(name) for name in self.spec.facts}}
            found["proven"] = True
            if document["status"] == "needs_reconnection":
                found |= {"status": "active", "status_reason": None}
        elif isinstance(answer, Refused) and answer.failure == "token" and document["status"] != "disabled":
            found = {"checked_at": now, **needs_reconnection_fields(answer.code, answer.detail, now)}
        if found:
            document = await self._changed(
                tenant_id, account_id, document["version"], lambda row: {**touched(row, now), **found}, actor
            )
        if isinstance(answer, Works):
            await self.extension.checked(account, answer)
            await self.resume(account_id)
        return self.spec.check_result.model_validate(
            {"status": document["status"], "checked_at": now, **_check_fields(answer)}
        )

    async def needs_reconnection(self, account: A, refused: Refused) -> bool:
        """Mark an account whose credentials were refused; false when it has changed since and may work again.

        What is marked already is not marked again: a new version would be in the way of whoever repairs it. A disabled
        account stays so, for good credentials would make a marked one active.
        """

        def fields(document: "Document") -> Mapping[str, Any]:
            now = self.runtime.clock.now()
            return {**touched(document, now), **needs_reconnection_fields(refused.code, refused.detail, now)}

        try:
            if account.status != "active":
                return bool((await self._found(account.tenant_id, account.id))["version"] == account.version)
            await self._changed(account.tenant_id, account.id, account.version, fields, SYSTEM)
        except Problem:
            return False  # deleted, or repaired in between
        structlog.get_logger().warning(
            "account.needs_reconnection", tenant_id=account.tenant_id, account_id=account.id, code=refused.code
        )
        return True

    async def reseal(self, limit: int) -> Resealed:
        """Seal up to `limit` accounts of all tenants with the current key."""
        return await reseal(self.store, self.credentials, limit)

    async def _shown(self, document: "Document", *, reveal: bool) -> Channel:
        more = await self._more([document["_id"]])
        return self._view(document, more.get(document["_id"], {}), reveal=reveal)

    async def _more(self, account_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """What is kept beside the accounts, by account."""
        more = await self.extension.shown(account_ids)
        if self.watcher is None:
            return more
        watched = await self.watcher.store.shown(account_ids)
        return {one: {**watched.get(one, {}), **more.get(one, {})} for one in account_ids}

    def _view(self, document: "Document", more: Mapping[str, Any], *, reveal: bool) -> Channel:
        secrets: Mapping[str, str] = {}
        if reveal:
            try:
                secrets = self.credentials.shown(document)
            except CannotDecrypt:
                secrets = {}
        now = self.runtime.clock.now()
        return shown(self.spec, document, self.settings.public_url, now, {**more, **secrets})

    def _open(self, document: "Document") -> A:
        try:
            return self.credentials.open(document)
        except CannotDecrypt:
            raise conflict("The credentials cannot be decrypted any more; enter them again.") from None

    async def _found(self, tenant_id: str, account_id: str, session: "Session | None" = None) -> "Document":
        document = await self.store.find(tenant_id, account_id, session)
        if document is None:
            raise not_found("Channel account not found.")
        return document

    async def _changed(
        self,
        tenant_id: str,
        account_id: str,
        version: int | None,
        fields: _Fields,
        actor: Actor,
        then: _Then | None = None,
    ) -> "Document":
        async def work(session: "Session") -> "Document":
            before = await self._found(tenant_id, account_id, session)
            check_version(version, before["version"], "channel account")
            changes = fields(before)
            if changes.get("proven") and not before.get("proven", True):
                await self._make_room(session, before, proven=True)
            try:
                after = await self.store.change(session, account_id, before["version"], changes)
            except DuplicateKeyError:
                raise self._connected_already() from None
            if after is None:
                raise conflict("The channel account was changed at the same time; read it again.")
            await self._add_event(session, after, actor)
            if then is not None:
                await then(session, after)
            return after

        document = await self.runtime.transaction(work)
        await self.directory.reload([account_id])
        return document

    async def _add_event(self, session: "Session", document: "Document", actor: Actor) -> None:
        event = changed_event(self.spec, document, actor, self.runtime.clock.now())
        await self.runtime.outbox.add(session, [Outgoing.of(SETTINGS_CHANGES, event)], order=document["order"])

    def _sealer(self, account_id: str) -> Callable[[str, str], str]:
        return lambda name, value: self.credentials.seal(account_id, name, value)

    def _connected_already(self) -> Problem:
        name = f"credentials.{self.spec.indexed.get(self.spec.unique or '', 'id')}"
        detail = "This account is connected already."
        return Problem(409, "conflict", detail, errors=[FieldError(name, "is connected already")])


def _check_fields(answer: Works | Refused | Unsent | Uncertain) -> dict[str, Any]:
    if isinstance(answer, Works):
        return {"ok": True, **answer.facts}
    if isinstance(answer, Refused):
        refused = {"reason": answer.failure, "code": answer.code, "message": answer.detail}
        return {"ok": False, **refused, "texts": reason_texts(answer.failure)}
    return {"ok": False, "reason": "unreachable", "message": answer.reason, "texts": reason_texts("unreachable")}
