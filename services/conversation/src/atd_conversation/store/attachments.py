"""Documents of files: what a file is, whose it is and whether it is here. Its bytes are in the file store."""

from typing import TYPE_CHECKING

from atd_conversation.domain.attachments import StoredAttachment
from atd_conversation.domain.message_files import Attachment
from atd_conversation.store.message_documents import attachment_fields, attachment_of

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document


def stored_attachment_document(stored: StoredAttachment) -> "Document":
    """The whole document; its `_id` is the file's."""
    fields = attachment_fields(stored.attachment)
    whose = {} if stored.contact_id is None else {"contact_id": stored.contact_id}
    return {
        "_id": fields.pop("id"),
        "tenant_id": stored.tenant_id,
        "conversation_id": stored.conversation_id,
        "message_id": stored.message_id,
        **fields,
        "uploaded_by": stored.uploaded_by,
        "created_at": stored.created_at,
        **whose,
    }


def stored_attachment_of(document: "Document") -> StoredAttachment:
    """The file of a document."""
    return StoredAttachment(
        tenant_id=document["tenant_id"],
        attachment=attachment_of({**document, "id": document["_id"]}),
        created_at=document["created_at"],
        conversation_id=document["conversation_id"],
        message_id=document["message_id"],
        uploaded_by=document["uploaded_by"],
        contact_id=document.get("contact_id"),
    )


def changed_attachment(attachment: Attachment) -> "Document":
    """The fields of a file's document that change during its life."""
    fields = attachment_fields(attachment)
    return {name: fields[name] for name in _CHANGED}


_CHANGED = ("mime_type", "size", "state", "sha256", "error", "attempt", "width", "height")
