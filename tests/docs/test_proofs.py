"""Every test that a page names as a proof exists. The files are read, not imported."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.docs.tables import ROOT

HOMES = {
    "ingest-whatsapp": "services/ingest-whatsapp/tests",
    "conversation": "services/conversation/tests",
    "channel-sandbox": "services/channel-sandbox/tests",
    "gateway": "services/gateway/tests",
    "servicekit": "libs/servicekit/tests",
    "testing": "libs/testing/tests",
    "e2e": "tests/e2e",
    "faults": "tests/faults",
}
PAGES = sorted((ROOT / "docs" / "channels").glob("*.md"))
PROOF = re.compile(r"`(?P<home>[\w-]+)/(?P<file>[\w/]+\.py)::(?P<test>\w+)(?:\[(?P<case>\w+)\])?`")
DIRECTIONS = ("from customers", "from attendants")
STORED_BODIES = "test_a_stored_body_gives_its_stored_events"


@cache
def names_in(path: Path) -> frozenset[str]:
    """The names of the tests of a file; none when there is no such file."""
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, functions))


def missing(words: str) -> Iterator[str]:
    """The proofs that do not exist."""
    for found in PROOF.finditer(words):
        folder = ROOT / HOMES.get(found["home"], "nowhere")
        named = found["test"] in names_in(folder / found["file"])
        if not named or (found["case"] and not (folder / "data" / f"{found['case']}.body.json").is_file()):
            yield found[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_proof_that_is_named_exists(page: Path) -> None:
    words = page.read_text(encoding="utf-8")
    assert list(missing(words)) == []
    assert words.count("::test_") == len(list(PROOF.finditer(words))) > 0, "a proof is not written as the others are"


def test_a_proof_that_does_not_exist_is_found() -> None:
    real = f"`ingest-whatsapp/test_translate.py::{STORED_BODIES}[text]`"
    invented = [
        "`ingest-whatsapp/test_translate.py::test_nothing`",
        "`ingest-whatsapp/test_nothing.py::test_nothing`",
        f"`ingest-whatsapp/test_translate.py::{STORED_BODIES}[nothing]`",
        "`nowhere/test_translate.py::test_nothing`",
    ]
    assert list(missing(" ".join([real, *invented]))) == invented


def test_every_stored_webhook_body_is_named_by_the_page_of_its_channel() -> None:
    words = (ROOT / "docs" / "channels" / "whatsapp.md").read_text(encoding="utf-8")
    bodies = {path.name.split(".")[0] for path in (ROOT / HOMES["ingest-whatsapp"] / "data").glob("*.body.json")}
    assert bodies - {found["case"] for found in PROOF.finditer(words)} == set()


def test_every_kind_of_message_has_a_row_in_both_directions() -> None:
    words = (ROOT / "docs" / "channels" / "whatsapp.md").read_text(encoding="utf-8")
    head, _, *rows = next(part for part in words.split("\n\n") if DIRECTIONS[0] in part).splitlines()
    assert all(direction in head for direction in DIRECTIONS)
    assert all(cell.strip() for row in rows for cell in row.strip("|").split("|"))
