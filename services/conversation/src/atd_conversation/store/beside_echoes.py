"""What a list shows of a conversation once its last message turns out to be one of another conversation."""

from typing import TYPE_CHECKING

from atd_conversation.domain.echoes import LISTED, is_echo
from atd_conversation.intake.batch import Batch, told_ids
from atd_conversation.store.indexes import MESSAGES
from atd_conversation.store.message_documents import message_of

if TYPE_CHECKING:
    from atd_conversation.intake.loaded import Loaded
    from atd_conversation.store.reads import Reads


async def load_beside_echoes(reads: "Reads", loaded: "Loaded", batch: Batch) -> None:
    """Read the message before such an echo, one query for each conversation; hardly any batch has one."""
    echoes: dict[str, set[str]] = {}
    for receipt in batch.receipts:
        for external_id in told_ids(receipt):
            echo = loaded.target(receipt.data.account_id, external_id)
            if echo is not None and echo.id != receipt.data.message_id and is_echo(echo):
                echoes.setdefault(echo.conversation_id, set()).add(echo.id)
    for conversation_id, ids in echoes.items():
        conversation = loaded.conversations.get(conversation_id)
        if conversation is None or conversation.last_message is None or conversation.last_message.id not in ids:
            continue
        listed = {"direction": {"$in": list(LISTED)}, "same_as": None, "_id": {"$nin": sorted(ids)}}
        query = {"tenant_id": conversation.tenant_id, "conversation_id": conversation_id, **listed}
        for row in await reads.query(MESSAGES, query, limit=1, sort=[("sequence", -1)]):
            if row["_id"] not in loaded.messages:
                loaded.add_message(message_of(row))
