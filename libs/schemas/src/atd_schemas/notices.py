"""`content` of messages of direction `system`: what happened, which clients put into words.

They are of kind `text`; the model is chosen by the `type` in them (`NOTICES`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from atd_schemas.content_base import Content


class NoticeContent(Content):
    """Of a message of direction `system`: what happened, which clients put into words."""

    type: str


class NumberChangedContent(Content):
    """Of a message of direction `system`: the customer has another phone number (E.164)."""

    type: Literal["number_changed"]
    previous_phone: str | None = None
    phone: str | None = None


class ContinuedContent(Content):
    """Of a message of direction `system`: two conversations of one customer on one account have become one thread.

    `continued_in` stands in the one that gave way, and names where the customer goes on; `continued_from` stands there
    and names the one that gave way.
    """

    type: Literal["continued_in", "continued_from"]
    conversation_id: str
    number: int


class ScheduledFailedContent(Content):
    """Of a message of direction `system`: a scheduled message could not be sent; `reason` is the code of why."""

    type: Literal["scheduled_failed"]
    scheduled_id: str
    author_name: str | None = None
    reason: str


class ReachabilityContent(Content):
    """Of a message of direction `system`: the customer cannot be written to any more, or can again, and why.

    `reason` is `blocked` (they do not want messages), `left` (a group put the company out), `gone` (there is nobody any
    more) or `back`.
    """

    type: Literal["unreachable", "reachable"]
    reason: str


class CameFromContent(Content):
    """Of a message of direction `system`: the customer followed a link or an advertisement into the conversation.

    What it was is the message's `referral`.
    """

    type: Literal["came_from"]


class ActionFailedContent(Content):
    """Of a message of direction `system`: a deed on a message was not done at the channel, and is undone here.

    `action` as in `outbound.action`; `reason` is the code of why.
    """

    type: Literal["action_failed"]
    action: str
    message_id: str
    reason: str


class MergedContent(Content):
    """Of a message of direction `system`: two records of customers were joined, or separated again.

    `merge_id` is what takes it back, `contact_id` and `name` the record that gave way or came back.
    """

    type: Literal["contacts_merged", "contacts_separated"]
    merge_id: str
    contact_id: str
    name: str | None = None


class RatingNotAskedContent(Content):
    """Of a message of direction `system`: the customer was not asked for a rating, and why.

    They are blocked; the reply window is closed; the channel cannot be written to; they cannot be reached there; a
    machine seems to answer there.
    """

    type: Literal["rating_not_asked"]
    reason: Literal["blocked", "window_closed", "channel", "unreachable", "loop"]


class RepliesStoppedContent(Content):
    """Of a message of direction `system`: no more automatic replies are sent, because a machine seems to answer them.

    They go on once a person writes. `rule_name` is the reply that was not sent.
    """

    type: Literal["automatic_replies_stopped"]
    rule_name: str | None = None


NOTICE_CONTENTS: tuple[type[Content], ...] = (
    NumberChangedContent,
    ContinuedContent,
    ReachabilityContent,
    CameFromContent,
    ActionFailedContent,
    MergedContent,
    ScheduledFailedContent,
    RatingNotAskedContent,
    RepliesStoppedContent,
    NoticeContent,
)
"""The most special first."""

NOTICES: Mapping[str, type[Content]] = MappingProxyType(
    {
        kind: model
        for model in NOTICE_CONTENTS
        if model is not NoticeContent
        for kind in get_args(model.model_fields["type"].annotation)
    }
)
