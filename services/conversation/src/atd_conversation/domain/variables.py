r"""Variables in prepared texts: `{{contact.first_name|"cliente"}}` is the customer's first name, or "cliente".

    variable = "{{" name [ "|" default ] "}}"      default, literal = "…" with \" and \\ inside
    literal  = "{{" literal "}}"                   for a text that needs two braces: {{"{{"}}

Blanks are allowed around names, bars and defaults. Everything else, a single brace and a `}}` alone too, is text, and
stays the same to the character. `parsed` reads a text, `mistakes_in` says what cannot be saved, `filled` puts values
in.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from atd_conversation.domain.refusals import Refusal

MAX_DEFAULT = 200
"""Characters of a default."""

MAX_VARIABLES = 50
"""Variables of one text."""

MAX_FILLED = 1000
"""Characters of a value that are put in: a name as long as a page would leave no room for the text."""

FIELDS = "contact.fields."
"""What stands before the key of a customer's own field."""

VARIABLES: tuple[str, ...] = (
    "contact.name",
    "contact.first_name",
    "contact.phone",
    "contact.email",
    "conversation.number",
    "attendant.name",
    "attendant.first_name",
    "channel.name",
)
"""Every variable there is, without customers' own fields, in the order in which a person is offered them."""

MistakeCode = Literal["broken_variable", "unknown_variable", "too_many"]

_NAME = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)*")
_STRING = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_ESCAPED = re.compile(r'\\(["\\])')
_BLANKS = re.compile(r"\s*")
_OPENING, _CLOSING = "{{", "}}"


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
    """A text with its values: where one is missing and has no default, nothing stands in its place."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)

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


def mistakes_in(text: str, custom_fields: Collection[str] | None = None) -> tuple[Mistake, ...]:
    """Everything that keeps a text from being saved, in the order of the text.

    `custom_fields` are the keys of the company's own fields of customers; None: any key is taken.
    """
    read = parsed(text)
    found = [*read.broken]
    found += [
        _mistake("unknown_variable", f"{one.name} is not a variable", one.name, text, one.start)
        for one in read.variables
        if not _is_known(one.name, custom_fields)
    ]
    if len(read.variables) > MAX_VARIABLES:
        surplus = read.variables[MAX_VARIABLES]
        found.append(
            _mistake("too_many", f"at most {MAX_VARIABLES} variables are allowed", surplus.name, text, surplus.start)
        )
    return tuple(sorted(found, key=lambda one: one.start))


def check_variables(text: str, field_name: str, custom_fields: Collection[str] | None = None) -> None:
    """Raises `Refusal` `broken_variable`, `unknown_variable` or `too_many`, which names the first place."""
    for mistake in mistakes_in(text, custom_fields):
        place = f"line {mistake.line}, column {mistake.column}"
        raise Refusal(mistake.code, f"{place}: {mistake.detail}", field_name)


def filled(text: str, values: Mapping[str, str | None]) -> Filled:
    """The text with its values. An empty value is none; an unknown variable has none."""
    return Filled(tuple(_filled(parsed(text).parts, values)))


def first_name(name: str | None) -> str | None:
    """The first word of a name that has a letter in it."""
    return next((word for word in (name or "").split() if any(one.isalpha() for one in word)), None)


def _filled(parts: Sequence[str | Variable], values: Mapping[str, str | None]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, str):
            yield Part(part)
            continue
        value = (values.get(part.name) or "").strip()[:MAX_FILLED] or part.default
        yield Part(value or "", part.name, missing=value is None)


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


def _is_known(name: str, custom_fields: Collection[str] | None) -> bool:
    if name.startswith(FIELDS):
        key = name.removeprefix(FIELDS)
        return "." not in key and (custom_fields is None or key in custom_fields)
    return name in VARIABLES


def _mistake(code: MistakeCode, detail: str, name: str | None, text: str, start: int) -> Mistake:
    before = text[:start]
    return Mistake(code, detail, name, start, before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1)
