"""What a body says that is no event yet, or none of conversation's. Data for `held` and for the account's warnings."""

from dataclasses import dataclass
from datetime import datetime

from atd_ingest_meta.accounts.model import Account
from atd_schemas.inbound import (
    InboundContact,
    InboundDelete,
    InboundEcho,
    InboundEdit,
    InboundMessage,
    InboundReaction,
    InboundVisibility,
)

CommentEvent = InboundEcho | InboundEdit | InboundDelete | InboundVisibility | InboundReaction


@dataclass(frozen=True, slots=True)
class CommentNote:
    """Whose a comment is: `contact` is whom the page's answers to it, and changes of it, are about."""

    account: Account
    comment_id: str
    contact: InboundContact


@dataclass(frozen=True, slots=True)
class EchoNote:
    """What the company wrote, perhaps from here: it is told only if it does not turn out to be a send of ours."""

    account: Account
    event: InboundEcho


@dataclass(frozen=True, slots=True)
class UnaddressedNote:
    """A comment of the page itself, or a change of a comment by the page: the customer is whose `comment_id` is.

    Until that is known, the contact of `event` is the page. `own_comment`: it can be a send of ours.
    """

    account: Account
    event: CommentEvent
    comment_id: str
    own_comment: bool = False


@dataclass(frozen=True, slots=True)
class IncompleteNote:
    """A comment of which the webhook says too little: its author, or what it shows, has to be asked for.

    `event` is what is told when Meta does not tell more.
    """

    account: Account
    event: InboundMessage
    comment_id: str


@dataclass(frozen=True, slots=True)
class PolicyNote:
    """Meta warns an account, blocks it, or lets it in again (`action`), and says why."""

    account: Account
    at: datetime
    action: str
    reason: str | None = None


Note = CommentNote | EchoNote | UnaddressedNote | IncompleteNote | PolicyNote
