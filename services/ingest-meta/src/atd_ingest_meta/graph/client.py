"""Makes the calls that conversation asks for."""

from dataclasses import dataclass
from typing import Any

from atd_channelkit.answers import Accepted, Answer, Unsendable
from atd_channelkit.sending.provider import Send
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.compose.envelopes import recipient_of
from atd_ingest_meta.compose.reactions import reaction_name
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.comments import CommentSender
from atd_ingest_meta.graph.messages import MessageSender
from atd_schemas.outbound import OutboundActionData, OutboundMessageData, OutboundReactionData, OutboundReadData


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphClient:
    """Sends of all three kinds of account (see `ProviderClient` of channelkit)."""

    graph: GraphApi
    messages: MessageSender
    comments: CommentSender

    async def send(self, account: Account, send: Send) -> Answer:
        """Make one call."""
        match send.data:
            case OutboundMessageData() as data if account.kind == "facebook":
                return await self.comments.write(account, send, data)
            case OutboundMessageData() as data:
                return await self.messages.send(account, send, data)
            case OutboundReadData() as data:
                return await self._mark(account, data)
            case OutboundReactionData() | OutboundActionData() as data if account.kind == "facebook":
                return await self.comments.change(account, data)
            case OutboundReactionData() as data if account.kind == "messenger":
                return await self._react(account, data)
            case _:
                return Unsendable("not_supported", f"{account.kind} has no such thing.")

    async def _react(self, account: Account, data: OutboundReactionData) -> Answer:
        payload = {"message_id": data.target_external_id}
        if data.emoji is None:
            return await self._act(account, data.recipient, "unreact", payload)
        name = reaction_name(data.emoji)
        if isinstance(name, Unsendable):
            return name
        return await self._act(account, data.recipient, "react", {**payload, "reaction": name})

    async def _mark(self, account: Account, data: OutboundReadData) -> Answer:
        """Mark as read, and show that somebody writes: these are two calls, and the second shows little."""
        if account.kind == "facebook":
            return Unsendable("not_supported", "Comments are not marked as read.")
        if not account.read_receipts:
            return Unsendable("read_receipts_off", "The account does not show customers what was read.", "account")
        answer = await self._act(account, data.recipient, "mark_seen")
        if isinstance(answer, Accepted) and data.typing:
            return await self._act(account, data.recipient, "typing_on")
        return answer

    async def _act(self, account: Account, whom: str, action: str, payload: dict[str, Any] | None = None) -> Answer:
        body = {"recipient": recipient_of(whom), "sender_action": action, **({"payload": payload} if payload else {})}
        said = await self.graph.post(account, f"{account.sending_id}/messages", body)
        return Accepted() if isinstance(said, dict) else said
