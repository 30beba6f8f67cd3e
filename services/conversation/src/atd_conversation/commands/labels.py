"""Labels on customers, and the conversations that show them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from atd_conversation.commands.effects import decided, publish_changes
from atd_conversation.commands.marking import Marking
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.events import contact_event
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.marked import STEP, MarkedQueries
from atd_conversation.store.queries import Queries
from atd_conversation.store.unit import UnitStore
from atd_schemas.envelope import Actor
from atd_schemas.views import LabelRef
from atd_servicekit.clock import Clock
from atd_servicekit.jobs import Again, Job, Jobs
from atd_servicekit.problems import not_found
from atd_servicekit.tracing import current_traceparent

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

RELABEL = "relabel-conversations"
"""The kind of job that brings a contact's labels to conversations that take no messages any more."""


class LabelCommands:
    """Runs inside the transaction whose session it is given."""

    def __init__(
        self, queries: Queries, marked: MarkedQueries, marking: Marking, store: UnitStore, jobs: Jobs, clock: Clock
    ) -> None:
        self._queries = queries
        self._marked = marked
        self._marking = marking
        self._store = store
        self._jobs = jobs
        self._clock = clock

    async def change(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        contact_id: str,
        label_id: str,
        *,
        on: bool,
        request_id: str,
    ) -> Contact:
        """Put a label on a customer or take it off. A contact that another one goes on for is that one.

        Raises `Problem` 404, 422 `archived`, `too_many`.
        """
        contact = await self._contact(session, tenant_id, contact_id)
        label = await self._marking.label(session, tenant_id, label_id, None, to_set=on)
        now, unit = self._clock.now(), UnitOfWork()
        if decided(lambda: self.mark(unit, contact, label, actor, now, on=on, cause=request_id)):
            await self.show(session, unit, contact, actor, now, {}, cause=request_id)
            await self._store.save(session, unit, now)
        return contact

    def mark(
        self, unit: UnitOfWork, contact: Contact, label: LabelRef, actor: Actor, now: datetime, *, on: bool, cause: str
    ) -> bool:
        """Put a label on a customer, or take it off, within a unit of work; whether that is news. Raises `Refusal`."""
        contact.names = contact.names.with_label(label)
        unit.touch_contact(contact)
        changed = contact.label(label, actor, now) if on else contact.unlabel(label)
        if not changed:
            return False
        event = contact_event(
            contact,
            "contact.labelled" if on else "contact.unlabelled",
            changed,
            now=now,
            causation_id=cause,
            actor=actor,
            label=label,
        )
        unit.tell(event, current_traceparent(), {"label": label.model_dump(mode="json")})
        return True

    async def show(
        self,
        session: "Session",
        unit: UnitOfWork,
        contact: Contact,
        actor: Actor,
        now: datetime,
        loaded: dict[str, Conversation],
        *,
        cause: str,
    ) -> None:
        """Let the conversations of a customer show the labels: at once those that take messages, the others by a job.

        `loaded` are conversations that the unit of work has in hand; those that are read are added.
        """
        for read in await self._marked.current_of_contact(contact.tenant_id, contact.id, session):
            conversation = loaded.setdefault(read.id, read)
            unit.touch(conversation)
            conversation.names = contact.names
            changes = conversation.relabel_contact(contact.ref(), by_hand=actor.type != "system")
            publish_changes(unit, conversation, changes, actor, now, cause)
        job = Job(f"{RELABEL}:{contact.id}", RELABEL, contact.tenant_id, now, {"contact_id": contact.id})
        await self._jobs.put(session, job)

    async def _contact(self, session: "Session", tenant_id: str, contact_id: str) -> Contact:
        contact = await self._queries.contacts.followed.present(tenant_id, contact_id, session)
        if contact is None:
            raise not_found("Contact not found.")
        return contact


def relabel_step(queries: Queries, marked: MarkedQueries, clock: Clock) -> Callable[[Job], Awaitable[Again | None]]:
    """One step of `RELABEL`: up to `STEP` conversations."""

    async def step(job: Job) -> Again | None:
        contact = await queries.contacts.one(job.tenant_id, job.data["contact_id"])
        if contact is None or contact.merged is not None:
            return None
        labels = [one.id for one in contact.ref().labels]
        found = await marked.relabel(job.tenant_id, contact.id, labels)
        return Again(clock.now()) if found == STEP else None

    return step
