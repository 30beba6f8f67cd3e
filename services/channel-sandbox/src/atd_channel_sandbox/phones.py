"""The customers' phones: what customers do is sent to the company as a webhook, and shown on the open pages."""

from typing import Any

from atd_channel_sandbox import views
from atd_channel_sandbox.model import Company, Customer, Pair, PhoneMessage
from atd_channel_sandbox.state import SandboxState
from atd_testing.providers.webhooks import ReceiptState
from atd_testing.whatsapp.customers import CustomerMessage, contacts_of, new_message_id, write
from atd_testing.whatsapp.state import SentMessage


class PhoneOffline(Exception):
    """The phone is off, or its company is not connected: a change of an earlier message cannot go out."""


class NotAllowed(Exception):
    """Customers may change their own messages only, and no deleted message."""


class Phones:
    """All phones, from the customers' side."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._conversations = state.conversations
        self._messages = state.messages
        self._directory = state.directory

    def customer_writes(self, message: PhoneMessage) -> PhoneMessage:
        """Show a message on its phone, and send it when the phone has a network and the company is connected."""
        self._conversations.add(message)
        if message.content.get("sent_as") in ("button_reply", "list_reply", "button") and message.reply_to:
            self._conversations.change(message.reply_to, chosen=message.content["reply"]["id"])
        self._send_waiting(message.customer, message.company)
        return self._messages.get(message.id) or message

    def react(self, message_id: str, emoji: str | None) -> PhoneMessage:
        """The customer adds an emoji to a message, or removes it.

        Raises:
            KeyError: the message is unknown.
            NotAllowed: it was deleted.
            PhoneOffline: it cannot go out now.
        """
        target = self._message(message_id)
        if target.deleted:
            raise NotAllowed
        self._send_change(target, kind="reaction", emoji=emoji)
        self._conversations.change(message_id, my_reaction=emoji)
        return self._message(message_id)

    def edit(self, message_id: str, text: str) -> PhoneMessage:
        """The customer changes an own text. Raises as `react`."""
        self._send_change(self._own_message(message_id), kind="edit", text=text)
        self._conversations.change(message_id, text=text, edited=True)
        return self._message(message_id)

    def revoke(self, message_id: str) -> PhoneMessage:
        """The customer deletes an own message for everyone. Raises as `react`."""
        self._send_change(self._own_message(message_id), kind="revoke")
        self._conversations.change(message_id, deleted=True, text=None, file=None, content={})
        return self._message(message_id)

    def mark_seen(self, pair: Pair) -> int:
        """The customer looks at the conversation: everything in it is read. Returns how many were new."""
        unread = self._messages.unread(pair)
        for message in unread:
            self._report(message, "read")
            self._conversations.change(message.id, status="read")
        return len(unread)

    def mark_played(self, message_id: str) -> None:
        """The customer listened to a voice message of the company."""
        changed = self._conversations.change(message_id, played=True)
        if changed is not None:
            self._report(changed, "played")

    def set_customer(self, key: str, **changes: Any) -> Customer:
        """Switch a phone on or off, hide its number. A phone that is on again receives and sends what waited."""
        customer = self._directory.change_customer(key, **changes)
        if customer.online:
            for message in self._messages.undelivered(key):
                self._report(message, "delivered")
                self._conversations.change(message.id, status="delivered")
            self._send_waiting(key)
        return customer

    def set_window(self, pair: Pair, *, closed: bool) -> None:
        """Let the 24 hours of a conversation be over, or begin again, as far as the fake is concerned."""
        company, customer = pair[0], self._directory.customers[pair[1]]
        ids = (customer.key, customer.user_id)
        if closed:
            self._state.graph.close_window(company, *ids)
        else:
            self._state.graph.note_customer(company, *ids)
        self._conversations.publish_summary(pair)

    def company_connected(self, company: Company) -> None:
        """A number takes webhooks now: what waited is sent."""
        self._directory.put_company(company)
        self._send_waiting(company=company.id)

    def _message(self, message_id: str) -> PhoneMessage:
        found = self._messages.get(message_id)
        if found is None:
            raise KeyError(message_id)
        return found

    def _own_message(self, message_id: str) -> PhoneMessage:
        found = self._message(message_id)
        if not found.mine or found.deleted:
            raise NotAllowed
        return found

    def _send_waiting(self, customer: str | None = None, company: str | None = None) -> None:
        """Send the waiting messages whose phone is on and whose company is connected; show all of them."""
        for message in self._messages.waiting(customer=customer, company=company):
            person = self._directory.customers[message.customer]
            if person.online and self._state.is_connected(message.company):
                number = self._directory.company(message.company)
                self._send(views.customer_message(message, number, person))
                self._conversations.change(message.id, status="sent")
            else:
                self._conversations.publish(message)

    def _send(self, message: CustomerMessage) -> None:
        written = write(self._state.graph, message)
        self._state.webhooks.customer_wrote(message.phone_number_id, [written.element], contacts_of(written.message))

    def _send_change(self, target: PhoneMessage, **change: Any) -> None:
        """Send a reaction, an edit or a deletion."""
        person = self._directory.customers[target.customer]
        if not person.online or not self._state.is_connected(target.company) or target.status == "waiting":
            raise PhoneOffline
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
        self._send(message)

    def _report(self, message: PhoneMessage, receipt: ReceiptState) -> None:
        """Report a receipt of a company's message; numbers of others have their receipts from the fake."""
        if not self._directory.company(message.company).own:
            return
        sent = SentMessage(
            number=0,
            account=message.company,
            recipient=message.recipient or message.customer,
            message_id=message.id,
            callback_data=message.callback_data,
            body={},
            at=self._state.graph.now(),
            kind=message.kind,
        )
        self._state.webhooks.report(sent, receipt, delay=self._state.receipt_delay(1))
