"""Settings from the environment."""

from datetime import timedelta

import pytest

from atd_servicekit.serving import read_settings
from atd_servicekit.settings import MasterKeySettings, ServiceSettings
from atd_testing.keys import IDENTITY_PUBLIC_KEY, OPERATOR_PRIVATE_KEY


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATD_IDENTITY_PUBLIC_KEYS", IDENTITY_PUBLIC_KEY)
    monkeypatch.setenv("ATD_PORT", "8000")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30), ("0.5", 0.5), ("PT30S", 30), ("PT1M", 60)],
    ids=["number", "fraction", "iso", "min"],
)
def test_a_duration_is_a_number_of_seconds_or_iso_8601(
    monkeypatch: pytest.MonkeyPatch, text: str, seconds: float
) -> None:
    monkeypatch.setenv("ATD_SHUTDOWN_GRACE", text)
    assert read_settings(ServiceSettings).shutdown_grace == timedelta(seconds=seconds)


def test_what_is_wrong_is_named_by_its_variable_and_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATD_SHUTDOWN_GRACE", "a-while")
    monkeypatch.setenv("ATD_PORT", "99999")
    with pytest.raises(SystemExit) as ended:
        read_settings(ServiceSettings)
    told = str(ended.value)
    assert "ATD_SHUTDOWN_GRACE: " in told
    assert "ATD_PORT: " in told
    assert "a-while" not in told


def test_every_service_has_a_database_of_its_own_and_no_setting_merges_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATD_MONGODB_DATABASE", "all")  # what once named the whole database
    settings = read_settings(ServiceSettings)
    assert settings.database_name("ingest-whatsapp") == "atd_ingest_whatsapp"
    monkeypatch.setenv("ATD_MONGODB_DATABASE_PREFIX", "test_")
    assert {read_settings(ServiceSettings).database_name(name) for name in ("a", "b-c")} == {"test_a", "test_b_c"}


def test_a_wrong_key_is_named_and_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATD_IDENTITY_PUBLIC_KEYS", OPERATOR_PRIVATE_KEY)
    monkeypatch.setenv("ATD_MASTER_KEY", "k1:c2VjcmV0")
    with pytest.raises(SystemExit) as ended:
        read_settings(MasterKeySettings)
    told = str(ended.value)
    assert "ATD_IDENTITY_PUBLIC_KEYS: this is a private key" in told
    assert "ATD_MASTER_KEY: the key 'k1' has 6 bytes, not 32" in told
    assert "c2VjcmV0" not in told
    assert OPERATOR_PRIVATE_KEY not in told


@pytest.mark.parametrize("text", ["", " , "])
def test_a_service_knows_at_least_one_public_key(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ATD_IDENTITY_PUBLIC_KEYS", text)
    with pytest.raises(SystemExit, match=r"ATD_IDENTITY_PUBLIC_KEYS: is empty"):
        read_settings(ServiceSettings)


def test_one_key_is_not_of_the_gateway_and_of_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATD_OPERATOR_PUBLIC_KEYS", IDENTITY_PUBLIC_KEY)
    with pytest.raises(SystemExit, match="must not share a key"):
        read_settings(ServiceSettings)


def test_only_a_service_that_seals_needs_a_master_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATD_MASTER_KEY", raising=False)
    read_settings(ServiceSettings)
    with pytest.raises(SystemExit, match="ATD_MASTER_KEY: Field required"):
        read_settings(MasterKeySettings)
