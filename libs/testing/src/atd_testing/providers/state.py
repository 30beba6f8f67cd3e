"""What every fake provider remembers and was told. No I/O."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from atd_testing.providers.behaviours import Behaviour, Call
from atd_testing.providers.webhooks import C, Delivery, WebhookSettings

MAX_REMEMBERED = 100_000
MAX_DELIVERIES = 20_000


class SentMessage(BaseModel):
    """A send call that the fake accepted. `body` is the request as it came, `text` what a person reads of it."""

    number: int
    account: str
    recipient: str
    message_id: str
    callback_data: str | None = None
    text: str | None = None
    reply_to: str | None = None
    body: dict[str, Any]
    at: datetime
    kind: str = "text"


S = TypeVar("S", bound=SentMessage)


class ProviderState(Generic[S, C]):
    """Everything that `/_fake/reset` forgets but the callbacks. All of it is bounded: the oldest entries go first.

    `sent` is the log of accepted sends, `calls` counts the calls of every kind.
    """

    def __init__(self) -> None:
        self.sent: deque[S] = deque(maxlen=MAX_REMEMBERED)
        self.behaviours: list[Behaviour] = []
        self.revoked_tokens: set[str] = set()
        self.callbacks: dict[str | None, C] = {}
        self.webhooks = WebhookSettings()
        self.deliveries: deque[Delivery] = deque(maxlen=MAX_DELIVERIES)
        self.delivered = 0
        self.calls = 0
        self.sends = 0
        self.clock_offset = timedelta()

    def reset(self) -> None:
        """Back to the beginning; callbacks stay, so that a running system need not be told again."""
        callbacks = self.callbacks
        self.__init__()  # type: ignore[misc]  # the one list of what there is to forget
        self.callbacks = callbacks

    def now(self) -> datetime:
        """The fake's clock: the machine's, moved by `clock_offset`."""
        return datetime.now(UTC) + self.clock_offset

    def callback_of(self, account: str) -> C | None:
        """The callback of this account, else the one for every account."""
        return self.callbacks.get(account) or self.callbacks.get(None)

    def take_behaviour(self, call: Call) -> Behaviour | None:
        """The first behaviour that applies to this call, counted as used."""
        found = next((one for one in self.behaviours if one.matches(call)), None)
        if found is not None:
            found.count_use()
        return found

    def next_number(self) -> int:
        """The number of the next accepted send, from 1."""
        self.sends += 1
        return self.sends

    def sent_to(self, recipient: str) -> Sequence[S]:
        """Accepted sends to this recipient, in order; a leading `+` does not matter."""
        return [sent for sent in self.sent if sent.recipient.lstrip("+") == recipient.lstrip("+")]
