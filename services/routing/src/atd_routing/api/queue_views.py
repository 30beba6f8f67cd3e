"""What is shown of queues."""

from pydantic import BaseModel

from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.queue.reasons import ReasonCode
from atd_schemas.envelope import Timestamp
from atd_schemas.views import ChannelKind, Named, Priority


class ReasonView(BaseModel):
    """Why a conversation waits. `count`: how many are full, are open, or come first; `until`: when it ends.

    `attendant`: who is waited for. See docs/routing.md for each code.
    """

    code: ReasonCode
    count: int | None = None
    until: Timestamp | None = None
    attendant: Named | None = None


class QueuedView(BaseModel):
    """A conversation that waits. `position`: 1 is the next one. `estimate_seconds`: null where it is not known."""

    conversation_id: str
    team: Named | None
    position: int
    since: Timestamp
    priority: Priority
    estimate_seconds: int | None
    reasons: list[ReasonView]


class QueueTeamView(BaseModel):
    """A team's queue as a whole; null `team`: conversations without one.

    `room`: how many more its online members can be given, of kinds of channel of which they may have more; null: any
    number. `full_channels`: the kinds of which none of them can be given another one.
    """

    team: Named | None
    waiting: int
    longest_since: Timestamp | None
    online: int = 0
    away: int = 0
    busy: int = 0
    room: int | None = 0
    full_channels: tuple[ChannelKind, ...] = ()


def named(floor: Floor, attendant_id: str | None) -> Named | None:
    """An attendant with their name, as far as it is known."""
    if attendant_id is None:
        return None
    attendant = floor.attendants.get(attendant_id)
    return Named(id=attendant_id, name=attendant.name if attendant else None)
