"""The phones: what customers do goes out through the fake, what companies send comes in, receipts follow."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from atd_channel_sandbox import cast, screen
from atd_channel_sandbox.bus import Bus
from atd_channel_sandbox.journal import Journal
from atd_channel_sandbox.model import Company, Connection, Customer, Pair, PhoneMessage
from atd_channel_sandbox.threads import Threads
from atd_testing.providers import Delivery
from atd_testing.providers.webhooks import ReceiptState
from atd_testing.whatsapp.customers import CustomerMessage, WrittenMessage, contacts_of, new_message_id, write
from atd_testing.whatsapp.state import FakeState, ReadMark, SentMessage
from atd_testing.whatsapp.webhooks import WhatsAppWebhooks

TYPING_MS = 25_000
"""How long `typing` shows without an answer, as Meta has it."""
MAX_CUSTOMERS = 300
MAX_COMPANIES = 30


class Offline(Exception):
    """The phone is off, or its company is not connected: a change of an earlier message cannot go out."""


class NotTheirs(Exception):
    """Customers change their own messages, and no message that was taken back."""


@dataclass
class World:
    """Everything that the phones are made of."""

    state: FakeState
    webhooks: WhatsAppWebhooks
    threads: Threads
    bus: Bus
    companies: dict[str, Company] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=lambda: {one.key: one for one in cast.CUSTOMERS})
    connection: Connection = field(default_factory=lambda: Connection(state="off"))


class Phones:
    """All phones. Follows the listener of the fake; every change is kept in the journal and told on the bus."""

    def __init__(self, world: World, journal: Journal | None = None) -> None:
        self.world = world
        self._journal = journal
        self._typing: dict[Pair, int] = {}
        world.webhooks.sender.on_delivered = self._on_delivered
        if journal is not None:
            journal.read_into(world.threads, world.customers)

    # What customers do.

    def customer_writes(self, message: PhoneMessage) -> PhoneMessage:
        """Show a message on its phone, and send it when there is a network and a company."""
        self._keep(self.world.threads.put(message))
        if message.content.get("sent_as") in ("button_reply", "list_reply", "button") and message.reply_to:
            self._changed(self.world.threads.change(message.reply_to, chosen=message.content["reply"]["id"]))
        self._flush(message.customer, message.company)
        return self.world.threads.get(message.id) or message

    def react(self, message_id: str, emoji: str | None) -> PhoneMessage:
        """The customer puts an emoji on a message, or takes it away."""
        target = self._target(message_id)
        if target.deleted:
            raise NotTheirs
        self._change_message(target, kind="reaction", emoji=emoji)
        self._changed(self.world.threads.change(message_id, my_reaction=emoji))
        return self._target(message_id)

    def edit(self, message_id: str, text: str) -> PhoneMessage:
        """The customer changes an own text."""
        target = self._own_target(message_id)
        self._change_message(target, kind="edit", text=text)
        self._changed(self.world.threads.change(message_id, text=text, edited=True))
        return self._target(message_id)

    def revoke(self, message_id: str) -> PhoneMessage:
        """The customer takes an own message back."""
        target = self._own_target(message_id)
        self._change_message(target, kind="revoke")
        self._changed(self.world.threads.change(message_id, deleted=True, text=None, file=None, content={}))
        return self._target(message_id)

    def see(self, pair: Pair) -> int:
        """The customer looks at the conversation: everything in it is read. How many were new."""
        unread = self.world.threads.unread(pair)
        for message in unread:
            self._report(message, "read")
            self._changed(self.world.threads.change(message.id, status="read"))
        return len(unread)

    def play(self, message_id: str) -> None:
        """The customer listens to a voice message of the company."""
        changed = self.world.threads.change(message_id, played=True)
        if changed is not None:
            self._report(changed, "played")
            self._changed(changed)

    def set_customer(self, key: str, **changes: Any) -> Customer:
        """Switch a phone on or off, hide its number. A phone that is on again gets and sends what waited."""
        customer = self.world.customers[key].model_copy(update=changes)
        self.world.customers[key] = customer
        self._keep(customer)
        self.world.bus.publish("customer", customer)
        if customer.online:
            for message in self.world.threads.undelivered(key):
                self._report(message, "delivered")
                self._changed(self.world.threads.change(message.id, status="delivered"))
            self._flush(key)
        return customer

    def expire_window(self, pair: Pair, *, closed: bool) -> None:
        """Let the 24 hours of a conversation be over, or begin anew, as far as the fake is concerned."""
        company, customer = pair[0], self.world.customers[pair[1]]
        ids = (customer.key, customer.user_id)
        if closed:
            self.world.state.close_window(company, *ids)
        else:
            self.world.state.note_customer(company, *ids)
        self._publish_summary(pair)

    # What companies do: the listener of the fake.

    def on_sent(self, sent: SentMessage) -> None:
        """A company sent a message: it reaches the phone when that is on."""
        company, customer = self._company(sent.account), self._recipient(sent.recipient)
        if sent.kind == "reaction":
            self._company_reacts(sent)
            self._answer_receipts(company, sent)
            return
        catalogue = self.world.state.catalogue_of(sent.account)
        message = screen.received(sent, customer, self.world.state.media, catalogue)
        self._typing.pop(message.pair, None)
        self._keep(self.world.threads.put(message))
        self._publish(message)
        self._answer_receipts(company, sent)
        if company.own and customer.online:
            self.world.webhooks.report(sent, "delivered", delay=self._receipt_delay(2))

    def on_failing(self, sent: SentMessage, code: int, details: str) -> None:
        """A message that Meta took and could not deliver: no phone ever shows it."""
        self.world.webhooks.on_failing(sent, code, details)

    def on_read(self, mark: ReadMark) -> None:
        """The company has read up to a message, and maybe writes an answer."""
        for message in self.world.threads.own_until(mark.message_id):
            self._changed(self.world.threads.change(message.id, status="read"))
        target = self.world.threads.get(mark.message_id)
        if target is not None and mark.typing:
            self._typing[target.pair] = screen.milliseconds(self.world.state.now()) + TYPING_MS
            self._publish_summary(target.pair)

    def on_written(self, written: WrittenMessage) -> None:
        """A customer wrote by the control routes of the fake."""
        message = written.message
        customer = self._writer(message)
        self._company(message.phone_number_id)
        match message.kind:
            case "reaction":
                self._changed(self.world.threads.change(message.target or "", my_reaction=message.emoji))
            case "edit":
                self._changed(self.world.threads.change(message.target or "", text=message.text, edited=True))
            case "revoke":
                self._changed(self.world.threads.change(message.target or "", deleted=True, text=None, file=None))
            case "number_change" | "request_welcome":
                pass
            case _:
                view = screen.written_view(written, customer.key)
                self._keep(self.world.threads.put(view))
                self._publish(view)

    # What happens to the sandbox.

    def know_companies(self) -> None:
        """Name the numbers that the phones of an earlier run wrote with."""
        for company, _ in self.world.threads.pairs():
            self._company(company)

    def company_connected(self, company: Company) -> None:
        """A number can be written to: what waited goes out."""
        self.world.companies[company.id] = company
        self.world.bus.publish("company", company)
        self._flush(company=company.id)

    def set_connection(self, connection: Connection) -> None:
        """Tell how connecting goes."""
        if connection != self.world.connection:
            self.world.connection = connection
            self.world.bus.publish("connection", connection)

    def summary(self, pair: Pair) -> dict[str, Any]:
        """The line of a conversation."""
        now = screen.milliseconds(self.world.state.now())
        typing_until = self._typing.get(pair, 0)
        if typing_until < now:
            self._typing.pop(pair, None)
            typing_until = 0
        closed = (pair[0], pair[1]) in self.world.state.closed_windows
        found = self.world.threads.summary(pair, typing_until=typing_until, window_closed=closed)
        return found.model_dump(mode="json")

    def is_connected(self, company: str) -> bool:
        """Whether somebody takes the webhooks of this number."""
        return self.world.state.callback_of(company) is not None

    def _target(self, message_id: str) -> PhoneMessage:
        found = self.world.threads.get(message_id)
        if found is None:
            raise KeyError(message_id)
        return found

    def _own_target(self, message_id: str) -> PhoneMessage:
        found = self._target(message_id)
        if not found.mine or found.deleted:
            raise NotTheirs
        return found

    def _flush(self, customer: str | None = None, company: str | None = None) -> None:
        """Send what waits and may go."""
        for message in self.world.threads.waiting(customer=customer, company=company):
            person = self.world.customers[message.customer]
            if person.online and self.is_connected(message.company):
                number = self._company(message.company)
                self._transmit(screen.customer_message(message, number, person))
                self.world.threads.change(message.id, status="sent")
            self._changed(self.world.threads.get(message.id))

    def _transmit(self, message: CustomerMessage) -> None:
        written = write(self.world.state, message)
        self.world.webhooks.customer_wrote(message.phone_number_id, [written.element], contacts_of(written.message))

    def _change_message(self, target: PhoneMessage, **change: Any) -> None:
        """Send a reaction, an edit or a deletion. Raises `Offline` when it cannot go out now."""
        person = self.world.customers[target.customer]
        if not person.online or not self.is_connected(target.company) or target.status == "waiting":
            raise Offline
        message = CustomerMessage.model_validate(
            {
                "phone_number_id": target.company,
                "sender": person.sender,
                "user_id": person.user_id,
                "name": person.name,
                "message_id": new_message_id(),
                "target": target.id,
                **change,
            }
        )
        self._transmit(message)

    def _on_delivered(self, delivery: Delivery) -> None:
        """The company's side took a webhook, or never did: the ticks of what was in it."""
        taken = bool(delivery.statuses) and delivery.statuses[-1] == 200  # noqa: PLR2004 - HTTP's OK
        for message_id in message_ids(delivery.body):
            found = self.world.threads.get(message_id)
            if found is not None and found.mine and found.status in ("sent", "waiting"):
                status = "delivered" if taken else "failed"
                self._changed(self.world.threads.change(message_id, status=status))

    def _company_reacts(self, sent: SentMessage) -> None:
        reaction = sent.body["reaction"]
        emoji = reaction.get("emoji") or None
        self._changed(self.world.threads.change(reaction["message_id"], company_reaction=emoji))

    def _answer_receipts(self, company: Company, sent: SentMessage) -> None:
        """Receipts of a number that the sandbox does not own are the fake's, as its settings say."""
        if company.own:
            self.world.webhooks.report(sent, "sent", delay=self._receipt_delay(1))
        else:
            self.world.webhooks.on_sent(sent)

    def _receipt_delay(self, place: int) -> float:
        return place * self.world.state.webhooks.receipt_delay_ms / 1000

    def _report(self, message: PhoneMessage, state: ReceiptState) -> None:
        """Tell the company what became of its message; numbers of others have their receipts from the fake."""
        if not self._company(message.company).own:
            return
        sent = SentMessage(
            number=0,
            account=message.company,
            recipient=message.recipient or message.customer,
            message_id=message.id,
            callback_data=message.callback_data,
            text=None,
            reply_to=None,
            body={},
            at=self.world.state.now(),
            kind=message.kind,
        )
        self.world.webhooks.report(sent, state, delay=self._receipt_delay(1))

    def _company(self, number_id: str) -> Company:
        found = self.world.companies.get(number_id)
        if found is None:
            callback = self.world.state.callback_of(number_id)
            found = cast.unknown_company(number_id, callback.display_phone_number if callback else None)
            _drop_first(self.world.companies, MAX_COMPANIES, lambda one: one.own)
            self.world.companies[number_id] = found
            self.world.bus.publish("company", found)
        return found

    def _recipient(self, recipient: str) -> Customer:
        key = recipient.lstrip("+")
        found = self.world.customers.get(key)
        found = found or next((one for one in self.world.customers.values() if one.user_id == recipient), None)
        return found or self._new_customer(Customer(key=key, name=f"+{key}" if key.isdigit() else key))

    def _writer(self, message: CustomerMessage) -> Customer:
        key = message.customer_id or ""
        found = self.world.customers.get(key)
        found = found or next((one for one in self.world.customers.values() if one.user_id == key), None)
        return found or self._new_customer(Customer(key=key, name=message.name or f"+{key}"))

    def _new_customer(self, customer: Customer) -> Customer:
        own = {one.key for one in cast.CUSTOMERS}
        _drop_first(self.world.customers, MAX_CUSTOMERS, lambda one: one.key in own)
        self.world.customers[customer.key] = customer
        self._keep(customer)
        self.world.bus.publish("customer", customer)
        return customer

    def _keep(self, change: PhoneMessage | Customer) -> None:
        if self._journal is not None:
            self._journal.append(change, self.world.threads, self.world.customers)

    def _changed(self, message: PhoneMessage | None) -> None:
        if message is not None:
            self._keep(message)
            self._publish(message)

    def _publish(self, message: PhoneMessage) -> None:
        if message.status != "undelivered":
            self.world.bus.publish("message", message)
            self._publish_summary(message.pair)

    def _publish_summary(self, pair: Pair) -> None:
        self.world.bus.publish("thread", self.summary(pair))


def message_ids(body: str) -> list[str]:
    """The ids of the customers' messages in a webhook body, whatever else it is."""
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    return [
        one["id"]
        for entry in _objects(payload, "entry")
        for change in _objects(entry, "changes")
        for one in _objects(change.get("value"), "messages")
        if isinstance(one.get("id"), str)
    ]


def _objects(holder: Any, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _drop_first(holder: dict[str, Any], limit: int, kept: Callable[[Any], bool]) -> None:
    """Make room for one more."""
    while len(holder) >= limit:
        gone = next((key for key, value in holder.items() if not kept(value)), None)
        if gone is None:
            return
        del holder[gone]
