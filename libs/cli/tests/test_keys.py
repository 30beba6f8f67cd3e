"""`atd keys`: new keys, which ones are in use, and sealing again."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from atd_schemas.services import SERVICES
from atd_servicekit.crypto import parse_master_key
from atd_servicekit.identity import IDENTITY_HEADER, IdentityVerifier
from atd_servicekit.identity_keys import read_private_key, read_public_keys
from atd_testing.keys import OPERATOR_PRIVATE_KEY, OPERATOR_PUBLIC_KEY

KEEPERS = tuple(service.name for service in SERVICES if service.keeps_credentials)


class FakeServices:
    """Answers for every service: `sealed` accounts have an older key; `stuck` ones cannot be sealed again."""

    def __init__(self) -> None:
        self.keys: dict[str, list[str]] = {"identity": ["i2", "i1"], "operators": ["o1"], "master": ["k2", "k1"]}
        self.sealed = 250
        self.stuck = 0
        self.limits: list[int] = []

    def take(self, path: str, token: str, body: bytes) -> dict[str, Any]:
        identity = IdentityVerifier([], read_public_keys(OPERATOR_PUBLIC_KEY)).verify(token, datetime.now(UTC))
        assert identity.permissions == {"operator"}
        if path == "/internal/keys":
            return self.keys
        assert path == "/internal/credentials/reseal"
        limit = json.loads(body)["limit"]
        self.limits.append(limit)
        done = min(limit, self.sealed)
        self.sealed -= done
        return {"resealed": done, "remaining": self.sealed, "unreadable": self.stuck}


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServices]:
    found = FakeServices()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            raw = json.dumps(found.take(self.path, self.headers[IDENTITY_HEADER], body)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for service in SERVICES:
        monkeypatch.setenv(service.url_variable, f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("ATD_OPERATOR_PRIVATE_KEY", OPERATOR_PRIVATE_KEY)
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_whole_set_of_new_keys_can_be_used_as_it_is_printed(atd) -> None:
    made = atd("keys", "new")
    assert made.status == 0
    values = dict(re.findall(r"^(ATD_\w+)=(.*)$", made.out, flags=re.MULTILINE))
    masters = {service.master_key_variable for service in SERVICES if service.master_key}
    pairs = {f"ATD_{name}" for name in ("IDENTITY_PRIVATE_KEY", "IDENTITY_PUBLIC_KEYS")}
    pairs |= {f"ATD_{name}" for name in ("OPERATOR_PRIVATE_KEY", "OPERATOR_PUBLIC_KEYS")}
    assert values.keys() == masters | pairs
    for name in ("IDENTITY", "OPERATOR"):
        private = read_private_key(values[f"ATD_{name}_PRIVATE_KEY"])
        assert read_public_keys(values[f"ATD_{name}_PUBLIC_KEYS"]) == (private.public,)
    keys = [parse_master_key(values[name]) for name in masters]
    assert len({key for found in keys for key in found.values()}) == len(masters)  # never one key in two services
    assert atd("keys", "new").out != made.out


@pytest.mark.parametrize(("what", "names"), [("identity", 2), ("operator", 2), ("ingest-whatsapp", 1)])
def test_one_kind_of_key_is_made(atd, what: str, names: int) -> None:
    assert len(re.findall(r"^ATD_", atd("keys", "new", what).out, flags=re.MULTILINE)) == names


def test_an_unknown_kind_of_key_is_named(atd) -> None:
    refused = atd("keys", "new", "conversation")  # seals nothing
    assert refused.status == 1
    assert "There is no key of 'conversation'" in refused.err


def test_status_shows_the_keys_of_every_service_and_what_is_left(atd, services) -> None:
    shown = atd("keys", "status", "--json")
    assert shown.status == 1  # accounts are left
    rows = {row["service"]: row for row in shown.json}
    assert rows.keys() == {service.name for service in SERVICES}
    assert rows["ingest-whatsapp"]["to_seal_again"] == 250
    assert rows["conversation"]["to_seal_again"] is None
    assert all(row["keys"] == services.keys for row in rows.values())
    assert services.limits == [0] * len(KEEPERS)  # asking changes nothing
    services.sealed = 0
    assert atd("keys", "status").status == 0


def test_a_service_that_is_away_is_a_line_of_the_status(atd, services, monkeypatch) -> None:
    monkeypatch.setenv("ATD_CONVERSATION_URL", "http://127.0.0.1:1")
    shown = atd("keys", "status")
    assert shown.status == 1
    assert "conversation does not answer at http://127.0.0.1:1/internal/keys" in shown.out
    assert "k2" in shown.out


def test_resealing_goes_on_in_batches_until_nothing_is_left(atd, services) -> None:
    done = atd("keys", "reseal", "--service", "ingest-whatsapp")
    assert done.status == 0
    assert services.limits == [100, 100, 100]
    assert "ingest-whatsapp: 100 sealed again, 150 left" in done.out
    assert "✓ ingest-whatsapp: 250 sealed again, 0 left" in done.out
    assert "✗" not in done.out, "a batch that others follow is no failure"
    again = atd("keys", "reseal", "--json")
    nothing = {"resealed": 0, "remaining": 0, "unreadable": 0}
    assert again.json == [{"service": name, **nothing} for name in KEEPERS]


def test_accounts_that_no_key_opens_are_said(atd, services) -> None:
    services.stuck = 2
    done = atd("keys", "reseal")
    assert done.status == 1
    assert "2 that no configured key opens" in done.out


def test_a_service_without_credentials_is_refused(atd, services) -> None:
    refused = atd("keys", "reseal", "--service", "gateway")
    assert refused.status == 1
    choices = ", ".join(KEEPERS)
    assert f"'gateway' is not a service with credentials; choose one of {choices}." in refused.err
