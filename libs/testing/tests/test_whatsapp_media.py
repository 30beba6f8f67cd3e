"""Files of the fake: customers' files can be downloaded for a while, uploaded files can be sent."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from atd_testing.whatsapp import ServedFake
from atd_testing.whatsapp.media import MediaStore
from atd_testing.whatsapp.receiver import WebhookReceiver

NUMBER = "700800900100200"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


async def customer_sends(client: httpx.AsyncClient, data: bytes = PNG, **more: Any) -> None:
    file = {"data": base64.b64encode(data).decode(), "mime_type": "image/png", **more.pop("file", {})}
    message = {"phone_number_id": NUMBER, "kind": "image", "text": "nota", "file": file, **more}
    assert (await client.post("/_fake/messages", json=[message])).status_code == 202


async def fetched(client: httpx.AsyncClient, media_id: str) -> httpx.Response:
    found = (await client.get(f"/v25.0/{media_id}", params={"phone_number_id": NUMBER})).json()
    return await client.get(found["url"])


async def upload(client: httpx.AsyncClient, data: bytes, mime_type: str, name: str = "arquivo") -> httpx.Response:
    return await client.post(
        f"/v25.0/{NUMBER}/media",
        data={"messaging_product": "whatsapp", "type": mime_type},
        files={"file": (name, data, mime_type)},
    )


async def test_a_customers_file_is_announced_and_fetched(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    await customer_sends(client)
    await fake.graph.webhook_sender.wait_until_idle()
    [message] = receiver.values("messages")
    image = message["image"]
    digest = hashlib.sha256(PNG).digest()
    assert (image["caption"], image["mime_type"]) == ("nota", "image/png")
    assert image["sha256"] == base64.b64encode(digest).decode()
    assert "url" not in image
    facts = (await client.get(f"/v25.0/{image['id']}")).json()
    assert (facts["sha256"], facts["file_size"], facts["mime_type"]) == (digest.hex(), str(len(PNG)), "image/png")
    answer = await client.get(facts["url"])
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    [held] = (await client.get("/_fake/media", params={"origin": "customer"})).json()
    assert (held["id"], held["downloads"]) == (image["id"], 1)


async def test_an_address_needs_the_token_and_expires_after_five_minutes(client: httpx.AsyncClient) -> None:
    await customer_sends(client)
    [held] = (await client.get("/_fake/media")).json()
    url = (await client.get(f"/v25.0/{held['id']}")).json()["url"]
    assert (await client.get(url, headers={"Authorization": ""})).status_code == 401
    await client.post("/_fake/clock", json={"advance_seconds": 299})
    assert (await client.get(url)).status_code == 200
    await client.post("/_fake/clock", json={"advance_seconds": 2})
    assert (await client.get(url)).status_code == 404
    assert (await fetched(client, held["id"])).content == PNG


async def test_the_lifetime_of_an_address_is_a_setting_and_webhooks_may_carry_one(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    await client.put("/_fake/graph-settings", json={"url_seconds": 0, "webhook_urls": True})
    await customer_sends(client)
    await fake.graph.webhook_sender.wait_until_idle()
    [message] = receiver.values("messages")
    assert (await client.get(message["image"]["url"])).status_code == 404
    assert (await fetched(client, message["image"]["id"])).status_code == 404


async def test_a_file_of_another_number_an_expired_and_an_unknown_one_are_error_100(client: httpx.AsyncClient) -> None:
    await customer_sends(client)
    [held] = (await client.get("/_fake/media")).json()
    other = await client.get(f"/v25.0/{held['id']}", params={"phone_number_id": "1"})
    unknown = await client.get("/v25.0/99900000000009999")
    await client.post("/_fake/clock", json={"advance_seconds": 7 * 86400 + 1})
    late = await client.get(f"/v25.0/{held['id']}")
    for answer in (other, unknown, late):
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)
        assert answer.json()["error"]["error_subcode"] == 33


async def test_an_uploaded_file_is_sent_by_its_id_until_it_is_deleted(client: httpx.AsyncClient) -> None:
    media_id = (await upload(client, PNG, "image/png")).json()["id"]
    body = {"messaging_product": "whatsapp", "to": "+5511999990000", "type": "image", "image": {"id": media_id}}
    assert (await client.post(f"/v25.0/{NUMBER}/messages", json=body)).status_code == 200
    assert (await client.delete(f"/v25.0/{media_id}")).json() == {"success": True}
    assert (await client.delete(f"/v25.0/{media_id}")).json()["error"]["code"] == 100
    refused = await client.post(f"/v25.0/{NUMBER}/messages", json=body)
    assert refused.json()["error"]["code"] == 131009


async def test_a_file_of_the_wrong_kind_is_accepted_and_fails_later(
    fake: ServedFake, client: httpx.AsyncClient, receiver: WebhookReceiver
) -> None:
    media_id = (await upload(client, PNG, "image/png")).json()["id"]
    body = {"messaging_product": "whatsapp", "to": "+5511999990000", "type": "audio", "audio": {"id": media_id}}
    assert (await client.post(f"/v25.0/{NUMBER}/messages", json=body)).status_code == 200
    await fake.graph.webhook_sender.wait_until_idle()
    [status] = receiver.values("statuses")
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131053)


@pytest.mark.parametrize(
    ("data", "mime_type", "code"),
    [
        (b"x", "audio/webm", 131053),
        (b"x", "", 131053),
        (b"", "image/png", 100),
        (bytes(5 * 1024 * 1024 + 1), "image/jpeg", 131053),
        (bytes(500 * 1024 + 1), "image/webp", 131053),
    ],
)
async def test_types_and_sizes_that_meta_does_not_accept_are_refused(
    client: httpx.AsyncClient, data: bytes, mime_type: str, code: int
) -> None:
    assert (await upload(client, data, mime_type)).json()["error"]["code"] == code


async def test_a_type_may_have_parameters(client: httpx.AsyncClient) -> None:
    assert "id" in (await upload(client, b"OggS", "audio/ogg; codecs=opus")).json()


@pytest.mark.parametrize("missing", ["messaging_product", "file"])
async def test_an_upload_without_its_fields_is_refused(client: httpx.AsyncClient, missing: str) -> None:
    data = {"messaging_product": "whatsapp", "type": "image/png"}
    files = {"file": ("a.png", PNG, "image/png")}
    data.pop(missing, None)
    files.pop(missing, None)
    answer = await client.post(f"/v25.0/{NUMBER}/media", data=data, files=files or {"other": ("a", b"x", "image/png")})
    assert answer.json()["error"]["code"] == 100


@pytest.mark.parametrize("on", ["upload", "address", "download"])
async def test_each_step_fails_once_by_a_behaviour(client: httpx.AsyncClient, on: str) -> None:
    await customer_sends(client)
    [held] = (await client.get("/_fake/media")).json()
    url = (await client.get(f"/v25.0/{held['id']}")).json()["url"]

    async def call() -> httpx.Response:
        if on == "upload":
            return await upload(client, PNG, "image/png")
        return await client.get(url if on == "download" else f"/v25.0/{held['id']}")

    await client.post("/_fake/behaviours", json={"kind": "error", "on": on, "code": 131016})
    await client.post("/_fake/behaviours", json={"kind": "garbage", "on": on})
    assert (await call()).json()["error"]["code"] == 131016
    assert (await call()).headers["content-type"].startswith("text/html")
    assert (await call()).status_code == 200


async def test_a_download_is_cut_in_the_middle(client: httpx.AsyncClient) -> None:
    await customer_sends(client)
    [held] = (await client.get("/_fake/media")).json()
    await client.post("/_fake/behaviours", json={"kind": "cut_after", "on": "download"})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await fetched(client, held["id"])
    assert (await fetched(client, held["id"])).content == PNG


def test_the_oldest_files_are_removed_when_there_are_too_many_bytes() -> None:
    store, now = MediaStore(max_bytes=250), datetime(2026, 3, 1, tzinfo=UTC)
    first, second, third = (store.add(bytes(100), "image/png", now) for _ in range(3))
    assert store.get(first.id, now) is None
    assert [one.id for one in store.all()] == [second.id, third.id]
    assert store.held_bytes == 200
