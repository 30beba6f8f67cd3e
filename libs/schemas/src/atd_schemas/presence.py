"""`presence.events.v1`: who is looking at a conversation, who is typing in it, whose favourite it is and whose draft.

Shown to whoever is connected at the moment, stored nowhere, never sent again. `subject` is the id of the conversation.
Viewing and typing are true for seconds only: whoever shows one forgets it by itself, `VIEWING_SECONDS` and
`TYPING_SECONDS` after the last repeat. A favourite is shown to the attendant alone whose it is; who missed it asks for
the list again. So is a draft: what is written in it is never told here.
"""

from typing import Annotated, Literal

from pydantic import Field

from atd_schemas.envelope import Envelope, Schema
from atd_schemas.views import ReadMarkView

VIEWING_SECONDS = 30.0
"""Somebody who looks at a conversation repeats it every 15 seconds; after this silence it has ended."""

TYPING_SECONDS = 6.0
"""Somebody who types repeats it every 3 seconds; after this silence it has ended."""


class ViewingData(Schema):
    """Whether the actor looks at the conversation, or has just stopped."""

    viewing: bool


class TypingData(Schema):
    """What the actor writes: a note that only colleagues see, or an answer."""

    note: bool = False


class FavouritedData(Schema):
    """Whether the conversation is among the actor's favourites from now on."""

    favourite: bool


class DraftedData(Schema):
    """Which draft of the actor has changed, to a reply or a note; `empty`: there is none any more."""

    direction: Literal["outbound", "note"]
    version: int
    empty: bool = False


class OwnSettingData(Schema):
    """Which item of the actor's own (`setting`: of which kind) was made, changed or `deleted`."""

    setting: str
    id: str
    deleted: bool = False


class ReadData(Schema):
    """How far the actor has read from now on, in the words of `ConversationView`."""

    unread_count: int
    first_unread_sequence: int | None = None
    read_mark: ReadMarkView | None = None
    mention_sequence: int | None = None


class ConversationViewing(Envelope):
    """Somebody looks at a conversation, or stopped. `connection_id` is the WebSocket that said so, if it was one."""

    type: Literal["conversation.viewing"] = "conversation.viewing"
    connection_id: str | None = None
    data: ViewingData


class ConversationTyping(Envelope):
    """Somebody is typing in a conversation. `connection_id` is the WebSocket that said so, if it was one."""

    type: Literal["conversation.typing"] = "conversation.typing"
    connection_id: str | None = None
    data: TypingData


class ConversationFavourited(Envelope):
    """A conversation has become a favourite of the actor, or is none any more: for their other devices alone."""

    type: Literal["conversation.favourited"] = "conversation.favourited"
    data: FavouritedData


class ConversationDrafted(Envelope):
    """A draft of the actor in a conversation has changed: for their other devices alone, which read it again."""

    type: Literal["conversation.drafted"] = "conversation.drafted"
    data: DraftedData


class ConversationRead(Envelope):
    """The actor has read a conversation, or marked it as unread: for their other devices alone."""

    type: Literal["conversation.read"] = "conversation.read"
    data: ReadData


class OwnSettingChanged(Envelope):
    """Something that is the actor's own, such as a quick reply, has changed: for their other devices alone.

    `subject` is the item's id.
    """

    type: Literal["setting.own_changed"] = "setting.own_changed"
    data: OwnSettingData


PresenceEvent = Annotated[
    ConversationViewing
    | ConversationTyping
    | ConversationFavourited
    | ConversationRead
    | ConversationDrafted
    | OwnSettingChanged,
    Field(discriminator="type"),
]
