"""A public comment is answered in private: once, to the comment, and then it is the customer's turn."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from atd_schemas.ids import uuid7
from atd_schemas.inbound import SendFailure
from atd_schemas.topics import OUTBOUND_BY_CHANNEL
from atd_testing.inbound import customer_message, deleted, send_receipt

from .test_api_public_comments import below

pytestmark = pytest.mark.asyncio(loop_scope="module")

PSID = "900100"
TRY_AGAIN = SendFailure(code="2", reason="transient", detail="Try again")
FINAL = SendFailure(code="10900", reason="already_replied", detail="Activity already replied to")


class Page:
    """A page's comments, and the same page's Messenger."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.messenger = f"m-{desk.tenant}"

    async def comment(self, number: Any = 1, customer: str = "ana", **more: Any) -> str:
        """Our id of a comment that somebody writes."""
        event = below(self.desk, number, customer, **more)
        await self.desk.service.take(event)
        return str(event.id)

    async def reply(self, comment_id: str, text: str = "Oi, Ana", **more: Any) -> Any:
        return await self.desk.do("POST", f"/messages/{comment_id}/private-reply", {"text": text, **more})

    async def refused(self, comment_id: str, **body: Any) -> Any:
        return (await self.desk.refused("POST", f"/messages/{comment_id}/private-reply", {"text": "Oi", **body}))[:2]

    def receipt(self, message: Any, status: Any, **more: Any) -> Any:
        return send_receipt(
            self.desk.tenant, self.messenger, status, message_id=message["id"], channel="messenger", **more
        )

    async def sent(self, message: Any, psid: str = PSID) -> None:
        """Meta takes the answer, and tells whom it went to."""
        told = self.receipt(message, "sent", external_id=f"mid.{message['id']}", recipient="comment:x", aliases=(psid,))
        await self.desk.service.take(told)

    def writes(self, external_id: str, psid: str = PSID, **more: Any) -> Any:
        """The person writes to the page in private."""
        values = {"occurred_at": self.desk.service.runtime.clock.now(), "name": "Ana Lima", **more}
        return customer_message(
            self.desk.tenant, self.messenger, external_id, customer=psid, channel="messenger", **values
        )

    async def message(self, message_id: str) -> Any:
        row = await self.desk.service.db.messages.find_one({"_id": message_id})
        page = await self.desk.get(f"/conversations/{row['conversation_id']}/messages")
        return next(one for one in page["items"] if one["id"] == message_id)

    async def conversations(self) -> dict[str, Any]:
        """Those of the tenant, by channel."""
        items = (await self.desk.get("/conversations"))["items"]
        found: dict[str, Any] = {}
        for one in items:
            found.setdefault(one["channel"]["kind"], []).append(one)
        return found


@pytest.fixture
def page(desk: Any) -> Page:
    return Page(desk)


async def test_the_first_goes_to_the_comment_and_the_comment_says_so(page: Page) -> None:
    comment_id = await page.comment()
    async with page.desk.service.reading(OUTBOUND_BY_CHANNEL["messenger"]) as reader:
        said = await page.reply(comment_id)
        (command,) = await reader.until(bool, page.desk.tenant)
    assert (command.data.private_reply_to, command.data.recipient) == ("p1_1", "comment:p1_1")
    assert (command.data.account_id, command.data.thread_id, command.data.by_person) == (page.messenger, None, True)
    comment = await page.message(comment_id)
    assert command.data.reply_until is not None
    assert said["content"]["shared"] == {"type": "comment", "id": "p1_1"}
    assert comment["private_reply"]["message_id"] == said["id"]
    assert comment["private_reply"]["conversation_id"] == said["conversation_id"]
    found = await page.conversations()
    (private,), (public,) = found["messenger"], found["facebook"]
    assert (private["id"], private["status"], private["assignee"]["id"]) == (said["conversation_id"], "open", "bia")
    assert private["contact"]["id"] == public["contact"]["id"]
    assert "thread" not in private


async def test_a_comment_is_answered_in_private_once_also_by_two_at_a_time(page: Page) -> None:
    comment_id = await page.comment()
    path = f"/messages/{comment_id}/private-reply"
    both = await asyncio.gather(*(page.desk.ask("POST", f"{path}", {"text": f"Oi {n}"}) for n in range(2)))
    assert sorted(one.status_code for one in both) == [201, 409]
    assert await page.refused(comment_id) == (409, "already_replied_privately")


async def test_the_same_request_again_is_the_same_message(page: Page) -> None:
    comment_id = await page.comment()
    said = [await page.reply(comment_id, client_id="c1") for _ in range(2)]
    assert said[0]["id"] == said[1]["id"]
    assert len((await page.conversations())["messenger"]) == 1


async def test_a_second_message_waits_until_the_person_answers(page: Page) -> None:
    said = await page.reply(await page.comment())
    thread = f"/conversations/{said['conversation_id']}/messages"
    refusal = await page.desk.ask("POST", thread, {"text": "E então?"})
    assert (refusal.status_code, refusal.json()["code"]) == (422, "window_closed")
    assert "wait until the customer answers" in refusal.json()["detail"]
    await page.sent(said)
    assert (await page.desk.refused("POST", thread, {"text": "E então?"}))[:2] == (422, "window_closed")
    await page.desk.service.take(page.writes("mid.1"))
    assert (await page.desk.do("POST", thread, {"text": "Que bom!"}))["status"] == "pending"


@pytest.mark.parametrize("order", ["receipt first", "answer first", "one batch", "one batch, answer first"])
async def test_the_person_who_answers_is_the_contact_of_the_comment_whatever_comes_first(
    page: Page, order: str
) -> None:
    said = await page.reply(await page.comment())
    told = page.receipt(said, "sent", external_id="mid.0", recipient="comment:p1_1", aliases=(PSID,))
    answer = page.writes("mid.1")
    events = (answer, told) if "answer first" in order else (told, answer)
    batches = [events] if "one batch" in order else [(one,) for one in events]
    for batch in batches:
        await page.desk.service.take(*batch)
    found = await page.conversations()
    (public,) = found["facebook"]
    assert {one["contact"]["id"] for one in found["messenger"]} == {public["contact"]["id"]}
    (going_on,) = [one for one in found["messenger"] if one["status"] != "closed"]
    row = await page.desk.service.db.conversations.find_one({"_id": going_on["id"]})
    assert (row["recipient"], going_on["unread_count"]) == (PSID, 1)
    await page.desk.service.take(page.writes("mid.2"))
    assert len((await page.conversations())["messenger"]) == len(found["messenger"])


async def test_a_known_customer_can_be_written_to_beside_the_answer_while_the_window_is_open(page: Page) -> None:
    first = await page.reply(await page.comment(1))
    await page.sent(first)
    await page.desk.service.take(page.writes("mid.1"))
    await page.desk.do("POST", f"/conversations/{first['conversation_id']}/close")
    rows = page.desk.service.db.conversations
    long_ago = page.desk.service.runtime.clock.now() - timedelta(days=2)
    await rows.update_one({"_id": first["conversation_id"]}, {"$set": {"closed_at": long_ago}})
    second = await page.reply(await page.comment(2))
    assert second["conversation_id"] != first["conversation_id"]
    thread = f"/conversations/{second['conversation_id']}/messages"
    assert (await page.desk.do("POST", thread, {"text": "E mais isto"}))["status"] == "pending"
    row = await rows.find_one({"_id": second["conversation_id"]})
    assert (row["recipient"], row["contact"]["id"]) == (
        PSID,
        (await rows.find_one({"_id": first["conversation_id"]}))["contact"]["id"],
    )


async def test_somebody_who_wrote_before_is_joined_by_the_proof_and_goes_on_in_one_thread(page: Page) -> None:
    await page.desk.service.take(page.writes("mid.0"))
    said = await page.reply(await page.comment())
    assert len({one["contact"]["id"] for each in (await page.conversations()).values() for one in each}) == 2
    await page.sent(said)
    found = await page.conversations()
    assert len({one["contact"]["id"] for each in found.values() for one in each}) == 1
    (going_on,) = [one for one in found["messenger"] if one["status"] != "closed"]
    assert found["facebook"][0]["status"] == "queued", "a public thread is never joined with a private one"
    thread = f"/conversations/{going_on['id']}/messages"
    assert (await page.desk.do("POST", thread, {"text": "Oi de novo"}))["status"] == "pending"


async def test_ids_that_look_alike_prove_nothing_without_the_private_reply(page: Page) -> None:
    await page.comment(customer=PSID)
    await page.desk.service.take(page.writes("mid.0", name=PSID))
    found = await page.conversations()
    assert found["facebook"][0]["contact"]["id"] != found["messenger"][0]["contact"]["id"]


async def test_an_answer_that_failed_can_be_tried_again_and_one_that_never_can_shows_why(page: Page) -> None:
    first, second = await page.comment(1), await page.comment(2, "rui")
    said = await page.reply(first)
    await page.desk.service.take(page.receipt(said, "failed", failure=TRY_AGAIN))
    assert "private_reply" not in await page.message(first)
    again = await page.desk.do("POST", f"/messages/{said['id']}/retry")
    assert again["status"] == "pending"
    assert (await page.message(first))["private_reply"]["message_id"] == said["id"]
    other = await page.reply(second)
    await page.desk.service.take(page.receipt(other, "failed", failure=FINAL))
    final = (await page.message(other["id"]))["error"]["retryable"]
    assert ("private_reply" in await page.message(second)) is (not final)


async def test_after_a_failure_another_answer_can_be_written_and_the_first_one_not_sent_any_more(page: Page) -> None:
    comment_id = await page.comment()
    failed = await page.reply(comment_id)
    await page.desk.service.take(page.receipt(failed, "failed", failure=TRY_AGAIN))
    await page.reply(comment_id, "De novo")
    refusal = await page.desk.refused("POST", f"/messages/{failed['id']}/retry")
    assert refusal[:2] == (409, "already_replied_privately")


async def test_what_cannot_be_answered_in_private_is_refused_by_name(page: Page) -> None:
    now = page.desk.service.runtime.clock.now()
    old = await page.comment(1, occurred_at=now - timedelta(days=7, seconds=1))
    assert await page.refused(old) == (422, "too_old")
    young = await page.comment(2, occurred_at=now - timedelta(days=7) + timedelta(minutes=5))
    assert await page.refused(young, text="x" * 2001) == (422, "too_long")
    assert (await page.reply(young))["status"] == "pending"
    private = page.writes("mid.0")
    await page.desk.service.take(private)
    assert await page.refused(private.id) == (422, "not_public")
    alone = below(page.desk, 3, "rui", post="p9")
    thread = alone.data.thread.model_copy(update={"private_account": None})
    await page.desk.service.take(alone.model_copy(update={"data": alone.data.model_copy(update={"thread": thread})}))
    assert await page.refused(alone.id) == (422, "no_private_channel")
    gone = await page.comment(4, "lia")
    change = deleted(page.desk.tenant, f"f-{page.desk.tenant}", "p1_4", customer="lia", at=1)
    await page.desk.service.take(change)
    assert await page.refused(gone) == (422, "message_deleted")
    assert await page.refused(uuid7()) == (404, "not_found")
    assert (await page.desk.stranger().refused("POST", f"/messages/{young}/private-reply", {"text": "Oi"}))[0] == 404


@pytest.mark.parametrize("of", [None, "dora"])
async def test_nobody_answers_in_a_private_conversation_that_they_do_not_see(page: Page, of: str | None) -> None:
    said = await page.reply(await page.comment())
    await page.sent(said)
    await page.desk.service.take(page.writes("mid.1"))
    private = f"/conversations/{said['conversation_id']}"
    giver = page.desk if of is None else page.desk.colleague(of)
    await giver.do("POST", f"{private}/assign", {"attendant_id": of})
    comment_id = await page.comment(2)
    public = (await page.message(comment_id))["conversation_id"]
    await page.desk.colleague("caio").do("POST", f"/conversations/{public}/assign", {"attendant_id": "caio"})
    before = await page.desk.get(f"{private}/messages")
    caio = page.desk.colleague("caio", visibility="own")
    path = f"/messages/{comment_id}/private-reply"
    assert (await caio.refused("POST", path, {"text": "Oi"}))[:2] == (422, "conversation_taken")
    assert await page.desk.get(f"{private}/messages") == before
    assert "private_reply" not in await page.message(comment_id)
    assert await page.reply(comment_id), "whoever sees the conversation answers there"


async def test_who_sees_own_conversations_only_has_the_private_one_that_they_begin(page: Page) -> None:
    comment_id = await page.comment()
    public = (await page.message(comment_id))["conversation_id"]
    await page.desk.colleague("caio").do("POST", f"/conversations/{public}/assign", {"attendant_id": "caio"})
    caio = page.desk.colleague("caio", visibility="own")
    said = await caio.do("POST", f"/messages/{comment_id}/private-reply", {"text": "Oi"})
    assert (await caio.get(f"/conversations/{said['conversation_id']}"))["assignee"]["id"] == "caio"


async def test_of_a_quoted_comment_of_a_conversation_that_is_not_seen_only_the_id_is_told(page: Page) -> None:
    """The words stand below the post for everybody, but what a colleague's conversation knows of them is not shown."""
    theirs = await page.comment(1, "ana", text="zoológico")
    mine = await page.comment(2, "rui", reply_to_external_id="p1_1")
    conversation_id = (await page.message(mine))["conversation_id"]
    await page.desk.colleague("caio").do("POST", f"/conversations/{conversation_id}/assign", {"attendant_id": "caio"})
    caio = page.desk.colleague("caio", visibility="own")
    answer = await caio.ask("GET", f"/conversations/{conversation_id}/messages")
    assert [one["reply_to"] for one in answer.json()["items"]] == [theirs]
    assert "zoológico" not in answer.text
    assert (await caio.get("/search", q="zoologico"))["items"] == []
