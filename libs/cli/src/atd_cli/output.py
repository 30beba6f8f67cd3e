"""What a command prints: tables for people, JSON for scripts, one clean line for an expected error."""

import json
import sys
from collections.abc import Sequence
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
