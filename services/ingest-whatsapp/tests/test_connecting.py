"""How a number is connected and how it is doing, for a client that knows no channel."""

import re
from typing import Any

import pytest

from atd_channelkit.accounts.guide import connectable
from atd_ingest_whatsapp.accounts.guide import GUIDE
from atd_ingest_whatsapp.accounts.views import WhatsAppCredentials, WhatsAppSettings
from atd_testing.waiting import eventually
from atd_testing.whatsapp import Behaviour, builders

Service = Any
"""A `Service` of conftest.py."""

PATH = "/api/v1/channels"
READER = ("channels:read",)


def texts_of(value: Any) -> list[dict[str, str]]:
    """Every text in a document, in its languages."""
    if isinstance(value, list):
        return [text for one in value for text in texts_of(one)]
    if isinstance(value, dict):
        return [value] if "pt-BR" in value else [text for one in value.values() for text in texts_of(one)]
    return []


def test_the_guide_has_every_field_and_its_rules() -> None:
    shown = connectable(GUIDE)
    of = {name: [one for one in shown.fields if one.where == name] for name in ("credentials", "settings")}
    assert {one.name for one in of["credentials"]} == WhatsAppCredentials.model_fields.keys()
    assert {one.name for one in of["settings"]} == WhatsAppSettings.model_fields.keys()
    fields = {one.name: one for one in shown.fields}
    assert {name for name, one in fields.items() if one.secret} == {"access_token", "app_secret"}
    assert {name for name, one in fields.items() if not one.required} == {"verify_token", "read_receipts"}
    assert {name for name, one in fields.items() if not one.changeable} == {"phone_number_id"}
    assert fields["phone_number_id"].pattern == "^[0-9]{1,32}$"
    assert fields["app_secret"].min_length == 8
    assert (fields["read_receipts"].type, fields["read_receipts"].default) == ("boolean", True)
    for one in shown.fields:
        assert one.example is None or one.pattern is None or re.fullmatch(one.pattern, one.example)
    assert {one.what for one in shown.copy_} == {"webhook_url", "verify_token"}


def test_every_text_of_the_guide_is_in_every_language() -> None:
    texts = texts_of(connectable(GUIDE).model_dump(mode="json", by_alias=True))
    assert len(texts) == 2 * (len(GUIDE.fields) + len(GUIDE.steps) + len(GUIDE.copy))
    for one in texts:
        assert one.keys() == {"pt-BR", "en", "es"}
        assert all(text == text.strip() and text for text in one.values())
        assert all("  " not in text for text in one.values())


@pytest.mark.asyncio(loop_scope="module")
async def test_the_kinds_are_read_with_the_permission_and_are_no_account(service: Service) -> None:
    answer = await service.client.get(f"{PATH}/kinds", headers=service.headers(permissions=READER))
    (told,) = answer.json()["items"]
    assert (answer.status_code, told["kind"], told["has_templates"]) == (200, "whatsapp", True)
    assert [one["what"] for one in told["copy"]] == ["webhook_url", "verify_token"]
    assert told["fields"][0]["label"].keys() == {"pt-BR", "en", "es"}
    refused = await service.client.get(f"{PATH}/kinds", headers=service.headers(permissions=("contacts:read",)))
    assert refused.status_code == 403


@pytest.mark.asyncio(loop_scope="module")
async def test_an_account_says_when_it_was_verified_and_last_heard_of(service: Service) -> None:
    made = await service.connect()
    path = f"{PATH}/{made['id']}"
    assert (made["last_webhook_at"], made["webhook_verified_at"]) == (None, None)

    async def seen(name: str) -> Any:
        return (await service.client.get(path, headers=service.headers())).json()[name]

    query = {"hub.mode": "subscribe", "hub.challenge": "7", "hub.verify_token": made["verify_token"]}
    assert (await service.client.get(f"/webhooks/whatsapp/{made['id']}", params=query)).text == "7"
    assert await eventually(lambda: seen("webhook_verified_at"))
    assert await seen("last_webhook_at") is None
    now, wamid = service.runtime.clock.now(), builders.wamid("heard")
    raw = builders.text_webhook(made["phone_number_id"], "Oi", now, sender="5511999990000", message_id=wamid)
    assert (await service.deliver(f"/{made['id']}", raw, "another-secret")).status_code == 401
    assert await seen("last_webhook_at") is None
    assert (await service.deliver("", raw)).status_code == 200
    assert await eventually(lambda: seen("last_webhook_at"))
    assert await seen("version") == made["version"]


@pytest.mark.asyncio(loop_scope="module")
async def test_what_the_provider_refused_is_said_in_words(service: Service) -> None:
    made = await service.connect()
    error = Behaviour(kind="error", on="check", code=190, account=made["phone_number_id"])
    service.fake.graph.state.behaviours.append(error)
    checked = (await service.client.post(f"{PATH}/{made['id']}/check", headers=service.headers())).json()
    assert (checked["ok"], checked["reason"], checked["texts"].keys()) == (False, "token", {"pt-BR", "en", "es"})
    shown = (await service.client.get(f"{PATH}/{made['id']}", headers=service.headers())).json()
    assert (shown["status"], shown["status_reason"]["texts"]) == ("needs_reconnection", checked["texts"])
