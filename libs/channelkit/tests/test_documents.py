"""What a change of an account sets, whatever the channel."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import SecretStr

from atd_channelkit.accounts.documents import (
    REPLACED_SECRETS_LIMIT,
    changed_fields,
    deleted_fields,
    new_document,
    replaced_in,
    shown,
)
from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import ChannelSpec, Secret
from atd_channelkit.accounts.views import Channel, ChannelChanges, Input, NewChannel
from atd_schemas.services import PublicPrefix, Service

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


class ToyCredentials(Input):
    handle: str | None = None
    token: SecretStr | None = None
    secret: SecretStr | None = None


class ToySettings(Input):
    loud: bool | None = None
    pin: SecretStr | None = None


class NewToy(NewChannel):
    kind: Literal["app"] = "app"
    credentials: ToyCredentials = ToyCredentials()
    settings: ToySettings = ToySettings()


class ToyChanges(ChannelChanges):
    credentials: ToyCredentials = ToyCredentials()
    settings: ToySettings = ToySettings()


class ToyChannel(Channel):
    handle: str
    digits: int
    secret: str | None = None
    previous_secrets_until: datetime | None = None


SPEC: ChannelSpec[Account] = ChannelSpec(
    service=Service(
        name="ingest-toy", port=1, does="toys", channels=("app",), prefixes=(PublicPrefix("/webhooks/toy", "provider"),)
    ),
    new_channel=NewToy,
    changes=ToyChanges,
    channel=ToyChannel,
    open=lambda stored: Account(**stored.common()),
    fields=("handle",),
    derived=lambda _kind, credentials: {} if credentials.handle is None else {"digits": len(credentials.handle)},
    secrets=(
        Secret(name="token", reconnects=True),
        Secret(name="secret", generate=lambda: "made", shown=True, overlaps=True),
        Secret(name="pin"),
    ),
)


def seal(name: str, value: str) -> str:
    return f"<{name}:{value}>"


def made(**credentials: Any) -> dict[str, Any]:
    new = NewToy(
        name="Toys",
        credentials=ToyCredentials(handle="abc", token=SecretStr("t"), **credentials),
        settings=ToySettings(loud=True, pin=SecretStr("1234")),
    )
    document: dict[str, Any] = new_document(SPEC, new, "tenant-1", "account-1", seal, NOW)
    return document


def changed(document: dict[str, Any], now: datetime = NOW, **given: Any) -> Any:
    changes = ToyChanges(
        credentials=ToyCredentials(**given.pop("credentials", {})),
        settings=ToySettings(**given.pop("settings", {})),
        **given,
    )
    return changed_fields(SPEC, document, changes, seal, now, WEEK)


def test_secrets_are_sealed_wherever_they_stand_and_made_when_they_are_missing() -> None:
    document = made()
    assert document["sealed"] == {"token": "<token:t>", "secret": "<secret:made>", "pin": "<pin:1234>"}
    assert (document["handle"], document["digits"], document["settings"]) == ("abc", 3, {"loud": True})
    assert made(secret=SecretStr("mine"))["sealed"]["secret"] == "<secret:mine>"


def test_what_is_left_out_of_a_change_stays() -> None:
    assert set(changed(made())) == {"updated_at", "order"}
    assert changed(made(), name="New")["name"] == "New"
    assert changed(made(), settings={"loud": False})["settings.loud"] is False
    sealed = changed(made(), settings={"pin": SecretStr("5")})
    assert sealed["sealed.pin"] == "<pin:5>"
    assert "settings.pin" not in sealed
    assert changed(made(), credentials={"handle": "abcd"})["digits"] == 4


def test_every_change_has_a_greater_order_whatever_the_clock_says() -> None:
    document = made()
    assert changed(document, NOW - WEEK)["order"] > document["order"]
    assert deleted_fields(document, NOW - WEEK)["order"] > document["order"]


def test_a_replaced_secret_that_overlaps_is_kept_for_its_time_and_in_a_limited_number() -> None:
    document = made()
    for number in range(REPLACED_SECRETS_LIMIT + 3):
        fields = changed(document, credentials={"secret": SecretStr(str(number))})
        document["replaced_secrets"] = fields["replaced_secrets"]
        document["sealed"]["secret"] = fields["sealed.secret"]
    assert len(document["replaced_secrets"]) == REPLACED_SECRETS_LIMIT
    assert document["replaced_secrets"][0] == {"name": "secret", "sealed": "<secret:6>", "until": NOW + WEEK}
    later = changed(document, NOW + WEEK, credentials={"secret": SecretStr("last")})
    assert [one["sealed"] for one in later["replaced_secrets"]] == ["<secret:7>"]
    assert "replaced_secrets" not in changed(document, credentials={"token": SecretStr("t2")})


def test_a_new_secret_that_reconnects_makes_the_account_active_again() -> None:
    document = {**made(), "status": "needs_reconnection", "status_reason": {"code": "190"}}
    token = {"token": SecretStr("t2")}
    assert changed(document, credentials=token)["status"] == "active"
    assert changed(document, credentials=token, status="disabled")["status"] == "disabled"
    assert "status" not in changed(document, credentials={"secret": SecretStr("other")})
    assert "status" not in changed({**document, "status": "disabled"}, credentials=token)


def test_deletion_takes_every_secret_away() -> None:
    fields = deleted_fields(made(), NOW)
    assert (fields["deleted"], fields["sealed"], fields["replaced_secrets"]) == (True, {}, [])


def test_secrets_that_were_replaced_before_every_secret_could_overlap_prove_until_their_time() -> None:
    before = {**made(), "previous_app_secrets": [{"sealed": "sealed old", "until": NOW + WEEK}]}
    del before["replaced_secrets"]
    old = {"name": "app_secret", "sealed": "sealed old", "until": NOW + WEEK}
    assert replaced_in(before) == [old]
    after = {**before, **changed(before, credentials={"secret": "new secret"})}
    assert replaced_in(after)[1:] == [old]
    assert after["previous_app_secrets"] == []
    gone = {**before, **deleted_fields(before, NOW)}
    assert (replaced_in(gone), gone["previous_app_secrets"]) == ([], [])


def test_the_answer_has_the_channels_own_fields_and_no_secret_that_is_not_shown() -> None:
    replaced = [{"name": "secret", "sealed": "x", "until": NOW + WEEK}, {"name": "secret", "sealed": "y", "until": NOW}]
    document = {**made(), "replaced_secrets": replaced}
    answer = shown(SPEC, document, "https://chat.example/", NOW, {"secret": "made"})
    assert isinstance(answer, ToyChannel)
    assert answer.webhook_url == "https://chat.example/webhooks/toy/account-1"
    assert (answer.handle, answer.secret, answer.previous_secrets_until) == ("abc", "made", NOW + WEEK)
    assert "<token:t>" not in answer.model_dump_json()
