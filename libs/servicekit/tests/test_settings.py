"""Settings from the environment."""

import base64
from datetime import timedelta

import pytest

from atd_servicekit.serving import read_settings
from atd_servicekit.settings import ServiceSettings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATD_MASTER_KEY", base64.b64encode(bytes(32)).decode())
    monkeypatch.setenv("ATD_MONGODB_DATABASE", "test")
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
