"""The settings that say where Kafka and MongoDB are: the same for every service and for the command `atd`."""

import re
import warnings
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from atd_servicekit.kafka_connection import (
    KafkaConnection,
    SaslCredentials,
    SaslMechanism,
    SecurityProtocol,
    parse_servers,
    read_password,
    tls_context,
)

_SCHEME = re.compile(r"mongodb(\+srv)?://")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SECRET_OPTION = re.compile(r"password|token", re.IGNORECASE)


def _absent_when_empty(value: object) -> object:
    """An empty variable counts as none: compose files and charts pass what is not set as an empty text."""
    return None if isinstance(value, str) and not value.strip() else value


def _upper(default: str | None) -> Any:
    return BeforeValidator(
        lambda value: value.strip().upper() or default if isinstance(value, str) else (value or default)
    )


_OptionalFile = Annotated[Path | None, BeforeValidator(_absent_when_empty)]
_OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_absent_when_empty)]


class ConnectionSettings(BaseSettings):
    """How Kafka and MongoDB are reached. Raises pydantic's `ValidationError`, in which no value is repeated."""

    model_config = SettingsConfigDict(
        env_prefix="ATD_", extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    kafka_bootstrap_servers: str = Field(
        default="127.0.0.1:9092",
        validation_alias="KAFKA_BOOTSTRAP_SERVERS",
        description="Kafka brokers, `host:port` separated by commas; IPv6 in brackets; without a port: 9092",
    )
    kafka_security_protocol: Annotated[SecurityProtocol, _upper("PLAINTEXT")] = Field(
        default="PLAINTEXT",
        validation_alias="KAFKA_SECURITY_PROTOCOL",
        description="`PLAINTEXT`, `SSL` (TLS), `SASL_PLAINTEXT` (credentials) or `SASL_SSL` (both)",
    )
    kafka_sasl_mechanism: Annotated[SaslMechanism | None, _upper(None)] = Field(
        default=None,
        validation_alias="KAFKA_SASL_MECHANISM",
        description="`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`; needed with `SASL_*`",
    )
    kafka_sasl_username: str = Field(
        default="", validation_alias="KAFKA_SASL_USERNAME", description="User of Kafka; needed with `SASL_*`"
    )
    kafka_sasl_password: _OptionalSecret = Field(
        default=None, validation_alias="KAFKA_SASL_PASSWORD", description="Its password"
    )
    kafka_sasl_password_file: _OptionalFile = Field(
        default=None,
        validation_alias="KAFKA_SASL_PASSWORD_FILE",
        description="File that holds the password, instead of `KAFKA_SASL_PASSWORD`",
    )
    kafka_ssl_ca_file: _OptionalFile = Field(
        default=None,
        validation_alias="KAFKA_SSL_CA_FILE",
        description="Authorities (PEM) that the brokers' certificates are checked by; absent: the system's",
    )
    kafka_ssl_certificate_file: _OptionalFile = Field(
        default=None,
        validation_alias="KAFKA_SSL_CERTIFICATE_FILE",
        description="Certificate (PEM) of this client, where Kafka asks for one",
    )
    kafka_ssl_key_file: _OptionalFile = Field(
        default=None,
        validation_alias="KAFKA_SSL_KEY_FILE",
        description="Its private key (PEM); absent: in the file of the certificate",
    )
    kafka_ssl_key_password: _OptionalSecret = Field(
        default=None, validation_alias="KAFKA_SSL_KEY_PASSWORD", description="Password of an encrypted private key"
    )
    mongodb_url: SecretStr = Field(
        default=SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0"),
        validation_alias="MONGODB_URL",
        description=(
            "MongoDB connection string (`mongodb://` with one or several hosts, or `mongodb+srv://`), credentials and "
            "TLS in it; a replica set, because transactions need one"
        ),
    )

    @field_validator("kafka_bootstrap_servers")
    @classmethod
    def _check_servers(cls, text: str) -> str:
        return ",".join(parse_servers(text))

    @field_validator("mongodb_url")
    @classmethod
    def _check_mongodb_url(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value().strip()
        check_mongodb_url(url)
        return SecretStr(url)

    @model_validator(mode="after")
    def _check_kafka(self) -> "ConnectionSettings":
        self.kafka_connection()
        return self

    def kafka_connection(self) -> KafkaConnection:
        """The connection that these settings describe; reads the files that they name. Raises `ValueError`."""
        protocol = self.kafka_security_protocol
        tls_files = {
            "KAFKA_SSL_CA_FILE": self.kafka_ssl_ca_file,
            "KAFKA_SSL_CERTIFICATE_FILE": self.kafka_ssl_certificate_file,
            "KAFKA_SSL_KEY_FILE": self.kafka_ssl_key_file,
        }
        context = None
        if protocol.endswith("SSL"):
            password = self.kafka_ssl_key_password
            context = tls_context(
                self.kafka_ssl_ca_file,
                self.kafka_ssl_certificate_file,
                self.kafka_ssl_key_file,
                None if password is None else password.get_secret_value(),
            )
        elif given := [name for name, file in tls_files.items() if file is not None]:
            raise ValueError(f"{given[0]} is set, but KAFKA_SECURITY_PROTOCOL is {protocol}, which is not encrypted")
        return KafkaConnection(parse_servers(self.kafka_bootstrap_servers), context, self._sasl())

    def _sasl(self) -> SaslCredentials | None:
        if not self.kafka_security_protocol.startswith("SASL"):
            if self.kafka_sasl_mechanism or self.kafka_sasl_username:
                raise ValueError(
                    "KAFKA_SASL_MECHANISM or KAFKA_SASL_USERNAME is set, but KAFKA_SECURITY_PROTOCOL is "
                    f"{self.kafka_security_protocol}, which uses no credentials"
                )
            return None
        if self.kafka_sasl_mechanism is None:
            raise ValueError(f"KAFKA_SASL_MECHANISM is needed with {self.kafka_security_protocol}")
        if not self.kafka_sasl_username:
            raise ValueError(f"KAFKA_SASL_USERNAME is needed with {self.kafka_security_protocol}")
        return SaslCredentials(self.kafka_sasl_mechanism, self.kafka_sasl_username, self._sasl_password())

    def _sasl_password(self) -> str:
        if (self.kafka_sasl_password is None) == (self.kafka_sasl_password_file is None):
            raise ValueError(
                f"either KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE is needed with {self.kafka_security_protocol}"
            )
        if self.kafka_sasl_password is not None:
            return self.kafka_sasl_password.get_secret_value()
        return read_password(self.kafka_sasl_password_file or Path())


def check_mongodb_url(url: str) -> None:
    """Raise `ValueError` if `url` is no connection string; what it says never repeats user, password or a token."""
    from pymongo import MongoClient  # noqa: PLC0415 - for those who read settings, not for all who import them
    from pymongo.errors import PyMongoError  # noqa: PLC0415 - as above

    scheme = _SCHEME.match(url)
    if scheme is None:
        raise ValueError("must begin with mongodb:// or mongodb+srv://")
    if re.search(r"\s", url):
        raise ValueError("holds a space or a line end")
    user_info, at, rest = url[scheme.end() :].rpartition("@")
    if at:
        user, _, password = user_info.partition(":")
        if any(character in part for part in (user, password) for character in "@:/?#[]") or _STRAY_PERCENT.search(
            user_info
        ):
            raise ValueError(
                "user and password must be percent-encoded where they hold @ : / ? # [ ] or % (%40 for @), "
                "and so must an @ in an option"
            )
        if not unquote_to_bytes(user):
            raise ValueError("holds an @ without a user before it")
    hidden = f"{scheme[0]}{'user:password@' if ':' in user_info else 'user@' if at else ''}{rest}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # an option with a typing error, such as tls=ture, is ignored
            MongoClient[dict[str, Any]](hidden, connect=False).close()
    except (PyMongoError, ValueError, TypeError, OSError, UserWarning) as error:
        why = str(error)
        if _SECRET_OPTION.search(rest) or not why:
            why = f"cannot be used ({type(error).__name__})"
        raise ValueError(f"is not a valid connection string: {why}") from None
