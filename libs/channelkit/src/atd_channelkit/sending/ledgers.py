"""The ledgers of a channel service: one of sends, and one of fetches so that large files delay no message."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

import httpx

from atd_channelkit.accounts.access import DISABLED, GONE, AccountAccess
from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Unsendable
from atd_channelkit.media.fetch_worker import FetchWorker
from atd_channelkit.media.policy import overdue_fetch
from atd_channelkit.media.source import AllowedHosts, FetchRules, FileSource, NoFiles
from atd_channelkit.media.transfers import longest_fetch, longest_send
from atd_channelkit.media.upload_store import UPLOAD_INDEXES, UploadStore
from atd_channelkit.media.uploads import MediaUploads, Uploader
from atd_channelkit.metrics import ChannelMetrics, RefusedHosts
from atd_channelkit.sending.handlers import Forget, outbound_handler
from atd_channelkit.sending.message_files import MessageFiles
from atd_channelkit.sending.pace import PaceOfRecipient, RecipientPace, no_pace
from atd_channelkit.sending.policy import RetryPolicy, overdue
from atd_channelkit.sending.provider import ProviderClient
from atd_channelkit.sending.worker import SendWorker
from atd_channelkit.settings import ChannelServiceSettings
from atd_channelkit.webhooks.translation import SendProof
from atd_schemas.ids import uuid5
from atd_schemas.outbound import OutboundErase, OutboundMessageData
from atd_schemas.privacy import ErasureConfirmed, ErasureConfirmedData
from atd_schemas.topics import PRIVACY_CONFIRMATIONS, Topic
from atd_servicekit.consuming import BatchHandler
from atd_servicekit.files import FileStore, create_scanner
from atd_servicekit.kafka import Outgoing
from atd_servicekit.ledger import Ledger, ledger_indexes
from atd_servicekit.rates import Rate, WaitingRateLimiter
from atd_servicekit.runtime import Runtime

SENDS = "sends"
FETCHES = "fetches"
SHARDS = 32
SENDS_AT_ONCE = 256
FETCHES_AT_ONCE = 32
"""Each holds up to two megabytes."""

A = TypeVar("A", bound=Account)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFiles(Generic[A]):
    """For channels whose customers send files: where they are, and which may be fetched."""

    source: FileSource[A]
    rules: FetchRules


def no_customer_files() -> CustomerFiles[Any]:
    """For channels whose customers send no files: every fetch fails, and says so."""
    return CustomerFiles(source=NoFiles(), rules=FetchRules(AllowedHosts(httpx.URL("")), size_limit=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUploads(Generic[A]):
    """For channels that upload attendants' files and send them by an id.

    Attributes:
        kept_for: how long an id is used again, a little less than the provider keeps the file.
        size_limit: of the largest file, in bytes.
        find_unsendable: why a message cannot be sent, said before its files are uploaded.
    """

    uploader: Uploader[A]
    kept_for: timedelta
    size_limit: int
    find_unsendable: Callable[[OutboundMessageData], Unsendable | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending(Generic[A]):
    """What a channel brings for sending. A channel that has no files leaves out `customer_files` and `uploads`.

    `proves`: whether the provider tells later that something was sent of which the answer was lost. Where it never
    does, such a send is not made again: people look, and decide.
    `streamed_limit`: of the largest file, in bytes, for channels that send files in the call itself (`Send.open_file`).
    `pace`: how often one recipient of an account may be written to, beside the limit of the account.
    `forget`: removes what the channel keeps of a customer in collections of its own, when they are erased.
    """

    client: ProviderClient[A]
    customer_files: CustomerFiles[A] = field(default_factory=no_customer_files)
    uploads: FileUploads[A] | None = None
    proves: bool = True
    streamed_limit: int = 0
    pace: PaceOfRecipient = no_pace
    forget: Forget | None = None


class ChannelLedgers(Generic[A]):
    """Builds the workers of a channel and their ledgers, and has the runtime run them."""

    def __init__(
        self,
        runtime: Runtime,
        settings: ChannelServiceSettings,
        service: str,
        access: AccountAccess[A],
        files: FileStore,
        sending: Sending[A],
        metrics: ChannelMetrics,
    ) -> None:
        """`service` is the name of the service, the source of its events."""
        self._runtime = runtime
        self._settings = settings
        self._service = service
        self._metrics = metrics
        self._access = access
        self._files = files
        self._uploads = self._media_uploads(sending.uploads)
        self._forget = sending.forget
        self._sends = self._send_ledger(sending)
        self._fetches = self._fetch_ledger(sending.customer_files)

    def add_uploads(self) -> None:
        """Have the runtime run what the ledgers need; before `run`."""
        if self._uploads is not None:
            self._runtime.add_indexes(UPLOAD_INDEXES)
            self._runtime.add_component(self._uploads)

    def run(self, commands: Topic) -> None:
        """Have the runtime run the ledgers and fill them from this topic. The accounts must have started before."""
        for name, one in ((SENDS, self._sends), (FETCHES, self._fetches)):
            self._runtime.add_indexes(ledger_indexes(name))
            self._runtime.add_component(one)
        self._runtime.consume(commands, self._handler())

    def _handler(self) -> BatchHandler:
        send_for, fetch_for = self._settings.send_until, self._settings.fetch_until
        return outbound_handler(
            self._sends,
            self._fetches,
            send_for=send_for,
            fetch_for=fetch_for,
            confirm=self._confirm_erased,
            forget=self._forget,
        )

    async def _confirm_erased(self, command: OutboundErase, erased: int) -> None:
        """Tell conversation that a command to erase was carried out; the same command is the same event."""
        now = self._runtime.clock.now()
        event = ErasureConfirmed(
            id=uuid5("erasure-confirmed", command.id),
            tenant_id=command.tenant_id,
            occurred_at=now,
            recorded_at=now,
            source=self._service,
            subject=command.data.erasure_id,
            causation_id=command.id,
            data=ErasureConfirmedData(
                erasure_id=command.data.erasure_id, command_id=command.id, service=self._service, erased=erased
            ),
        )
        await self._runtime.producer.publish([Outgoing.of(PRIVACY_CONFIRMATIONS, event, None)])

    async def resume(self, account_id: str) -> None:
        """An account has changed: what waits for its credentials is tried, a throttle goes on.

        Of an account that is gone or disabled, what is unsent fails at once, throttled or not.
        """
        account = await self._access.accounts.get_or_read(account_id)
        if account is None or account.status == "disabled":
            await self._sends.fail_group(account_id, GONE if account is None else DISABLED)
        if account is None:
            await self._fetches.fail_group(account_id, GONE)
        await self._sends.resume(account_id)
        await self._fetches.resume(account_id)

    async def confirm(self, proofs: Sequence[SendProof]) -> None:
        """Finish the sends that receipts prove, or go on with them. A receipt proves sends of its own account alone."""
        by_account: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        for one in proofs:
            if one.part is not None:
                await self._sends.prove_step(one.row_id, one.part, [one.external_id], group=one.account_id)
            else:
                by_account[one.account_id][one.row_id] = {"external_id": one.external_id}
        for account_id, results in by_account.items():
            await self._sends.resolve_many(results, group=account_id)

    def _media_uploads(self, uploads: FileUploads[A] | None) -> MediaUploads[A] | None:
        if uploads is None:
            return None
        store = UploadStore(self._runtime.mongo.db, uploads.kept_for)
        return MediaUploads(store, self._files, uploads.uploader, self._runtime.clock)

    def _send_ledger(self, sending: Sending[A]) -> Ledger:
        runtime, settings, uploads = self._runtime, self._settings, sending.uploads
        leases, files = runtime.leases(SENDS, SHARDS), None
        largest = max(0 if uploads is None else uploads.size_limit, sending.streamed_limit)
        if self._uploads is not None and uploads is not None:
            files = MessageFiles(self._uploads, uploads.find_unsendable)
        worker = SendWorker(
            service=self._service,
            access=self._access,
            client=sending.client,
            publisher=runtime.producer,
            rate=WaitingRateLimiter(Rate.even(settings.messages_per_second), runtime.clock, start_empty=True),
            holds=lambda row: leases.owns(row.shard),
            policy=RetryPolicy(settings.uncertain_after, proves=sending.proves),
            send_for=settings.send_until,
            clock=runtime.clock,
            tracing=runtime.tracing,
            store=self._files,
            pace=RecipientPace(sending.pace, runtime.clock),
            files=files,
        )
        return Ledger(
            runtime.mongo.db,
            SENDS,
            leases,
            worker.attempt,
            runtime.clock,
            runtime.metrics,
            on_finished=worker.report,
            on_overdue=overdue,
            concurrency=SENDS_AT_ONCE,
            concurrency_per_group=settings.concurrency_per_account,
            send_timeout=longest_send(largest, settings.timeout),
            uncertain_for=settings.uncertain_after if sending.proves else timedelta(0),
        )

    def _fetch_ledger(self, customer_files: CustomerFiles[A]) -> Ledger:
        """A file that is fetched twice is the same file, so a fetch is never uncertain."""
        runtime, settings = self._runtime, self._settings
        worker = FetchWorker(
            service=self._service,
            access=self._access,
            source=customer_files.source,
            rules=customer_files.rules,
            files=self._files,
            scanner=create_scanner(settings, runtime.metrics),
            publisher=runtime.producer,
            clock=runtime.clock,
            tracing=runtime.tracing,
            refused_hosts=RefusedHosts(self._metrics),
        )
        return Ledger(
            runtime.mongo.db,
            FETCHES,
            runtime.leases(FETCHES, SHARDS),
            worker.attempt,
            runtime.clock,
            runtime.metrics,
            on_finished=worker.report,
            on_overdue=overdue_fetch,
            concurrency=FETCHES_AT_ONCE,
            concurrency_per_group=settings.fetches_per_account,
            send_timeout=longest_fetch(customer_files.rules.size_limit, settings.timeout),
            uncertain_for=timedelta(0),
        )
