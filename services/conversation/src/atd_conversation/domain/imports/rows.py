"""The rows of a CSV file, each with its number as a spreadsheet shows it."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from atd_conversation.domain.imports.sniffing import MAX_FIELD, Format, decoded, is_damaged

MAX_COLUMNS = 100
MAX_ROWS = 100_000
"""Rows of one file that are read; more are refused before anything is written."""

_SEPARATOR_LINE = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)


class TooManyRows(Exception):
    """The file has more than `MAX_ROWS`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` counts rows from 1, the header among them: a quoted line break begins no new one.

    `problem` is why it cannot be read: `damaged` (bytes that the encoding does not know), `quote_not_closed`,
    `too_many_columns`, `too_long`, `erased` (it named a customer who was erased since).
    """

    number: int
    cells: tuple[str, ...]
    problem: str | None = None


@dataclass(slots=True)
class _Raw:
    """The lines of the file as the reader takes them, and how many quotes the present row has."""

    lines: Iterator[str]
    quotes: int = 0

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.quotes += line.count('"')
            yield line


def rows_of(data: bytes, written: Format) -> Iterator[Row]:
    """Every row that is not empty. Raises `TooManyRows`."""
    text = _SEPARATOR_LINE.sub("", decoded(data, written.encoding), count=1)
    raw = _Raw(io.StringIO(text, newline=""))
    # a field's limit is the process's in `csv`, so its own is not relied upon
    reader = csv.reader(iter(raw), delimiter=written.delimiter)
    number = 0
    while True:
        raw.quotes = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # longer than the process allows: the rest of the file is one field
            yield Row(number + 1, (), "quote_not_closed")
            return
        number += 1
        if number > MAX_ROWS + 1:
            raise TooManyRows
        if any(cell.strip() for cell in cells):
            yield _row(number, cells, raw.quotes)


def _row(number: int, cells: list[str], quotes: int) -> Row:
    if quotes % 2 and any("\n" in cell or "\r" in cell for cell in cells):
        return Row(number, (), "quote_not_closed")
    if len(cells) > MAX_COLUMNS:
        return Row(number, tuple(cells[:MAX_COLUMNS]), "too_many_columns")
    if any(len(cell) > MAX_FIELD for cell in cells):
        return Row(number, (), "too_long")
    if any(is_damaged(cell) for cell in cells):
        return Row(number, tuple(_shown(cell) for cell in cells), "damaged")
    return Row(number, tuple(cells))


def _shown(cell: str) -> str:
    """The cell as it can be stored and shown."""
    return "".join("\ufffd" if "\ud800" <= one <= "\udfff" or one == "\x00" else one for one in cell)
