"""A channel as small as one can be: its service on channelkit, and the fake of its provider."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import ChannelSpec, Secret, StoredAccount
from atd_channelkit.accounts.views import Channel, ChannelChanges, HeaderSecret, Input, NewChannel
from atd_channelkit.answers import Accepted, Answer, FailureClass, Refused, Uncertain, Unsendable, Unsent, Wait, Works
from atd_channelkit.app import ChannelBase, ChannelParts, create_channel_app
from atd_channelkit.connection import ProviderConnection
from atd_channelkit.sending.ledgers import Sending
from atd_channelkit.sending.policy import THROTTLE
from atd_channelkit.sending.provider import Send
from atd_channelkit.settings import ChannelServiceSettings
from atd_channelkit.webhooks.events import message_event, receipt_event
from atd_channelkit.webhooks.reader import ProvenAccounts, WebhookDescription, WebhookReader, in_header
from atd_channelkit.webhooks.translation import SendProof, Translation
from atd_schemas.inbound import InboundContact
from atd_schemas.outbound import OutboundMessageData
from atd_schemas.services import PublicPrefix, Service
from atd_servicekit.tracing import Tracing
from atd_testing.providers import Call, FakeProvider, PlainWebhooks

WEBHOOKS = PublicPrefix("/webhooks/toy", "provider", frozenset({"POST"}))
TOY = Service(name="ingest-toy", port=8199, does="toys", channels=("app",), outbound="toy", prefixes=(WEBHOOKS,))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyAccount(Account):
    handle: str
    token: str = field(repr=False)
    secret: bytes = field(repr=False)


class NewToyChannel(NewChannel):
    class Credentials(Input):
        handle: str
        token: HeaderSecret
        secret: HeaderSecret

    kind: Literal["app"]
    credentials: Credentials


class ToyChannel(Channel):
    kind: Literal["app"]
    handle: str


class ToySettings(ChannelServiceSettings):
    channel_prefix: ClassVar[str] = "ATD_TOY_"
    port: int = TOY.port
    api_url: str = "http://127.0.0.1:1"


def open_account(stored: StoredAccount) -> ToyAccount:
    token, secret = stored.secrets["token"], stored.secrets["secret"].encode()
    return ToyAccount(**stored.common(), handle=stored.document["handle"], token=token, secret=secret)


SPEC = ChannelSpec(
    service=TOY,
    new_channel=NewToyChannel,
    changes=ChannelChanges,
    channel=ToyChannel,
    open=open_account,
    indexed={"handle": "handle"},
    unique="handle",
    fields=("handle",),
    secrets=(Secret(name="token", reconnects=True), Secret(name="secret")),
)


def translate(payload: Any, accounts: ProvenAccounts[ToyAccount], now: datetime, _: datetime | None) -> Translation:
    """`{"messages": [{id, from, text}], "receipts": [{id, to, status, reference}]}`."""
    if not isinstance(payload, dict) or not payload.keys() <= {"messages", "receipts"}:
        return Translation((), ("body: is not known to this version",))
    of, times, receipts = (accounts.first, TOY.name), (now, now), payload.get("receipts", ())
    messages = [
        message_event(*of, one["id"], InboundContact(external_id=one["from"]), times, kind="text", text=one["text"])
        for one in payload.get("messages", ())
    ]
    statuses = [receipt_event(*of, r["id"], r["to"], r["status"], times, reference=r["reference"]) for r in receipts]
    proofs = tuple(SendProof(accounts.first.id, r["reference"], r["id"]) for r in receipts)
    return Translation((*messages, *statuses), confirmed=proofs)


READER = WebhookReader(
    description=WebhookDescription("Toys", "X-Toy-Secret", "The secret of the account"),
    secrets=lambda account, _: (account.secret,),
    proving=in_header("X-Toy-Secret"),
    translate=translate,
)


def read_refusal(status: int, said: dict[str, Any]) -> Refused:
    failures: dict[int, FailureClass] = {401: "token", 420: "throttle", 429: "throttle", 503: "transient"}
    wait = Wait(THROTTLE.backoff, "conversation") if status == 429 else None
    return Refused(failures.get(status, "request"), str(status), said["error"], wait)


@dataclass(frozen=True, slots=True)
class ToyClient:
    api: ProviderConnection

    async def send(self, account: ToyAccount, send: Send) -> Answer:
        if not isinstance(send.data, OutboundMessageData) or send.data.kind != "text":
            return Unsendable("kind_not_supported", "Toys take texts only.")
        body = {"to": send.data.recipient, "text": send.data.text, "reference": send.reference}
        answer = await self._call(account, "send", body)
        return Accepted(answer["id"]) if isinstance(answer, dict) else answer

    async def check(self, account: ToyAccount) -> Works | Refused | Unsent | Uncertain:
        answer = await self._call(account, "check", {})
        return Works() if isinstance(answer, dict) else answer

    async def _call(self, account: ToyAccount, what: str, body: Any) -> dict[str, Any] | Refused | Unsent | Uncertain:
        headers = {"X-Token": account.token}
        return await self.api.call_json("POST", f"{account.handle}/{what}", read_refusal, json=body, headers=headers)


def create_app(settings: ToySettings, *, tracing: Tracing | None = None) -> FastAPI:
    def build(base: ChannelBase[ToyAccount, ToySettings]) -> ChannelParts[ToyAccount]:
        client = ToyClient(ProviderConnection("toy", base.runtime, base.settings, base.settings.api_url))
        return ChannelParts(checker=client, sending=Sending(client=client), reader=READER)

    return create_channel_app(settings, SPEC, build, tracing=tracing)


def create_fake() -> FakeProvider:
    """The toy provider: `POST /{handle}/send`, `POST /{handle}/check`."""
    fake = FakeProvider(PlainWebhooks("X-Toy-Secret"))

    @fake.app.post("/{handle}/{what}")
    async def call(handle: str, what: str, request: Request) -> Response:
        body = await request.json()
        if request.headers["X-Token"] in fake.state.revoked_tokens:
            return JSONResponse({"error": "The token was revoked."}, 401)
        asked = Call(what, handle, body.get("to", ""), body.get("text", ""))
        take = (lambda: {"id": fake.record(asked, uuid4().hex, body).message_id}) if what == "send" else dict
        return await fake.answer(asked, take)

    return fake
