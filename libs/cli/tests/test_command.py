"""What holds for every command: it starts fast, and an expected failure is one line."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.integration

HEAVY = ("aiokafka", "faststream", "pymongo", "httpx", "fastapi", "atd_schemas.topics")


def python(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_starting_imports_nothing_that_only_some_commands_need() -> None:
    listed = python("-c", "import sys, atd_cli.__main__; print(*sys.modules)").stdout.split()
    assert [name for name in HEAVY if name in listed] == []


@pytest.mark.parametrize(
    "command", [("topics", "check"), ("topics", "create"), ("dead-letters", "list"), ("unparsed", "list")]
)
def test_a_broker_that_is_away_is_one_line_and_status_1(command: tuple[str, ...]) -> None:
    ended = python("-m", "atd_cli", *command, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        "atd: No Kafka broker answers at 127.0.0.1:1. Is it running, and is KAFKA_BOOTSTRAP_SERVERS right?"
    ]


def test_without_a_command_it_says_what_there_is() -> None:
    helped = python("-m", "atd_cli", "--help").stdout
    assert all(name in helped for name in ("topics", "dead-letters", "unparsed", "doctor"))
