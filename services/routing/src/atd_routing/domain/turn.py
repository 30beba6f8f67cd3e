"""One turn of routing: what some events and timers do to conversations, and what is decided on that.

Pure: the caller has loaded the copies, and saves what is `changed` together with what was decided. First every event
and timer is looked at by the parts (`look`), in order. Then, once for each company, `settle` makes of what the parts
want, and of what waits, who gets what (`domain/distribution`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from atd_routing.domain.conversation import Pending, RoutedConversation
from atd_routing.domain.customers import UNKNOWN, Customer
from atd_routing.domain.decisions import Assign, Decision, Queue, SayOnly, SetFields
from atd_routing.domain.distribution.floor import Floor, charge_of
from atd_routing.domain.distribution.giving import Given, give
from atd_routing.domain.folding import PENDING, RETURN, before_of, fold
from atd_routing.domain.scene import Part, Scene
from atd_routing.domain.telling.standing import Standing
from atd_routing.domain.tenant import Tenant
from atd_schemas.conversation import ConversationChanged, MessageChanged
from atd_schemas.views import Named

ERASED = 2**53
"""The sequence of a conversation that is no more: no event of it is newer."""

UNHEARD = timedelta(seconds=30)
"""After this a decided placement that was not heard back of is looked at again."""


@dataclass(frozen=True, slots=True)
class Made:
    """A decision on a conversation. `cause`: the id of the event that led to it.

    `sequence` and `placement` are the conversation's when a part decided it: later events of the same turn overtake
    what is strict, or is said where it stands.
    """

    id: str
    conversation: RoutedConversation
    decision: Decision
    sequence: int
    cause: str | None = None
    placement: int | None = None


@dataclass(slots=True)
class Turn:
    """`copies` are as they are now, by id. `standings`: places in queues of those whose timer tells them.

    `expired` counts placements that were not heard back of.
    """

    now: datetime
    new_id: Callable[[], str]
    parts: Sequence[Part]
    tenants: Mapping[str, Tenant]
    customers: Mapping[str, Customer] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    copies: dict[str, RoutedConversation] = field(default_factory=dict)
    changed: dict[str, RoutedConversation] = field(default_factory=dict)
    drains: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    expired: int = 0
    _made: list[Made] = field(default_factory=list)
    _placed: dict[str, Made] = field(default_factory=dict)
    _returned: dict[str, str | None] = field(default_factory=dict)

    # ------------------------------------------------------------------ what happens

    def take(self, event: ConversationChanged | MessageChanged) -> None:
        """Fold an event, and have the parts look at it."""
        known = self.copies.get(event.subject)
        before = before_of(known)
        copy = fold(known, event)
        if copy is None:
            return
        self.copies[copy.id] = copy
        tenant = self.tenants[copy.tenant_id]
        if not tenant.has_settings:
            self._change(copy)
            return
        scene = Scene(copy, before, tenant, self.now, event=event, customer=self._customer(copy))
        copy.language = scene.customer.language
        if scene.moved:
            self._moved(scene)
        self._look(scene, event.id)
        if self._may_let_give(scene):
            self.drains.add(copy.tenant_id)
        self._change(copy)  # the sequence at least, which strict decisions are made on

    def _may_let_give(self, scene: Scene) -> bool:
        """Whether something may be given away that could not before: it waits, or weighs on somebody else now.

        That what was decided has been done is neither: it weighed on them since the decision.
        """
        copy = scene.conversation
        if copy.waits:
            return scene.moved or isinstance(scene.event, ConversationChanged)
        return scene.moved and (copy.charge != charge_of(scene.tenant, copy) or copy.id in self._returned)

    def ring(self, copy: RoutedConversation, names: Sequence[str]) -> None:
        """Let timers of a conversation ring: they are no longer set when the parts look."""
        tenant = self.tenants[copy.tenant_id]
        self.copies[copy.id] = copy
        self._change(copy)
        for name in names:
            copy.set_timer(name, None)
        for name in names:
            if name == PENDING and copy.pending is not None:
                copy.pending = None
                self.expired += 1
            elif name == RETURN and copy.waiting_since is not None:
                self._returned[copy.id] = RETURN
            if tenant.has_settings:
                scene = Scene(copy, before_of(copy), tenant, self.now, timer=name, customer=self._customer(copy))
                copy.language = scene.customer.language
                self._look(replace(scene, standing=self.standings.get(copy.id)), None)
        if copy.waits:
            self.drains.add(copy.tenant_id)

    def end(self, copy: RoutedConversation) -> None:
        """Its customer was erased, and it with them: nobody has it, and what is heard late does not bring it back."""
        copy.status, copy.closed_at, copy.sequence = "closed", self.now, ERASED
        copy.timers, copy.pending, copy.transfer, copy.not_for = {}, None, None, frozenset()
        copy.queued_at = copy.waiting_since = None
        copy.contact_name = copy.knew = copy.language = copy.wanted = None
        copy.first_text = ""
        self.drains.add(copy.tenant_id)
        self._change(copy)

    def _moved(self, scene: Scene) -> None:
        copy, before, event = scene.conversation, scene.before, scene.event
        self._placed.pop(copy.id, None)
        self._returned.pop(copy.id, None)
        if not before.known:
            self.opened.add(copy.id)
        comes_back = before.status in ("closed", "snoozed") and copy.status == "open" and copy.assignee_id is not None
        if comes_back and event is not None and event.actor.type != "attendant":
            self._returned[copy.id] = event.id

    def _look(self, scene: Scene, cause: str | None) -> None:
        for part in self.parts:
            for decision in part(scene):
                self._decide(scene.conversation, decision, cause)

    def _decide(self, copy: RoutedConversation, decision: Decision, cause: str | None) -> None:
        made = Made(self.new_id(), copy, decision, copy.sequence, cause, copy.placement)
        if isinstance(decision, Assign | Queue):
            self._placed[copy.id] = made
            self.drains.add(copy.tenant_id)
        else:
            self._made.append(made)
            if isinstance(decision, SetFields) and decision.priority is not None:
                copy.priority = decision.priority
        self._change(copy)

    def _change(self, copy: RoutedConversation) -> None:
        copy.revision = self.tenants[copy.tenant_id].revision
        self.changed[copy.id] = copy

    def _customer(self, copy: RoutedConversation) -> Customer:
        return self.customers.get(copy.contact_id, UNKNOWN)

    # ------------------------------------------------------------------ what is decided

    def of_tenant(self, tenant_id: str) -> list[RoutedConversation]:
        """The changed conversations of a company."""
        return [copy for copy in self.changed.values() if copy.tenant_id == tenant_id]

    def needs_floor(self, tenant: Tenant) -> bool:
        """Whether it matters now who is there and what they have."""
        if not tenant.has_settings:
            return False
        if tenant.id in self.drains and tenant.teams:
            return True
        return any(
            copy.charge != charge_of(tenant, copy) or copy.id in self._placed or copy.id in self._returned
            for copy in self.of_tenant(tenant.id)
        )

    def count(self, floor: Floor, more: Iterable[RoutedConversation] = ()) -> None:
        """Count what changed conversations weigh now; `more` were not counted yet."""
        for copy in more:
            self._change(self.copies.setdefault(copy.id, copy))
        for copy in self.of_tenant(floor.tenant.id):
            self._count(floor, copy)

    def settle(self, floor: Floor) -> None:
        """Make of what the parts want what is decided: an attendant who can take it, or a queue."""
        for copy in self.of_tenant(floor.tenant.id):
            made = self._placed.get(copy.id)
            if copy.id in self._returned and made is None:
                self._come_back(floor, copy)
                made = self._placed.get(copy.id)
            if made is None:
                continue
            if isinstance(made.decision, Assign) and not self._can_take(floor, copy, made.decision):
                team = made.decision.team or copy.team_named(None)
                made = replace(made, decision=_refused(made.decision, team))
            self._place(floor, made)

    def give(self, floor: Floor, waiting: Iterable[RoutedConversation]) -> None:
        """Give away what waits, as far as somebody can take it. `waiting` are in their order, and all there are."""
        fresh = {one for one, made in self._placed.items() if made.conversation.waits}
        queue = list(waiting)
        timers = {copy.id: copy.timers for copy in queue}
        for given in give(floor, queue, fresh):
            self._give(floor, given)
        for copy in queue:
            if copy.timers is not timers[copy.id]:
                self._change(copy)

    def pulled(self, floor: Floor, given: Given) -> None:
        """Give one to somebody who asked for it."""
        self._give(floor, given)
        floor.charge(None, given.conversation.charge)

    def made(self) -> list[Made]:
        """All that was decided: placements first, since what else is decided does not change them."""
        return [*self._placed.values(), *self._made]

    def _give(self, floor: Floor, given: Given) -> None:
        copy, team = given.conversation, floor.tenant.teams.get(given.team_id or "")
        attendant = Named(id=given.attendant_id, name=floor.attendants[given.attendant_id].name)
        queued = self._placed.get(copy.id)
        wish = queued.decision if queued is not None and isinstance(queued.decision, Queue) else None
        moves = None if team is None or (queued is None and team.id == copy.team_id) else team.named
        say, strict = (wish.say, wish.strict) if wish is not None else ((), False)
        decision = Assign(attendant, given.reason, moves, say=say, strict=strict)
        sequence, cause = (queued.sequence, queued.cause) if queued is not None else (copy.sequence, None)
        made = Made(self.new_id(), copy, decision, sequence, cause)
        self._placed[copy.id] = made
        self._pend(copy, made, given.attendant_id, given.team_id)
        copy.charge = charge_of(floor.tenant, copy)
        self._change(copy)

    def _place(self, floor: Floor, made: Made) -> None:
        copy, decision = made.conversation, made.decision
        if isinstance(decision, Assign):
            team_id = decision.team.id if decision.team else copy.team_id
            self._placed[copy.id] = made
            self._pend(copy, made, decision.attendant.id, team_id)
        elif isinstance(decision, Queue):
            team_id = decision.team.id if decision.team else None
            if copy.waits and copy.team_id == team_id and copy.pending is None:  # it is there: nothing changes
                del self._placed[copy.id]
                if decision.say:
                    self._made.append(replace(made, decision=SayOnly(decision.say)))
                return
            self._placed[copy.id] = made
            self._pend(copy, made, None, team_id)
        self._count(floor, copy)

    def _pend(self, copy: RoutedConversation, made: Made, attendant_id: str | None, team_id: str | None) -> None:
        expires = self.now + UNHEARD
        copy.pending = Pending(made.id, copy.placement, attendant_id, team_id, expires)
        copy.set_timer(PENDING, expires)

    def _count(self, floor: Floor, copy: RoutedConversation) -> None:
        charge = charge_of(floor.tenant, copy)
        if charge != copy.charge:
            floor.charge(copy.charge, charge)
            copy.charge = charge
            self._change(copy)

    def _come_back(self, floor: Floor, copy: RoutedConversation) -> None:
        """The customer is back: to their attendant, if they can take it, else to the queue after some minutes."""
        minutes = floor.tenant.distribution.return_minutes
        is_due = self._returned[copy.id] == RETURN
        if minutes is None or not floor.tenant.teams or copy.status != "open":
            return
        if copy.assignee_id is None or floor.keeps(copy):
            return
        if copy.pending is not None:  # something else is under way; should nothing come of it, this is looked at again
            copy.set_timer(RETURN, copy.pending.expires_at)
            self._change(copy)
            return
        if is_due or minutes == 0:
            decision = Queue("returned", copy.team_named(_name(floor.tenant, copy.team_id)))
            self._placed[copy.id] = Made(self.new_id(), copy, decision, copy.sequence)
        else:
            copy.set_timer(RETURN, self.now + timedelta(minutes=minutes))
            self._change(copy)

    @staticmethod
    def _can_take(floor: Floor, copy: RoutedConversation, decision: Assign) -> bool:
        if not floor.is_there(decision.attendant.id):
            return False
        team = floor.tenant.teams.get(decision.team.id if decision.team else copy.team_id or "")
        if team is None:
            return True
        member = team.members.get(decision.attendant.id)
        mine = copy.charge is not None and copy.charge.attendant_id == decision.attendant.id
        weight = team.weight(copy.channel)
        return member is not None and floor.fits(member, team, weight, copy.channel, counted=mine)


def _refused(wish: Assign, team: Named | None) -> Queue:
    """What is decided instead, where somebody cannot take it."""
    return Queue("not_accepted", team, say=wish.say, strict=wish.strict)


def _name(tenant: Tenant, team_id: str | None) -> str | None:
    team = tenant.teams.get(team_id or "")
    return team.name if team else None
