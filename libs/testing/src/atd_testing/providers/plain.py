"""Webhooks of a provider that sends JSON with a secret in a header."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from atd_testing.providers.webhooks import Callback, Json


@dataclass(frozen=True, slots=True)
class PlainWebhooks:
    """Updates are objects of lists (`{"messages": [...]}`); a body has the lists of all its updates."""

    secret_header: str

    def batch_key(self, callback: Callback) -> str:
        """Whatever goes to one address may share a body."""
        return callback.callback_url

    def encode(self, callback: Callback, updates: Sequence[Json]) -> bytes:  # noqa: ARG002 - of `WebhookFormat`
        """The body that carries these updates."""
        body: dict[str, list[Json]] = defaultdict(list)
        for update in updates:
            for name, items in update.items():
                body[name].extend(items)
        return orjson.dumps(body)

    def headers(self, callback: Callback, raw: bytes) -> dict[str, str]:  # noqa: ARG002 - of `WebhookFormat`
        """Content type, and the secret of the callback."""
        return {"Content-Type": "application/json", self.secret_header: callback.secret}
