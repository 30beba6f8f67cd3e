"""The settings that every service has. A service subclasses this and adds its own, each described."""

import re
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from atd_servicekit.base_urls import BaseUrl
from atd_servicekit.connection_settings import ConnectionSettings
from atd_servicekit.crypto import parse_master_key
from atd_servicekit.identity_keys import read_public_keys

_NUMBER = re.compile(r"\d+(\.\d+)?")


class ServiceSettings(ConnectionSettings):
    """Read from the environment when it is built, never at import.

    Raises pydantic's `ValidationError` that names each variable that is missing or wrong.
    """

    @model_validator(mode="before")
    @classmethod
    def _seconds(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Read a plain number as a duration in seconds; pydantic alone would take ISO 8601 (`PT30S`) only."""
        durations = {name for name, each in cls.model_fields.items() if each.annotation is timedelta}
        return {
            name: timedelta(seconds=float(value))
            if name in durations and isinstance(value, str) and _NUMBER.fullmatch(value)
            else value
            for name, value in values.items()
        }

    mongodb_database_prefix: str = Field(
        default="atd_",
        pattern=r"^[A-Za-z0-9_-]{0,40}$",
        description="Start of the name of each service's own database; the service's name follows",
    )
    host: str = Field(default="0.0.0.0", description="Address to listen on")  # noqa: S104 - a container's own network
    port: int = Field(ge=0, le=65535, description="Port to listen on")
    identity_public_keys: str = Field(
        description="Public keys of the gateway's identities, `atdpub_...`, separated by commas while one is replaced",
    )
    operator_public_keys: str = Field(
        default="",
        description="Public keys of operators, in the same form; their identities prove the permission operator only",
    )
    public_url: BaseUrl = Field(
        default="http://localhost:8080", description="Origin under which the world sees the gateway"
    )
    log_format: Literal["json", "console"] = Field(default="json", description="json for machines, console for people")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged")
    otlp_endpoint: str | None = Field(
        default=None,
        description="OTLP/HTTP endpoint for traces, such as http://collector:4318/v1/traces; absent: no tracing",
    )
    shutdown_grace: timedelta = Field(default=timedelta(seconds=30), description="Longest orderly shutdown (seconds)")

    @field_validator("identity_public_keys", "operator_public_keys")
    @classmethod
    def _check_public_keys(cls, text: str, checked: ValidationInfo) -> str:
        if not read_public_keys(text) and checked.field_name == "identity_public_keys":
            raise ValueError("is empty, so every request would be refused (`atd keys new identity` makes a pair)")
        return text

    @model_validator(mode="after")
    def _check_kinds_of_keys(self) -> "ServiceSettings":
        both = set(read_public_keys(self.identity_public_keys)) & set(read_public_keys(self.operator_public_keys))
        if both:
            raise ValueError("ATD_IDENTITY_PUBLIC_KEYS and ATD_OPERATOR_PUBLIC_KEYS must not share a key")
        return self

    def database_name(self, service: str) -> str:
        """The database of a service: the prefix and its name, `atd_ingest_whatsapp`.

        There is no setting for the whole name: set in a shared environment, it would merge all services' databases.
        """
        return self.mongodb_database_prefix + re.sub(r"[^A-Za-z0-9]", "_", service)


class MasterKeySettings(ServiceSettings):
    """The settings of a service that seals or signs something with a key of its own."""

    master_key: SecretStr = Field(
        description=(
            "The service's own key, another one in each service: `id:base64` of 32 bytes, or several separated by "
            "commas while rotating (the first seals, all open)"
        ),
    )

    @field_validator("master_key")
    @classmethod
    def _check_master_key(cls, value: SecretStr) -> SecretStr:
        parse_master_key(value.get_secret_value())
        return value
