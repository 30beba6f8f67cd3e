"""What Telegram says of a webhook, in words for administrators."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_ingest_telegram.accounts.checker import read_me
from atd_ingest_telegram.accounts.webhooks import registration, warnings_of, webhook_url
from atd_ingest_telegram.translate.updates import ALLOWED_UPDATES

from .test_translate import ACCOUNT

PUBLIC = "https://atendimento.example"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS = webhook_url(ACCOUNT, PUBLIC)
WELL: dict[str, Any] = {"url": OURS, "pending_update_count": 0, "allowed_updates": list(ALLOWED_UPDATES)}


def failed(ago: timedelta, pending: int) -> dict[str, Any]:
    at = int((NOW - ago).timestamp())
    return {"last_error_date": at, "last_error_message": "Connection refused", "pending_update_count": pending}


@pytest.mark.proves("telegram", "account-warnings-repaired")
@pytest.mark.parametrize(
    ("info", "codes"),
    [
        (WELL, []),
        ({**WELL, "url": ""}, ["webhook_missing"]),
        ({**WELL, "url": "https://crm.example/hook/secret"}, ["webhook_elsewhere"]),
        ({**WELL, "url": OURS + "x"}, ["webhook_elsewhere"]),
        ({**WELL, "allowed_updates": ["message"]}, ["updates_missing"]),
        ({name: value for name, value in WELL.items() if name != "allowed_updates"}, ["updates_missing"]),
        ({**WELL, **failed(timedelta(minutes=1), 7)}, ["deliveries_failing"]),
        ({**WELL, **failed(timedelta(minutes=1), 0)}, []),
        ({**WELL, **failed(timedelta(hours=2), 7)}, []),
        ({**WELL, **failed(timedelta(minutes=-5), 7)}, []),
        (
            {**WELL, "allowed_updates": ["message"], **failed(timedelta(0), 1)},
            ["updates_missing", "deliveries_failing"],
        ),
        ({}, ["webhook_missing"]),
        ({"url": 7, "last_error_date": "x", "pending_update_count": None}, ["webhook_elsewhere"]),
        ({**WELL, "last_error_date": 2**62, "pending_update_count": 3}, []),
    ],
)
def test_each_trouble_of_a_webhook_has_its_warning(info: dict[str, Any], codes: list[str]) -> None:
    found = warnings_of(ACCOUNT, info, PUBLIC, NOW)
    assert [one.code for one in found] == codes
    for one in found:
        assert one.repairable == (one.code != "deliveries_failing")
        assert all((one.texts.pt, one.texts.en, one.texts.es))


def test_of_another_systems_address_only_the_host_is_shown() -> None:
    [found] = warnings_of(ACCOUNT, {**WELL, "url": "https://user:pw@crm.example/hook/123:SECRET"}, PUBLIC, NOW)
    assert found.detail == "crm.example"


def test_updates_that_wait_are_kept_when_the_webhook_is_registered() -> None:
    told = registration(ACCOUNT, PUBLIC)
    assert told["drop_pending_updates"] is False
    assert told["secret_token"] == ACCOUNT.webhook_secret.decode()
    assert {"message_reaction", "callback_query", "my_chat_member", "business_message"} <= set(told["allowed_updates"])
    assert ACCOUNT.bot_token.get_secret_value() not in str(told)


@pytest.mark.parametrize(
    ("me", "outcome"),
    [
        ({"id": 700001, "is_bot": True, "first_name": "Loja", "username": "loja_bot"}, "Works"),
        ({"id": 700002, "is_bot": True, "first_name": "Outra"}, "Refused"),
        ({"id": 700001, "is_bot": False, "first_name": "Ana"}, "Refused"),
        ({"id": "700001", "is_bot": True}, "Unsent"),
        ([], "Unsent"),
        (True, "Unsent"),
    ],
)
def test_a_token_works_only_for_the_bot_that_it_names(me: Any, outcome: str) -> None:
    assert type(read_me(ACCOUNT.bot_id, me)).__name__ == outcome
