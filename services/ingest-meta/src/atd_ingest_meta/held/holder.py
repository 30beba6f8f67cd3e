"""Keeps what cannot be told yet as jobs, which survive a restart, and tells it as soon as it can be.

An echo without a reference of ours is held while something is being sent to the same customer: when the answer names
its id, it was ours and is dropped; after `HOLD_FOR` it is told, and conversation knows it by its id should the answer
come later. A comment of the page waits for whose it is in the same way, and one that says too little for what Meta
tells of it, but not for long: it is told with what is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from atd_channelkit.answers import Refused
from atd_channelkit.sending.own_sends import OwnSends
from atd_channelkit.webhooks.intake import Publisher
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.completing import Completer
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.profiles import fetch_comment
from atd_ingest_meta.held.comments import Comments
from atd_ingest_meta.held.filling import filled, with_contact
from atd_ingest_meta.ids import ANONYMOUS
from atd_ingest_meta.policy import PolicyNotes
from atd_ingest_meta.sent import SentIds
from atd_ingest_meta.translate.comments import author_of
from atd_ingest_meta.translate.notes import (
    CommentNote,
    EchoNote,
    IncompleteNote,
    Note,
    PolicyNote,
    UnaddressedNote,
)
from atd_schemas.inbound import InboundContact, InboundEcho, InboundMessage
from atd_schemas.topics import INBOUND_EVENTS, adapter, encode, inbound_topic
from atd_servicekit.clock import Clock
from atd_servicekit.jobs import Again, Job, Jobs
from atd_servicekit.kafka import Outgoing

HELD = "held"
"""The kind of these jobs."""

HOLD_FOR = timedelta(seconds=30)
"""How long an echo waits for the answer to a send that it may be of: as long as a call and a look-up of it take."""

ASK_FOR = timedelta(seconds=30)
"""How long Meta is asked about a comment."""

LOOK_EVERY = timedelta(seconds=1)
ASK_EVERY = timedelta(seconds=5)
_PUBLISH_WITHIN_SECONDS = 10.0

What = Literal["echo", "unaddressed", "own_comment", "incomplete"]


class Directory(Protocol):
    """Finds accounts."""

    async def get_or_read(self, account_id: str) -> Account | None: ...


@dataclass(frozen=True, slots=True)
class Held:
    """What waits: an event, what for, and since when."""

    account_id: str
    what: What
    event: Any
    comment_id: str | None
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Takes notes of webhooks, and does the jobs that they become."""

    jobs: Jobs
    directory: Directory
    comments: Comments
    policies: PolicyNotes
    sent_ids: SentIds
    own_sends: OwnSends
    graph: GraphApi
    completer: Completer
    publisher: Publisher
    clock: Clock

    async def take(self, notes: Sequence[Note]) -> None:
        """Keep what notes say. Raises PyMongo's errors, so that the webhook comes again."""
        await self.comments.remember([one for one in notes if isinstance(one, CommentNote)])
        await self.policies.keep([one for one in notes if isinstance(one, PolicyNote)])
        for note in notes:
            if isinstance(note, EchoNote | UnaddressedNote | IncompleteNote):
                await self._keep(note)

    async def _keep(self, note: EchoNote | UnaddressedNote | IncompleteNote) -> None:
        now = self.clock.now()
        what: What = "echo"
        if isinstance(note, IncompleteNote):
            what = "incomplete"
        elif isinstance(note, UnaddressedNote):
            what = "own_comment" if note.own_comment else "unaddressed"
        data = {
            "account_id": note.account.id,
            "what": what,
            "event": encode(note.event).decode(),
            "comment_id": None if isinstance(note, EchoNote) else note.comment_id,
            "since": now,
        }
        await self.jobs.put(None, Job(f"{HELD}:{note.event.id}", HELD, note.account.tenant_id, now, data))

    async def handle(self, job: Job) -> Again | None:
        """One look at what is held: told, dropped, or looked at again."""
        held = Held(
            job.data["account_id"],
            job.data["what"],
            adapter(INBOUND_EVENTS).validate_json(job.data["event"]),
            job.data["comment_id"],
            job.data["since"],
        )
        account = await self.directory.get_or_read(held.account_id)
        if account is None:
            return None  # it is not connected any more
        match held.what:
            case "echo":
                return await self._echo(account, held, held.event)
            case "incomplete":
                return await self._incomplete(account, held)
            case "unaddressed" | "own_comment":
                return await self._unaddressed(account, held)

    async def _echo(self, account: Account, held: Held, event: InboundEcho) -> Again | None:
        """Whether a send is under way is asked first: its id is written down before it no longer is."""
        under_way = await self.own_sends.under_way(account.id, event.data.contact.external_id)
        if not await self.sent_ids.unknown(account.id, [event.data.external_id]):
            return None
        now = self.clock.now()
        if under_way and now - held.since < HOLD_FOR:
            return Again(now + LOOK_EVERY)
        await self._tell(event)
        return None

    async def _unaddressed(self, account: Account, held: Held) -> Again | None:
        """Find whose the comment is: it is known from its webhook, else Meta is asked."""
        comment_id = held.comment_id or ""
        contact = await self.comments.whose(account.id, comment_id)
        if contact is None:
            told = await self._author(account, comment_id, held)
            if isinstance(told, Again) or told is None:
                return told
            contact = told
        event = with_contact(held.event, contact)
        if held.what == "unaddressed":
            await self._tell(event)
            return None
        again = await self._echo(account, held, event)
        if again is None:
            await self.comments.remember([CommentNote(account, event.data.external_id, contact)])
        return again

    async def _author(self, account: Account, comment_id: str, held: Held) -> InboundContact | Again | None:
        """Who wrote a comment that came before this service knew of it; None: the page did, it is nobody's."""
        told = await fetch_comment(self.graph, account, comment_id)
        if isinstance(told, dict):
            author = author_of(told) or InboundContact(external_id=ANONYMOUS + comment_id)
            if author.external_id == account.own_id:
                return None
            await self.comments.remember([CommentNote(account, comment_id, author)])
            return author
        if isinstance(told, Refused) and not told.passes:
            return None
        return self._later(held)

    async def _incomplete(self, account: Account, held: Held) -> Again | None:
        comment_id, event = held.comment_id or "", held.event
        told = await fetch_comment(self.graph, account, comment_id)
        if not isinstance(told, dict):
            if not (isinstance(told, Refused) and not told.passes) and (again := self._later(held)) is not None:
                return again
            told = {}
        event = filled(event, told)
        if event.data.contact.external_id == account.own_id:
            return None  # the page wrote it, below nobody's comment that is known
        await self.comments.remember([CommentNote(account, comment_id, event.data.contact)])
        await self._tell(event)
        return None

    def _later(self, held: Held) -> Again | None:
        now = self.clock.now()
        return Again(now + ASK_EVERY) if now - held.since < ASK_FOR else None

    async def _tell(self, event: InboundEcho | InboundMessage | Any) -> None:
        [complete] = await self.completer.events([event])
        records = [Outgoing.of(inbound_topic(complete), complete, None)]
        await self.publisher.publish(records, timeout_seconds=_PUBLISH_WITHIN_SECONDS)
