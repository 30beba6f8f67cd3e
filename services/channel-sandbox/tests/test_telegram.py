"""The phones on Telegram: what customers do is told to the bot, what the bot sends is shown."""

from typing import Any

import httpx
import orjson
import pytest

from atd_testing.waiting import eventually

CUSTOMER = "5511987650001"


class Phone:
    """Ana's phone, in front of the shop's bot."""

    def __init__(self, sandbox: Any, token: str) -> None:
        self._sandbox = sandbox
        self._token = token
        self.client: httpx.AsyncClient = sandbox.client
        self.company = token.partition(":")[0]

    async def bot(self, method: str, **parameters: Any) -> Any:
        """The company's bot makes a call."""
        answer = await self.client.post(f"/telegram/bot{self._token}/{method}", json=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    async def act(self, method: str, path: str, **body: Any) -> Any:
        place = {"company": self.company, "customer": CUSTOMER} if "messages/" not in path else {}
        answer = await self.client.request(method, f"/sandbox/api/{path}", json={**place, **body})
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def shown(self) -> list[dict[str, Any]]:
        answer = await self.client.get(f"/sandbox/api/threads/{self.company}/{CUSTOMER}")
        found: list[dict[str, Any]] = answer.json()
        return found

    async def updates(self, kind: str, number: int = 1) -> list[dict[str, Any]]:
        """What the bot's webhook was told of one kind, once there are so many."""

        def told() -> list[dict[str, Any]]:
            bodies = [orjson.loads(one) for one in self._sandbox.receiver.bodies]
            found = [one[kind] for one in bodies if kind in one]
            assert len(found) == number
            return found

        return await eventually(told)


@pytest.fixture
async def phone(sandbox: Any, starter: Any) -> Phone:
    [bot] = orjson.loads((starter.settings.sandbox_data / "bots.json").read_bytes())
    made = Phone(sandbox, bot["token"])
    hook = {"url": "https://gateway.test/webhooks/telegram/1", "secret_token": "s3cret"}
    await made.bot("setWebhook", **hook)
    return made


async def test_a_bot_is_connected_once_its_webhook_is_set(phone: Phone) -> None:
    companies = (await phone.client.get("/sandbox/api/state")).json()["companies"]
    [shop] = [one for one in companies if one["channel"] == "telegram"]
    assert (shop["name"], shop["connected"], "edit" in shop["features"]) == ("Loja Girassol", True, True)
    assert [one["connected"] for one in companies if one["channel"] == "whatsapp"] == [True] * 3


async def test_a_text_an_answer_and_an_edit_reach_the_bot(phone: Phone) -> None:
    sent = await phone.bot("sendMessage", chat_id=int(CUSTOMER), text="Bom dia")
    [greeting] = await phone.shown()
    assert (greeting["text"], greeting["mine"]) == ("Bom dia", False)
    written = await phone.act("POST", "messages", text="Oi", reply_to=greeting["id"])
    await phone.act("PATCH", f"messages/{written['id']}", text="Olá")
    [message] = await phone.updates("message")
    assert (message["text"], message["from"]["id"]) == ("Oi", int(CUSTOMER))
    assert message["reply_to_message"]["message_id"] == sent["message_id"]
    [edited] = await phone.updates("edited_message")
    assert (edited["text"], edited["message_id"]) == ("Olá", message["message_id"])
    assert [one["status"] for one in await phone.shown() if one["mine"]] == ["delivered"]


async def test_a_tap_is_a_callback_query_and_no_message(phone: Phone) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Sim", "callback_data": "yes"}]]}
    await phone.bot("sendMessage", chat_id=int(CUSTOMER), text="Confirma?", reply_markup=keyboard)
    [asked] = await phone.shown()
    assert asked["content"]["buttons"] == [{"title": "Sim", "id": "yes"}]
    reply = {"sent_as": "button_reply", "reply": {"id": "yes", "title": "Sim"}}
    await phone.act("POST", "messages", kind="reply", text="Sim", content=reply, reply_to=asked["id"])
    [query] = await phone.updates("callback_query")
    assert (query["data"], query["message"]["text"]) == ("yes", "Confirma?")
    assert [one["chosen"] for one in await phone.shown()] == ["yes"]


async def test_several_photos_are_an_album_whose_files_the_bot_can_have(phone: Phone) -> None:
    for name in ("um.png", "dois.png"):
        form = {"company": phone.company, "customer": CUSTOMER, "album": "77", "text": name}
        files = {"file": (name, b"\x89PNG" + name.encode(), "image/png")}
        assert (await phone.client.post("/sandbox/api/files", data=form, files=files)).status_code == 201
    first, second = await phone.updates("message", 2)
    assert (first["media_group_id"], second["media_group_id"], second["caption"]) == ("77", "77", "dois.png")
    file = await phone.bot("getFile", file_id=second["photo"][-1]["file_id"])
    download = await phone.client.get(f"/telegram/file/bot{phone._token}/{file['file_path']}")
    assert download.content == b"\x89PNGdois.png"


async def test_whoever_blocks_the_bot_gets_nothing_and_the_bot_is_told(phone: Phone) -> None:
    await phone.act("PUT", "blocks", blocked=True)
    refused = await phone.client.post(
        f"/telegram/bot{phone._token}/sendMessage", json={"chat_id": int(CUSTOMER), "text": "Oi"}
    )
    assert refused.json()["description"] == "Forbidden: bot was blocked by the user"
    await phone.act("PUT", "blocks", blocked=False)
    await phone.bot("sendMessage", chat_id=int(CUSTOMER), text="De volta")
    changes = [one["new_chat_member"]["status"] for one in await phone.updates("my_chat_member", 2)]
    assert changes == ["kicked", "member"]


@pytest.mark.parametrize(
    ("method", "parameters", "kind", "text"),
    [
        ("sendLocation", {"latitude": -23.5, "longitude": -46.6}, "location", None),
        ("sendContact", {"phone_number": "+5511999990000", "first_name": "Rui"}, "contacts", None),
    ],
)
async def test_what_a_bot_sends_is_shown_as_what_it_is(
    phone: Phone, method: str, parameters: dict[str, Any], kind: str, text: str | None
) -> None:
    await phone.bot(method, chat_id=int(CUSTOMER), **parameters)
    [shown] = await phone.shown()
    assert (shown["kind"], shown["text"]) == (kind, text)


async def test_what_a_bot_changes_deletes_and_reacts_to_changes_on_the_phone(phone: Phone) -> None:
    written = await phone.act("POST", "messages", text="Oi")
    _, chat, number = written["id"].split(":")
    reaction = [{"type": "emoji", "emoji": "👍"}]
    await phone.bot("setMessageReaction", chat_id=int(chat), message_id=int(number), reaction=reaction)
    sent = [await phone.bot("sendMessage", chat_id=int(CUSTOMER), text=text) for text in ("errado", "demais")]
    await phone.bot("editMessageText", chat_id=int(CUSTOMER), message_id=sent[0]["message_id"], text="certo")
    await phone.bot("deleteMessage", chat_id=int(CUSTOMER), message_id=sent[1]["message_id"])
    mine, changed, deleted = await phone.shown()
    assert (mine["company_reaction"], changed["text"], changed["edited"]) == ("👍", "certo", True)
    assert (deleted["deleted"], deleted["text"]) == (True, None)
