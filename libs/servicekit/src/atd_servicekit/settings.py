"""The settings that every service has. A service subclasses this and adds its own, each described."""

import re
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_NUMBER = re.compile(r"\d+(\.\d+)?")


class ServiceSettings(BaseSettings):
    """Read from the environment when it is built, never at import.

    Raises pydantic's `ValidationError` that names each variable that is missing or wrong.
    """

    model_config = SettingsConfigDict(env_prefix="ATD_", extra="ignore", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _seconds(cls, values: dict[str, Any]) -> dict[str, Any]:
        """A plain number is a duration in seconds; pydantic alone would take ISO 8601 (`PT30S`) only."""
        durations = {name for name, each in cls.model_fields.items() if each.annotation is timedelta}
        return {
            name: timedelta(seconds=float(value))
            if name in durations and isinstance(value, str) and _NUMBER.fullmatch(value)
            else value
            for name, value in values.items()
        }

    kafka_bootstrap_servers: str = Field(
        default="127.0.0.1:9092",
        validation_alias="KAFKA_BOOTSTRAP_SERVERS",
        description="Kafka brokers, `host:port` separated by commas",
    )
    mongodb_url: SecretStr = Field(
        default=SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0"),
        validation_alias="MONGODB_URL",
        description="MongoDB connection string; a replica set, because transactions need one",
    )
    mongodb_database: str = Field(description="Name of the service's own database")
    host: str = Field(default="0.0.0.0", description="Address to listen on")  # noqa: S104 - a container's own network
    port: int = Field(ge=0, le=65535, description="Port to listen on")
    master_key: SecretStr = Field(
        description=(
            "Key that credentials and internal identities are protected with: base64 of 32 bytes, or several as "
            "`id:base64,id2:base64` while rotating (the first encrypts, all decrypt)"
        ),
    )
    public_url: str = Field(
        default="http://localhost:8080", description="Origin under which the world sees the gateway"
    )
    log_format: Literal["json", "console"] = Field(default="json", description="json for machines, console for people")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged")
    otlp_endpoint: str | None = Field(
        default=None,
        description="OTLP/HTTP endpoint for traces, such as http://collector:4318/v1/traces; absent: no tracing",
    )
    shutdown_grace: timedelta = Field(default=timedelta(seconds=30), description="Longest orderly shutdown (seconds)")
