"""Has Telegram deliver the updates of a bot here, sees whether it does, and stops it when the account leaves."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from atd_channelkit.accounts.watch import AccountWarning, Missing
from atd_channelkit.answers import Refused, Uncertain, Unsent, Works
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.accounts.webhooks import is_ours, polling_conflict, registration, warnings_of
from atd_ingest_telegram.bot_api import BotApi
from atd_servicekit.clock import Clock
from atd_servicekit.problems import FieldError, Problem

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document, Session


class PollingStates(Protocol):
    """How the asking for updates is doing, over all processes."""

    async def in_conflict(self, account_id: str) -> bool: ...

    async def forget(self, session: "Session", account_id: str) -> None: ...


class BotWatch:
    """Keeps the webhooks of bots registered (see `AccountWatch`)."""

    def __init__(self, api: BotApi, polling: PollingStates, public_url: str, clock: Clock) -> None:
        self._api = api
        self._polling = polling
        self._public_url = public_url
        self._clock = clock

    async def connect(self, account: Account) -> Works | Missing:
        """Register the webhook, or remove it from a bot whose updates are asked for.

        Not before the token was confirmed: whoever has somebody else's token must not take their updates away.
        """
        if not account.proven:
            return Unsent("the token is not confirmed yet")
        if account.long_polling:
            answer = await self._api.call(account, "deleteWebhook", {"drop_pending_updates": False})
        else:
            answer = await self._api.call(account, "setWebhook", registration(account, self._public_url))
        return answer if isinstance(answer, Refused | Unsent | Uncertain) else Works()

    async def inspect(self, account: Account) -> Sequence[AccountWarning] | Missing:
        """What `getWebhookInfo` tells, and whether somebody else asks for the updates."""
        if not account.proven:
            return ()
        info = await self._api.call(account, "getWebhookInfo")
        if isinstance(info, Refused | Unsent | Uncertain):
            return info
        if not isinstance(info, Mapping):
            return Uncertain("an answer without a webhook")
        found = tuple(warnings_of(account, info, self._public_url, self._clock.now()))
        if account.long_polling and await self._polling.in_conflict(account.id):
            return (*found, polling_conflict())
        return found


class BotExtension:
    """What changes with an account (see `AccountExtension`): its webhook, and which bot it is of."""

    def __init__(self, api: BotApi, polling: PollingStates, public_url: str) -> None:
        self._api = api
        self._polling = polling
        self._public_url = public_url

    async def created(self, session: "Session", document: "Document") -> None: ...

    async def changed(self, session: "Session", document: "Document", names: frozenset[str]) -> None:  # noqa: ARG002 - see `AccountExtension`
        """Refuse the token of another bot, by 409.

        Each bot counts its messages for itself: those of the next would be taken for repeats of the last one's.
        """
        known = document.get("confirmed_bot_id")
        if known is not None and known != document["bot_id"]:
            raise Problem(
                409,
                "conflict",
                "This token is of another bot. Connect that bot as a channel of its own.",
                errors=[FieldError("credentials.bot_token", "is of another bot")],
            )

    async def deleted(self, session: "Session", document: "Document") -> None:
        """Forget how its updates were asked for."""
        await self._polling.forget(session, document["_id"])

    def committed(self) -> None: ...

    async def checked(self, account: Account, works: Works) -> None: ...

    async def leaving(self, account: Account) -> None:
        """Remove the webhook, if it is still ours: another system may have the bot by now."""
        if not account.proven:
            return
        info = await self._api.call(account, "getWebhookInfo")
        if isinstance(info, Mapping) and is_ours(account, info, self._public_url):
            await self._api.call(account, "deleteWebhook", {"drop_pending_updates": False})

    async def shown(self, account_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - nothing more
        """Nothing beside the fields of the account."""
        return {}
