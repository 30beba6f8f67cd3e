"""The conversations of all phones: every change is saved to the journal and published to the open pages."""

from collections.abc import Callable
from typing import Any

from atd_channel_sandbox.events import EventStream
from atd_channel_sandbox.message_store import MessageStore
from atd_channel_sandbox.model import Pair, PhoneMessage
from atd_channel_sandbox.views import milliseconds
from atd_testing.whatsapp.state import FakeState

TYPING_MS = 25_000
"""How long `typing` shows without an answer, as at Meta."""


class Conversations:
    """Messages of the phones, and who is typing. `save` puts a message into the journal."""

    def __init__(self, graph: FakeState, events: EventStream, save: Callable[[PhoneMessage], None]) -> None:
        self.messages = MessageStore()
        self._graph = graph
        self._events = events
        self._save = save
        self._typing: dict[Pair, int] = {}
        self._blocked: set[Pair] = set()

    def add(self, message: PhoneMessage) -> None:
        """Add a message, or replace the one with its id; `publish` shows it."""
        self._save(self.messages.put(message))

    def change(self, message_id: str, **changes: Any) -> PhoneMessage | None:
        """Change fields of a message and show it; `None` when it is unknown or has these values already."""
        changed = self.messages.change(message_id, **changes)
        if changed is not None:
            self._save(changed)
            self.publish(changed)
        return changed

    def publish(self, message: PhoneMessage) -> None:
        """Show a message on the open pages, unless it has not reached its phone."""
        if message.status != "undelivered":
            self._events.publish("message", message)
            self.publish_summary(message.pair)

    def set_typing(self, pair: Pair) -> None:
        """The company is typing, from now on."""
        self._typing[pair] = milliseconds(self._graph.now()) + TYPING_MS
        self.publish_summary(pair)

    def set_blocked(self, pair: Pair, *, blocked: bool) -> None:
        """The customer has blocked the company, or not any more."""
        (self._blocked.add if blocked else self._blocked.discard)(pair)
        self.publish_summary(pair)

    def clear_typing(self, pair: Pair) -> None:
        """The company has stopped typing."""
        self._typing.pop(pair, None)

    def summary(self, pair: Pair) -> dict[str, Any]:
        """The line of a conversation in the list."""
        typing_until = self._typing.get(pair, 0)
        if typing_until < milliseconds(self._graph.now()):
            self.clear_typing(pair)
            typing_until = 0
        closed = pair in self._graph.closed_windows
        found = self.messages.summary(pair, typing_until=typing_until, window_closed=closed)
        return found.model_copy(update={"blocked": pair in self._blocked}).model_dump(mode="json")

    def publish_summary(self, pair: Pair) -> None:
        """Show the line of a conversation on the open pages."""
        self._events.publish("thread", self.summary(pair))
