"""What was written below a post, on paper: the post, and of other people nothing."""

import io
import zipfile
from typing import Any

import orjson
import pytest

from atd_schemas.inbound import InboundPost, InboundThread
from atd_testing.inbound import customer_message, edited
from atd_testing.waiting import eventually

from .test_api import _words_of, bytes_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

POST = InboundPost(id="p1", text="Promoção de inverno", url="https://facebook.com/p1")
THREAD = InboundThread(id="p1", kind="post", public=True, post=POST)
MANAGER = ("conversations:read", "conversations:write", "contacts:read", "privacy:manage")


async def comment(desk: Any, number: int, customer: str, text: str, **more: Any) -> str:
    """The id of the conversation that somebody's comment is in."""
    values = {"occurred_at": desk.service.runtime.clock.now(), "channel": "facebook", "thread": THREAD, **more}
    event = customer_message(
        desk.tenant, f"f-{desk.tenant}", f"p1_{number}", customer=customer, name=customer.title(), text=text, **values
    )
    await desk.service.take(event)
    row = await desk.service.db.messages.find_one({"_id": event.id})
    return str(row["conversation_id"])


async def discussion(desk: Any) -> str:
    """Ana and Rui answer each other; Ana's conversation."""
    ana = await comment(desk, 1, "ana", "tem no 38?")
    await comment(desk, 2, "rui", "eu queria em azul", reply_to_external_id="p1_1")
    await comment(desk, 3, "ana", "azul também quero", reply_to_external_id="p1_2")
    await comment(desk, 4, "ana", "e no 39?", reply_to_external_id="p1_1")
    change = edited(desk.tenant, f"f-{desk.tenant}", "p1_4", "e no 40?", customer="ana", channel="facebook")
    later = {"occurred_at": desk.service.runtime.clock.now()}
    await desk.service.take(change.model_copy(update=later))
    await desk.do("POST", f"/conversations/{ana}/messages", {"text": "Tem sim!"})
    return ana


async def test_a_transcript_of_a_public_thread_names_the_post_and_quotes_nobody_else(desk: Any) -> None:
    ana = await discussion(desk)
    first = (await desk.get(f"/conversations/{ana}/messages"))["items"][-1]
    await desk.do("PUT", f"/messages/{first['id']}/hidden")
    for file_format in ("text", "pdf"):
        for audience in ("customer", "internal"):
            asked = {"format": file_format, "audience": audience}
            made = await desk.do("POST", f"/conversations/{ana}/transcripts", asked)
            content = await bytes_of(desk, made["url"])
            text = content.decode("utf-8-sig") if file_format == "text" else _words_of(content)
            for said in (
                "Promoção de inverno",
                "https://facebook.com/p1",
                "tem no 38?",
                "azul também quero",
                "Tem sim!",
            ):
                assert said in text
            assert text.count("tem no 38?") == 2, "a comment of their own is quoted"
            assert not [one for one in ("Rui", "eu queria em azul") if one in text]
            assert ("oculta no canal" in text) is (audience == "internal")


async def test_the_data_of_a_customer_have_their_comments_below_the_post_and_nobody_elses(desk: Any) -> None:
    keeper = desk.seen_by(permissions=MANAGER)
    ana = await discussion(desk)
    contact_id = (await desk.get(f"/conversations/{ana}"))["contact"]["id"]
    asked = await keeper.do("POST", f"/contacts/{contact_id}/data-exports", {})

    async def ready() -> Any:
        shown = await keeper.get(f"/contacts/{contact_id}/data-exports/{asked['id']}")
        return shown if shown["state"] == "ready" else None

    made = await eventually(ready)
    with zipfile.ZipFile(io.BytesIO(await bytes_of(keeper, made["url"]))) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not [one for text in files.values() for one in ("Rui", "eu queria em azul") if one in text]
    (messages,) = [orjson.loads(text) for name, text in files.items() if name.endswith("messages.json")]
    assert (messages["thread"]["kind"], messages["thread"]["post"]["text"]) == ("post", "Promoção de inverno")
    texts = [one["text"] for one in messages["messages"]]
    assert texts == ["tem no 38?", "azul também quero", "e no 40?", "Tem sim!"]
    assert [one["text"] for one in messages["messages"][2]["earlier"]] == ["e no 39?"]
