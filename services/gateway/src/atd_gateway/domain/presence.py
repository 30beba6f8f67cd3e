"""What one connection tells its colleagues, and what a process knows of who is looking at what. Pure.

Said by a client: which conversation it looks at (`seen`) and in which it types (`typing`). Told to the others: at most
one round each second and connection, of what is true then; what was true in between is left out.
"""

from dataclasses import dataclass, field
from math import inf

from atd_gateway.domain.frames import Transient
from atd_schemas.presence import VIEWING_SECONDS

EVERY_SECONDS = 1.0
"""How often one connection's news are told to the others, at the most."""

SHOWN = 200
"""How many of those who look at conversations are shown to a new connection; it hears of all within 15 seconds."""


@dataclass(frozen=True, slots=True)
class Viewing:
    """The connection looks at a conversation, or no longer."""

    conversation_id: str
    viewing: bool


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody types in a conversation: a note, or an answer."""

    conversation_id: str
    note: bool = False


@dataclass(slots=True)
class Announcements:
    """Decides what of a connection's words is worth telling, and when."""

    _viewing: str | None = None
    _told: str | None = None
    _repeat: bool = False
    _typing: Typing | None = None
    _told_at: float = -inf

    def see(self, conversation_id: str | None) -> None:
        """It looks at this conversation, still or from now on; None: at none."""
        self._viewing, self._repeat = conversation_id, conversation_id is not None

    def type(self, typing: Typing) -> None:
        """It types."""
        self._typing = typing

    @property
    def viewing(self) -> str | None:
        """The conversation that it looks at."""
        return self._viewing

    @property
    def waiting(self) -> bool:
        """Whether there is something to tell."""
        return self._repeat or self._typing is not None or self._viewing != self._told

    def take(self, now: float) -> list[Viewing | Typing]:
        """What to tell now, oldest truth first: at most three things. Nothing before a second is over."""
        if not self.waiting or now - self._told_at < EVERY_SECONDS:
            return []
        found: list[Viewing | Typing] = []
        if self._told is not None and self._told != self._viewing:
            found.append(Viewing(self._told, viewing=False))
        if self._viewing is not None and (self._repeat or self._told != self._viewing):
            found.append(Viewing(self._viewing, viewing=True))
        if self._typing is not None:
            found.append(self._typing)
        self._told, self._repeat, self._typing, self._told_at = self._viewing, False, None, now
        return found


@dataclass(frozen=True, slots=True)
class _Viewer:
    tenant_id: str
    conversation_id: str
    actor_id: str | None
    until: float
    frame: Transient


@dataclass(slots=True)
class Viewers:
    """Who looks at what, by connection: a connection looks at one conversation at a time.

    At most `limit` connections of all tenants together; the one that was silent longest is forgotten first. Times are
    seconds of a monotonic clock, which never goes back.
    """

    limit: int = 50_000
    _all: dict[str, _Viewer] = field(default_factory=dict)  # the longest silent first
    _tenants: dict[str, dict[str, _Viewer]] = field(default_factory=dict)

    def take(self, frame: Transient, now: float) -> bool:
        """Note one frame; False when others need not see it: the same person still looks, by another connection."""
        self._forget_silent(now)
        if frame.viewing is None or frame.connection_id is None:
            return True
        self._forget(frame.connection_id)
        if frame.viewing:
            self._add(frame.connection_id, frame, now)
            return True
        return not any(
            one.conversation_id == frame.subject and one.actor_id == frame.actor_id
            for one in self._of(frame.tenant_id).values()
        )

    def present(self, tenant_id: str, now: float) -> list[Transient]:
        """For each person of a tenant and conversation that they look at: the last frame; the newest `SHOWN`."""
        self._forget_silent(now)
        found: dict[tuple[str, str | None], Transient] = {}
        for one in reversed(self._of(tenant_id).values()):
            found.setdefault((one.conversation_id, one.actor_id), one.frame)
            if len(found) == SHOWN:
                break
        return list(found.values())

    def __len__(self) -> int:
        return len(self._all)

    def _of(self, tenant_id: str) -> dict[str, _Viewer]:
        return self._tenants.get(tenant_id, {})

    def _add(self, connection_id: str, frame: Transient, now: float) -> None:
        while len(self._all) >= self.limit:
            self._forget(next(iter(self._all)))
        viewer = _Viewer(frame.tenant_id, frame.subject, frame.actor_id, now + VIEWING_SECONDS, frame)
        self._all[connection_id] = viewer
        self._tenants.setdefault(frame.tenant_id, {})[connection_id] = viewer

    def _forget(self, connection_id: str) -> None:
        viewer = self._all.pop(connection_id, None)
        if viewer is None:
            return
        of_tenant = self._tenants[viewer.tenant_id]
        del of_tenant[connection_id]
        if not of_tenant:
            del self._tenants[viewer.tenant_id]

    def _forget_silent(self, now: float) -> None:
        while self._all:
            connection_id, oldest = next(iter(self._all.items()))
            if oldest.until > now:
                return
            self._forget(connection_id)
