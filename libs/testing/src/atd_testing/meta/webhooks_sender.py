"""Meta's webhooks of pages and Instagram accounts: bodies of entries, signed."""

from collections.abc import Hashable, Sequence

import httpx

from atd_testing.meta import webhooks
from atd_testing.meta.state import FakeState, Json, MetaCallback
from atd_testing.providers import Callback, WebhookSender


class MetaFormat:
    """How the bodies look. An update is `{"id", "time", "messaging" | "changes" | "standby": [...]}`: an entry."""

    def batch_key(self, callback: Callback) -> Hashable:
        """Accounts of one object with the same address and secret share bodies."""
        return callback.callback_url, callback.secret, _object(callback)

    def encode(self, callback: Callback, updates: Sequence[Json]) -> bytes:
        """One entry for each update."""
        return webhooks.encode({"object": _object(callback), "entry": list(updates)})

    def headers(self, callback: Callback, raw: bytes) -> dict[str, str]:
        """Content type and `X-Hub-Signature-256`."""
        return webhooks.signed_headers(raw, callback.secret)


def _object(callback: Callback) -> str:
    return callback.object if isinstance(callback, MetaCallback) else "page"


class MetaWebhooks:
    """Tells the callbacks what happens to an account; `sender` posts it."""

    def __init__(self, state: FakeState, client: httpx.AsyncClient | None = None) -> None:
        self.state = state
        self.format = MetaFormat()
        self.sender: WebhookSender[Callback] = WebhookSender(state, self.format, client)

    def tell(self, account: str, delay: float = 0.0, **lists: Sequence[Json]) -> bool:
        """Tell what happened (`messaging=[...]`, `changes=[...]`); False when nobody is told."""
        if not self._may_tell(account):
            return False
        return self.sender.enqueue(account, webhooks.entry(account, self.state.now(), **lists), delay)

    async def tell_now(self, account: str, **lists: Sequence[Json]) -> None:
        """The same, and wait until it was answered."""
        callback = self.state.callback_of(account)
        if callback is None or not self._may_tell(account):
            return
        entry = webhooks.entry(account, self.state.now(), **lists)
        await self.sender.deliver(callback, self.format.encode(callback, [entry]))

    def _may_tell(self, account: str) -> bool:
        if not self.state.rules.needs_subscription:
            return True
        pages = {page.id for page in self.state.pages.values() if page.instagram_id == account}
        return any(one in self.state.subscribed for one in (account, *pages))
