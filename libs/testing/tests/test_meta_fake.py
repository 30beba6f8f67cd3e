"""The fake of Meta: what it takes and refuses, whom it tells, and what people do in it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from atd_testing.meta import Behaviour, FakeMeta, create_fake_meta
from atd_testing.meta.state import Comment
from atd_testing.providers import Callback, WebhookReceiver

PAGE, INSTAGRAM, PERSON = "300100200300400", "17840000000000001", "7001112223334445"
POST = f"{PAGE}_5550001"
Json = dict[str, Any]


class Meta:
    """The fake in this process, and a client of it."""

    def __init__(self, fake: FakeMeta, receiver: WebhookReceiver, http: httpx.AsyncClient) -> None:
        self.fake, self.receiver, self.http = fake, receiver, http

    async def call(self, method: str, path: str, own: str = PAGE, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {own}.secret"}
        return await self.http.request(method, f"/v25.0/{path}", headers=headers, **options)

    async def send(self, message: Json, own: str = PAGE, **more: Any) -> httpx.Response:
        body = {"recipient": {"id": PERSON}, "messaging_type": "RESPONSE", "message": message, **more}
        return await self.call("POST", f"{own}/messages", own, json=body)

    async def told(self) -> list[Json]:
        """Every entry that was delivered."""
        await self.fake.webhook_sender.wait_until_idle()
        return [entry for body in self.receiver.bodies for entry in json.loads(body)["entry"]]


@pytest_asyncio.fixture
async def meta() -> AsyncIterator[Meta]:
    receiver = WebhookReceiver()
    fake = create_fake_meta(webhook_client=receiver.client())
    fake.state.callbacks[None] = Callback(callback_url="http://there.test/webhooks/meta", secret="app-secret")
    transport = httpx.ASGITransport(app=fake)
    async with httpx.AsyncClient(transport=transport, base_url="http://fake") as http:
        await fake.webhook_sender.start()
        yield Meta(fake, receiver, http)
        await fake.webhook_sender.stop()


def error_of(answer: httpx.Response) -> tuple[int, int | None]:
    error = answer.json()["error"]
    return error["code"], error.get("error_subcode")


async def test_a_text_is_echoed_with_its_metadata_and_then_delivered_and_read(meta: Meta) -> None:
    answer = (await meta.send({"text": "Olá", "metadata": "ref-1"})).json()
    items = [entry["messaging"][0] for entry in await meta.told()]
    assert items[0]["message"] | {"app_id": 0} == {
        "mid": answer["message_id"],
        "text": "Olá",
        "is_echo": True,
        "metadata": "ref-1",
        "app_id": 0,
    }
    assert items[1]["delivery"]["mids"] == [answer["message_id"]]
    assert "watermark" in items[2]["read"]


async def test_an_echo_can_come_before_the_answer(meta: Meta) -> None:
    meta.fake.state.rules.echo = "before"
    meta.fake.state.webhooks.receipts = ("sent",)
    await meta.send({"text": "Olá"})
    assert len(meta.receiver.bodies) == 1


async def test_on_instagram_the_echo_has_no_metadata_and_reading_names_a_message(meta: Meta) -> None:
    answer = (await meta.send({"text": "Olá"}, INSTAGRAM)).json()
    first, second = [entry["messaging"][0] for entry in await meta.told()]
    assert "metadata" not in first["message"]
    assert second["read"] == {"mid": answer["message_id"]}
    assert json.loads(meta.receiver.bodies[0])["object"] == "instagram"


@pytest.mark.parametrize(
    ("own", "message", "more", "error"),
    [
        (PAGE, {}, {}, (100, 2018015)),
        (PAGE, {"text": "a" * 2001}, {}, (100, None)),
        (INSTAGRAM, {"text": "á" * 501}, {}, (100, None)),
        (PAGE, {"text": "a", "attachment": {}}, {}, (100, None)),
        (PAGE, {"text": "a"}, {"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}, (100, None)),
        (PAGE, {"text": "a"}, {"messaging_type": "UPDATE"}, (100, None)),
        (PAGE, {"attachment": {"type": "image", "payload": {}}}, {}, (100, 2018008)),
        (INSTAGRAM, {"attachment": {"type": "file", "payload": {"url": "http://x"}}}, {}, (100, 2018074)),
        (PAGE, {"text": "a", "quick_replies": [{"title": "x" * 21}]}, {}, (100, None)),
    ],
)
async def test_what_meta_does_not_take_is_refused(
    meta: Meta, own: str, message: Json, more: Json, error: tuple[int, int | None]
) -> None:
    assert error_of(await meta.send(message, own, **more)) == error
    assert not meta.fake.state.sent


async def test_outside_the_window_only_what_a_person_wrote_is_taken(meta: Meta) -> None:
    meta.fake.state.rules.windows = True
    assert error_of(await meta.send({"text": "a"})) == (10, 2018278)
    meta.fake.customers.write(PAGE, PERSON, "Oi")
    assert (await meta.send({"text": "a"})).status_code == 200
    await meta.http.post("/_fake/clock", json={"advance_seconds": 30 * 3600})
    assert error_of(await meta.send({"text": "a"})) == (10, 2018278)
    human = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert (await meta.send({"text": "a"}, **human)).status_code == 200
    await meta.http.post("/_fake/clock", json={"advance_seconds": 7 * 24 * 3600})
    assert error_of(await meta.send({"text": "a"}, **human)) == (10, 2018278)


async def test_a_token_is_of_its_page_and_of_no_page_when_it_is_a_persons(meta: Meta) -> None:
    assert (await meta.call("GET", "me")).json()["id"] == PAGE
    person = await meta.http.get("/v25.0/me", headers={"Authorization": "Bearer EAAperson"})
    assert person.json()["id"] != PAGE
    mine = (await meta.call("GET", "me", INSTAGRAM)).json()
    assert (mine["user_id"], mine["id"]) == (INSTAGRAM, f"9{INSTAGRAM}")


async def test_a_comment_is_told_with_its_place_and_a_reply_to_a_reply_goes_below_the_top_one(meta: Meta) -> None:
    top = meta.fake.customers.comment(POST, PERSON, "Ana", "Qual o preço?")
    reply = (await meta.call("POST", f"{top.id}/comments", json={"message": "R$ 30"})).json()["id"]
    last = meta.fake.customers.comment(reply, PERSON, "Ana", "Obrigada")
    values = [entry["changes"][0]["value"] for entry in await meta.told()]
    assert [(one["comment_id"], one["parent_id"]) for one in values] == [
        (top.id, POST),
        (reply, top.id),
        (last.id, top.id),
    ]
    listed = (await meta.call("GET", f"{top.id}/comments", params={"order": "reverse_chronological"})).json()
    assert [one["id"] for one in listed["data"]] == [last.id, reply]


async def test_a_comment_is_created_although_the_answer_is_an_error(meta: Meta) -> None:
    meta.fake.state.behaviours = [Behaviour(kind="error", code=20, subcode=1772107, accept=True)]
    answer = await meta.call("POST", f"{POST}/comments", json={"message": "R$ 30"})
    assert error_of(answer) == (20, 1772107)
    assert [one.message for one in meta.fake.state.comments.values()] == ["R$ 30"]


async def test_a_comment_is_answered_in_private_once_and_tells_another_id_of_its_author(meta: Meta) -> None:
    comment = meta.fake.customers.comment(POST, PERSON, "Ana", "Qual o preço?")
    body = {"recipient": {"comment_id": comment.id}, "messaging_type": "RESPONSE", "message": {"text": "Oi"}}
    answer = await meta.call("POST", f"{PAGE}/messages", json=body)
    assert answer.json()["recipient_id"] not in ("", PERSON)
    assert error_of(await meta.call("POST", f"{PAGE}/messages", json=body)) == (10900, None)
    own: Comment = meta.fake.customers.comment(POST, PAGE, "Loja", "Olá a todos")
    body["recipient"] = {"comment_id": own.id}
    assert error_of(await meta.call("POST", f"{PAGE}/messages", json=body)) == (10902, None)


async def test_comments_are_hidden_edited_liked_and_deleted_as_their_author_allows(meta: Meta) -> None:
    theirs = meta.fake.customers.comment(POST, PERSON, "Ana", "ruim")
    ours = (await meta.call("POST", f"{theirs.id}/comments", json={"message": "Oi"})).json()["id"]
    assert (await meta.call("POST", theirs.id, json={"is_hidden": True})).json() == {"success": True}
    assert meta.fake.state.comments[theirs.id].hidden
    assert error_of(await meta.call("POST", ours, json={"is_hidden": True})) == (100, None)
    assert error_of(await meta.call("POST", theirs.id, json={"message": "bom"})) == (200, None)
    assert (await meta.call("POST", f"{theirs.id}/likes")).json() == {"success": True}
    assert (await meta.call("DELETE", theirs.id)).json() == {"success": True}
    assert error_of(await meta.call("DELETE", theirs.id)) == (100, 33)


async def test_an_address_of_a_file_ends_and_a_new_one_is_told(meta: Meta) -> None:
    file = meta.fake.state.add_file(b"picture", "image/jpeg")
    old = meta.fake.state.address(file)
    meta.fake.state.message_files["m_1"] = [file.id]
    found = (await meta.call("GET", "m_1", params={"fields": "attachments"})).json()
    url = found["attachments"]["data"][0]["image_data"]["url"]
    paths = [httpx.URL(one).path for one in (old, url)]
    answers = [await meta.http.get(path) for path in paths]
    assert [one.status_code for one in answers] == [403, 200]
    assert answers[1].content == b"picture"


async def test_only_a_subscribed_page_is_told_when_that_is_the_rule(meta: Meta) -> None:
    meta.fake.state.rules.needs_subscription = True
    meta.fake.customers.write(PAGE, PERSON, "nobody hears it")
    await meta.call("POST", f"{PAGE}/subscribed_apps", params={"subscribed_fields": "messages,feed"})
    meta.fake.customers.write(PAGE, PERSON, "Oi")
    assert [entry["messaging"][0]["message"]["text"] for entry in await meta.told()] == ["Oi"]
    assert (await meta.call("GET", f"{PAGE}/subscribed_apps")).json()["data"][0]["subscribed_fields"] == [
        "messages",
        "feed",
    ]


async def test_a_file_in_the_call_is_taken_with_its_name_and_echoed_by_its_address(meta: Meta) -> None:
    fields = {
        "recipient": json.dumps({"id": PERSON}),
        "messaging_type": "RESPONSE",
        "message": json.dumps({"attachment": {"type": "file", "payload": {"is_reusable": False}}}),
    }
    files = {"filedata": ("boleto.pdf", b"%PDF", "application/pdf")}
    assert (await meta.call("POST", f"{PAGE}/messages", data=fields, files=files)).status_code == 200
    [sent] = meta.fake.state.sent
    assert (sent.file, sent.file_name, sent.kind) == (b"%PDF", "boleto.pdf", "file")
    echo = (await meta.told())[0]["messaging"][0]["message"]
    assert echo["attachments"][0]["payload"]["url"].startswith("http://fake/cdn/")


async def test_files_have_addresses_that_work_where_the_fake_stands_below_another_application() -> None:
    fake, outer = create_fake_meta(), FastAPI()
    outer.mount("/meta", fake.app)
    transport = httpx.ASGITransport(outer)
    async with httpx.AsyncClient(transport=transport, base_url="http://fakes") as http:
        made = await http.post("/meta/_fake/files", params={"mime_type": "image/png"}, content=b"a picture")
        address = fake.state.address(fake.state.files[made.json()["file_id"]])
        assert address.startswith("http://fakes/meta/cdn/")
        assert (await http.get(address)).content == b"a picture"
