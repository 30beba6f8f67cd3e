"""Files that are made for somebody who asked for them (a transcript, an export), and are gone after some days."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from atd_schemas.envelope import Actor

KEPT = timedelta(days=7)
"""How long a file can be downloaded."""

PreparedKind = Literal["transcript", "contacts", "contact_data"]
PreparedState = Literal["pending", "running", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file that is made, or will be. `about` is the id of what it is about: the conversation, or the contact.

    `details` is what was asked for; `done` of `total` pieces are written; `name`, `mime_type` and `size` (bytes) are
    known once it is ready, `expires_at` is when it is removed.
    """

    id: str
    tenant_id: str
    kind: PreparedKind
    asked_by: Actor
    created_at: datetime
    about: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    state: PreparedState = "pending"
    done: int = 0
    total: int = 0
    name: str | None = None
    mime_type: str | None = None
    size: int | None = None
    expires_at: datetime | None = None

    def finished(self, name: str, mime_type: str, size: int, now: datetime) -> "PreparedFile":
        """The file once it is stored."""
        return replace(
            self, state="ready", done=self.total, name=name, mime_type=mime_type, size=size, expires_at=now + KEPT
        )
