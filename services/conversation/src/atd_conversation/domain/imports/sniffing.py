"""How a CSV file was written: its encoding, what divides its columns, and whether its first line names them.

Spreadsheets write what their country is used to: Windows-1252 with semicolons in Brazil, UTF-16 with tabs by "Unicode
text", UTF-8 with a byte order mark by "CSV UTF-8". A byte that an encoding does not know is kept as a surrogate, so
that the line where it stands can be refused by its number.
"""

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal, get_args

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "windows-1252"]
Delimiter = Literal[";", ",", "\t", "|"]

ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
DELIMITERS: tuple[Delimiter, ...] = get_args(Delimiter)

MAX_FIELD = 20_000
"""Characters of one field; more is a quote that was never closed."""

_LOOKED_AT = 50
"""Lines by which the delimiter is told."""

_READ_FOR_DELIMITER = 100_000
"""Characters; less than the longest field that `csv` takes, so that an open quote does no harm here."""

_BOMS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEPARATOR_LINE = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)
_LOOKS_LIKE_A_VALUE = re.compile(r"[^@\s]+@[^@\s]+\.\w+|\+?[\d\s().-]{8,}")


@dataclass(frozen=True, slots=True)
class Format:
    """How a file was written. `bom`: it begins with a byte order mark, which is no part of its text."""

    encoding: Encoding
    bom: bool
    delimiter: Delimiter
    header: bool


def sniff(
    data: bytes, *, encoding: Encoding | None = None, delimiter: Delimiter | None = None, header: bool | None = None
) -> Format:
    """The format of the whole file `data`; what is given is taken as it is."""
    found, bom = _encoding(data)
    encoding = encoding or found
    text = decoded(data, encoding)
    delimiter = delimiter or _delimiter(text)
    if header is None:
        first = next(csv.reader(_lines(text), delimiter=delimiter), [])
        header = not any(_LOOKS_LIKE_A_VALUE.fullmatch(cell.strip()) for cell in first)
    return Format(encoding, bom and encoding == found, delimiter, header)


def decoded(data: bytes, encoding: Encoding) -> str:
    """The text of the file without its byte order mark; bytes that the encoding does not know are surrogates."""
    for bom, of in _BOMS:
        if of == encoding and data.startswith(bom):
            data = data[len(bom) :]
    if encoding.startswith("utf-16"):
        return data.decode(encoding, "replace").replace("\ufffd", "\udcff")
    return data.decode(encoding, "surrogateescape")


def is_damaged(text: str) -> bool:
    """Whether the text holds a byte that its encoding does not know, or one that no text has."""
    return any("\udc80" <= one <= "\udcff" or one in "\x00\ufffd" for one in text)


def _encoding(data: bytes) -> tuple[Encoding, bool]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding, True
    zeros = data[:4096]
    if zeros.count(0) > len(zeros) // 4:
        even = zeros[::2].count(0)
        return ("utf-16-be" if even > zeros[1::2].count(0) else "utf-16-le"), False
    text = data.decode("utf-8", "surrogateescape")
    unknown = sum("\udc80" <= one <= "\udcff" for one in text)
    if not unknown:
        return "utf-8", False
    known = sum(one > "\x7f" for one in text) - unknown
    return ("utf-8" if known > unknown else "windows-1252"), False


def _delimiter(text: str) -> Delimiter:
    said = _SEPARATOR_LINE.match(text)
    if said is not None:
        return next((one for one in DELIMITERS if one == said[1]), ";")
    return max(DELIMITERS, key=lambda one: _fits(text, one))


def _fits(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first lines have the same number of columns, more than one; and how many columns."""
    rows = [row for row in itertools.islice(csv.reader(_lines(text), delimiter=delimiter), _LOOKED_AT) if row]
    counts = Counter(len(row) for row in rows if len(row) > 1)
    if not counts:
        return 0, 0
    columns, lines = counts.most_common(1)[0]
    return lines, columns


def _lines(text: str) -> io.StringIO:
    return io.StringIO(_SEPARATOR_LINE.sub("", text[:_READ_FOR_DELIMITER], count=1), newline="")
