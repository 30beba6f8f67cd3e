"""The companies' side: what a company sends reaches the phones, with its receipts; what it has read is marked."""

from typing import Any

import orjson

from atd_channel_sandbox import views
from atd_channel_sandbox.model import Company
from atd_channel_sandbox.state import SandboxState
from atd_testing.providers import Delivery
from atd_testing.whatsapp.customers import WrittenMessage
from atd_testing.whatsapp.state import ReadMark, SentMessage

HTTP_OK = 200


class CompanyListener:
    """Is called by the fake Graph API for every send and read mark, and for every webhook that was delivered."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._conversations = state.conversations
        self._messages = state.messages
        self._directory = state.directory
        state.webhooks.sender.on_delivered = self.on_delivered

    def on_sent(self, sent: SentMessage) -> None:
        """A company sent a message: it reaches the phone when that is on."""
        company, customer = self._directory.company(sent.account), self._directory.recipient(sent.recipient)
        if sent.kind == "reaction":
            reaction = sent.body["reaction"]
            self._conversations.change(reaction["message_id"], company_reaction=reaction.get("emoji") or None)
            self._report_sent(company, sent)
            return
        catalogue = self._state.graph.catalogue_of(sent.account)
        message = views.received(sent, customer, self._state.graph.media, catalogue)
        self._conversations.clear_typing(message.pair)
        self._conversations.add(message)
        self._conversations.publish(message)
        self._report_sent(company, sent)
        if company.own and customer.online:
            self._state.webhooks.report(sent, "delivered", delay=self._state.receipt_delay(2))

    def on_failing(self, sent: SentMessage, code: int, details: str) -> None:
        """Meta accepted a message and could not deliver it: no phone ever shows it."""
        self._state.webhooks.on_failing(sent, code, details)

    def on_read(self, mark: ReadMark) -> None:
        """The company has read up to a message, and may be typing an answer."""
        for message in self._messages.own_until(mark.message_id):
            self._conversations.change(message.id, status="read")
        target = self._messages.get(mark.message_id)
        if target is not None and mark.typing:
            self._conversations.set_typing(target.pair)

    def on_written(self, written: WrittenMessage) -> None:
        """A customer wrote by the control routes of the fake: the phone shows it."""
        message = written.message
        customer = self._directory.writer(message)
        self._directory.company(message.phone_number_id)
        match message.kind:
            case "reaction":
                self._conversations.change(message.target or "", my_reaction=message.emoji)
            case "edit":
                self._conversations.change(message.target or "", text=message.text, edited=True)
            case "revoke":
                self._conversations.change(message.target or "", deleted=True, text=None, file=None)
            case "number_change" | "user_id_change" | "request_welcome":
                pass
            case _:
                view = views.written_view(written, customer.key)
                self._conversations.add(view)
                self._conversations.publish(view)

    def on_delivered(self, delivery: Delivery) -> None:
        """A webhook was answered 200, or given up: the customers' messages in it are `delivered` or `failed`."""
        accepted = bool(delivery.statuses) and delivery.statuses[-1] == HTTP_OK
        for message_id in message_ids(delivery.body):
            found = self._messages.get(message_id)
            if found is not None and found.mine and found.status in ("sent", "waiting"):
                self._conversations.change(message_id, status="delivered" if accepted else "failed")

    def _report_sent(self, company: Company, sent: SentMessage) -> None:
        """Report the receipt `sent`; a number that the sandbox does not own has all of the fake's receipts."""
        if company.own:
            self._state.webhooks.report(sent, "sent", delay=self._state.receipt_delay(1))
        else:
            self._state.webhooks.on_sent(sent)


def message_ids(body: str) -> list[str]:
    """The ids of the customers' messages in a webhook body; none for a body of another shape."""
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
