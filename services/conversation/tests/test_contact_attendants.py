"""To whom conversations of a contact are assigned is kept on the contact, whatever else the transaction does."""

from typing import Any

import pytest

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_schemas.views import ContactRef, Named
from atd_testing.inbound import NOON, customer_message

WORDS = customer_message("t1", "a1", "w1", text="Oi").data


@pytest.mark.parametrize(("ends", "left"), [(True, ["bia"]), (False, ["bia", "rui"])])
async def test_who_gets_a_contacts_first_conversation_sees_it_also_when_they_had_written_it_down(
    parts: Any, ends: bool, left: list[str]
) -> None:
    """`ends`: the first sight of those who wrote it down, which is taken away before anybody gains theirs."""
    writer = "bia" if ends else "rui"
    contact = {"_id": "k1", "tenant_id": "t1", "attendants": [writer], "written_by": writer}
    await parts.db.contacts.insert_one(contact)
    conversation, _ = Conversation.open("c1", 7, "t1", ContactRef(id="k1", name="Ana"), WORDS, NOON)
    conversation.assign(Named(id="bia", name="Bia"), NOON)
    unit = UnitOfWork()
    unit.new_conversations[conversation.id] = conversation
    unit.first_seen |= {"k1"} if ends else set()
    await parts.mongo.transaction(lambda session: parts.store.save(session, unit, NOON))
    stored = await parts.db.contacts.find_one({"_id": "k1"})
    assert (sorted(stored["attendants"]), stored["attendant_changes"]) == (left, 1)
