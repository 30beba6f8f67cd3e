"""The phones on Messenger, on Instagram and below a post: what customers do is told, what the page does is shown."""

from typing import Any

import httpx
import orjson
import pytest

from atd_channel_sandbox.channels.meta_accounts import MetaAccounts
from atd_testing.waiting import eventually

CUSTOMER = "5511987650001"
OTHER = "5521987650002"
MESSENGER_ID, INSTAGRAM_ID, COMMENTER_ID = "8005511987650001", "9005511987650001", "1005511987650001"


class Shop:
    """The shop at Meta, and Ana's phone in front of it."""

    def __init__(self, sandbox: Any, accounts: MetaAccounts) -> None:
        self._sandbox = sandbox
        self.accounts = accounts
        self.client: httpx.AsyncClient = sandbox.client

    async def graph(self, method: str, path: str, *, instagram: bool = False, **body: Any) -> Any:
        """The company makes a call."""
        account = self.accounts.instagram_id if instagram else self.accounts.page_id
        headers = {"Authorization": f"Bearer {account}.{self.accounts.token}"}
        answer = await self.client.request(method, f"/meta/v25.0/{path}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def sends(self, message: dict[str, Any], person: str = MESSENGER_ID, **more: Any) -> str:
        instagram = person == INSTAGRAM_ID
        account = self.accounts.instagram_id if instagram else self.accounts.page_id
        whom = {"recipient": {"id": person}, "messaging_type": "RESPONSE", **more}
        told = await self.graph("POST", f"{account}/messages", instagram=instagram, message=message, **whom)
        return str(told["message_id"])

    async def act(self, channel: Any, method: str, path: str, customer: str = CUSTOMER, **body: Any) -> Any:
        place = {} if "messages/" in path else {"company": self.accounts.company_id(channel), "customer": customer}
        answer = await self.client.request(method, f"/sandbox/api/{path}", json={**place, **body})
        assert answer.is_success, answer.text
        return answer.json()

    async def shown(self, kind: Any) -> list[dict[str, Any]]:
        answer = await self.client.get(f"/sandbox/api/threads/{self.accounts.company_id(kind)}/{CUSTOMER}")
        found: list[dict[str, Any]] = answer.json()
        return found

    async def told(self, name: str, number: int = 1) -> list[dict[str, Any]]:
        """What the page's webhook was told under this name, once there is so much; of echoes nothing."""

        def found() -> list[dict[str, Any]]:
            entries = [one for raw in self._sandbox.receiver.bodies for one in orjson.loads(raw).get("entry", ())]
            items = [one for entry in entries for one in entry.get("messaging", ())]
            changes = [one["value"] for entry in entries for one in entry.get("changes", ()) if one["field"] == name]
            said = [one[name] for one in items if name in one and not one[name].get("is_echo")] + changes
            assert len(said) == number
            return said

        return await eventually(found)


@pytest.fixture
async def shop(sandbox: Any, starter: Any) -> Shop:
    raw = (starter.settings.sandbox_data / "pages.json").read_bytes()
    return Shop(sandbox, MetaAccounts.model_validate_json(raw))


async def test_the_shop_is_connected_on_three_channels_with_one_address(shop: Shop, sandbox: Any) -> None:
    companies = (await shop.client.get("/sandbox/api/state")).json()["companies"]
    meta = {one["channel"]: one for one in companies if one["channel"] in ("messenger", "instagram", "facebook")}
    assert {kind: (one["name"], one["connected"]) for kind, one in meta.items()} == dict.fromkeys(
        ("messenger", "instagram", "facebook"), ("Loja Girassol", True)
    )
    assert meta["facebook"]["post"]["picture"] == "/static/img/post.jpg"
    assert [one["kind"] for one in sandbox.gateway.pages] == ["messenger", "instagram", "facebook"]


@pytest.mark.parametrize(("kind", "person"), [("messenger", MESSENGER_ID), ("instagram", INSTAGRAM_ID)])
async def test_what_is_written_answered_and_unsent_is_told_and_shown(shop: Shop, kind: str, person: str) -> None:
    greeting = await shop.sends({"text": "Bom dia"}, person)
    written = await shop.act(kind, "POST", "messages", text="Oi", reply_to=greeting)
    answer = await shop.client.delete(f"/sandbox/api/messages/{written['id']}")
    assert answer.is_success
    message, unsent = await shop.told("message", 2)
    assert (message["text"], message["reply_to"]["mid"]) == ("Oi", greeting)
    assert unsent == {"mid": written["id"], "is_deleted": True}
    theirs, mine = await shop.shown(kind)
    assert (theirs["text"], theirs["mine"], mine["deleted"], mine["status"]) == ("Bom dia", False, True, "delivered")


async def test_get_started_a_quick_reply_and_a_card_are_told_as_what_they_are(shop: Shop) -> None:
    await shop.act("messenger", "POST", "messages", text="Começar", content={"postback": "GET_STARTED"})
    [started] = await shop.told("postback")
    assert (started["title"], started["payload"]) == ("Começar", "GET_STARTED")
    asked = await shop.sends(
        {"text": "Qual?", "quick_replies": [{"content_type": "text", "title": "Rosas", "payload": "r"}]}
    )
    element = {"title": "Buquê", "buttons": [{"type": "postback", "title": "Quero este", "payload": "b"}]}
    payload = {"template_type": "generic", "elements": [element]}
    offered = await shop.sends({"attachment": {"type": "template", "payload": payload}})
    [*_, cards] = await shop.shown("messenger")
    card = {"title": "Buquê", "description": None, "id": "b", "button": "Quero este"}
    assert cards["content"]["sections"] == [{"rows": [card]}]
    for target, chosen, title in ((asked, "r", "Rosas"), (offered, "b", "Buquê")):
        content = {"sent_as": "button_reply", "reply": {"id": chosen, "title": title}}
        await shop.act("messenger", "POST", "messages", kind="reply", text=title, content=content, reply_to=target)
    [reply] = await shop.told("message")
    assert (reply["text"], reply["quick_reply"]) == ("Rosas", {"payload": "r"})
    assert [one["payload"] for one in await shop.told("postback", 2)] == ["GET_STARTED", "b"]
    assert [one["chosen"] for one in await shop.shown("messenger") if not one["mine"]] == ["r", "b"]


async def test_a_photo_can_be_had_by_the_page_and_one_of_the_page_by_the_phone(shop: Shop) -> None:
    form = {"company": shop.accounts.page_id, "customer": CUSTOMER}
    files = {"file": ("vaso.png", b"\x89PNG-vaso", "image/png")}
    assert (await shop.client.post("/sandbox/api/files", data=form, files=files)).status_code == 201
    [message] = await shop.told("message")
    [attachment] = message["attachments"]
    path = httpx.URL(attachment["payload"]["url"]).path
    assert (attachment["type"], (await shop.client.get(path)).content) == ("image", b"\x89PNG-vaso")


async def test_reading_typing_and_a_reaction_go_both_ways(shop: Shop) -> None:
    written = await shop.act("messenger", "POST", "messages", text="Oi")
    whom: Any = {"recipient": {"id": MESSENGER_ID}}
    await shop.graph("POST", f"{shop.accounts.page_id}/messages", sender_action="mark_seen", **whom)
    react: Any = {"sender_action": "react", "payload": {"message_id": written["id"], "reaction": "love"}}
    await shop.graph("POST", f"{shop.accounts.page_id}/messages", **react, **whom)
    answer = await shop.sends({"text": "Olá"})
    await shop.act("messenger", "POST", "seen")
    await shop.act("messenger", "PUT", f"messages/{answer}/reaction", emoji="👍")
    mine, theirs = await shop.shown("messenger")
    assert (mine["status"], mine["company_reaction"], theirs["status"]) == ("read", "❤️", "read")
    [reaction] = await shop.told("reaction")
    assert (reaction["mid"], reaction["emoji"]) == (answer, "👍")
    assert len(await shop.told("read")) == 1
    assert [one["mids"] for one in await shop.told("delivery")] == [[answer]]


async def test_a_story_is_answered_and_mentioned(shop: Shop) -> None:
    for text, mention in (("Que lindo!", False), (None, True)):
        content = {"story": {"id": "77", "mention": mention}}
        await shop.act("instagram", "POST", "messages", text=text, content=content)
    answered, mentioned = await shop.told("message", 2)
    assert (answered["text"], answered["reply_to"]["story"]["id"]) == ("Que lindo!", "77")
    assert [one["type"] for one in mentioned["attachments"]] == ["story_mention"]


async def test_comments_nest_are_edited_hidden_liked_and_answered_by_the_page(shop: Shop) -> None:
    first = await shop.act("facebook", "POST", "messages", text="Qual o preço?")
    second = await shop.act("facebook", "POST", "messages", OTHER, text="Também quero saber", reply_to=first["id"])
    await shop.act("facebook", "PATCH", f"messages/{second['id']}", text="Quero saber também")
    answer = await shop.graph("POST", f"{first['id']}/comments", message="R$ 89,90")
    await shop.graph("POST", f"{first['id']}/likes")
    await shop.graph("POST", second["id"], is_hidden=True)
    shown = {one["text"]: one for one in await shop.shown("facebook")}
    assert list(shown) == ["Qual o preço?", "Quero saber também", "R$ 89,90"]
    assert (shown["R$ 89,90"]["id"], shown["R$ 89,90"]["reply_to"]) == (answer["id"], first["id"])
    assert (shown["Qual o preço?"]["company_reaction"], shown["Quero saber também"]["hidden"]) == ("👍", True)
    told = await shop.told("feed", 5)
    assert [one["verb"] for one in told] == ["add", "add", "edited", "add", "hide"]
    assert [one["from"]["id"] for one in told[:1]] == [COMMENTER_ID]
    assert told[1]["parent_id"] == first["id"]


async def test_a_private_answer_to_a_comment_is_on_the_messenger_of_its_author(shop: Shop) -> None:
    comment = await shop.act("facebook", "POST", "messages", text="Qual o preço?")
    told: Any = {"recipient": {"comment_id": comment["id"]}, "messaging_type": "RESPONSE"}
    await shop.graph("POST", f"{shop.accounts.page_id}/messages", message={"text": "Mando aqui"}, **told)
    [private] = await shop.shown("messenger")
    assert (private["text"], private["content"]) == ("Mando aqui", {"comment": "Qual o preço?"})


async def test_comments_are_there_after_a_restart(shop: Shop, starter: Any) -> None:
    first = await shop.act("facebook", "POST", "messages", text="Qual o preço?")
    async with starter() as again:
        await again.wait_until_connected()
        other = Shop(again, shop.accounts)
        await other.graph("POST", f"{first['id']}/comments", message="R$ 89,90")
        assert [one["text"] for one in await other.shown("facebook")] == ["Qual o preço?", "R$ 89,90"]
