"""Reads an uploaded file whole, for the preview of an import."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from atd_conversation.domain.imports.columns import Column, guessed
from atd_conversation.domain.imports.rows import Row, rows_of
from atd_conversation.domain.imports.sniffing import Delimiter, Encoding, Format, sniff

MAX_FILE_BYTES = 20 * 1024 * 1024


class EmptyFile(Exception):
    """The file has no lines beside its header."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read: how it was written, the names of its columns, and its rows without them."""

    written: Format
    names: tuple[str, ...]
    rows: Sequence[Row]

    def columns(self, more: Iterable[tuple[str, str]]) -> tuple[Column, ...]:
        """The columns with what they look like; `more` are the tenant's own fields (field, name)."""
        return guessed(self.names, more)

    def samples(self, count: int) -> list[list[str]]:
        """The first rows that can be read."""
        return [list(row.cells) for row in self.rows[: count * 10] if row.problem is None][:count]


def read_file(data: bytes, encoding: Encoding | None, delimiter: Delimiter | None, header: bool | None) -> ReadFile:  # noqa: FBT001 - as the request has it
    """Read it. Raises `EmptyFile`, `TooManyRows`."""
    written = sniff(data, encoding=encoding, delimiter=delimiter, header=header)
    rows = list(rows_of(data, written))
    first = rows[0].cells if rows else ()
    names = tuple(cell.strip()[:100] for cell in first)
    if written.header:
        rows = rows[1:]
    else:
        width = max((len(row.cells) for row in rows[:100]), default=0)
        names = tuple(f"{place + 1}" for place in range(width))
    if not rows:
        raise EmptyFile
    return ReadFile(written, names, rows)
