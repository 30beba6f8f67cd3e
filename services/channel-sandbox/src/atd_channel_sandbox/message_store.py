"""Holds the messages of all phones in memory, by conversation and bounded. No I/O, no clock."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

from atd_channel_sandbox.model import Pair, PhoneMessage, ThreadSummary

MAX_MESSAGES = 400
MAX_THREADS = 1000


class MessageStore:
    """Messages by conversation, the oldest first; when there are too many, the oldest are dropped."""

    def __init__(self) -> None:
        self._threads: OrderedDict[Pair, OrderedDict[str, PhoneMessage]] = OrderedDict()
        self._by_id: dict[str, PhoneMessage] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[PhoneMessage]:
        for thread in self._threads.values():
            yield from thread.values()

    def pairs(self) -> list[Pair]:
        """Every conversation."""
        return list(self._threads)

    def put(self, message: PhoneMessage) -> PhoneMessage:
        """Add a message, or replace the one of its id."""
        thread = self._threads.setdefault(message.pair, OrderedDict())
        thread[message.id] = message
        self._by_id[message.id] = message
        self._threads.move_to_end(message.pair)
        while len(thread) > MAX_MESSAGES:
            gone, _ = thread.popitem(last=False)
            self._by_id.pop(gone, None)
        while len(self._threads) > MAX_THREADS:
            _, old = self._threads.popitem(last=False)
            for gone in old:
                self._by_id.pop(gone, None)
        return message

    def change(self, message_id: str, **changes: Any) -> PhoneMessage | None:
        """Replace fields of a message; `None` when it is unknown or has these values already."""
        found = self._by_id.get(message_id)
        if found is None or all(getattr(found, name) == value for name, value in changes.items()):
            return None
        changed = found.model_copy(update=changes)
        self._threads[found.pair][message_id] = changed
        self._by_id[message_id] = changed
        return changed

    def get(self, message_id: str) -> PhoneMessage | None:
        """The message of this id."""
        return self._by_id.get(message_id)

    def of(self, pair: Pair) -> list[PhoneMessage]:
        """The messages of a conversation that its phone shows: all but undelivered ones."""
        return [message for message in self._messages(pair) if message.status != "undelivered"]

    def unread(self, pair: Pair) -> list[PhoneMessage]:
        """The company's messages that the customer has not seen."""
        return [one for one in self._messages(pair) if not one.mine and one.status == "delivered"]

    def undelivered(self, customer: str) -> list[PhoneMessage]:
        """Messages of all companies that wait until the customer's phone is on."""
        return [one for one in self._of_customer(customer) if not one.mine and one.status == "undelivered"]

    def waiting(self, *, customer: str | None = None, company: str | None = None) -> list[PhoneMessage]:
        """Customers' messages that are not sent yet, in order."""
        messages = self if customer is None else self._of_customer(customer)
        return [one for one in messages if one.mine and one.status == "waiting" and company in (None, one.company)]

    def own_until(self, message_id: str) -> list[PhoneMessage]:
        """The customer's messages up to this one that the company has not marked as read."""
        last = self._by_id.get(message_id)
        if last is None:
            return []
        found = []
        for one in self._messages(last.pair):
            if one.mine and one.status in ("sent", "delivered"):
                found.append(one)
            if one.id == message_id:
                return found
        return found

    def summary(self, pair: Pair, *, typing_until: int = 0, window_closed: bool = False) -> ThreadSummary:
        """The line of this conversation in a list."""
        company, customer = pair
        shown = self.of(pair)
        return ThreadSummary(
            company=company,
            customer=customer,
            unread=len(self.unread(pair)),
            typing_until=typing_until,
            window_closed=window_closed,
            last=shown[-1] if shown else None,
        )

    def _messages(self, pair: Pair) -> Iterable[PhoneMessage]:
        return self._threads.get(pair, OrderedDict()).values()

    def _of_customer(self, customer: str) -> Iterator[PhoneMessage]:
        for pair, thread in self._threads.items():
            if pair[1] == customer:
                yield from thread.values()
