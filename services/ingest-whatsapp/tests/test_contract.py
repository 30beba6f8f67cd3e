"""WhatsApp passes the contract of a channel service."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from fastapi import FastAPI

from atd_ingest_whatsapp.app import create_app
from atd_ingest_whatsapp.settings import Settings
from atd_schemas.contents import MessageKind
from atd_schemas.services import INGEST_WHATSAPP, Service
from atd_schemas.views import ChannelKind
from atd_servicekit.tracing import Tracing
from atd_testing.channels import (
    ChannelContract,
    Feature,
    InboundChange,
    OwnServiceContract,
    Refusal,
    ServedProvider,
    Trouble,
    UploadedFile,
)
from atd_testing.providers import SentMessage
from atd_testing.whatsapp import Behaviour, FakeState, builders, kinds, serving_fake_graph
from atd_testing.whatsapp.media import MediaFile

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CUSTOMERS = ("5511999990000", "5511988880000")
_REFUSALS: Mapping[Trouble, tuple[str, int]] = {
    "passing": ("transient", 131000),
    "final": ("window", 131047),
    "conversation throttle": ("throttle", 131056),
    "account throttle": ("throttle", 130429),
}

PROVES = {
    "test_a_webhook_without_proof_is_401": ("webhook-wrong-signature-unknown",),
    "test_an_unknown_or_disconnected_account_is_404": ("webhook-wrong-signature-unknown",),
    "test_a_body_over_the_limit_is_413": ("webhook-wrong-signature-unknown",),
    "test_malformed_json_is_400_once_the_proof_holds": ("webhook-wrong-signature-unknown",),
    "test_an_authentic_body_that_is_not_understood_is_kept_whole": ("unknown-field-kept-whole-rest",),
    "test_kafka_away_is_503_with_retry_after": ("webhook-kafka-mongodb-away",),
    "test_a_receipt_that_cannot_be_stored_is_503_and_comes_again": ("webhook-kafka-mongodb-away",),
    "test_no_tenant_reaches_anothers_account": ("account-disabled-deleted-another",),
    "test_a_refused_message_fails_with_class_and_code_and_the_next_goes_on": ("refused-fails-with-class",),
    "test_trouble_that_passes_is_tried_again": ("trouble-at-tried-again-for",),
    "test_an_unsent_message_expires": ("trouble-at-tried-again-for",),
    "test_a_throttled_conversation_does_not_delay_others": ("131056-delays-that-pair",),
    "test_a_throttled_conversation_delays_its_own_file_alone": ("131056-delays-that-pair",),
    "test_a_throttled_account_waits_alone_and_others_keep_their_order": ("other-throttles-hold-up-number",),
    "test_refused_credentials_keep_the_unsent_until_the_account_is_reconnected": ("190-needs-reconnection-unsent",),
    "test_a_good_check_resumes_what_waits": ("190-needs-reconnection-unsent",),
    "test_refused_credentials_keep_a_file_until_the_account_is_reconnected": ("190-needs-reconnection-unsent",),
    "test_what_is_unsent_for_a_disabled_or_deleted_account_fails_with_the_reason": (
        "account-disabled-deleted-another",
    ),
    "test_a_cut_send_is_proven_by_its_receipt_and_not_repeated": ("answer-lost-proven-receipt-not",),
    "test_an_unproven_send_is_repeated_after_its_deadline": ("answer-lost-proven-receipt-not",),
    "test_a_crash_between_sending_and_recording_repeats_nothing_that_a_receipt_proves": (
        "answer-lost-proven-receipt-not",
    ),
    "test_reactions_go_out_in_order_and_only_a_failed_one_is_reported": ("reaction-when-cannot-be",),
    "test_a_mark_as_read_goes_out_and_delays_no_message": ("mark-as-holds-up-nothing",),
    "test_a_send_leaves_one_line_without_text_person_or_credentials": ("logs-neither-text-nor",),
    "test_a_file_leaves_no_trace_of_what_it_is_in_the_log": ("logs-neither-text-nor",),
    "test_a_file_is_in_the_store_when_it_is_reported_as_ready": ("every-file-pending-at-once",),
    "test_a_foreign_host_is_never_asked": ("every-file-token-goes-meta",),
    "test_other_bytes_than_the_announced_are_not_kept": ("every-file-another-sha-256",),
    "test_a_file_over_the_limit_is_not_fetched": ("every-file-over-limit-kind",),
    "test_trouble_that_passes_only_delays_a_file": ("every-file-trouble-that-passes",),
    "test_a_refused_file_fails_and_a_repeat_is_another_fetch": ("every-file-trouble-that-passes",),
    "test_refused_credentials_keep_files_until_the_account_is_reconnected": ("every-file-dead-token-waits",),
    "test_a_file_that_goes_to_many_is_uploaded_once": ("file-uploaded-meta-once",),
    "test_an_upload_that_the_provider_deleted_is_replaced": ("file-uploaded-meta-once",),
    "test_a_file_that_is_not_in_the_store_fails_and_the_next_message_goes_on": ("file-uploaded-meta-once",),
    "test_an_upload_that_fails_for_now_is_tried_again": ("file-refused-late-at",),
}
"""By test of the contract: the rows of `docs/channels/whatsapp.md` that it proves."""


Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GraphFile:
    """A file of a customer at the fake Graph API."""

    state: FakeState
    media: MediaFile

    @property
    def provider_id(self) -> str:
        return self.media.id

    @property
    def sha256(self) -> str:
        return self.media.sha256_hex

    @property
    def downloads(self) -> int:
        return self.media.downloads

    def move(self, address: str) -> None:
        self.state.foreign_addresses[self.media.id] = address


def state_of(provider: ServedProvider) -> FakeState:
    """The state of the fake Graph API."""
    assert isinstance(provider.state, FakeState)
    return provider.state


class WhatsAppCase:
    """WhatsApp with the fake Graph API."""

    kind: ChannelKind = "whatsapp"
    service: Service = INGEST_WHATSAPP
    lacks: Mapping[Feature, str] = {
        "edits": "the Cloud API changes no sent message",
        "deletes": "the Cloud API takes no sent message back",
        "parts": "a text goes out whole",
    }
    proves: Mapping[str, tuple[str, ...]] = PROVES
    customers: tuple[str, str] = CUSTOMERS
    smallest_limit: tuple[MessageKind, int] = ("sticker", 5 * 1024 * 1024)
    target: str = "target-1"
    unsupported_kind: MessageKind = "order"
    text_part: int | None = None

    def thread_of(self, recipient: str) -> str | None:  # noqa: ARG002 - see `ChannelCase`
        return None

    def settings(self) -> type[Settings]:
        return Settings

    def create_app(self, settings: Any, *, tracing: Tracing | None = None) -> FastAPI:
        return create_app(settings, tracing=tracing)

    @asynccontextmanager
    async def serving_provider(self) -> AsyncIterator[ServedProvider]:
        async with serving_fake_graph() as served:
            yield ServedProvider(served.url, served.graph.state, served.graph)

    def account_of(self, channel: Json) -> str:
        return str(channel["phone_number_id"])

    def new_channel(self, token: str, secret: str) -> Json:
        credentials = {
            "phone_number_id": str(uuid4().int)[:15],
            "business_account_id": "200300400500600",
            "access_token": token,
            "app_secret": secret,
        }
        return {"kind": "whatsapp", "name": "Loja Centro", "credentials": credentials}

    def ready(self, channel: Json) -> bool:  # noqa: ARG002 - see `ChannelCase`
        return True

    def new_token(self, channel: Json, token: str) -> Json:  # noqa: ARG002 - see `ChannelCase`
        return {"credentials": {"access_token": token}}

    def text_webhook(self, channel: Json, texts: Sequence[str], batch: str) -> bytes:
        number = self.account_of(channel)
        messages = [
            builders.text_message(builders.wamid(f"{batch}-{place}"), text, NOW, sender=CUSTOMERS[0])
            for place, text in enumerate(texts)
        ]
        contacts = [builders.contact(CUSTOMERS[0], "Ana Souza")]
        changes = [builders.change(number, messages=[one], contacts=contacts) for one in messages]
        return builders.encode(builders.body(*(builders.entry("200300400500600", one) for one in changes)))

    def unknown_webhook(self, channel: Json) -> bytes:  # noqa: ARG002 - see `ChannelCase`
        return b'{"object":"page","entry":[]}'

    def receipt_webhook(self, channel: Json, external_id: str, reference: str) -> bytes:
        return builders.status_webhook(
            self.account_of(channel), external_id, "sent", NOW, recipient=CUSTOMERS[0], callback_data=reference
        )

    def proof(self, channel: Json, raw: bytes, secret: str) -> Mapping[str, str]:  # noqa: ARG002 - see `ChannelCase`
        return builders.signed_headers(raw, secret)

    def refusal(self, trouble: Trouble) -> Refusal:
        failure, code = _REFUSALS[trouble]
        return Refusal(Behaviour(kind="error", code=code), failure, str(code))

    def reference_of(self, sent: SentMessage) -> str | None:
        return sent.callback_data

    def read_marks(self, provider: ServedProvider) -> Sequence[str]:
        return [mark.message_id for mark in state_of(provider).read_marks]

    def customer_file(self, provider: ServedProvider, channel: Json, data: bytes) -> GraphFile:
        state = state_of(provider)
        media = state.media.add(data, "image/png", state.now(), phone_number_id=self.account_of(channel))
        return GraphFile(state, media)

    def sent_file(self, provider: ServedProvider, sent: SentMessage) -> bytes:
        media = state_of(provider).media.get(self.uploaded_id(sent), state_of(provider).now())
        assert media is not None
        return media.data

    def uploads(self, provider: ServedProvider, channel: Json) -> Sequence[UploadedFile]:
        found = state_of(provider).media.all()
        number = self.account_of(channel)
        return [one for one in found if one.origin == "upload" and one.phone_number_id == number]

    def delete_upload(self, provider: ServedProvider, file_id: str) -> None:
        assert state_of(provider).media.remove(file_id)

    def uploaded_id(self, sent: SentMessage) -> str:
        return str(sent.body["document"]["id"])

    def change_webhook(self, channel: Json, change: InboundChange, target: str, batch: str) -> bytes:
        number, message_id = self.account_of(channel), builders.wamid(batch)
        told: Mapping[InboundChange, Json] = {
            "edit": {"type": "edit", "edit": kinds.edit(target, "text", {"body": "novo texto"})},
            "delete": {"type": "revoke", "revoke": kinds.revoke(target)},
            "reaction": {"type": "reaction", "reaction": kinds.reaction(target, "👍")},
        }
        message = builders.text_message(message_id, "resposta", NOW, sender=CUSTOMERS[0], reply_to=target)
        if change != "reply":
            message = {name: message[name] for name in ("id", "timestamp", "from")} | told[change]
        change_of = builders.change(number, messages=[message], contacts=[builders.contact(CUSTOMERS[0], "Ana Souza")])
        return builders.encode(builders.body(builders.entry("200300400500600", change_of)))

    def quoted_by(self, sent: SentMessage) -> str | None:
        return sent.reply_to

    def deeds(self, provider: ServedProvider, channel: Json) -> Sequence[tuple[str, str, str | None]]:
        raise NotImplementedError


class TestContract(ChannelContract):
    """See `atd_testing.channels`."""

    case = WhatsAppCase()


class TestOwnService(OwnServiceContract):
    """See `atd_testing.channels`."""

    case = WhatsAppCase()
