"""docs/webhooks.md: its figures are those of the code, and its examples check a request as the dispatcher makes it."""

import base64
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import get_args

import pytest

from atd_webhook_dispatcher.domain.breaker import TRANSITIONS
from atd_webhook_dispatcher.domain.catalogue import Catalogue
from atd_webhook_dispatcher.domain.delivery import AttemptOutcome, DeliveryState
from atd_webhook_dispatcher.domain.expressions import check_expression
from atd_webhook_dispatcher.domain.signing import secret_text, signature
from deploy.web.node import find_node
from tests.docs.webhook_figures import CASES, DOCUMENT, breaker_ways, ways, with_figures

TEXT = DOCUMENT.read_text(encoding="utf-8")
KEYS = (b"the key before it, of 32 bytes..", b"a key of thirty-two bytes, or so")
SECRET = secret_text(KEYS[1])
BODY = '{"id":"evt-1","data":{"message":{"text":"Olá, \\"tudo\\" bem?\\n🙂"}}}'.encode()


def example(name: str) -> str:
    """The code of an example of the page."""
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", TEXT, re.DOTALL)
    assert found, name
    return found[1]


def headers(body: bytes = BODY, *, ago: int = 0) -> dict[str, str]:
    """Those of a request of now, signed by a secret that was replaced and by the new one."""
    timestamp = int(time.time()) - ago
    return {
        "webhook-id": "evt-1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(KEYS, "evt-1", timestamp, body),
    }


CHECKS = (
    "as it came",
    "another body",
    "an old request",
    "another id",
    "another version",
    "no signature",
    "a signature beyond ASCII",
    "a moment that is none",
    "a moment beyond all numbers",
    "no headers at all",
)


def checks() -> dict[str, tuple[dict[str, str], bytes, bool]]:
    """Requests of now with what is to be said of them, by name: a whole run of tests may take longer than they hold."""
    ours = headers()
    return {
        "as it came": (ours, BODY, True),
        "another body": (ours, BODY + b" ", False),
        "an old request": (headers(ago=600), BODY, False),
        "another id": ({**ours, "webhook-id": "evt-2"}, BODY, False),
        "another version": ({**ours, "webhook-signature": "v2,abc"}, BODY, False),
        "no signature": ({name: one for name, one in ours.items() if name != "webhook-signature"}, BODY, False),
        "a signature beyond ASCII": ({**ours, "webhook-signature": "v1,é"}, BODY, False),
        "a moment that is none": ({**ours, "webhook-timestamp": "now"}, BODY, False),
        "a moment beyond all numbers": ({**ours, "webhook-timestamp": "9" * 400}, BODY, False),
        "no headers at all": ({}, BODY, False),
    }


def test_the_figures_are_those_of_the_code() -> None:
    assert with_figures(TEXT) == TEXT, "docs/webhooks.md is behind the code: run `python -m tests.docs`"
    assert {one.outcome for _, attempts in CASES for one in attempts} == set(get_args(AttemptOutcome))
    assert set(get_args(DeliveryState)) <= {after for _, after in ways()}
    assert {(before, after) for before, after, _ in TRANSITIONS} == breaker_ways()


@pytest.mark.parametrize("name", CHECKS)
def test_the_example_in_python_tells_our_requests_from_others(name: str) -> None:
    given, body, authentic = checks()[name]
    names: dict[str, object] = {}
    exec(example("python"), names)  # noqa: S102 - it is our own page
    assert names["is_authentic"](SECRET, given, body) is authentic  # type: ignore[operator]


NODE_MAIN = """
import { readFileSync } from "node:fs";
const { secret, given } = JSON.parse(readFileSync(0));
const says = ({ headers, body }) => isAuthentic(secret, headers, Buffer.from(body, "base64"));
console.log(JSON.stringify(given.map(says)));
"""

GO_MAIN = """package main

import (
	"encoding/json"
	"net/http"
	"os"
)

func main() {
	var asked struct {
		Secret string
		Given  []struct {
			Headers map[string]string
			Body    []byte
		}
	}
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		panic(err)
	}
	said := []bool{}
	for _, one := range asked.Given {
		header := http.Header{}
		for name, value := range one.Headers {
			header.Set(name, value)
		}
		said = append(said, IsAuthentic(asked.Secret, header, one.Body))
	}
	json.NewEncoder(os.Stdout).Encode(said)
}
"""

PHP_MAIN = """
$asked = json_decode(stream_get_contents(STDIN), true);
$said = [];
foreach ($asked['given'] as $one) {
    $headers = [];
    foreach ($one['headers'] as $name => $value) {
        $headers[ucwords($name, '-')] = $value;
    }
    $said[] = is_authentic($asked['secret'], $headers, base64_decode($one['body']));
}
echo json_encode($said);
"""


def node_program(folder: Path) -> list[str]:
    (folder / "check.mjs").write_text(example("node") + NODE_MAIN, encoding="utf-8")
    return [str(find_node(os.environ, least=(20,)).path / "node"), "check.mjs"]


def go_program(folder: Path) -> list[str]:
    (folder / "example.go").write_text("package main\n\n" + example("go"), encoding="utf-8")
    (folder / "main.go").write_text(GO_MAIN, encoding="utf-8")
    return [installed("go"), "run", "example.go", "main.go"]


def php_program(folder: Path) -> list[str]:
    (folder / "check.php").write_text("<?php\n" + example("php") + PHP_MAIN, encoding="utf-8")
    return [installed("php"), "-d", "error_reporting=-1", "-d", "display_errors=stderr", "check.php"]


def installed(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed here: the example of docs/webhooks.md is not run")
    return found


@pytest.mark.parametrize("program", [node_program, go_program, php_program])
def test_the_examples_in_other_languages_tell_our_requests_from_others(
    program: Callable[[Path], list[str]], tmp_path: Path
) -> None:
    command, wanted = program(tmp_path), checks()
    given = [{"headers": found, "body": base64.b64encode(body).decode()} for found, body, _ in wanted.values()]
    asked = json.dumps({"secret": SECRET, "given": given}).encode()
    ran = subprocess.run(command, input=asked, capture_output=True, cwd=tmp_path, timeout=120, check=False)
    assert (ran.returncode, ran.stderr.decode()) == (0, "")
    said = dict(zip(wanted, json.loads(ran.stdout), strict=True))
    assert said == {name: authentic for name, (*_, authentic) in wanted.items()}


def test_the_example_of_the_shell_makes_a_request_that_is_ours(tmp_path: Path) -> None:
    seen: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that http.server looks for
            body = self.rfile.read(int(self.headers["content-length"]))
            seen.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.handle_request, daemon=True).start()
    (tmp_path / "body.json").write_bytes(BODY)
    environment = {"SECRET": SECRET, "URL": f"http://127.0.0.1:{server.server_port}/", "PATH": "/usr/bin:/bin"}
    subprocess.run(["/bin/sh", "-ec", example("shell")], cwd=tmp_path, env=environment, timeout=60, check=True)
    server.server_close()
    ((given, body),) = seen
    names: dict[str, object] = {}
    exec(example("python"), names)  # noqa: S102 - it is our own page
    assert body == BODY
    assert names["is_authentic"](SECRET, given, body) is True  # type: ignore[operator]


def test_the_expressions_of_the_page_can_be_used() -> None:
    catalogue = Catalogue()
    line = next(one for one in TEXT.splitlines() if "An expression" in one)
    expressions = re.findall(r"`(\S* ?[^`]*(?:==|has\()[^`]*)`", line)
    assert len(expressions) == 2
    for text in expressions:
        check_expression(
            text, catalogue.knows(("message.*",)), [one.example for one in catalogue.wanted(("message.*",))]
        )
