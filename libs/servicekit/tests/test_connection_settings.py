"""The forms in which the addresses of Kafka and MongoDB are written, and what a wrong one is told."""

from pathlib import Path
from typing import Any

import pytest

from atd_cli.output import CommandFailed
from atd_cli.output import read_settings as read_cli_settings
from atd_gateway.settings import GatewaySettings
from atd_servicekit.base_urls import base_url
from atd_servicekit.connection_settings import ConnectionSettings, check_mongodb_url
from atd_servicekit.faststream_broker import create_broker
from atd_servicekit.kafka_connection import KafkaConnection, SaslCredentials, parse_servers
from atd_servicekit.serving import read_settings
from atd_servicekit.settings import ServiceSettings
from atd_testing.keys import IDENTITY_PUBLIC_KEY, service_keys
from atd_testing.tls import new_authority

SCRAM = {
    "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
    "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
    "KAFKA_SASL_USERNAME": "app",
    "KAFKA_SASL_PASSWORD": "s3cret-word",
}


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a service and the command say when they are started with these variables."""
    monkeypatch.setenv("ATD_IDENTITY_PUBLIC_KEYS", IDENTITY_PUBLIC_KEY)
    monkeypatch.setenv("ATD_PORT", "8000")

    def start(variables: dict[str, str]) -> str:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            read_settings(ServiceSettings)
        with pytest.raises(CommandFailed):
            read_cli_settings()
        return str(ended.value)

    return start


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("a:9092,b:9092", ("a:9092", "b:9092")),
        (" a:9092 , b:9093 ,", ("a:9092", "b:9093")),
        ("a:9092\n", ("a:9092",)),
        ("kafka-1.example,kafka_2.example:19092", ("kafka-1.example:9092", "kafka_2.example:19092")),
        ("[::1]:9092,[fd00::2]", ("[::1]:9092", "[fd00::2]:9092")),
        ("10.0.0.1:9092,10.0.0.1:9092", ("10.0.0.1:9092",)),
        ("kafka.example.:9092", ("kafka.example.:9092",)),
    ],
)
def test_brokers_are_a_list_separated_by_commas(text: str, servers: tuple[str, ...]) -> None:
    assert parse_servers(text) == servers
    settings = ConnectionSettings.model_validate({"KAFKA_BOOTSTRAP_SERVERS": text})
    assert settings.kafka_connection().client_options()["bootstrap_servers"] == list(servers)


@pytest.mark.parametrize(
    "text",
    ["", " , ", "a:9092 b:9092", "a:9092;b:9092", "::1:9092", "[::1", "[zz]:1", "a:", "a:0", "a:65536", "a:x",
     "PLAINTEXT://a:9092", "a:9092/path", "app:s3cret-word@a:9092", ":9092"],
)  # fmt: skip
def test_what_is_no_broker_is_said_with_the_name_of_the_setting(refused: Any, text: str) -> None:
    told = refused({"KAFKA_BOOTSTRAP_SERVERS": text})
    assert "KAFKA_BOOTSTRAP_SERVERS: " in told
    assert "s3cret-word" not in told


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"KAFKA_SECURITY_PROTOCOL": "TLS"}, "KAFKA_SECURITY_PROTOCOL"),
        (SCRAM | {"KAFKA_SASL_MECHANISM": "GSSAPI"}, "KAFKA_SASL_MECHANISM"),
        (SCRAM | {"KAFKA_SASL_MECHANISM": ""}, "KAFKA_SASL_MECHANISM"),
        (SCRAM | {"KAFKA_SASL_USERNAME": ""}, "KAFKA_SASL_USERNAME"),
        (SCRAM | {"KAFKA_SASL_PASSWORD": ""}, "KAFKA_SASL_PASSWORD"),
        (SCRAM | {"KAFKA_SASL_PASSWORD_FILE": "/password"}, "KAFKA_SASL_PASSWORD_FILE"),
        (SCRAM | {"KAFKA_SASL_PASSWORD": "", "KAFKA_SASL_PASSWORD_FILE": "/none"}, "KAFKA_SASL_PASSWORD_FILE"),
        (SCRAM | {"KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"}, "KAFKA_SECURITY_PROTOCOL"),
        (SCRAM | {"KAFKA_SSL_CA_FILE": "/ca.pem"}, "KAFKA_SSL_CA_FILE"),
        ({"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_CA_FILE": "/none.pem"}, "KAFKA_SSL_CA_FILE"),
        ({"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_KEY_FILE": "/key"}, "KAFKA_SSL_CERTIFICATE_FILE"),
        ({"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_CERTIFICATE_FILE": "/none"}, "KAFKA_SSL_CERTIFICATE_FILE"),
        ({"MONGODB_URL": "http://h"}, "MONGODB_URL"),
    ],
)
def test_credentials_that_do_not_fit_end_the_start(refused: Any, variables: dict[str, str], named: str) -> None:
    told = refused(variables)
    assert named in told
    assert "s3cret-word" not in told


def test_credentials_of_kafka_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("s3cret-word\n")
    given = SCRAM | {"KAFKA_SASL_MECHANISM": "scram-sha-512"}
    from_file = {**given, "KAFKA_SASL_PASSWORD": "", "KAFKA_SASL_PASSWORD_FILE": str(file)}
    for variables in (given, from_file):
        connection = ConnectionSettings.model_validate(variables).kafka_connection()
        assert connection.sasl == SaslCredentials("SCRAM-SHA-512", "app", "s3cret-word")
        assert "s3cret-word" not in f"{connection} {connection!r}"


def test_empty_variables_count_as_none() -> None:
    names = [
        *("SECURITY_PROTOCOL", "SASL_MECHANISM", "SASL_USERNAME", "SASL_PASSWORD", "SASL_PASSWORD_FILE"),
        *("SSL_CA_FILE", "SSL_CERTIFICATE_FILE", "SSL_KEY_FILE", "SSL_KEY_PASSWORD"),
    ]
    settings = ConnectionSettings.model_validate({f"KAFKA_{name}": "" for name in names})
    assert settings.kafka_connection() == KafkaConnection(("127.0.0.1:9092",))


def test_every_client_gets_the_brokers_the_credentials_and_tls(tmp_path: Path) -> None:
    tls = new_authority(tmp_path)
    variables = SCRAM | {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_BOOTSTRAP_SERVERS": "a,b:1"}
    variables |= {"KAFKA_SSL_CA_FILE": str(tls.ca), "KAFKA_SSL_CERTIFICATE_FILE": str(tls.client)}
    connection = ConnectionSettings.model_validate(variables).kafka_connection()
    options = connection.client_options()
    assert options == {
        "bootstrap_servers": ["a:9092", "b:1"],
        "security_protocol": "SASL_SSL",
        "ssl_context": connection.ssl_context,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "app",
        "sasl_plain_password": "s3cret-word",
    }
    broker = create_broker(connection, "test", lambda *_: None)
    taken = broker._connection_kwargs
    assert {name: taken[name] for name in options} == options


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://chat.example/", "https://chat.example"),
        (" http://gateway:8080// ", "http://gateway:8080"),
        ("https://chat.example/atendimento/", "https://chat.example/atendimento"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_an_address_is_kept_as_paths_are_appended_to_it(text: str, url: str) -> None:
    assert base_url(text) == url


@pytest.mark.parametrize(
    "text",
    ["", "chat.example", "//chat.example", "ftp://chat.example", "https://", "http://a b", "http://h:x", "http://h:99999",
     "https://chat.example?x=1", "https://chat.example/#x", "https://app:s3cret-word@chat.example", "http://[::1"],
)  # fmt: skip
@pytest.mark.parametrize("variable", ["ATD_PUBLIC_URL", "ATD_CONVERSATION_URL"])
def test_what_is_no_address_is_said_with_the_name_of_the_setting(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    for name, value in {**service_keys("gateway"), variable: text or " "}.items():
        monkeypatch.setenv(name if name.isupper() else f"ATD_{name.upper()}", str(value))
    with pytest.raises(SystemExit) as ended:
        read_settings(GatewaySettings)
    assert variable in str(ended.value)
    assert "s3cret" not in str(ended.value)


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://h",
        "mongodb://h:27017/?replicaSet=rs0",
        "mongodb://a:1,b:2,c/?replicaSet=rs0",
        "mongodb://[::1]:27017,[fd00::1]/?replicaSet=rs0",
        "mongodb+srv://app:p%40ss%2Fw%3Ard@cluster.example.test/?retryWrites=true&w=majority",
        "mongodb://app:secret@h/atendimento?authSource=admin&authMechanism=SCRAM-SHA-256",
        "mongodb://CN=app@h/?authMechanism=MONGODB-X509&tls=true",
        "mongodb://h/?tls=true&tlsAllowInvalidHostnames=false",
    ],
)
def test_a_connection_string_of_mongodb_has_many_forms(url: str) -> None:
    check_mongodb_url(url)
    settings = ConnectionSettings.model_validate({"MONGODB_URL": f" {url}\n"})
    assert settings.mongodb_url.get_secret_value() == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "h:27017",
        '"mongodb://h"',
        "mongodb://",
        "mongodb://a,,b/",
        "mongodb://h:27017, g:27017/",
        "mongodb://h:port/",
        "mongodb+srv://a.example,b.example/",
        "mongodb+srv://a.example:27017/",
        "mongodb://h/?replicaSet",
        "mongodb://h/?tls=ture",
        "mongodb://h/?replicaSett=rs0",
        "mongodb://h/?tls=true&tlsCAFile=/none.pem",
        "mongodb://app:s3cret-word@x@h/",
        "mongodb://app:s3cret-word/x@h/",
        "mongodb://app:s3cret-word:x@h/",
        "mongodb://app:100%s3cret-word@h/",
        "mongodb://app:s3cret-word@h:port/",
        "mongodb://app:s3cret-word?x@h/",
        "mongodb://h/?tls=true&tlsCertificateKeyFile=/none.pem&tlsCertificateKeyFilePassword=s3cret-word",
        "mongodb://:s3cret-word@h/",
    ],
)
def test_what_is_no_connection_string_is_refused_without_its_secrets(refused: Any, url: str) -> None:
    told = refused({"MONGODB_URL": url})
    assert "MONGODB_URL: " in told
    assert "s3cret" not in told
