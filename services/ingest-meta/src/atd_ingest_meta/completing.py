"""Adds to events what webhooks leave out: what a customer is called, and the post that a comment is below.

It is asked for within a short time and never held against a message: what Meta does not tell in time is left out, and
known for the next one. An account that Meta refuses or that does not answer is not asked again for a while.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal, Protocol, TypeVar

import structlog

from atd_channelkit.webhooks.pictures import customer_picture
from atd_channelkit.webhooks.translation import Translation
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.files import PERSON
from atd_ingest_meta.graph.profiles import NotTold, Post, Profile, fetch_post, fetch_profile
from atd_ingest_meta.ids import ANONYMOUS, USER_REF
from atd_ingest_meta.recent import Recent
from atd_schemas.envelope import Envelope
from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundActivity, InboundAttachment, InboundEcho, InboundMessage
from atd_servicekit.clock import Clock

NAMES_FOR = timedelta(hours=6)
POSTS_FOR = timedelta(hours=2)
"""Meta's addresses of pictures expire; they are asked for anew before that."""

QUIET_FOR = timedelta(seconds=60)
"""How long an account is not asked after Meta did not answer or refused."""

WITHIN = timedelta(milliseconds=1500)
"""Less than channelkit gives to a whole body, so that what was told in time is used."""

T = TypeVar("T", Profile, Post)

_ASKED_LIMIT = 50
_NAMELESS = (ANONYMOUS, USER_REF)

Named = InboundMessage | InboundEcho | InboundActivity


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What has to be known for an event: a post, or who a person is."""

    account: Account
    what: Literal["post", "person"]
    name: str


class Accounts(Protocol):
    """Finds accounts in memory."""

    def get(self, account_id: str) -> Account | None: ...


class Completer:
    """Completes events. A component: what is being asked ends with it."""

    def __init__(self, graph: GraphApi, accounts: Accounts, clock: Clock, within: timedelta = WITHIN) -> None:
        self._graph = graph
        self._accounts = accounts
        self._clock = clock
        self._within = within.total_seconds()
        self._profiles: Recent[Profile] = Recent(clock, known_for=NAMES_FOR, unknown_for=timedelta(minutes=10))
        self._posts: Recent[Post] = Recent(clock, known_for=POSTS_FOR)
        self._quiet: dict[str, float] = {}

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Give up what is being asked."""
        await self._profiles.stop()
        await self._posts.stop()

    async def complete(self, translation: Translation) -> Translation:
        """The same events with names and posts, as far as they are known in time."""
        events = await self.events(translation.events)
        return translation if events is translation.events else replace(translation, events=tuple(events))

    async def events(self, events: Sequence[Envelope]) -> Sequence[Envelope]:
        """The same for events alone."""
        wanted = [self._wanted(event) for event in events]
        unknown = {
            (one.account.id, one.name): one
            for one in wanted
            if one is not None and not self._recent(one).knows(one.account.id, one.name)
        }
        if unknown:
            await self._in_time(list(unknown.values())[:_ASKED_LIMIT])
        told = [None if one is None else self._recent(one).known(one.account.id, one.name) for one in wanted]
        if all(one is None for one in told):
            return events
        return tuple(_with(event, one) for event, one in zip(events, told, strict=True))

    def _wanted(self, event: Envelope) -> _Wanted | None:
        """What an event lacks."""
        if not isinstance(event, InboundMessage | InboundEcho | InboundActivity):
            return None
        data = event.data
        account = self._accounts.get(data.account_id)
        if account is None:
            return None
        if account.kind == "facebook":
            is_comment = isinstance(event, InboundMessage) and data.thread is not None
            return _Wanted(account, "post", data.thread.id) if is_comment and data.thread is not None else None
        person = data.contact.external_id
        if data.contact.name is not None or person.startswith(_NAMELESS):
            return None
        return _Wanted(account, "person", person)

    def _recent(self, wanted: _Wanted) -> Recent[Any]:
        return self._posts if wanted.what == "post" else self._profiles

    async def _in_time(self, wanted: Sequence[_Wanted]) -> None:
        """Ask for what is not known, and wait for a short time; what is told later is there for the next one."""
        tasks = [asyncio.create_task(self._ask(one), name="meta-complete") for one in wanted]
        try:
            await asyncio.wait(tasks, timeout=self._within)
        finally:
            for task in tasks:
                task.cancel()

    async def _ask(self, wanted: _Wanted) -> None:
        account, name = wanted.account, wanted.name
        if wanted.what == "post":
            await self._posts.get(account.id, name, lambda: self._asked_post(account, name))
        else:
            await self._profiles.get(account.id, name, lambda: self._asked_profile(account, name))

    async def _asked_profile(self, account: Account, person: str) -> Profile | None:
        if self._is_quiet(account):
            return None
        return self._told(account, await fetch_profile(self._graph, account, person))

    async def _asked_post(self, account: Account, post_id: str) -> Post | None:
        if self._is_quiet(account):
            return None
        return self._told(account, await fetch_post(self._graph, account, post_id))

    def _is_quiet(self, account: Account) -> bool:
        return account.status == "needs_reconnection" or self._quiet.get(account.id, 0.0) > self._clock.monotonic()

    def _told(self, account: Account, told: T | NotTold) -> T | None:
        """What was told; an account is left alone for a while when Meta told of more than this one thing."""
        if not isinstance(told, NotTold):
            return told
        failure = getattr(told, "failure", "unreachable")
        if failure not in ("recipient", "request"):
            self._quiet[account.id] = self._clock.monotonic() + QUIET_FOR.total_seconds()
            structlog.get_logger().info(
                "meta.look_up_refused", account_id=account.id, tenant_id=account.tenant_id, reason=failure
            )
        return None


def _with(event: Envelope, told: Profile | Post | None) -> Envelope:
    """The event with what was told for it."""
    match event, told:
        case InboundMessage(), Post():
            return with_post(event, told)
        case InboundMessage() | InboundEcho() | InboundActivity(), Profile():
            return with_profile(event, told)
        case _:
            return event


def with_profile(event: Named, profile: Profile) -> Named:
    """The event of a customer who is called so."""
    told: dict[str, Any] = {"name": profile.name, "username": profile.username}
    if profile.picture is not None:
        person = event.data.contact.external_id
        told["picture"] = customer_picture(
            event.data.account_id, person, event.occurred_at, provider_id=f"{PERSON}{person}", url=profile.picture
        )
    contact = event.data.contact.model_copy(update=told)
    update: dict[str, Any] = {"data": event.data.model_copy(update={"contact": contact})}
    if not isinstance(event, InboundEcho):
        update["actor"] = event.actor.model_copy(update={"name": profile.name})
    return event.model_copy(update=update)


def with_post(event: InboundMessage, post: Post) -> InboundMessage:
    """A comment with the post that it is below; the picture is fetched as a file of the comment."""
    data, thread = event.data, event.data.thread
    if thread is None or thread.post is None:
        return event
    shown = thread.post.model_copy(update={"text": post.text, "url": post.url or thread.post.url})
    update: dict[str, Any] = {"thread": thread.model_copy(update={"post": shown})}
    if post.picture is not None:
        picture = InboundAttachment(
            id=uuid5("attachment", data.account_id, data.external_id, "post"),
            provider_id=f"post:{thread.id}",
            name="post",
            url=post.picture,
            role="post",
        )
        update["attachments"] = (*data.attachments, picture)
    return event.model_copy(update={"data": data.model_copy(update=update)})
