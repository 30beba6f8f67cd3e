"""Changing and taking back what was sent, hiding comments, over HTTP and back from the channel."""

from typing import Any

import pytest
import pytest_asyncio

from atd_schemas.inbound import SendFailure
from atd_testing.inbound import send_receipt

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAILURE = SendFailure(code="400", reason="message", detail="message can't be edited")
POST: Any = {"id": "p1", "kind": "post", "public": True}


class Chat:
    """A conversation on a channel where what was sent can be changed."""

    def __init__(self, desk: Any, kind: str, conversation_id: str) -> None:
        self.desk = desk
        self.kind = kind
        self.thread = f"/conversations/{conversation_id}/messages"

    async def sent(self, text: str = "Oi") -> str:
        """A message that the channel has."""
        message_id: str = (await self.desk.do("POST", self.thread, {"text": text}))["id"]
        await self.tell("sent", message_id, external_id=f"x-{message_id}")
        return message_id

    async def tell(self, status: Any, message_id: str, **more: Any) -> None:
        now, cause = self.desk.service.runtime.clock.now(), more.pop("cause", None)
        told = {"message_id": message_id, "channel": self.kind, "occurred_at": now, **more}
        receipt = send_receipt(self.desk.tenant, self.desk.account, status, **told)
        await self.desk.service.take(receipt.model_copy(update={"causation_id": cause}))

    async def asked(self, message_id: str) -> list[str]:
        """What the channel was asked for and has not answered."""
        stored = await self.desk.service.db.messages.find_one({"_id": message_id})
        return [one["action"] for one in stored["deeds"]]

    async def items(self) -> list[Any]:
        return list((await self.desk.get(self.thread))["items"])


async def chat_on(desk: Any, kind: str, **more: Any) -> Chat:
    (conversation_id,) = await desk.written(channel=kind, phone=None, **more)
    return Chat(desk, kind, conversation_id)


@pytest_asyncio.fixture(loop_scope="module")
async def chat(desk: Any) -> Chat:
    return await chat_on(desk, "telegram")


async def test_an_edit_is_shown_at_once_and_asked_of_the_channel(chat: Chat) -> None:
    message_id = await chat.sent()
    edited = await chat.desk.do("PATCH", f"/messages/{message_id}", {"text": "Bom dia"})
    assert (edited["text"], [one["text"] for one in edited["earlier"]]) == ("Bom dia", ["Oi"])
    assert (await chat.items())[0] == edited
    await chat.desk.do("PATCH", f"/messages/{message_id}", {"text": "Bom dia"})  # says so already
    removed = await chat.desk.do("DELETE", f"/messages/{message_id}")
    assert (removed["text"], removed["deleted_at"] is not None, removed.get("earlier", [])) == (None, True, [])
    assert await chat.desk.do("DELETE", f"/messages/{message_id}") == removed
    asked = await chat.asked(message_id)
    assert asked == ["edit", "delete"]


async def test_what_the_channel_refuses_is_undone_and_the_thread_says_so(chat: Chat) -> None:
    message_id = await chat.sent()
    await chat.desk.do("DELETE", f"/messages/{message_id}")
    stored = await chat.desk.service.db.messages.find_one({"_id": message_id})
    cause = stored["deeds"][0]["command"]
    await chat.tell("failed", message_id, about="action", failure=FAILURE, cause=cause)

    notice, message = (await chat.items())[:2]
    assert (message["text"], message["deleted_at"]) == ("Oi", None)
    assert (notice["content"]["type"], notice["content"]["action"]) == ("action_failed", "delete")


async def test_what_was_taken_back_cannot_be_found(chat: Chat) -> None:
    message_id = await chat.sent("Quetzalcoatl")
    await chat.desk.do("DELETE", f"/messages/{message_id}")
    assert (await chat.desk.get("/search", q="Quetzalcoatl"))["items"] == []


async def test_what_a_colleague_wrote_is_changed_by_supervisors_alone(chat: Chat, problem: Any) -> None:
    message_id = await chat.sent()
    colleague = chat.desk.colleague()
    answer = await colleague.ask("PATCH", f"/messages/{message_id}", {"text": "Outra"})
    assert problem(answer)[:2] == (403, "forbidden")
    assert problem(await colleague.ask("DELETE", f"/messages/{message_id}"))[:2] == (403, "forbidden")
    supervisor = chat.desk.colleague(permissions=("conversations:write", "settings:manage"))
    assert (await supervisor.do("PATCH", f"/messages/{message_id}", {"text": "Outra"}))["text"] == "Outra"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"text": ""}, (422, "invalid", ["text"])),
        ({"text": "x" * 4097}, (422, "too_long", ["text"])),
    ],
)
async def test_an_edit_that_the_channel_would_refuse_is_refused_here(chat: Chat, body: Any, expected: Any) -> None:
    assert await chat.desk.refused("PATCH", f"/messages/{await chat.sent()}", body) == expected


async def test_a_message_that_is_not_at_the_channel_yet_is_a_conflict(chat: Chat) -> None:
    pending = (await chat.desk.do("POST", chat.thread, {"text": "Oi"}))["id"]
    for method, body in (("PATCH", {"text": "Olá"}), ("DELETE", None)):
        assert (await chat.desk.refused(method, f"/messages/{pending}", body))[:2] == (409, "not_sent")


async def test_a_public_comment_is_hidden_shown_and_taken_away(desk: Any) -> None:
    chat = await chat_on(desk, "facebook", thread=POST)
    (comment,) = await chat.items()
    path = f"/messages/{comment['id']}"
    assert (await desk.do("PUT", f"{path}/hidden"))["hidden"] is True
    assert "hidden" not in await desk.do("DELETE", f"{path}/hidden")
    assert (await desk.do("DELETE", path))["deleted_at"] is not None
    assert await chat.asked(comment["id"]) == ["hide", "show", "delete"]


async def test_a_private_message_of_a_customer_is_theirs(chat: Chat) -> None:
    (message,) = [one for one in await chat.items() if one["direction"] == "inbound"]
    path = f"/messages/{message['id']}"
    for method, url in (("PUT", f"{path}/hidden"), ("DELETE", f"{path}/hidden"), ("DELETE", path)):
        assert (await chat.desk.refused(method, url))[:2] == (422, "kind_not_supported")


async def test_the_timeline_says_who_took_a_message_back(chat: Chat) -> None:
    message_id = await chat.sent()
    await chat.desk.do("DELETE", f"/messages/{message_id}")
    entries = (await chat.desk.get(chat.thread.replace("/messages", "/timeline")))["items"]
    (entry,) = [one for one in entries if one["type"] == "message.deleted"]
    assert (entry["actor"]["id"], entry["details"]["message_id"]) == ("bia", message_id)
