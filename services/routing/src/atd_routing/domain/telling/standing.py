"""How a conversation stands in its queue, and how long it will take."""

import math
from dataclasses import dataclass
from datetime import timedelta

RATE_WINDOW = timedelta(hours=1)
"""What a team has given away in this time says how fast its queue goes."""

LEAST_GIVEN = 3
"""From fewer than this nothing can be said."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`position`: 1 is the next one. `given`: how many the team has given away within `RATE_WINDOW`."""

    position: int
    given: int = 0

    @property
    def wait(self) -> timedelta | None:
        """The estimated wait, to the full minute; None: not known."""
        return estimated_wait(self.position, self.given)


def estimated_wait(position: int, given: int) -> timedelta | None:
    """How long it takes until so many are given away, if it goes on as in the last `RATE_WINDOW`; None: not known."""
    if given < LEAST_GIVEN:
        return None
    return timedelta(minutes=math.ceil(position * (RATE_WINDOW / timedelta(minutes=1)) / given))
