"""For how long a customer can be answered after what they did last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Act = Literal["message", "reaction", "referral", "opt_in", "other"]
"""What a customer does: writes (a tap on a button too), reacts, follows a link, agrees to be written to."""


class WindowEnd(NamedTuple):
    """Until when people can answer (`person`), and until when rules and bots can too (`free`; None: as long)."""

    person: datetime
    free: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyWindow:
    """The reply window of a channel.

    `free` is how long anything can be sent after what the customer did last; `person`, longer than that, how long a
    person may answer; None: as long. `templates`: those can be sent at any time. `opened_by`: what opens it.
    """

    free: timedelta
    person: timedelta | None = None
    templates: bool = False
    opened_by: Collection[Act] = frozenset[Act]({"message"})

    def end(self, moment: datetime) -> WindowEnd:
        """When it closes, after something that the customer did at this moment."""
        if self.person is None:
            return WindowEnd(moment + self.free, None)
        return WindowEnd(moment + self.person, moment + self.free)

    def closed(self, moment: datetime) -> WindowEnd:
        """Of a customer who has never done anything."""
        return WindowEnd(moment, None if self.person is None else moment)


def why_closed(*, person_may: bool, templates: bool) -> str:
    """What a refusal says: what helps now. `person_may`: a person could still answer; `templates`: there are some."""
    if person_may:
        return "Only a person may answer now; the time in which rules and bots can has ended."
    if templates:
        return "The reply window has closed; only templates can be sent until the customer writes again."
    return "The reply window has closed; nothing can be sent until the customer writes again."
