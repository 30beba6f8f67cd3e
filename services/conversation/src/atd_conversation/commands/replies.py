"""What quick replies do besides being kept: they have files, and are filled in for a conversation."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from atd_conversation.commands.effects import refused
from atd_conversation.domain.catalogue import CatalogueItem
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.replies import variable_values
from atd_conversation.store.files import Files
from atd_conversation.store.queries import Queries
from atd_schemas.envelope import Actor
from atd_servicekit.clock import Clock
from atd_servicekit.problems import not_found
from atd_servicekit.text_variables import Filled, filled

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


def keeper_of(reply: CatalogueItem) -> str:
    """By this name a reply keeps its files."""
    return f"reply:{reply.id}"


def keeping_files(
    files: Files, clock: Clock
) -> "Callable[[Session, Actor, CatalogueItem | None, CatalogueItem | None], Awaitable[None]]":
    """What runs with every change of a reply: its files are kept with it, and given up with it.

    Raises `Problem` 422 `unknown_attachment`.
    """

    async def keep(
        session: "Session", _actor: Actor, before: CatalogueItem | None, after: CatalogueItem | None
    ) -> None:
        reply = after or before
        if reply is None:
            return
        had: list[dict[str, Any]] = list(before.values["attachments"]) if before else []
        known = {one["id"]: one for one in had}
        wanted: list[str] = list(dict.fromkeys(after.values["attachment_ids"])) if after else []
        added = [one for one in wanted if one not in known]
        found = await files.uploads(reply.tenant_id, added, session) if added else {}
        for at, file_id in enumerate(wanted):
            if file_id not in known and file_id not in found:
                raise refused(Refusal("unknown_attachment", "is not an unused upload", f"attachment_ids[{at}]"))
        known |= {file_id: _remembered(file.attachment) for file_id, file in found.items()}
        if after is not None:
            after.values = {
                **after.values,
                "attachment_ids": wanted,
                "attachments": [known[file_id] for file_id in wanted],
            }
        keeper = keeper_of(reply)
        await files.keep(session, added, keeper)
        await files.give_up(session, [one["id"] for one in had if one["id"] not in wanted], keeper, clock.now())

    return keep


def attachments_of(reply: CatalogueItem) -> list[Attachment]:
    """The files of a reply."""
    return [Attachment(**one, state="ready") for one in reply.values["attachments"]]


async def filled_in(queries: Queries, tenant_id: str, conversation_id: str, text: str, attendant: str | None) -> Filled:
    """A text with its variables filled in for a conversation, as this attendant says it. Raises `Problem` 404."""
    conversation = await queries.conversation(tenant_id, conversation_id)
    contact = await queries.contacts.one(tenant_id, conversation.contact.id) if conversation else None
    if conversation is None or contact is None:
        raise not_found("Conversation not found.")
    return filled(text, variable_values(contact, conversation, attendant))


def _remembered(attachment: Attachment) -> dict[str, Any]:
    names = ("id", "name", "mime_type", "size", "sha256", "width", "height")
    return {name: getattr(attachment, name) for name in names}
