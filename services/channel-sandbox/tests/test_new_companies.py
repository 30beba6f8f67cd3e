"""A person connects a company as at Meta's dashboard: credentials to copy, an address that is verified and saved."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from atd_channel_sandbox.app import STATIC
from atd_testing.whatsapp import builders

CREDENTIALS = {"name", "phone", "phone_number_id", "business_account_id", "access_token", "app_secret"}
LANGUAGES = ("pt-BR", "en", "es")


async def _new(sandbox: Any) -> dict[str, Any]:
    answer = await sandbox.client.post("/sandbox/api/companies")
    assert answer.status_code == 200
    shown: dict[str, Any] = answer.json()
    return shown


async def _save(sandbox: Any, number_id: str, url: str, token: str = "t-o-k-e-n") -> httpx.Response:
    body = {"callback_url": url, "verify_token": token}
    answer: httpx.Response = await sandbox.client.put(f"/sandbox/api/companies/{number_id}/webhook", json=body)
    return answer


async def _companies(sandbox: Any) -> dict[str, Any]:
    return {one["id"]: one for one in (await sandbox.client.get("/sandbox/api/state")).json()["companies"]}


async def test_a_company_that_waits_is_shown_again_and_answers_a_check_by_its_name(sandbox: Any) -> None:
    shown = await _new(sandbox)
    assert shown.keys() == CREDENTIALS
    assert await _new(sandbox) == shown
    assert (await _companies(sandbox))[shown["phone_number_id"]]["connected"] is False
    headers = {"Authorization": f"Bearer {shown['access_token']}"}
    checked = (await sandbox.client.get(f"/v25.0/{shown['phone_number_id']}", headers=headers)).json()
    assert (checked["verified_name"], checked["display_phone_number"]) == (shown["name"], shown["phone"])


async def test_an_address_that_does_not_confirm_the_token_is_refused(sandbox: Any) -> None:
    shown = await _new(sandbox)
    number_id = shown["phone_number_id"]
    sandbox.receiver.verify_token = "another"
    assert (await _save(sandbox, number_id, "http://receiver.test/webhooks/whatsapp")).status_code == 400
    assert (await _save(sandbox, number_id, "ftp://receiver.test")).status_code == 422
    assert (await _save(sandbox, "1", "http://receiver.test")).status_code == 404
    assert (await _companies(sandbox))[number_id]["connected"] is False


async def test_a_connected_company_gets_what_customers_write_signed_with_its_secret(sandbox: Any) -> None:
    shown = await _new(sandbox)
    number_id = shown["phone_number_id"]
    sandbox.receiver.verify_token = "t-o-k-e-n"
    waiting = await sandbox.write("Antes", company=number_id)
    assert waiting["status"] == "waiting"
    answer = await _save(sandbox, number_id, " http://receiver.test/webhooks/whatsapp/account-9\n")
    assert (answer.status_code, answer.json()["connected"]) == (200, True)
    await sandbox.write("Depois", company=number_id)
    received = [one["text"]["body"] for one in await sandbox.received_messages()]
    assert received == ["Antes", "Depois"]
    bodies, signatures = sandbox.receiver.bodies, sandbox.receiver.signatures
    assert signatures == [builders.sign(body, shown["app_secret"]) for body in bodies]
    assert (await _new(sandbox))["phone_number_id"] != number_id


async def test_companies_are_kept_over_a_restart(starter: Any) -> None:
    async with starter() as sandbox:
        shown = await _new(sandbox)
        number_id = shown["phone_number_id"]
        assert (await _save(sandbox, number_id, "http://receiver.test/account-9")).status_code == 200
        waits = await _new(sandbox)
    async with starter() as again:
        companies = await _companies(again)
        assert (companies[number_id]["connected"], companies[waits["phone_number_id"]]["connected"]) == (True, False)
        assert again.state.graph.callbacks[number_id].app_secret == shown["app_secret"]
        assert await _new(again) == waits


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_dialog_is_there_in_every_language(language: str) -> None:
    dialog = Path(STATIC / "js" / "connect.js").read_text(encoding="utf-8")
    words = Path(STATIC / "js" / "i18n.js").read_text(encoding="utf-8")
    starts = {"pt-BR": "pt-BR", "en": "\n  en:", "es": "\n  es:"}
    order = [words.index(starts[one]) for one in LANGUAGES] + [len(words)]
    part = words[order[LANGUAGES.index(language)] : order[LANGUAGES.index(language) + 1]]
    keys = set(re.findall(r'\bt\("(\w+)"', dialog)) | {
        f"field_{name}" for name in ("phone_number_id", "business_account_id", "access_token", "app_secret")
    }
    assert {key for key in keys if f"{key}:" not in part} == set()
