"""Filter expressions: a small part of CEL (https://cel.dev), whose time is bounded before it runs.

The variables are the fields of an event as it is sent (`type`, `data`, `actor`, ...). What cannot be evaluated for an
event, since a field is missing or has another type, does not match it.

CEL has no loops but the macros `all`, `exists`, `exists_one`, `map` and `filter`; seven of them inside of one another
run for 13 s. So there are at most two, none inside of another, and patterns of `matches` are literals without counted
repetitions and outside of macros (a pattern is compiled whenever it is used). What is left takes some milliseconds.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from atd_webhook_dispatcher.domain.reading import SENT
from atd_webhook_dispatcher.domain.shaping import FieldTree, field_tree, pruned

MOST_CHARACTERS = 1_000
MOST_MACROS = 2
MOST_PATTERNS = 2
MOST_PATTERN_CHARACTERS = 60
MOST_CLASSES = 4
"""Character classes (`\\w`, `\\pL`) of one pattern: each is several hundred ranges of Unicode."""

MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})
FUNCTIONS = frozenset(
    {
        "contains",
        "double",
        "duration",
        "endsWith",
        "int",
        "matches",
        "size",
        "startsWith",
        "string",
        "timestamp",
    }
)
"""Besides `has`, the macros and the operators."""

_KEYWORDS = frozenset({"true", "false", "null", "in"})
_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*)
    | (?P<string>[bB]?[rR][bB]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')
        | [bB]?(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    | (?P<name>[A-Za-z_]\w*)
    | (?P<number>[0-9](?:[\w.]|(?<=[eE])[+-])*)
    | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_PLACE = re.compile(r"<input>:(\d+):(\d+): ([^\n]*)")
_COUNTED = re.compile(r"\{\s*[0-9]")
_CLASS = re.compile(r"\\+[A-Za-z]|\[:")

Knows = Callable[[str], bool]
"""Whether any event that may come has a path: `data.message.text`."""


class BadExpression(ValueError):
    """The expression cannot be used. The text says why in words, for a form's field."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, ready to run. `paths` are the fields of an event that it needs, and `tree` the same as a tree."""

    program: Any
    paths: tuple[str, ...]
    tree: FieldTree

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Whether an event as it is sent matches; what cannot be evaluated does not."""
        try:
            return self.result(event) is True
        except BadExpression:
            return False

    def result(self, event: Mapping[str, Any]) -> Any:
        """What the expression is for an event. Raises `BadExpression`."""
        with _in_words(_words_of):
            # A whole event takes the library 80 us to read, and its needed fields a tenth of that.
            return self.program.execute(pruned(event, self.tree))


@contextmanager
def _in_words(words: Callable[[Exception], str]) -> Iterator[None]:
    """Errors of the library as `BadExpression`."""
    try:
        yield
    except Exception as error:
        raise BadExpression(words(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of the library's own language, for what it has overlooked
            raise
        raise BadExpression("cannot be evaluated") from error


@lru_cache(maxsize=4_096)
def compiled(text: str) -> Expression:
    """An expression, ready to run. Raises `BadExpression`."""
    if len(text) > MOST_CHARACTERS:
        raise BadExpression(f"is longer than {MOST_CHARACTERS} characters")
    with _in_words(_place_of):
        program = cel.compile(text)
    tokens = [(one.lastgroup, one[0]) for one in _TOKEN.finditer(text) if one.lastgroup != "blank"]
    bound = _check_macros(tokens)
    _check_patterns(tokens)
    paths = tuple(dict.fromkeys(_paths(tokens, bound)))
    for name in dict.fromkeys(path.partition(".")[0] for path in paths):
        if name not in SENT:
            raise BadExpression(f"{name} is not a field of an event; there are {', '.join(SENT)}")
    for name in program.functions():
        if name.isidentifier() and name not in FUNCTIONS | MACROS:
            raise BadExpression(f"{name} is not a function; there are {', '.join(sorted(FUNCTIONS))}")
    return Expression(program, paths, field_tree(paths))


def check_expression(text: str, knows: Knows, examples: Sequence[Mapping[str, Any]]) -> Expression:
    """An expression that a person gave, tried on examples of the events that may come. Raises `BadExpression`."""
    expression = compiled(text)
    for path in expression.paths:
        if not knows(path):
            raise BadExpression(f"{path} is not a field of any chosen event type")
    first: BadExpression | None = None
    for example in examples:
        try:
            result = expression.result(example)
        except BadExpression as error:
            first = first or error
            continue
        if not isinstance(result, bool):
            raise BadExpression("must be true or false for an event, as in: data.message.kind == 'text'")
        return expression
    if first is not None:
        raise BadExpression(f"cannot be evaluated for any example of the chosen event types: {first}")
    return expression


_Tokens = Sequence[tuple[str | None, str]]


def _check_macros(tokens: _Tokens) -> frozenset[str]:
    """The names that macros give to elements. Raises `BadExpression`."""
    bound, depth, count = set(), 0, 0
    inside: int | None = None
    for at, (kind, word) in enumerate(tokens):
        depth += (word == "(") - (word == ")") if kind == "sign" else 0
        if inside is not None and depth <= inside:
            inside = None
        if kind == "name" and word == "matches" and inside is not None:
            raise BadExpression("matches stands inside of a macro; use contains there")
        if kind != "name" or word not in MACROS or _at(tokens, at - 1) != "." or _at(tokens, at + 1) != "(":
            continue
        count += 1
        if inside is not None:
            raise BadExpression(f"{word} stands inside of another macro")
        if count > MOST_MACROS:
            raise BadExpression(f"has more than {MOST_MACROS} of {', '.join(sorted(MACROS))}")
        inside = depth  # the parenthesis that follows makes it deeper, until its end
        bound.add(_at(tokens, at + 2))
    return frozenset(bound)


def _check_patterns(tokens: _Tokens) -> None:
    """Raises `BadExpression` for a pattern that may take long to compile."""
    found = [at for at, (kind, word) in enumerate(tokens) if kind == "name" and word == "matches"]
    if len(found) > MOST_PATTERNS:
        raise BadExpression(f"has more than {MOST_PATTERNS} of matches")
    for at in found:
        literal = tokens[at + 2] if at + 2 < len(tokens) else (None, "")
        if _at(tokens, at - 1) != "." or literal[0] != "string" or _at(tokens, at + 3) != ")":
            raise BadExpression(
                "the pattern of matches must be a text in quotes: data.message.text.matches('(?i)order')"
            )
        if len(literal[1]) > MOST_PATTERN_CHARACTERS:
            raise BadExpression(f"a pattern of matches is longer than {MOST_PATTERN_CHARACTERS} characters")
        if _COUNTED.search(literal[1]) or len(_CLASS.findall(literal[1])) > MOST_CLASSES:
            raise BadExpression(
                f"a pattern of matches has a counted repetition, or more than {MOST_CLASSES} classes such as \\w"
            )


def _paths(tokens: _Tokens, bound: frozenset[str]) -> Iterator[str]:
    """The paths of an event's fields that are named: `data.message.text`."""
    for at, (kind, word) in enumerate(tokens):
        if kind != "name" or word in _KEYWORDS or word in bound or _at(tokens, at - 1) == ".":
            continue
        if _at(tokens, at + 1) == "(":
            continue
        path, end = [word], at
        while _at(tokens, end + 1) == "." and _at(tokens, end + 3) != "(":
            path.append(_at(tokens, end + 2))
            end += 2
        yield ".".join(path)


def _at(tokens: _Tokens, place: int) -> str:
    return tokens[place][1] if 0 <= place < len(tokens) else ""


def _place_of(error: Exception) -> str:
    found = _PLACE.search(str(error))
    if found is None:
        return "is not a CEL expression"
    words = found[3].partition(" expecting ")[0][:200]
    return f"line {found[1]}, column {found[2]}: {words}"


def _words_of(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the field {error.args[0] if error.args else ''} is missing (test it by has(...))"
    return str(error).partition(". ")[0][:200] or "cannot be evaluated"
