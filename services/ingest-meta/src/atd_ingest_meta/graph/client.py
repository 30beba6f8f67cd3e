"""Sends messages to the Graph API."""

from atd_channelkit.answers import Accepted, Answer, Uncertain, Unsendable
from atd_channelkit.sending.provider import Send
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.answers import Said, text_in
from atd_ingest_meta.graph.api import GraphApi
from atd_schemas.outbound import OutboundMessageData


class GraphClient:
    """Makes the calls that conversation asks for."""

    def __init__(self, graph: GraphApi) -> None:
        self._graph = graph

    async def send(self, account: Account, send: Send) -> Answer:
        """Send a text."""
        data = send.data
        if not isinstance(data, OutboundMessageData) or data.kind != "text" or account.kind == "facebook":
            return Unsendable("kind_not_supported", "This cannot be sent yet.")
        body = {
            "recipient": {"id": data.recipient},
            "messaging_type": "RESPONSE",
            "message": {"text": data.text, "metadata": send.reference},
        }
        return _accepted(await self._graph.post(account, f"{account.own_id}/messages", body))


def _accepted(said: Said) -> Answer:
    if not isinstance(said, dict):
        return said
    message_id = text_in(said, "message_id")
    return Uncertain("an answer 200 without a message id") if message_id is None else Accepted(message_id)
