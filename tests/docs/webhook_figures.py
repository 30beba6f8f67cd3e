"""The figures of docs/webhooks.md, made by asking the code of the webhook dispatcher what follows from what."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from atd_webhook_dispatcher.domain.breaker import TRANSITIONS, Breaker
from atd_webhook_dispatcher.domain.catalogue import TEST_TYPE, Catalogue
from atd_webhook_dispatcher.domain.delivery import Attempt
from atd_webhook_dispatcher.domain.endpoint import RETRY_SECONDS
from atd_webhook_dispatcher.domain.retrying import Delivered, GiveUp, Step, next_step

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
_NOON = datetime(2026, 3, 2, 15, tzinfo=UTC)
_REFUSED = Attempt(at=_NOON, outcome="refused", ms=20)

CASES: tuple[tuple[str, tuple[Attempt, ...]], ...] = (
    ("2xx", (replace(_REFUSED, outcome="delivered", status=200), replace(_REFUSED, outcome="delivered", status=204))),
    ("410", (replace(_REFUSED, status=410),)),
    (
        "another 3xx, 4xx or 5xx",
        tuple(replace(_REFUSED, status=status) for status in (301, 400, 401, 404, 429, 500, 503)),
    ),
    (
        "no answer",
        tuple(replace(_REFUSED, outcome=one) for one in ("timeout", "unreachable", "tls", "broken")),
    ),
    (
        "no token, or an address that is not allowed",
        tuple(replace(_REFUSED, outcome=one) for one in ("not_authorized", "not_allowed")),
    ),
    ("the body cannot be made", (replace(_REFUSED, outcome="unsendable"),)),
)
"""Every outcome of an attempt, in the words of the figure; those of one line have the same consequence."""


def _consequence(step: Step) -> tuple[str, str]:
    """Where a delivery goes, and what is said of it besides."""
    if isinstance(step, Delivered):
        return "delivered", ""
    if isinstance(step, GiveUp):
        return "failed", ", and the endpoint is disabled" if step.gone else ""
    return "waiting", ""


def ways() -> Mapping[tuple[str, str], list[str]]:
    """What leads from state to state, by asking what follows from each outcome of a first and of the last attempt."""
    found: dict[tuple[str, str], list[str]] = {
        ("[*]", "waiting"): ["an event that was asked for"],
        ("waiting", "sending"): ["due, and there is room"],
    }
    for words, attempts in CASES:
        (first,) = {_consequence(next_step(one, 1, RETRY_SECONDS, 0.0)) for one in attempts}
        (last,) = {_consequence(next_step(one, len(RETRY_SECONDS) + 1, RETRY_SECONDS, 0.0)) for one in attempts}
        found.setdefault(("sending", first[0]), []).append(f"{words}{first[1]}")
        if last != first:
            found.setdefault(("sending", last[0]), []).append(f"{words}, at the last attempt")
    found["waiting", "dropped"] = ["endpoint deleted", "replay stopped", "customer erased"]
    return found


def delivery_figure() -> str:
    """The states of a delivery."""
    lines = [f"    {before} --> {after}: {'<br/>'.join(words)}" for (before, after), words in ways().items()]
    return _mermaid(lines)


def breaker_figure() -> str:
    """The states of an endpoint's breaker."""
    return _mermaid(
        [
            "    [*] --> closed",
            *(f"    {before} --> {after}: {words.replace(':', ',')}" for before, after, words in TRANSITIONS),
        ]
    )


def breaker_ways(most: int = 8) -> set[tuple[str, str]]:
    """From which state a breaker comes into which, by doing everything to it in every state."""
    later = 10_000.0
    deeds: tuple[Callable[[Breaker], Breaker], ...] = (
        lambda one: one.at(later),
        lambda one: one.succeeded(most),
        lambda one: one.failed(0.0, 0.0, timeout=False),
        lambda one: one.failed(0.0, 0.0, timeout=True),
        lambda one: one.paused(0.0, 60.0, 0.0),
    )
    found, seen, left = set[tuple[str, str]](), set[Breaker](), [Breaker()]
    while left:
        before = left.pop()
        if before in seen or before.opened > 3:
            continue
        seen.add(before)
        for deed in deeds:
            after = deed(before)
            left.append(after)
            if after.state != before.state:
                found.add((before.state, after.state))
    return found


def pauses_table() -> str:
    """When each attempt is made, at the earliest."""
    lines = ["| attempt | after | since the first |", "| --- | --- | --- |", "| 1 | at once | |"]
    whole = timedelta()
    for number, seconds in enumerate(RETRY_SECONDS, start=2):
        whole += timedelta(seconds=seconds)
        lines.append(f"| {number} | {_words(timedelta(seconds=seconds))} | {_words(whole)} |")
    return "\n".join([*lines, ""])


def events_table() -> str:
    """Every type of event that an endpoint can ask for."""
    kinds = [kind for kind in Catalogue().kinds.values() if kind.type != TEST_TYPE]
    rows = [f"| `{kind.type}` | {kind.description['en']} |" for kind in sorted(kinds, key=lambda one: one.type)]
    return "\n".join(["| type | means |", "| --- | --- |", *rows, ""])


FIGURES = {"delivery": delivery_figure, "breaker": breaker_figure, "pauses": pauses_table}
_MARKED = re.compile(r"(<!-- figure: (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_figures(text: str) -> str:
    """The document with its figures made anew."""
    return _MARKED.sub(lambda found: f"{found[1]}{FIGURES[found['name']]()}{found[3]}", text)


def _mermaid(lines: list[str]) -> str:
    return "\n".join(["```mermaid", "stateDiagram-v2", "    direction LR", *lines, "```", ""])


def _words(span: timedelta) -> str:
    """`2 h 13 min`: the two largest units."""
    seconds = int(span.total_seconds())
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    found = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            found.append(f"{count} {name}")
    return " ".join(found[:2])
