"""Bots as channel accounts: what Telegram is asked and told when one is connected, changed and removed."""

import re
from typing import Any

import pytest

from atd_channelkit.accounts.guide import connectable
from atd_channelkit.accounts.store import AccountStore
from atd_ingest_telegram.accounts.guide import GUIDE
from atd_ingest_telegram.accounts.views import TelegramCredentials, TelegramSettings
from atd_ingest_telegram.translate.updates import ALLOWED_UPDATES
from atd_testing.telegram import Behaviour
from atd_testing.waiting import eventually

from .conftest import CHANNELS, new_channel, new_token

Service = Any
Start = Any
"""Of conftest.py."""


def texts_of(value: Any) -> list[dict[str, str]]:
    """Every text in a document, in its languages."""
    if isinstance(value, list):
        return [text for one in value for text in texts_of(one)]
    if isinstance(value, dict):
        return [value] if "pt-BR" in value else [text for one in value.values() for text in texts_of(one)]
    return []


def test_the_guide_has_every_field_and_every_text_in_every_language() -> None:
    shown = connectable(GUIDE)
    of = {name: {one.name for one in shown.fields if one.where == name} for name in ("credentials", "settings")}
    assert of["credentials"] == TelegramCredentials.model_fields.keys()
    assert of["settings"] == TelegramSettings.model_fields.keys()
    fields = {one.name: one for one in shown.fields}
    assert {name for name, one in fields.items() if one.secret} == {"bot_token"}
    assert (fields["long_polling"].type, fields["long_polling"].default) == ("boolean", False)
    texts = texts_of(shown.model_dump(mode="json", by_alias=True))
    assert len(texts) == 2 * (len(GUIDE.fields) + len(GUIDE.steps))
    for one in texts:
        assert one.keys() == {"pt-BR", "en", "es"}
        assert all(text == text.strip() and text and "  " not in text for text in one.values())


@pytest.mark.asyncio(loop_scope="module")
class TestOnServers:
    @pytest.mark.proves("telegram", "account-bot-token-checked")
    async def test_a_bot_is_confirmed_and_its_webhook_registered_with_a_random_secret(self, service: Service) -> None:
        made = await service.connect()
        assert (made["status"], made["proven"]) == ("active", True)
        assert made["username"] == service.fake.bot(int(made["bot_id"])).username
        assert made["takes_business_chats"] is True
        bot = service.fake.bot(int(made["bot_id"]))
        assert bot.webhook["url"] == f"{service.settings.public_url}/webhooks/telegram/{made['id']}"
        assert bot.webhook["url"] == made["webhook_url"]
        assert set(bot.allowed) == set(ALLOWED_UPDATES)
        other = await service.connect()
        assert re.fullmatch(r"[A-Za-z0-9_-]{64}", service.secret(made))
        assert service.secret(made) != service.secret(other)
        shown = await service.read(made["id"])
        assert shown["warnings"] == []
        assert not {"bot_token", "webhook_secret", "sealed"} & shown.keys()

    async def test_a_token_that_telegram_refuses_is_marked_and_a_malformed_one_is_422(self, service: Service) -> None:
        token = new_token()
        bot_id = token.partition(":")[0]
        service.fake.behaviours.append(
            Behaviour(kind="error", on="check", account=bot_id, code=401, details="Unauthorized")
        )
        answer = await service.post("", json=new_channel(token))
        assert (answer.json()["status"], answer.json()["proven"]) == ("needs_reconnection", False)
        await service.post(f"/{answer.json()['id']}/repair")
        assert service.fake.bot(int(bot_id)).webhook == {}, "nobody takes a bot's updates away without its token"
        for wrong in ("123", "x:AAAAAAAAAAAAAAAAAAAAAAAAA", "123:short", "123:AAAAAAAAAAAAAAAAAAAAA/../getMe"):
            refused = await service.post("", json=new_channel(wrong))
            assert refused.status_code == 422
            assert wrong.partition(":")[2] not in refused.text or len(wrong) < 10

    async def test_a_check_of_a_bot_that_is_changed_meanwhile_asks_again(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = await service.connect()
        change, raced = AccountStore.change, iter((True, False))

        async def after_another(store: AccountStore, session: Any, account_id: str, version: int, changes: Any) -> Any:
            if next(raced, False):
                await change(store, None, account_id, version, {"name": "Outro nome"})
            return await change(store, session, account_id, version, changes)

        with monkeypatch.context() as patched:
            patched.setattr(AccountStore, "change", after_another)
            answer = await service.client.post(f"/api/v1/channels/{made['id']}/check", headers=service.headers())
        assert (answer.status_code, answer.json()["ok"]) == (200, True)
        assert (await service.read(made["id"]))["name"] == "Outro nome"

    async def test_a_bot_is_connected_once_on_the_platform(self, service: Service) -> None:
        token = new_token()
        await service.connect(bot_token=token)
        for tenant in (service.tenant, "another-tenant"):
            answer = await service.post("", tenant, json=new_channel(token))
            assert answer.status_code == 409

    @pytest.mark.proves("telegram", "account-bot-token-replaced")
    async def test_the_token_is_replaced_by_one_of_the_same_bot_only(self, service: Service) -> None:
        made = await service.connect()
        fresh = {"credentials": {"bot_token": new_token(made["bot_id"])}}
        assert (await service.patch(made["id"], fresh)).status_code == 200
        other = await service.patch(made["id"], {"credentials": {"bot_token": new_token()}})
        assert other.status_code == 409
        assert other.json()["errors"][0]["field"] == "credentials.bot_token"
        assert (await service.read(made["id"]))["bot_id"] == made["bot_id"]

    @pytest.mark.proves("telegram", "account-removed-webhook-deleted")
    async def test_removing_the_account_deletes_the_webhook_unless_another_system_has_the_bot(
        self, service: Service
    ) -> None:
        ours, taken = await service.connect(), await service.connect()
        elsewhere = service.fake.bot(int(taken["bot_id"]))
        elsewhere.webhook = {"url": "https://crm.example/hook", "max_connections": 40}
        for made in (ours, taken):
            path = f"{CHANNELS}/{made['id']}"
            assert (await service.client.delete(path, headers=service.headers())).status_code == 204
        assert service.fake.bot(int(ours["bot_id"])).webhook == {}
        assert elsewhere.webhook["url"] == "https://crm.example/hook"
        assert (await service.deliver(ours, {"update_id": 1}, "x")).status_code == 404

    @pytest.mark.proves("telegram", "account-warnings-repaired")
    async def test_a_webhook_that_another_system_took_is_shown_and_repaired_by_one_button(
        self, service: Service
    ) -> None:
        made = await service.connect()
        bot = service.fake.bot(int(made["bot_id"]))
        bot.webhook = {"url": "https://crm.example/hook/secret-path", "max_connections": 40}
        await service.running.db["watched_accounts"].update_one(
            {"_id": made["id"]}, {"$set": {"due_at": service.runtime.clock.now()}}
        )
        looked = await service.post(f"/{made['id']}/repair")
        assert looked.status_code == 200
        assert looked.json()["warnings"] == []
        assert await service.registered(made)

    async def test_a_new_public_address_is_registered_at_the_next_start(self, start: Start) -> None:
        first = await start()
        made = await first.connect()
        second = await start(
            first.served,
            public_url="http://127.0.0.1:9999",
            mongodb_database_prefix=first.settings.mongodb_database_prefix,
            master_key=first.settings.master_key,
        )
        bot = first.fake.bot(int(made["bot_id"]))
        assert await eventually(
            lambda: _is(bot.webhook["url"] == f"http://127.0.0.1:9999/webhooks/telegram/{made['id']}")
        )
        assert second.secret(made) == first.secret(made)


async def _is(found: bool) -> bool:
    return found
