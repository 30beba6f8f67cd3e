"""The companies and customers that the phones know; unknown ones are added when they first write."""

from collections.abc import Callable
from typing import Any

from atd_channel_sandbox import samples
from atd_channel_sandbox.events import EventStream
from atd_channel_sandbox.model import Company, Customer
from atd_testing.whatsapp.customers import CustomerMessage
from atd_testing.whatsapp.state import FakeState

MAX_CUSTOMERS = 300
MAX_COMPANIES = 30


class Directory:
    """Companies by the id of their number, customers by key. `save` puts a customer into the journal."""

    def __init__(self, graph: FakeState, events: EventStream, save: Callable[[Customer], None]) -> None:
        self.companies: dict[str, Company] = {}
        self.customers: dict[str, Customer] = {one.key: one for one in samples.CUSTOMERS}
        self._graph = graph
        self._events = events
        self._save = save

    def company(self, number_id: str) -> Company:
        """The company of a number; a number that somebody else connected becomes a company of its own."""
        found = self.companies.get(number_id)
        if found is None:
            callback = self._graph.callback_of(number_id)
            found = samples.unknown_company(number_id, callback.display_phone_number if callback else None)
            _make_room(self.companies, MAX_COMPANIES, lambda one: one.own)
            self.put_company(found)
        return found

    def put_company(self, company: Company) -> None:
        """Add or replace a company."""
        self.companies[company.id] = company
        self._events.publish("company", company)

    def recipient(self, recipient: str) -> Customer:
        """The customer to whom a company sends."""
        key = recipient.lstrip("+")
        return self._find(key, recipient) or self._add(Customer(key=key, name=f"+{key}" if key.isdigit() else key))

    def writer(self, message: CustomerMessage) -> Customer:
        """The customer who wrote a message by the control routes."""
        key = message.customer_id or ""
        return self._find(key, key) or self._add(Customer(key=key, name=message.name or f"+{key}"))

    def change_customer(self, key: str, **changes: Any) -> Customer:
        """Change fields of a customer.

        Raises:
            KeyError: unknown.
        """
        return self._put(self.customers[key].model_copy(update=changes))

    def _find(self, key: str, user_id: str) -> Customer | None:
        found = self.customers.get(key)
        return found or next((one for one in self.customers.values() if one.user_id == user_id), None)

    def _add(self, customer: Customer) -> Customer:
        own = {one.key for one in samples.CUSTOMERS}
        _make_room(self.customers, MAX_CUSTOMERS, lambda one: one.key in own)
        return self._put(customer)

    def _put(self, customer: Customer) -> Customer:
        self.customers[customer.key] = customer
        self._save(customer)
        self._events.publish("customer", customer)
        return customer


def _make_room(entries: dict[str, Any], limit: int, is_kept: Callable[[Any], bool]) -> None:
    """Drop the oldest entries until one more fits."""
    while len(entries) >= limit:
        dropped = next((key for key, value in entries.items() if not is_kept(value)), None)
        if dropped is None:
            return
        del entries[dropped]
