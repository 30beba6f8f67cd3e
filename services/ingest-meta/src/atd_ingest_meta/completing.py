"""Adds to events what webhooks leave out: what a customer is called, and the post that a comment is below.

It is asked for within a short time and never held against a message: what Meta does not tell in time is left out, and
known for the next one. An account that Meta refuses or that does not answer is not asked again for a while.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol, TypeVar

import structlog

from atd_channelkit.webhooks.translation import Translation
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.graph.api import GraphApi
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

Completed = InboundMessage | InboundEcho | InboundActivity


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
        wanted: dict[tuple[str, str], Coroutine[Any, Any, Profile | Post | None]] = {}
        for event in events:
            for key, asking in self._wanted(event):
                if key in wanted or len(wanted) >= _ASKED_LIMIT:
                    asking.close()
                else:
                    wanted[key] = asking
        if not wanted:
            return events
        known = await self._in_time(wanted)
        return tuple(self._with(event, known) for event in events)

    def _wanted(self, event: Envelope) -> list[tuple[tuple[str, str], Coroutine[Any, Any, Profile | Post | None]]]:
        if not isinstance(event, InboundMessage | InboundEcho | InboundActivity):
            return []
        data = event.data
        account = self._accounts.get(data.account_id)
        if account is None:
            return []
        if account.kind == "facebook":
            if data.thread is None or isinstance(event, InboundEcho):
                return []
            return [((account.id, f"post:{data.thread.id}"), self._post(account, data.thread.id))]
        person = data.contact.external_id
        if data.contact.name is not None or person.startswith(_NAMELESS):
            return []
        return [((account.id, f"person:{person}"), self._profile(account, person))]

    async def _in_time(
        self, wanted: dict[tuple[str, str], Coroutine[Any, Any, Profile | Post | None]]
    ) -> dict[tuple[str, str], Profile | Post]:
        tasks = {key: asyncio.create_task(asking, name="meta-complete") for key, asking in wanted.items()}
        try:
            await asyncio.wait(tasks.values(), timeout=self._within)
        finally:
            for task in tasks.values():
                task.cancel()
        done = {key: task for key, task in tasks.items() if task.done() and not task.cancelled()}
        return {key: told for key, task in done.items() if task.exception() is None and (told := task.result())}

    def _with(self, event: Envelope, known: dict[tuple[str, str], Profile | Post]) -> Envelope:
        if not isinstance(event, InboundMessage | InboundEcho | InboundActivity):
            return event
        data = event.data
        profile = known.get((data.account_id, f"person:{data.contact.external_id}"))
        if isinstance(profile, Profile):
            contact = data.contact.model_copy(update={"name": profile.name, "username": profile.username})
            actor = event.actor
            if not isinstance(event, InboundEcho):
                actor = actor.model_copy(update={"name": profile.name})
            named = data.model_copy(update={"contact": contact})
            return event.model_copy(update={"data": named, "actor": actor})
        if isinstance(event, InboundMessage) and data.thread is not None:
            post = known.get((data.account_id, f"post:{data.thread.id}"))
            return with_post(event, post) if isinstance(post, Post) else event
        return event

    async def _profile(self, account: Account, person: str) -> Profile | None:
        return await self._profiles.get(account.id, person, lambda: self._asked_profile(account, person))

    async def _post(self, account: Account, post_id: str) -> Post | None:
        return await self._posts.get(account.id, post_id, lambda: self._asked_post(account, post_id))

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
