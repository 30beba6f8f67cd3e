"""What a command prints, and how it runs: tables for people, JSON for scripts, one line for an expected error."""

import asyncio
import json
import logging
import sys
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from atd_cli.settings import CliSettings

_WIDE = 200
"""Columns when the output is no terminal, so that a table in a file or a pipe is not folded."""


class CommandFailed(Exception):
    """An expected failure: its text is what the operator reads, and the exit status is 1."""


def console() -> Console:
    """The terminal, or plain text for a file or a pipe."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def print_json(value: Any) -> None:
    """Print one JSON document, for scripts."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """Print rows as plain text; markup in them is not interpreted."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    console().print(table)


def mark(*, good: bool) -> Text:
    """A tick or a cross."""
    return Text("✓", style="green") if good else Text("✗", style="bold red")


def print_fields(fields: Mapping[str, object]) -> None:
    """Print one object, a line for each field; JSON in a text is indented."""
    width = max(len(name) for name in fields)
    for name, value in fields.items():
        print(f"{name.ljust(width)}  {_format_value(value, ' ' * (width + 2))}")


def printable(text: str) -> str:
    """The text without control characters, which could change the terminal."""
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)


def format_time(at: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _format_value(value: object, indent: str) -> str:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return printable(str(value))
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n" + indent)
    return printable(str(value))


T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work`. Raises `CommandFailed` when Kafka or MongoDB does not answer."""
    from aiokafka.errors import KafkaError  # noqa: PLC0415 - a command pays only for what it uses

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the command reports these errors itself
    try:
        return asyncio.run(work)
    except KafkaError as error:
        raise CommandFailed(f"Kafka: {type(error).__name__}: {error}") from error


def read_settings() -> "CliSettings":
    """The settings of the environment. Raises `CommandFailed` naming each variable that is wrong."""
    from pydantic import ValidationError  # noqa: PLC0415 - takes half of the time of `atd --help`

    from atd_cli.settings import CliSettings  # noqa: PLC0415 - as above

    try:
        return CliSettings()
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        lines = [f"  {_variable(fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}" for fault in faults]
        raise CommandFailed("The configuration is not valid:\n" + "\n".join(lines)) from None


def _variable(loc: tuple[int | str, ...]) -> str:
    name = str(loc[0]) if loc else "?"
    return name if name.isupper() else f"ATD_{name.upper()}"
