"""The ledgers of a channel service: one of sends, and one of fetches so that large files delay no message."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, Protocol, TypeVar

import structlog

from atd_channelkit.accounts.model import Account
from atd_channelkit.media.fetch_worker import FetchWorker
from atd_channelkit.sending.handlers import outbound_handler
from atd_channelkit.sending.worker import SendWorker
from atd_schemas.topics import Topic
from atd_servicekit.ledger import Ledger, NewRow, ledger_indexes
from atd_servicekit.runtime import Runtime

SENDS = "sends"
FETCHES = "fetches"
SHARDS = 32
SENDS_AT_ONCE = 256
FETCHES_AT_ONCE = 32
"""Each holds up to two megabytes."""

A = TypeVar("A", bound=Account)


class SendProof(Protocol):
    """What a receipt proves: the row of an account, and the provider's id of the message."""

    @property
    def account_id(self) -> str: ...

    @property
    def row_id(self) -> str: ...

    @property
    def external_id(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLimits:
    """How much is done at once, and how long one attempt may take at most.

    `uncertain_after` is how long a send that may have arrived waits for proof.
    """

    sends_per_account: int
    fetches_per_account: int
    longest_send: timedelta
    longest_fetch: timedelta
    uncertain_after: timedelta


class ChannelLedgers(Generic[A]):
    """The sends and the fetches of a channel service. Without a `FetchWorker` there are no fetches."""

    def __init__(
        self, runtime: Runtime, sender: SendWorker[A], fetcher: FetchWorker[A] | None, limits: LedgerLimits
    ) -> None:
        self._runtime = runtime
        self._sends = Ledger(
            runtime.mongo.db,
            SENDS,
            runtime.leases(SENDS, SHARDS),
            sender.attempt,
            runtime.clock,
            runtime.metrics,
            on_finished=sender.report,
            concurrency=SENDS_AT_ONCE,
            concurrency_per_group=limits.sends_per_account,
            send_timeout=limits.longest_send,
            uncertain_for=limits.uncertain_after,
        )
        self._fetches = None if fetcher is None else _fetches(runtime, fetcher, limits)

    def run(self, commands: Topic) -> None:
        """Have the runtime run the ledgers, and fill them from this topic. Accounts must be there before."""
        ledgers = [self._sends] if self._fetches is None else [self._sends, self._fetches]
        for name in (SENDS, FETCHES)[: len(ledgers)]:
            self._runtime.add_indexes(ledger_indexes(name))
        for one in ledgers:
            self._runtime.add_component(one)
        self._runtime.consume(commands, outbound_handler(self._sends, self._fetches or _NoFetches()))

    async def resume(self, account_id: str) -> None:
        """Try what waits for an account at once."""
        await self._sends.resume(account_id)
        if self._fetches is not None:
            await self._fetches.resume(account_id)

    async def confirm(self, proofs: Sequence[SendProof]) -> None:
        """Finish the sends that receipts prove. A receipt proves sends of its own account alone."""
        by_account: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        for one in proofs:
            by_account[one.account_id][one.row_id] = {"external_id": one.external_id}
        for account_id, results in by_account.items():
            await self._sends.resolve_many(results, group=account_id)


class _NoFetches:
    """For a channel without files: conversation asks it for none."""

    async def add(self, rows: Sequence[NewRow]) -> None:
        """Nothing can be fetched; the log says so."""
        for row in rows:
            structlog.get_logger().warning("file.fetch_not_supported", tenant_id=row.tenant_id, account_id=row.group)


def _fetches(runtime: Runtime, fetcher: FetchWorker[Any], limits: LedgerLimits) -> Ledger:
    """A file that is fetched twice is the same file, so nothing is ever uncertain."""
    return Ledger(
        runtime.mongo.db,
        FETCHES,
        runtime.leases(FETCHES, SHARDS),
        fetcher.attempt,
        runtime.clock,
        runtime.metrics,
        on_finished=fetcher.report,
        concurrency=FETCHES_AT_ONCE,
        concurrency_per_group=limits.fetches_per_account,
        send_timeout=limits.longest_fetch,
        uncertain_for=timedelta(0),
    )
