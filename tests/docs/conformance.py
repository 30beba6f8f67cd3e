"""The table of `docs/channels/README.md`: every case of the contract of a channel service, by kind of channel.

It is written by a run of the contract (`python -m tests.docs conformance`), so that what stands there has passed; a
test holds it to the tests that there are, so that it can be no older than they.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import get_args

import pytest

from atd_schemas.services import SERVICES, service_of_channel
from atd_schemas.views import ChannelKind
from atd_testing.channels.conformance import ConformanceCase, conformance_of
from tests.docs.tables import ROOT

PAGE = ROOT / "docs" / "channels" / "README.md"
PASSED, FAILED = "✓", "✗"
_PLACE = re.compile(r"(<!-- conformance -->\n).*?(<!-- end -->)", re.DOTALL)
_TITLES = {"OwnService": "Services of their own"}


def served_kinds() -> tuple[str, ...]:
    """Every kind of channel that a service of the product connects, in the order in which channels are told."""
    return tuple(kind for kind in get_args(ChannelKind) if service_of_channel(kind, SERVICES) is not None)


def with_table(text: str, cases: Iterable[ConformanceCase], failed: frozenset[ConformanceCase] = frozenset()) -> str:
    """The page with the table of these cases, of which some have failed."""
    return _PLACE.sub(lambda found: f"{found[1]}{table(cases, failed)}{found[2]}", text)


def table(cases: Iterable[ConformanceCase], failed: frozenset[ConformanceCase] = frozenset()) -> str:
    """A row for each case, a column for each kind; a number leads to why a channel lacks it, `✗` is a failure."""
    kinds = served_kinds()
    known = {(one.area, one.case, str(one.kind)): one for one in cases if one.kind in kinds}
    reasons = _reasons(known, kinds)
    lines = [f"| | {' | '.join(kinds)} |", f"|---{'|:-:' * len(kinds)}|"]
    for area in sorted({area for area, _, _ in known}):
        lines.append(f"| **{_TITLES.get(area, area)}** |{' |' * len(kinds)}")
        for name in sorted({case for found, case, _ in known if found == area}):
            cells = (_cell(known.get((area, name, kind)), reasons, failed) for kind in kinds)
            lines.append(f"| {name} | {' | '.join(cells)} |")
    notes = [f"{number}. {reason}" for reason, number in reasons.items()]
    return "\n".join([*lines, *(["", *notes] if notes else []), ""])


def _reasons(known: Mapping[tuple[str, str, str], ConformanceCase], kinds: Sequence[str]) -> Mapping[str, int]:
    """Why channels lack something, numbered."""
    told = sorted({(kinds.index(one.kind), f"{one.kind}: {one.lacks}") for one in known.values() if one.lacks})
    return {reason: number for number, (_, reason) in enumerate(told, 1)}


def _cell(one: ConformanceCase | None, reasons: Mapping[str, int], failed: frozenset[ConformanceCase]) -> str:
    if one is None:
        return ""
    if one in failed:
        return FAILED
    return f"({reasons[f'{one.kind}: {one.lacks}']})" if one.lacks else PASSED


class ContractRun:
    """A plugin: which cases there are, and which of them failed."""

    def __init__(self) -> None:
        self.cases: dict[str, ConformanceCase] = {}
        self.failed: set[ConformanceCase] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Of the run that only collects: the one of the tests has its items in its workers."""
        self.cases |= {item.nodeid: found for item in session.items if (found := conformance_of(item)) is not None}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        case = self.cases.get(report.nodeid) or self.cases.get(report.nodeid.rpartition("@")[0])  # with its group
        if case is not None and (report.failed or (report.skipped and not case.lacks)):
            self.failed.add(case)


def run_contract() -> Iterable[Path]:
    """Run the contract of every channel service, and write what came of it; the page, where it changed."""
    run = ContractRun()
    tests = sorted(str(path) for path in (ROOT / "services").glob("*/tests/test_contract*.py"))
    options = ["-q", "-W", "ignore::pytest.PytestAssertRewriteWarning", *tests]
    with redirect_stdout(StringIO()):
        pytest.main(["--collect-only", *options], plugins=[run])
    pytest.main(["-n2", *options], plugins=[run])
    before = PAGE.read_text(encoding="utf-8")
    after = with_table(before, run.cases.values(), frozenset(run.failed))
    if after != before:
        PAGE.write_text(after, encoding="utf-8")
        yield PAGE
