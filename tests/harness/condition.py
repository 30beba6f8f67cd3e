"""What the services of a running system say of themselves, for the report of a test that failed."""

from __future__ import annotations

import json

import httpx

from tests.harness.system import System

_ANSWER_SECONDS = 3.0
_LAST_WARNINGS = 4
_TOLD = ("atd_consumer_lag{", "atd_outbox_rows ", "atd_ledger_rows{", "atd_records_dead_lettered_total{")


def conditions(system: System) -> str:
    """By service: what `/readyz` and `/livez` answer, what waits, and the last warnings of its log."""
    return "\n".join(line for name in system.services for line in _condition(system, name))


def _condition(system: System, name: str) -> list[str]:
    url = system.internal_url(name)
    lines = [f"{name}: readyz {_get(f'{url}/readyz')}, livez {_get(f'{url}/livez')}"]
    waiting = [line for line in _get(f"{url}/metrics").splitlines() if line.startswith(_TOLD) and _value(line) > 0]
    warnings = [line for line in system.log(name).splitlines() if _is_warning(line)][-_LAST_WARNINGS:]
    return lines + [f"  {line}" for line in (*waiting, *warnings)]


def _get(url: str) -> str:
    try:
        return httpx.get(url, timeout=_ANSWER_SECONDS).text.strip()
    except httpx.HTTPError as error:
        return f"no answer ({type(error).__name__})"


def _value(line: str) -> float:
    return float(line.rsplit(" ", 1)[1])


def _is_warning(line: str) -> bool:
    try:
        return json.loads(line).get("level") in {"warning", "error", "critical"}
    except (ValueError, AttributeError):
        return line.startswith("Traceback")
