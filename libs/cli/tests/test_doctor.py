"""`atd doctor` with real servers and without."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from atd_cli.doctor.checks import _clock, _mongodb_server, disk
from atd_schemas.services import SERVICES
from atd_testing.keys import OPERATOR_PRIVATE_KEY
from atd_testing.topics import create_topics

GIB = 1024**3


@pytest.fixture
def readiness() -> Iterator[dict[str, object]]:
    """What every service answers at /readyz, on the port under `port`; `problems` makes it not ready."""
    state: dict[str, object] = {"problems": {}}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raw = json.dumps({"status": "", "problems": state["problems"]}).encode()
            self.send_response(503 if state["problems"] else 200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state["port"] = server.server_port
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def healthy(atd, monkeypatch, mongodb_url, kafka_bootstrap, readiness):
    """`atd` where nothing is wrong."""
    asyncio.run(create_topics(kafka_bootstrap))
    monkeypatch.setenv("MONGODB_URL", mongodb_url)
    for service in SERVICES:
        monkeypatch.setenv(service.url_variable, f"http://127.0.0.1:{readiness['port']}")

    def run(*arguments: str):
        monkeypatch.setenv("ATD_OPERATOR_PRIVATE_KEY", OPERATOR_PRIVATE_KEY)
        return atd(*arguments)

    return run


def by_name(outcome) -> dict[str, dict[str, object]]:
    return {finding["name"]: finding for finding in outcome.json}


def test_a_healthy_system_is_all_ticks(healthy) -> None:
    examined = healthy("doctor")
    assert examined.status == 0, examined.out
    assert "✗" not in examined.out
    assert {"Kafka", "Kafka topics", "MongoDB", "Clock", "ATD_OPERATOR_PRIVATE_KEY", "gateway"} <= by_name(
        healthy("doctor", "--json")
    ).keys()


def test_a_service_that_is_not_ready_says_why(healthy, readiness) -> None:
    readiness["problems"] = {"mongodb": "InfrastructureFault: MongoDB does not answer"}
    examined = healthy("doctor")
    assert examined.status == 1
    assert "conversation: not ready: mongodb: InfrastructureFault" in examined.out


def test_everything_away_is_named_with_what_to_do_and_no_secret(atd, monkeypatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("MONGODB_URL", "mongodb://atd:geheim@127.0.0.1:1/?replicaSet=rs0")
    monkeypatch.setenv("ATD_OPERATOR_PRIVATE_KEY", "geheim")
    for service in SERVICES:
        monkeypatch.setenv(service.url_variable, "http://127.0.0.1:1")
    examined = atd("doctor", "--json")
    assert examined.status == 1
    findings = by_name(examined)
    wrong = {"ATD_OPERATOR_PRIVATE_KEY", "Kafka", "MongoDB", *(service.name for service in SERVICES)}
    assert {name for name, finding in findings.items() if not finding["good"]} == wrong
    assert all(findings[name]["advice"] for name in wrong)
    assert "ATD_GATEWAY_URL" in str(findings["gateway"]["advice"])
    assert "geheim" not in examined.out + examined.err


def test_a_mongodb_without_a_replica_set_is_no_good() -> None:
    finding = _mongodb_server("7.0.1", {"isWritablePrimary": True})
    assert not finding.good
    assert "rs.initiate()" in finding.advice
    assert not _mongodb_server("5.0.9", {"setName": "rs0", "hosts": ["a"]}).good
    assert _mongodb_server("8.0.1", {"setName": "rs0", "hosts": ["a", "b", "c"]}).good


@pytest.mark.parametrize(("skew_seconds", "good"), [(0.0, True), (-1.9, True), (2.5, False), (-3.0, False)])
def test_clocks_may_be_two_seconds_apart(skew_seconds: float, good: bool) -> None:
    assert _clock(skew_seconds).good is good


@pytest.mark.parametrize(("free", "total", "good"), [(10, 100, True), (4, 100, False), (1, 4, False), (3, 20, True)])
def test_a_disk_needs_two_gib_and_a_twentieth_free(free: int, total: int, good: bool) -> None:
    assert disk("disk", free * GIB, total * GIB).good is good
