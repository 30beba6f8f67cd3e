"""One conversation that lives: what happens to it becomes scenes, timers ring when time goes on, decisions are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.customers import UNKNOWN, Customer
from atd_routing.domain.decisions import Decision, Say, ShowServiceLevel
from atd_routing.domain.hours.book import Hours, HoursBook
from atd_routing.domain.hours.calendar import ScheduleCalendar
from atd_routing.domain.hours.schedule import Schedule, Shift
from atd_routing.domain.scene import Before, Part, Scene
from atd_routing.domain.tenant import Tenant
from atd_schemas.conversation import ConversationChanged, MessageChanged, MessageData
from atd_schemas.views import AuthorView, AutomaticRef, Direction, MessageStatus, MessageView, TransferView

ZONE = ZoneInfo("America/Sao_Paulo")

# events with what parts look at and nothing else
_MESSAGE: Any = MessageView
_DATA: Any = MessageData
_MESSAGE_CHANGED: Any = MessageChanged
_CHANGED: Any = ConversationChanged

_DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}


def moment(text: str) -> datetime:
    """`fri 10:00`: in the week from Monday 1 March 2027; `mon+ 11:00`: in the week after, on the wall in São Paulo."""
    day, clock = text.split()
    number = _DAYS[day.rstrip("+")] + 7 * day.count("+")
    return datetime.fromisoformat(f"2027-03-{number:02d}T{clock}").replace(tzinfo=ZONE).astimezone(UTC)


def office(*shifts: tuple[int, int], days: int = 5, zone: str = "America/Sao_Paulo") -> HoursBook:
    """Hours of a company on the first days of the week, in hours after midnight; by default nine to six."""
    day = tuple(Shift.between(start * 60, end * 60) for start, end in shifts or ((9, 18),))
    schedule = Schedule(zone=zone, week=(day,) * days + ((),) * (7 - days))
    return HoursBook(default=Hours("h", "Comercial", schedule, ScheduleCalendar(schedule)))


@dataclass
class Desk:
    """The conversation, and what the part decided on it. `now` is the time of the database."""

    tenant: Tenant
    part: Part
    now: datetime
    conversation: RoutedConversation = field(init=False)
    decisions: list[tuple[datetime, Decision]] = field(default_factory=list)
    messages: int = 0
    customer_record: Customer = UNKNOWN

    def __post_init__(self) -> None:
        self.conversation = RoutedConversation(
            id="c", tenant_id=self.tenant.id, number=1, status="queued", channel="whatsapp", account_id="a",
            contact_id="p", opened_at=self.now, queued_at=self.now,
        )  # fmt: skip

    def at(self, text: str) -> "Desk":
        """Time goes on until then."""
        return self.until(moment(text))

    def later(self, **amount: float) -> "Desk":
        """Time goes on by so much."""
        return self.until(self.now + timedelta(**amount))

    def until(self, then: datetime) -> "Desk":
        """Time goes on; each timer rings when it is due, once, as the runner has it."""
        for _ in range(500):
            due = self.conversation.next_due
            if due is None or due > then:
                self.now = max(self.now, then)
                return self
            self.now = max(self.now, due)
            name = min(self.conversation.timers, key=lambda one: self.conversation.timers[one])
            self.conversation.set_timer(name, None)
            self.look(name)
        raise AssertionError(f"timers ring for ever: {self.conversation.timers}")

    def look(self, timer: str = "recompute") -> "Desk":
        """A look without an event, as after a change of settings."""
        return self._scene(None, self._before(), timer)

    def open(self) -> "Desk":
        return self._change("conversation.opened", known=False).customer()

    def customer(self, written: datetime | None = None) -> "Desk":
        """The customer writes; the channel says when they `written` it."""
        if self.conversation.status == "closed":
            self._change("conversation.reopened", status=self._back(), closed_at=None, placement=True)
        if self.conversation.status == "snoozed":
            self._change("conversation.updated", status=self._back(), placement=True)
        at = written or self.now
        waiting = self.conversation.waiting_since or at
        return self._message("inbound", "contact", waiting_since=waiting, last_spoke="customer", last_customer_at=at)

    def answer(self) -> "Desk":
        """A person answers."""
        first = self.conversation.first_response_at or self.now
        return self._message(
            "outbound", "attendant", waiting_since=None, last_spoke="attendant", last_answer_at=self.now,
            first_response_at=first,
        )  # fmt: skip

    def echo(self) -> "Desk":
        """Somebody answers with the company's phone."""
        return self._message(
            "outbound", "system", waiting_since=None, last_spoke="attendant", last_answer_at=self.now
        )  # fmt: skip

    def note(self) -> "Desk":
        return self._message("note", "attendant")

    def automatic(self, kind: Any = "reply") -> "Desk":
        """The product says something by itself."""
        return self._message("outbound", "system", automatic=AutomaticRef(kind=kind))

    def receipt(self, status: MessageStatus) -> "Desk":
        """The provider reports on the last message."""
        return self._message("outbound", "attendant", kind="message.status_changed", status=status)

    def assign(self, attendant_id: str | None = "ana") -> "Desk":
        status = "open" if attendant_id else "queued"
        return self._change(
            "conversation.assigned" if attendant_id else "conversation.unassigned",
            status=status, assignee_id=attendant_id, assigned_at=self.now, transfer=None, placement=True,
        )  # fmt: skip

    def transfer(self, transfer: TransferView) -> "Desk":
        """Handed over, to an attendant or to a team."""
        to, team = transfer.to_attendant, transfer.to_team
        return self._change(
            "conversation.transferred", status="open" if to else "queued", assignee_id=to and to.id,
            team_id=team.id if team else self.conversation.team_id, transfer=transfer, placement=True,
        )  # fmt: skip

    def snooze(self) -> "Desk":
        return self._change("conversation.snoozed", status="snoozed", placement=True)

    def wake(self) -> "Desk":
        """The time of the snooze is over."""
        return self._change("conversation.updated", status=self._back(), placement=True)

    def close(self) -> "Desk":
        return self._change(
            "conversation.closed", status="closed", closed_at=self.now, waiting_since=None, placement=True
        )

    def reopen(self, waiting_since: datetime | None = None) -> "Desk":
        """An attendant takes it up again."""
        return self._change(
            "conversation.reopened", status=self._back(), closed_at=None, waiting_since=waiting_since, placement=True
        )

    def set(self, **fields: Any) -> "Desk":
        """Other fields than before: the priority, the team, labels."""
        return self._change("conversation.updated", **fields)

    def settings(self, **fields: Any) -> "Desk":
        """The company changes its settings, and every conversation is looked at again."""
        self.tenant = replace(self.tenant, revision=self.tenant.revision + 1, **fields)
        return self.look()

    @property
    def happened(self) -> list[tuple[datetime, str]]:
        """When what was told."""
        return [(at, one.happened) for at, one in self.decisions if isinstance(one, ShowServiceLevel) and one.happened]

    @property
    def shown(self) -> dict[str, Any]:
        """The targets as they are shown, by their names."""
        views = [one.service_level for _, one in self.decisions if isinstance(one, ShowServiceLevel)]
        return {one.target: one for one in views[-1].targets} if views and views[-1] else {}

    @property
    def first_at(self) -> datetime:
        """When something was decided first."""
        return self.decisions[0][0]

    def made(self, kind: type[Decision] | Any) -> list[tuple[datetime, Any]]:
        """The decisions of a kind, with their times."""
        return [(at, one) for at, one in self.decisions if isinstance(one, kind)]

    def _back(self) -> str:
        return "open" if self.conversation.assignee_id else "queued"

    def _message(
        self, direction: Direction, author: Any, *, kind: Any = "message.sent", automatic: Any = None,
        status: MessageStatus = "pending", **fields: Any,
    ) -> "Desk":  # fmt: skip
        self.messages += kind == "message.sent"
        message = _MESSAGE.model_construct(
            id=f"m{self.messages}", direction=direction, author=AuthorView(type=author), automatic=automatic,
            status=status,
        )  # fmt: skip
        kind = "message.received" if direction == "inbound" else kind
        data = _DATA.model_construct(conversation_id="c", message=message)
        before = self._before()
        self._fold(fields)
        return self._scene(_MESSAGE_CHANGED.model_construct(type=kind, data=data, recorded_at=self.now), before)

    def _change(self, kind: Any, *, known: bool = True, placement: bool = False, **fields: Any) -> "Desk":
        before = self._before(known=known)
        self._fold(fields)
        if placement:
            self.conversation.placement = self.conversation.sequence
        return self._scene(_CHANGED.model_construct(type=kind, recorded_at=self.now), before)

    def _fold(self, fields: dict[str, Any]) -> None:
        self.conversation.sequence += 1
        for name, value in fields.items():
            setattr(self.conversation, name, value)

    def _before(self, *, known: bool = True) -> Before:
        c = self.conversation
        return Before(known, c.status, c.team_id, c.assignee_id, c.placement)

    def _scene(self, event: Any, before: Before, timer: str | None = None) -> "Desk":
        scene = Scene(self.conversation, before, self.tenant, self.now, event, timer, customer=self.customer_record)
        self.decisions += [(self.now, one) for one in self.part(scene)]
        return self


def said(decisions: Sequence[tuple[datetime, Any]]) -> list[Say]:
    """What is said with decisions."""
    return [say for _, one in decisions for say in one.say]
