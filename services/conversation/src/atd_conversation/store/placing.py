"""Whose a conversation is, as parts of its document and back; documents of earlier versions lack all of it."""

from typing import TYPE_CHECKING, Any

from atd_conversation.domain.conversation import Conversation
from atd_schemas.views import Named, ServiceLevelView, TransferView

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document


def placing_fields(conversation: Conversation) -> "Document":
    """The fields; None stands for one that is absent."""
    team, transfer, level = conversation.team, conversation.transfer, conversation.service_level
    return {
        "team": {"id": team.id, "name": team.name} if team else None,
        "placement": conversation.placement or None,
        "by_hand": dict(conversation.by_hand) or None,
        "queued_at": conversation.queued_at,
        "queue_position": conversation.queue_position,
        "transfer": transfer.model_dump(exclude_none=True) if transfer else None,
        "service_level": level.model_dump(exclude_none=True) if level else None,
    }


def placing_of(document: "Document") -> dict[str, Any]:
    """The arguments of a `Conversation`; those that the document lacks are left out."""
    plain = ("placement", "by_hand", "queued_at", "queue_position")
    found: dict[str, Any] = {name: document[name] for name in plain if name in document}
    if team := document.get("team"):
        found["team"] = Named(**team)
    if transfer := document.get("transfer"):
        found["transfer"] = TransferView.model_validate(transfer)
    if level := document.get("service_level"):
        found["service_level"] = ServiceLevelView.model_validate(level)
    return found
