"""A transcript as plain text."""

from collections.abc import Iterable, Iterator

from atd_conversation.domain.transcripts.entries import Entry, EntryFile
from atd_conversation.domain.transcripts.head import Transcript
from atd_conversation.domain.transcripts.words import Words

_INDENT = "    "


def head_lines(head: Transcript) -> list[tuple[str, str]]:
    """What stands at the top, by name."""
    words = head.words
    return [
        (words("number"), str(head.number)),
        (words("customer"), head.customer),
        (words("channel"), head.channel),
        *([head.place] if head.place else []),
        *([(words("attendants"), ", ".join(head.attendants))] if head.attendants else []),
        (words("opened"), words.moment(head.opened_at)),
        (words("closed"), words.moment(head.closed_at) if head.closed_at else words("not_closed")),
        (words("zone"), words.zone.key),
    ]


def text_of(head: Transcript, entries: Iterable[Entry]) -> Iterator[str]:
    """The transcript, in pieces."""
    yield head_text(head)
    day: str | None = None
    for entry in entries:
        yield entry_text(entry, head.words, day)
        day = head.words.day(entry.at)


def head_text(head: Transcript) -> str:
    """What stands at the top."""
    words = head.words
    lines = [words("title"), "=" * len(words("title"))]
    if head.audience == "internal":
        lines.append(words("internal"))
    lines += [f"{name}: {value}" for name, value in head_lines(head)]
    return "\n".join(lines) + "\n"


def entry_text(entry: Entry, words: Words, day: str | None) -> str:
    """One entry; `day` is that of the entry before it."""
    today = words.day(entry.at)
    return f"\n--- {today} ---\n\n{_entry(entry, words)}" if today != day else f"\n{_entry(entry, words)}"


def file_line(file: EntryFile, words: Words) -> str:
    """What is said of a file."""
    about = readable_size(file.size, words) if file.ready else words(file.missing)
    return f"{file.name} ({about})" if about else file.name


def readable_size(size: int | None, words: Words) -> str:
    """Bytes as people read them: `1,2 MB`."""
    if size is None:
        return ""
    value, unit = (size / 1024, "kB") if size < 1024 * 1024 else (size / 1024 / 1024, "MB")
    shown = f"{value:.1f}"
    return f"{shown if words.language == 'en' else shown.replace('.', ',')} {unit}"


def author_line(entry: Entry, words: Words) -> str:
    """Who wrote it, and what kind of entry it is."""
    return f"{words('note')} · {entry.author}" if entry.side == "note" else entry.author


def _entry(entry: Entry, words: Words) -> str:
    marks = f" ({', '.join(entry.marks)})" if entry.marks else ""
    lines = [f"[{words.time(entry.at)}] {author_line(entry, words)}{marks}"]
    if entry.quote:
        lines.append(f"{_INDENT}> {entry.quote}")
    lines += [f"{_INDENT}{line}" for line in entry.lines]
    lines += [f"{_INDENT}{file_line(one, words)}" for one in entry.files]
    if entry.reactions:
        lines.append(f"{_INDENT}{' '.join(entry.reactions)}")
    if entry.tags:
        lines.append(f"{_INDENT}{words('tags')}: {', '.join(entry.tags)}")
    return "\n".join(lines) + "\n"
