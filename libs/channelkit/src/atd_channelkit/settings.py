"""The settings that every channel service has, beside those of every service."""

from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from atd_channelkit.media.source import read_media_hosts
from atd_servicekit.files import FileStoreSettings
from atd_servicekit.settings import MasterKeySettings


class ChannelServiceSettings(FileStoreSettings, MasterKeySettings):
    """Environment variables with the channel's own prefix (`ATD_WHATSAPP_SEND_UNTIL`), for these and a service's own.

    A channel service subclasses this, names its `channel_prefix`, and adds what only its provider has.
    """

    channel_prefix: ClassVar[str]
    """The prefix of the variables of this channel: `ATD_WHATSAPP_`."""

    timeout: timedelta = Field(
        default=timedelta(seconds=15),
        gt=timedelta(0),
        description="Longest call to the provider; a send that takes longer is uncertain (seconds)",
    )
    concurrency_per_account: int = Field(default=32, ge=1, le=200, description="Sends of one account under way at once")
    fetches_per_account: int = Field(
        default=4, ge=1, le=32, description="Customers' files of one account fetched at once"
    )
    messages_per_second: int = Field(
        default=80, ge=1, le=1000, description="Sends per second of one account, over all processes"
    )
    uncertain_after: timedelta = Field(
        default=timedelta(seconds=60),
        description="How long an uncertain send waits for a receipt that proves it before it is repeated (seconds)",
    )
    send_until: timedelta = Field(
        default=timedelta(hours=24),
        description="How long an unsent message is tried, a waiting account included, before it fails (seconds)",
    )
    fetch_until: timedelta = Field(
        default=timedelta(days=7),
        description="How long a customer's file is tried, a waiting account included, before it fails (seconds)",
    )
    media_hosts: str = Field(
        default="",
        description="More hosts of the provider's files, which credentials are sent to: names, or endings of names "
        "with their dot, separated by commas",
    )
    webhook_timeout: timedelta = Field(
        default=timedelta(seconds=8),
        description="Longest wait for Kafka before a webhook is answered 503, so that it comes again (seconds)",
    )
    secret_overlap: timedelta = Field(
        default=timedelta(days=7), description="How long a replaced secret still proves webhooks (seconds)"
    )
    account_refresh: timedelta = Field(
        default=timedelta(seconds=30),
        gt=timedelta(0),
        description="How often changed accounts are read again, in case a change event was missed (seconds)",
    )

    @field_validator("media_hosts")
    @classmethod
    def _check_media_hosts(cls, text: str) -> str:
        read_media_hosts(text)
        return text

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Settings of channels are read with the channel's prefix, all others as in every service."""
        return init_settings, _OfChannel(settings_cls, env_prefix=cls.channel_prefix), _OfService(env_settings)


def is_of_channel(name: str) -> bool:
    """Whether the variable of a setting has the channel's prefix."""
    return name not in FileStoreSettings.model_fields and name not in MasterKeySettings.model_fields


class _OfChannel(EnvSettingsSource):
    def __call__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__call__().items() if is_of_channel(name)}


class _OfService(PydanticBaseSettingsSource):
    """Without the settings of channels."""

    def __init__(self, source: PydanticBaseSettingsSource) -> None:
        super().__init__(source.settings_cls)
        self._source = source

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return self._source.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        return {name: value for name, value in self._source().items() if not is_of_channel(name)}
