"""Settings of a channel service are read with the prefix of their channel, all others as in every service."""

from datetime import timedelta
from typing import ClassVar

import pytest
from pydantic import Field, ValidationError

from atd_channelkit.settings import ChannelServiceSettings
from atd_testing.keys import IDENTITY_PUBLIC_KEY


class ToySettings(ChannelServiceSettings):
    channel_prefix: ClassVar[str] = "ATD_TOY_"

    port: int = Field(default=8199)
    api_url: str = Field(default="http://toys.example")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("ATD_IDENTITY_PUBLIC_KEYS", IDENTITY_PUBLIC_KEY)
    monkeypatch.setenv("ATD_MASTER_KEY", MASTER_KEY)
    return monkeypatch


MASTER_KEY = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def test_a_channel_has_its_own_prefix(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ATD_TOY_SEND_UNTIL", "90")
    environment.setenv("ATD_TOY_API_URL", "http://other.example")
    environment.setenv("ATD_OTHER_TIMEOUT", "7")
    settings = ToySettings()
    assert (settings.send_until, settings.api_url) == (timedelta(seconds=90), "http://other.example")
    assert settings.timeout == timedelta(seconds=15)


def test_more_hosts_of_files_are_checked_at_the_start(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ATD_TOY_MEDIA_HOSTS", "files.example, .cdn.example")
    assert ToySettings().media_hosts == "files.example, .cdn.example"
    environment.setenv("ATD_TOY_MEDIA_HOSTS", ".com")
    with pytest.raises(ValidationError, match="media_hosts"):
        ToySettings()


def test_what_every_service_has_is_read_without_it(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:1")
    environment.setenv("ATD_PUBLIC_URL", "https://chat.example")
    environment.setenv("ATD_TOY_PUBLIC_URL", "https://wrong.example")
    environment.setenv("ATD_TIMEOUT", "7")
    settings = ToySettings()
    assert (settings.kafka_bootstrap_servers, settings.public_url) == ("kafka:1", "https://chat.example")
    assert settings.timeout == timedelta(seconds=15)


def test_a_wrong_value_is_refused_by_name(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ATD_TOY_MESSAGES_PER_SECOND", "many")
    with pytest.raises(ValidationError, match="messages_per_second"):
        ToySettings()
