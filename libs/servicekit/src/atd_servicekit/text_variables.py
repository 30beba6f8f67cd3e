r"""Variables in texts that are prepared: `{{contact.first_name|"cliente"}}` is the customer's first name, or "cliente".

    variable = "{{" name [ "|" default ] "}}"      default, literal = "…" with \" and \\ inside
    literal  = "{{" literal "}}"                   for a text that needs two braces: {{"{{"}}

Blanks are allowed around names, bars and defaults. Everything else, a single brace and a `}}` alone too, is text, and
stays the same to the character. `parsed` reads a text, `mistakes_in` says what cannot be saved, `filled` puts values
in. Which variables there are is said by whoever offers them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

MAX_DEFAULT = 200
"""Characters of a default."""

MAX_VARIABLES = 50
"""Variables of one text."""

MAX_FILLED = 1000
"""Characters of a value that are put in: a name as long as a page would leave no room for the text."""

MistakeCode = Literal["broken_variable", "unknown_variable", "too_many"]

_NAME = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)*")
_STRING = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_ESCAPED = re.compile(r'\\(["\\])')
_BLANKS = re.compile(r"\s*")
_OPENING, _CLOSING = "{{", "}}"
_GAP_BLANKS = " \t\u00a0"
_ENDS_A_CLAUSE = re.compile(r"[,.;:!?…)\]]")
_LEADING_COMMA = re.compile(rf"[{_GAP_BLANKS}]*,[{_GAP_BLANKS}]*")


@dataclass(frozen=True, slots=True)
class Variable:
    """A place of a text that a value is put into. `start` and `end` are places in the text, in characters."""

    name: str
    default: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at a place of a text: `line` and `column` count from 1, in characters."""

    code: MistakeCode
    detail: str
    name: str | None
    start: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text as parts in order, texts without what is escaped, and the first place that is no variable."""

    parts: tuple[str | Variable, ...]
    broken: tuple[Mistake, ...] = ()

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(part for part in self.parts if isinstance(part, Variable))


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a filled text; `variable` names what was put in, `missing` that there was nothing to put in."""

    text: str
    variable: str | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its values: where one is missing and has no default, nothing stands in its place.

    `text` reads as if the variable had never been written ("Olá {{contact.first_name}}!" is "Olá!"); `parts` keep the
    blanks and commas around it, for who fills it in by hand.
    """

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        said, gap = "", False
        for part in self.parts:
            if part.text == "" and part.variable is not None:
                gap = True
                continue
            said, gap = (_closed_up(said, part.text) if gap else said + part.text), False
        return _closed_up(said, "") if gap else said

    @property
    def missing(self) -> tuple[str, ...]:
        """Variables that had neither value nor default, each once."""
        return tuple(dict.fromkeys(part.variable for part in self.parts if part.missing and part.variable))


def parsed(text: str) -> Parsed:
    """The parts of a text. What is broken is kept as the text that it is, and named in `broken`."""
    parts: list[str | Variable] = []
    broken: list[Mistake] = []
    at = 0
    while True:
        start = text.find(_OPENING, at)
        if start < 0:
            return Parsed(tuple(_joined([*parts, text[at:]])), tuple(broken))
        parts.append(text[at:start])
        read = _read(text, start)
        if isinstance(read, str):
            broken.append(_mistake("broken_variable", read, None, text, start))
            parts.append(_OPENING)
            at = start + len(_OPENING)
        else:
            part, at = read
            parts.append(part)


def mistakes_in(text: str, is_known: Callable[[str], bool]) -> tuple[Mistake, ...]:
    """Everything that keeps a text from being saved, in the order of the text. `is_known`: there is such a variable."""
    read = parsed(text)
    found = [*read.broken]
    found += [
        _mistake("unknown_variable", f"{one.name} is not a variable", one.name, text, one.start)
        for one in read.variables
        if not is_known(one.name)
    ]
    if len(read.variables) > MAX_VARIABLES:
        surplus = read.variables[MAX_VARIABLES]
        found.append(
            _mistake("too_many", f"at most {MAX_VARIABLES} variables are allowed", surplus.name, text, surplus.start)
        )
    return tuple(sorted(found, key=lambda one: one.start))


def filled(text: str, values: Mapping[str, str | None]) -> Filled:
    """The text with its values. An empty value is none; an unknown variable has none."""
    return Filled(tuple(_filled(parsed(text).parts, values)))


def _filled(parts: Sequence[str | Variable], values: Mapping[str, str | None]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, str):
            yield Part(part)
            continue
        value = (values.get(part.name) or "").strip()[:MAX_FILLED] or part.default
        yield Part(value or "", part.name, missing=value is None)


def _closed_up(before: str, after: str) -> str:
    """Both sides of a place where nothing was put in, without the blanks and the comma that belonged to it."""
    if before == "" or before.endswith("\n"):
        led = _LEADING_COMMA.match(after)
        return before + (after[led.end() :] if led else after.lstrip(_GAP_BLANKS))
    if after == "" or after.startswith(("\n", "\r")) or _ENDS_A_CLAUSE.match(after):
        before = before.rstrip(_GAP_BLANKS)
        doubled = before.endswith(",") and not after.startswith(("\n", "\r", ")", "]"))
        return (before[:-1] if doubled else before) + after
    return before + (after.lstrip(_GAP_BLANKS) if before[-1] in _GAP_BLANKS else after)


def _read(text: str, start: int) -> tuple[str | Variable, int] | str:
    """What stands at an opening and where it ends, or what is wrong there."""
    at = _blanks(text, start + len(_OPENING))
    literal = _STRING.match(text, at)
    if literal is not None:
        end = _blanks(text, literal.end())
        return (_unescaped(literal), end + 2) if text.startswith(_CLOSING, end) else "two closing braces are missing"
    name = _NAME.match(text, at)
    if name is None:
        return "the name of a variable is missing after two opening braces"
    default, at = None, _blanks(text, name.end())
    if text.startswith("|", at):
        found = _STRING.match(text, _blanks(text, at + 1))
        if found is None:
            return f'the default of {name[0]} must stand in double quotes, as in {{{{{name[0]}|"…"}}}}'
        default, at = _unescaped(found), _blanks(text, found.end())
        if len(default) > MAX_DEFAULT:
            return f"the default of {name[0]} has {len(default)} characters; at most {MAX_DEFAULT} are allowed"
    if not text.startswith(_CLOSING, at):
        return f"two closing braces are missing after {name[0]}"
    return Variable(name[0], default, start, at + len(_CLOSING)), at + len(_CLOSING)


def _blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _unescaped(literal: "re.Match[str]") -> str:
    return _ESCAPED.sub(r"\1", literal[1])


def _joined(parts: Sequence[str | Variable]) -> Iterator[str | Variable]:
    """The same parts, with neighbouring texts as one and no empty ones."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
        text = ""
        yield part
    if text:
        yield text


def _mistake(code: MistakeCode, detail: str, name: str | None, text: str, start: int) -> Mistake:
    before = text[:start]
    return Mistake(code, detail, name, start, before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1)
