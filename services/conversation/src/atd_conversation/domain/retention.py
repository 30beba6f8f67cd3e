"""How long a tenant keeps messages, files and customers, and what becomes of what is not kept."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.failure_texts.text import FailureText
from atd_conversation.domain.message import Message
from atd_schemas.inbound import SendFailure

SHORTEST_DAYS, LONGEST_DAYS = 30, 3_650

RetentionKind = Literal["messages", "files", "contacts"]
KINDS: tuple[RetentionKind, ...] = ("messages", "files", "contacts")
"""In the order in which a run goes over them."""

EXPIRED = FailureText(
    "expired",
    "O arquivo foi apagado depois do prazo de guarda da empresa.",
    "The file was deleted after the company's retention period.",
    "El archivo se eliminó después del plazo de conservación de la empresa.",
    retryable=False,
)


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """Days until each kind is removed; None: never.

    Messages of closed conversations without activity for so long; files that are older; customers without activity for
    so long and without an open conversation.
    """

    messages_days: int | None = None
    files_days: int | None = None
    contacts_days: int | None = None

    def until(self, kind: RetentionKind, now: datetime) -> datetime | None:
        """Before which moment something of this kind is removed; None: nothing is."""
        days: int | None = getattr(self, f"{kind}_days")
        return None if days is None else now - timedelta(days=days)

    @property
    def keeps_all(self) -> bool:
        return self == RetentionPolicy()


def without_files(conversation: Conversation, message: Message, attachment_ids: Collection[str]) -> list[Change]:
    """The message shows that these files of it are gone, and nobody can have them fetched again."""
    error = EXPIRED.error(SendFailure(code="", reason="unknown"))
    files = tuple(
        replace(one, state="failed", error=error, source=None, sha256=None)
        if one.id in attachment_ids and one.state == "ready"
        else one
        for one in message.attachments
    )
    if files == message.attachments:
        return []
    message.attachments = files
    return [conversation.revise("message.updated", message, ("attachments",))]
