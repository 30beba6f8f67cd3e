"""Every client of the product reaches a Kafka that asks for TLS, for credentials, or for both."""

import asyncio
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError
from faststream.kafka.annotations import KafkaMessage

from atd_cli.kafka.admin import WantedTopic, kafka_admin
from atd_cli.kafka.topic_log import topic_log
from atd_schemas.ids import uuid7
from atd_servicekit.connection_settings import ConnectionSettings
from atd_servicekit.faststream_broker import create_broker
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.kafka_connection import KafkaConnection
from atd_testing.servers import KafkaServer, free_port
from atd_testing.servers.kafka import new_cluster_id
from atd_testing.tls import TlsFiles, new_authority
from atd_testing.waiting import eventually

pytestmark = pytest.mark.integration

USER, PASSWORD = "app", "s3cret-word"
LISTENERS = ("SSL", "SASL_PLAINTEXT", "SASL_SSL")
_MODULE = "org.apache.kafka.common.security"
_SECURITY = """
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
ssl.keystore.type=PEM
ssl.keystore.location={server}
ssl.truststore.type=PEM
ssl.truststore.location={ca}
listener.name.ssl.ssl.client.auth=required
"""


class SecuredKafka(KafkaServer):
    """A broker with more listeners: for certificates, for credentials, and for both encrypted."""

    def __init__(self, data_dir: Path, tls: TlsFiles) -> None:
        super().__init__(data_dir, short_lived=True)
        self.tls = tls
        self.ports = {name: free_port() for name in LISTENERS}

    def _write_properties(self) -> Path:
        path = super()._write_properties()
        more = "".join(f",{name}://127.0.0.1:{port}" for name, port in self.ports.items())
        text = re.sub(r"(?m)^((?:advertised\.)?listeners=.*)$", rf"\g<1>{more}", path.read_text(encoding="utf-8"))
        text = re.sub(r"(?m)^listener\.security\.protocol\.map=.*$", "", text)
        text += _SECURITY.format(server=self.tls.server, ca=self.tls.ca)
        for listener in ("sasl_plaintext", "sasl_ssl"):
            prefix = f"listener.name.{listener}"
            plain = f'username="x" password="x" user_{USER}="{PASSWORD}"'
            text += f"{prefix}.plain.sasl.jaas.config={_MODULE}.plain.PlainLoginModule required {plain};\n"
            for mechanism in ("scram-sha-256", "scram-sha-512"):
                text += f"{prefix}.{mechanism}.sasl.jaas.config={_MODULE}.scram.ScramLoginModule required;\n"
        path.write_text(text, encoding="utf-8")
        return path

    def _format_once(self, java: list[str], properties: Path) -> None:
        users = [f"SCRAM-SHA-{bits}=[name={USER},password={PASSWORD}]" for bits in (256, 512)]
        scram = [part for user in users for part in ("--add-scram", user)]
        command = [*java, "kafka.tools.StorageTool", "format", "-t", new_cluster_id(), "-c", str(properties), *scram]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


@dataclass(frozen=True, slots=True)
class Secured:
    """How the broker is reached."""

    broker: SecuredKafka

    def connection(self, protocol: str, mechanism: str = "", password: str = PASSWORD) -> KafkaConnection:
        """As the settings make it."""
        variables = {
            "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:1, localhost:{self.broker.ports[protocol]},",
            "KAFKA_SECURITY_PROTOCOL": protocol,
        }
        if mechanism:
            variables |= {
                "KAFKA_SASL_MECHANISM": mechanism,
                "KAFKA_SASL_USERNAME": USER,
                "KAFKA_SASL_PASSWORD": password,
            }
        if protocol.endswith("SSL"):
            variables["KAFKA_SSL_CA_FILE"] = str(self.broker.tls.ca)
        if protocol == "SSL":
            variables["KAFKA_SSL_CERTIFICATE_FILE"] = str(self.broker.tls.client)
        return ConnectionSettings.model_validate(variables).kafka_connection()


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured-kafka")
    broker = SecuredKafka(folder / "data", new_authority(folder))
    try:
        broker.start()
        yield Secured(broker)
    finally:
        broker.stop()


@pytest.mark.parametrize(
    ("protocol", "mechanism"),
    [("SSL", ""), ("SASL_PLAINTEXT", "PLAIN"), ("SASL_SSL", "SCRAM-SHA-256"), ("SASL_SSL", "SCRAM-SHA-512")],
)
async def test_every_client_reads_and_writes(secured: Secured, protocol: str, mechanism: str) -> None:
    kafka, topic = secured.connection(protocol, mechanism), f"test.{uuid7()}"
    async with kafka_admin(kafka) as admin:
        assert await admin.create([WantedTopic(topic, 1, 1, {})]) == [topic]
    producer = Producer(kafka, "test")
    await producer.start()
    await producer.publish([Outgoing(topic, b"k", b"hello")])
    await producer.stop()

    got: list[bytes] = []
    broker = create_broker(kafka, "test", lambda *_: None)

    async def as_it_came(message: KafkaMessage) -> Any:
        return message.raw_message

    @broker.subscriber(topic, batch=True, group_id="g", auto_offset_reset="earliest", decoder=as_it_came)
    async def handle(raw: Any) -> None:
        got.extend(one.value for one in raw)

    await broker.start()
    await eventually(lambda: got == [b"hello"])
    await broker.stop()
    async with topic_log(kafka, topic) as log:
        assert [found.kept async for found in log.newest_first(lambda record: record.value)] == [b"hello"]


async def test_a_wrong_password_is_refused_and_never_told(secured: Secured, caplog: pytest.LogCaptureFixture) -> None:
    producer = Producer(secured.connection("SASL_SSL", "SCRAM-SHA-512", "an0ther-word"), "test")
    with pytest.raises(KafkaError) as caught:
        async with asyncio.timeout(60):
            await producer.start()
    assert "an0ther-word" not in f"{caught.value!r} {caplog.text}"
