"""What attendants have begun to write in a conversation and not sent: a draft of a reply, and one of a note.

Drafts are everybody's own. `version` grows with every change, also over a deletion, so that a device that was away
cannot take an old draft for a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

DraftDirection = Literal["outbound", "note"]

MAX_TEXT = 20_000
"""Characters of a draft: more than any channel or note takes, so that a text that is too long is kept as well."""

MAX_FILES = 30
"""Files of one draft, which can become several messages."""

MAX_DRAFTS = 1000
"""Drafts of one attendant."""


def holder_of_draft(draft_id: str) -> str:
    """By this name a draft holds its files."""
    return f"draft:{draft_id}"


@dataclass(frozen=True, slots=True)
class DraftPlace:
    """Whose draft it is, and where: everybody has one for each conversation and direction."""

    tenant_id: str
    conversation_id: str
    attendant_id: str
    direction: DraftDirection

    @property
    def id(self) -> str:
        return f"{self.conversation_id}:{self.attendant_id}:{self.direction}"

    @property
    def holder(self) -> str:
        """By this name a draft holds its files."""
        return holder_of_draft(self.id)

    def other(self) -> "DraftPlace":
        """The draft of the other direction."""
        direction: DraftDirection = "outbound" if self.direction == "note" else "note"
        return DraftPlace(self.tenant_id, self.conversation_id, self.attendant_id, direction)


@dataclass(frozen=True, slots=True)
class UnsentDraft:
    """A draft. `files` says by id as what each file is to be sent, where its writer chose that."""

    place: DraftPlace
    text: str = ""
    files: Mapping[str, str | None] | None = None
    reply_to: str | None = None
    version: int = 0
    updated_at: datetime | None = None

    @property
    def file_ids(self) -> tuple[str, ...]:
        return tuple(self.files or ())

    def says(self, text: str | None, attachment_ids: tuple[str, ...]) -> bool:
        """Whether a message of this text and these files has said all that the draft holds."""
        return (not self.text.strip() or self.text.strip() == (text or "").strip()) and set(self.file_ids) <= set(
            attachment_ids
        )


def next_version(before: int, now: datetime) -> int:
    """The version after this one: the time in milliseconds, and always a later one."""
    return max(before + 1, int(now.timestamp() * 1000))
