"""Has Meta send an account's webhooks here, and sees what is wrong with it there.

Source: Meta's pages on `subscribed_apps` and `debug_token` (v25.0). The subscription is of a page and an app, not of an
account here: it is made for all accounts of the page at once, and ends with the last of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from atd_channelkit.accounts.store import ACCOUNTS
from atd_channelkit.accounts.watch import AccountWarning
from atd_channelkit.answers import Refused, Uncertain, Unsent, Works
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.accounts.warnings import (
    PERMISSION_MISSING,
    not_told,
    permission_missing,
    policy,
    token_expires,
    unsubscribed,
)
from atd_ingest_meta.graph.answers import Said, rows_in, text_in
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.policy import PolicyNotes
from atd_servicekit.clock import Clock

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "messenger": (
            "messages",
            "messaging_postbacks",
            "message_echoes",
            "message_deliveries",
            "message_reads",
            "message_reactions",
            "message_edits",
            "messaging_referrals",
            "messaging_optins",
            "messaging_handovers",
            "standby",
            "messaging_policy_enforcement",
        ),
        "facebook": ("feed", "mention"),
        "instagram": ("name",),
    }
)
"""By kind of account. Of an Instagram account its page has to be subscribed, to something: `name` says least."""

INSTAGRAM_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_seen",
    "message_reactions",
    "messaging_referral",
    "message_edit",
)
"""Of an account with Instagram Login, which is subscribed itself."""

PERMISSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "messenger": ("pages_messaging", "pages_manage_metadata"),
        "facebook": (
            "pages_manage_metadata",
            "pages_read_engagement",
            "pages_read_user_content",
            "pages_manage_engagement",
        ),
        "instagram": ("instagram_basic", "instagram_manage_messages", "pages_manage_metadata"),
    }
)

EXPIRES_SOON = timedelta(days=7)

Missing = Refused | Unsent | Uncertain


class PageAccounts:
    """The accounts of a page, whoever's they are: they share its subscription."""

    def __init__(self, database: "Database") -> None:
        self._accounts = database[ACCOUNTS]

    async def kinds(self, page_id: str, *, but: str | None = None) -> frozenset[str]:
        """The kinds of the proven accounts of a page, without one account."""
        query = {"page_id": page_id, "deleted": False, "proven": True, "_id": {"$ne": but}}
        return frozenset([row["kind"] async for row in self._accounts.find(query, {"kind": 1})])


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """Subscribes pages and accounts, and looks at them (see `AccountWatch` of channelkit)."""

    graph: GraphApi
    accounts: PageAccounts
    policies: PolicyNotes
    clock: Clock

    async def connect(self, account: Account) -> Works | Missing:
        """Subscribe to the fields of all accounts of the page: what is not named would be unsubscribed."""
        said = await self.graph.call(
            account, "POST", _edge(account), params={"subscribed_fields": ",".join(await self._fields(account))}
        )
        return _worked(said)

    async def leave(self, account: Account) -> None:
        """End the subscription, or narrow it to what the page's other accounts need."""
        if account.uses_instagram_login or account.page_id is None:
            await self.graph.call(account, "DELETE", _edge(account))
            return
        others = await self.accounts.kinds(account.page_id, but=account.id)
        if not others:
            await self.graph.call(account, "DELETE", _edge(account))
            return
        fields = ",".join(_fields_of(others))
        await self.graph.call(account, "POST", _edge(account), params={"subscribed_fields": fields})

    async def inspect(self, account: Account) -> Sequence[AccountWarning] | Missing:
        """The subscription, what the token may do and until when, and what Meta holds against the account."""
        said = await self.graph.get(account, _edge(account), fields="id,name,subscribed_fields")
        if not isinstance(said, dict) and not _says_why(said):
            return said
        app = await self._app(account)
        warnings = [] if app is None else await self._token_warnings(account, app)
        if isinstance(said, dict):
            warnings = [*await self._subscription_warnings(account, app, said), *warnings]
        elif isinstance(said, Refused) and not any(one.code == PERMISSION_MISSING for one in warnings):
            warnings.append(not_told(said))
        held = await self.policies.of(account.id)
        return warnings if held is None else [*warnings, policy(held.action, held.reason)]

    async def _subscription_warnings(
        self, account: Account, app: str | None, said: dict[str, object]
    ) -> Sequence[AccountWarning]:
        here = [row for row in rows_in(said) if app is None or text_in(row, "id") == app]
        if not here:
            return [unsubscribed(())]
        told = {str(field) for row in here for field in row.get("subscribed_fields") or ()}
        missing = set(await self._fields(account)) - told
        return [unsubscribed(sorted(missing))] if told and missing else ()

    async def missing_permissions(self, account: Account) -> Sequence[str]:
        """What the token of an account may not do; nothing where Meta does not say."""
        app = await self._app(account)
        token = None if app is None else await self._token(account, app)
        return () if token is None else _missing(account, token)

    async def _fields(self, account: Account) -> Sequence[str]:
        if account.uses_instagram_login or account.page_id is None:
            return INSTAGRAM_FIELDS
        return _fields_of({account.kind, *await self.accounts.kinds(account.page_id)})

    async def _app(self, account: Account) -> str | None:
        """The id of the app that the token is of; Instagram's own host does not tell."""
        if account.uses_instagram_login:
            return None
        said = await self.graph.get(account, "app", fields="id")
        return text_in(said, "id")

    async def _token(self, account: Account, app: str) -> dict[str, object] | None:
        """What Meta says of the token. An app asks by its id and secret."""
        said = await self.graph.call(
            account,
            "GET",
            "debug_token",
            params={"input_token": account.access_token.get_secret_value()},
            headers={"Authorization": f"Bearer {app}|{account.app_secret.decode(errors='replace')}"},
        )
        data = said.get("data") if isinstance(said, dict) else None
        return data if isinstance(data, dict) else None

    async def _token_warnings(self, account: Account, app: str) -> list[AccountWarning]:
        token = await self._token(account, app)
        if token is None:
            return []
        warnings = []
        if missing := _missing(account, token):
            warnings.append(permission_missing(missing))
        ends = token.get("expires_at")
        if isinstance(ends, int) and ends > 0:
            moment = datetime.fromtimestamp(ends, UTC)
            if moment < self.clock.now() + EXPIRES_SOON:
                warnings.append(token_expires(moment))
        return warnings


def _says_why(said: Refused | Unsent | Uncertain) -> bool:
    """Whether Meta refuses to show the subscription for a reason that people must know: a permission is gone.

    A token that is dead marks the account by itself; what passes, passes.
    """
    return isinstance(said, Refused) and not said.suspends and not said.passes


def _missing(account: Account, token: Mapping[str, object]) -> Sequence[str]:
    scopes = token.get("scopes")
    if not isinstance(scopes, list):
        return ()
    return [one for one in PERMISSIONS[account.kind] if one not in scopes]


def _edge(account: Account) -> str:
    return f"{'me' if account.uses_instagram_login else account.page_id}/subscribed_apps"


def _fields_of(kinds: Iterable[str]) -> Sequence[str]:
    return [field for kind, fields in FIELDS.items() if kind in set(kinds) for field in fields]


def _worked(said: Said) -> Works | Missing:
    if not isinstance(said, dict):
        return said
    return Refused("request", "not_done", "Meta did not do it.") if said.get("success") is False else Works()
