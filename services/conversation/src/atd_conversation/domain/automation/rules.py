"""Automatic replies: what a company has decided to have said without a person, and when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from atd_conversation.domain.automation.hours import WeeklyHours
from atd_schemas.views import ChannelKind

Trigger = Literal["new_contact", "new_conversation", "keyword", "queued", "closed"]
"""`new_contact`: the first message that a customer ever writes. `new_conversation`: the first one of a conversation.
`keyword`: one of the words stands in a message. `queued`: the customer begins to wait in the queue. `closed`: the
conversation was closed."""

TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)

Occasion = Trigger | Literal["file_too_large"]
"""`file_too_large`: the customer sent a file that the channel does not hand over. Of the product's own rules alone."""

ClosedBy = Literal["anyone", "person", "automatic"]
When = Literal["always", "inside", "outside"]

MAX_REPLIES = 50
"""Automatic replies of one company."""

MAX_TEXT = 2000
"""Characters of the text of one."""

MAX_POSITION = 9_999
"""The highest place in the order; new ones go there, and of those at one place the one made first comes first."""

MAX_PERIOD_HOURS = 24 * 90
"""The longest time for which a reply is sent to the same customer but once."""


@dataclass(frozen=True, slots=True)
class AutomaticReply:
    """One rule. They are looked at by `position`; `words` belong to `keyword`, `closed_by` to `closed`.

    `when` says how `hours` count. No `channels`: on all of them but those where everybody reads what is written, which
    must be named. Within `period` it is sent to the same customer, in the same thread, at most once; None: each time.
    """

    id: str
    name: str
    trigger: Occasion
    text: str
    enabled: bool = True
    position: int = 0
    words: tuple[str, ...] = ()
    closed_by: ClosedBy = "anyone"
    when: When = "always"
    hours: WeeklyHours | None = None
    channels: Collection[ChannelKind] = ()
    period: timedelta | None = None
    kind: Literal["reply", "protocol", "file_too_large"] = "reply"
