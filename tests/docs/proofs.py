"""The tests that stand in the tables of `docs/channels/<page>.md`, made from the markers of the tests themselves."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from atd_testing.proofs import COLLECTED, Proof
from tests.docs.tables import ROOT

PAGES = {path.stem: path for path in sorted((ROOT / "docs" / "channels").glob("*.md")) if path.stem != "README"}
_PLACE = re.compile(r"(<!-- proof: (?P<key>[a-z0-9-]+) -->).*?(<!-- end -->)")


def keys_of(text: str) -> list[str]:
    """The keys of a page's rows."""
    return [found["key"] for found in _PLACE.finditer(text)]


def with_proofs(text: str, tests: Mapping[str, Iterable[str]]) -> str:
    """The page with the tests of each row; a row without a test is left empty."""
    return _PLACE.sub(
        lambda found: f"{found[1]}{'<br>'.join(f'`{test}`' for test in sorted(tests.get(found['key'], ())))}{found[3]}",
        text,
    )


def by_row(page: str, proofs: Iterable[Proof]) -> dict[str, set[str]]:
    """The tests of a page, by the key of the row that they prove."""
    tests: dict[str, set[str]] = defaultdict(set)
    for proof in proofs:
        if proof.page == page:
            tests[proof.key].add(proof.test)
    return tests


def problems(texts: Mapping[str, str], proofs: Iterable[Proof], *, complete: bool) -> list[str]:
    """What is wrong between pages and tests; rows without a test are only known when all tests were collected."""
    proofs = list(proofs)
    rows = {(page, key) for page, text in texts.items() for key in keys_of(text)}
    proven = {(proof.page, proof.key) for proof in proofs}
    found = [f"{page} has no row {key}" for page, key in sorted(proven - rows)]
    if complete:
        found += [f"no test proves the row {key} of {page}" for page, key in sorted(rows - proven)]
    return found


class _Collector:
    def __init__(self) -> None:
        self.proofs: frozenset[Proof] = frozenset()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.proofs = session.config.stash[COLLECTED]


def collect() -> frozenset[Proof]:
    """The proofs of all tests of the workspace, which are imported, not run. Raises `SystemExit` if one cannot be."""
    collector = _Collector()
    # Its plugins are imported already, by this module.
    arguments = ["--collect-only", "-qqq", "-W", "ignore::pytest.PytestAssertRewriteWarning", str(ROOT)]
    with redirect_stdout(StringIO()) as output:
        status = pytest.main(arguments, plugins=[collector])
    if status != pytest.ExitCode.OK:
        raise SystemExit(output.getvalue())
    return collector.proofs


def rewrite() -> Iterable[Path]:
    """Write the tests into every page; those that changed."""
    proofs = collect()
    for page, path in PAGES.items():
        before = path.read_text(encoding="utf-8")
        after = with_proofs(before, by_row(page, proofs))
        if after != before:
            path.write_text(after, encoding="utf-8")
            yield path
