"""How Kafka is reached: brokers, encryption and credentials, parsed once and used by every client of the product.

Names and values are those of Kafka's own clients (`security.protocol`, `sasl.mechanism`).
"""

import ipaddress
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

DEFAULT_PORT = 9092

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?")
_BRACKETED = re.compile(r"\[([^\]]*)\](?::(.*))?")
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class SaslCredentials:
    """A user of Kafka and how its password is proven."""

    mechanism: SaslMechanism
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """The brokers (`host:port` each, IPv6 in brackets), TLS (None: not encrypted) and credentials (None: none)."""

    servers: tuple[str, ...]
    ssl_context: ssl.SSLContext | None = field(default=None, repr=False)
    sasl: SaslCredentials | None = None

    @classmethod
    def of(cls, kafka: "KafkaConnection | str") -> "KafkaConnection":
        """Return a connection as it is; a string names brokers that ask for neither encryption nor credentials."""
        return kafka if isinstance(kafka, KafkaConnection) else cls(parse_servers(kafka))

    @property
    def security_protocol(self) -> SecurityProtocol:
        """Kafka's name for whether the connection is encrypted and whether it signs in."""
        if self.sasl is None:
            return "PLAINTEXT" if self.ssl_context is None else "SSL"
        return "SASL_PLAINTEXT" if self.ssl_context is None else "SASL_SSL"

    def client_options(self) -> dict[str, Any]:
        """The arguments of every aiokafka client: producer, consumer and admin client."""
        options: dict[str, Any] = {
            "bootstrap_servers": list(self.servers),
            "security_protocol": self.security_protocol,
            "ssl_context": self.ssl_context,
        }
        if self.sasl is not None:
            options |= {
                "sasl_mechanism": self.sasl.mechanism,
                "sasl_plain_username": self.sasl.username,
                "sasl_plain_password": self.sasl.password,
            }
        return options

    def __str__(self) -> str:
        """The brokers, for people; never the credentials."""
        return ",".join(self.servers)


def parse_servers(text: str) -> tuple[str, ...]:
    """The brokers of a list separated by commas, each as `host:port`; spaces and empty places do not count.

    A broker without a port has Kafka's, 9092. Raises `ValueError` that says what is wrong and never repeats an entry
    that may hold a password.
    """
    entries = [entry for entry in (part.strip() for part in text.split(",")) if entry]
    if not entries:
        raise ValueError("names no broker; an example: kafka-1:9092,kafka-2:9092")
    return tuple(dict.fromkeys(_server(entry) for entry in entries))


def _server(entry: str) -> str:
    if "@" in entry:
        raise ValueError("takes no user or password; see KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD")
    if "://" in entry or "/" in entry:
        raise ValueError(f"{entry!r}: write host:port, without a scheme or path (KAFKA_SECURITY_PROTOCOL says which)")
    if entry.startswith("["):
        return _bracketed(entry)
    host, colon, port = entry.partition(":")
    if ":" in port:
        raise ValueError(f"{entry!r}: write an IPv6 address in brackets, as [::1]:9092")
    if not _HOST.fullmatch(host):
        raise ValueError(f"{entry!r} is not host:port; several brokers are separated by commas")
    return f"{host}:{_port(entry, port) if colon else DEFAULT_PORT}"


def _bracketed(entry: str) -> str:
    found = _BRACKETED.fullmatch(entry)
    try:
        address = ipaddress.IPv6Address(found[1] if found else "")
    except ValueError:
        raise ValueError(f"{entry!r} is not an IPv6 address with a port, as [::1]:9092") from None
    port = found[2] if found else None
    return f"[{address}]:{DEFAULT_PORT if port is None else _port(entry, port)}"


def _port(entry: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _LAST_PORT:
        raise ValueError(f"{entry!r}: the port is a number from 1 to {_LAST_PORT}")
    return int(text)


def read_password(file: Path) -> str:
    """The password in a file, without the line end after it. Raises `ValueError`."""
    try:
        password = file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"KAFKA_SASL_PASSWORD_FILE: {file} cannot be read ({type(error).__name__})") from None
    if not password:
        raise ValueError(f"KAFKA_SASL_PASSWORD_FILE: {file} is empty")
    return password


def tls_context(
    ca_file: Path | None, certificate_file: Path | None, key_file: Path | None, key_password: str | None
) -> ssl.SSLContext:
    """TLS that checks the broker's certificate and name, by the system's authorities unless `ca_file` names others.

    With `certificate_file` the client proves itself too (mTLS); the key may be in the same file. Raises `ValueError`
    that names the variable.
    """
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except OSError as error:
        raise ValueError(f"KAFKA_SSL_CA_FILE: {ca_file} {_why(error)}") from None
    if certificate_file is None:
        if key_file is not None:
            raise ValueError("KAFKA_SSL_KEY_FILE needs KAFKA_SSL_CERTIFICATE_FILE")
        return context
    try:
        # Without a password OpenSSL would ask for one on the terminal.
        context.load_cert_chain(certificate_file, key_file, key_password or "")
    except (OSError, ValueError) as error:
        raise ValueError(f"KAFKA_SSL_CERTIFICATE_FILE, KAFKA_SSL_KEY_FILE: {certificate_file} {_why(error)}") from None
    return context


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError) or not isinstance(error, OSError):
        return "has no valid PEM certificate, or certificate, key and KAFKA_SSL_KEY_PASSWORD do not match"
    return f"or its key cannot be read ({type(error).__name__})"
