"""Sends messages to the Graph API, and asks it whether credentials work."""

import httpx
import orjson

from atd_channelkit.answers import Answer, Refused, Unsendable, Unsent, Works
from atd_channelkit.sending.provider import Send
from atd_ingest_whatsapp.accounts.model import Account
from atd_ingest_whatsapp.compose import Body, compose_message, compose_reaction, compose_read
from atd_ingest_whatsapp.graph.answers import OK, json_object, read_answer, read_error, refused, text_in
from atd_ingest_whatsapp.graph.connection import GraphConnection, authorization
from atd_schemas.outbound import OutboundActionData, OutboundMessageData, OutboundReactionData


class GraphClient:
    """Sends messages, and asks whether credentials work."""

    def __init__(self, connection: GraphConnection) -> None:
        self._graph = connection

    async def send(self, account: Account, send: Send) -> Answer:
        """Send a message, a reaction or a mark as read."""
        body = _body(account, send)
        if isinstance(body, Unsendable):
            return body
        try:
            answer = await self._graph.http.post(
                self._graph.url(f"{account.phone_number_id}/messages"),
                content=orjson.dumps(body),
                headers={**authorization(account), "Content-Type": "application/json"},
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return read_error(error)
        return read_answer(answer.status_code, answer.content)

    async def check(self, account: Account) -> Works | Refused | Unsent:
        """Ask Meta for the number with these credentials."""
        fields = "display_phone_number,verified_name,quality_rating"
        try:
            answer = await self._graph.http.get(
                self._graph.url(account.phone_number_id), params={"fields": fields}, headers=authorization(account)
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Unsent(type(error).__name__)
        body = json_object(answer.content)
        if isinstance(refusal := body.get("error"), dict):
            return refused(answer.status_code, refusal)
        if answer.status_code != OK or body.get("id") is None:
            return Unsent(f"HTTP {answer.status_code} without an error of Meta")
        return Works({name: text_in(body, name) for name in fields.split(",")})


def _body(account: Account, send: Send) -> Body | Unsendable:
    data = send.data
    if isinstance(data, OutboundMessageData):
        return compose_message(data, send.files, send.reference)
    if isinstance(data, OutboundReactionData):
        return compose_reaction(data, send.reference)
    if isinstance(data, OutboundActionData):
        return Unsendable("action_not_supported", "Meta does not change or take back messages that were sent.")
    if not account.read_receipts:
        return Unsendable("read_receipts_off", "The account does not show customers what was read.", "account")
    return compose_read(data)
