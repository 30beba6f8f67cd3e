"""What a command prints: tables for people, JSON for scripts, one clean line for an expected error."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 200
"""Columns when the output is no terminal, so that a table in a file or a pipe is not folded."""


class CommandFailed(Exception):
    """An expected failure: its text is what the operator reads, and the exit status is 1."""


def console() -> Console:
    """Where people read."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def print_json(value: Any) -> None:
    """For scripts: one JSON document."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """Rows as text; nothing in them is taken for markup."""
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
    """One thing, a line for each field; JSON in a text is laid out."""
    width = max(len(name) for name in fields)
    for name, value in fields.items():
        print(f"{name.ljust(width)}  {_laid_out(value, ' ' * (width + 2))}")


def readable(text: str) -> str:
    """The text without what could steer the terminal."""
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _laid_out(value: object, indent: str) -> str:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return readable(str(value))
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n" + indent)
    return readable(str(value))
