"""The customers' phones: what customers do is sent to the company as a webhook, and shown on the open pages."""

from typing import Any

from atd_channel_sandbox.channels import Channel, Channels
from atd_channel_sandbox.model import Company, Customer, Pair, PhoneMessage
from atd_channel_sandbox.state import SandboxState
from atd_testing.providers.webhooks import ReceiptState


class PhoneOffline(Exception):
    """The phone is off, or its company is not connected: a change of an earlier message cannot go out."""


class NotAllowed(Exception):
    """Customers may change their own messages only, and no deleted message."""


class Phones:
    """All phones, from the customers' side."""

    def __init__(self, state: SandboxState, channels: Channels) -> None:
        self._state = state
        self._channels = channels
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

    def new_message_id(self, company: Company, customer: Customer) -> str:
        """The id of a message that is about to be written."""
        return self._channels.of(company).new_message_id(company, customer)

    def tap(self, message_id: str, chosen: str) -> PhoneMessage | None:
        """The customer taps a button of a message; `None` where that is a message to write. Raises as `react`."""
        target = self._message(message_id)
        person, company = self._directory.customers[target.customer], self._directory.company(target.company)
        channel = self._channels.of(company)
        if not person.online or not channel.is_connected(company.id):
            raise PhoneOffline
        if not channel.tap(target, company, person, chosen):
            return None
        self._conversations.change(message_id, chosen=chosen)
        return self._message(message_id)

    def set_blocked(self, pair: Pair, *, blocked: bool) -> None:
        """The customer blocks the company, or takes it back."""
        company, customer = self._directory.company(pair[0]), self._directory.customers[pair[1]]
        self._channels.of(company).set_blocked(company, customer, blocked=blocked)
        self._conversations.set_blocked(pair, blocked=blocked)

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
            receiver = self._directory.company(message.company)
            channel = self._channels.of(receiver)
            if person.online and channel.is_connected(receiver.id):
                channel.write(message, receiver, person)
                self._conversations.change(message.id, status="sent")
            else:
                self._conversations.publish(message)

    def _send_change(self, target: PhoneMessage, **change: Any) -> None:
        """Send a reaction, an edit or a deletion."""
        person = self._directory.customers[target.customer]
        channel = self._channel(target.company)
        if not person.online or not channel.is_connected(target.company) or target.status == "waiting":
            raise PhoneOffline
        channel.change(target, person, change)

    def _report(self, message: PhoneMessage, receipt: ReceiptState) -> None:
        self._channel(message.company).report(message, receipt)

    def _channel(self, company_id: str) -> Channel:
        return self._channels.of(self._directory.company(company_id))
