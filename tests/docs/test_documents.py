"""The documents say what the code says."""

import os
import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from atd_schemas.services import SERVICES as LISTED
from atd_schemas.topics import OUTBOUND_BY_CHANNEL
from atd_servicekit.settings import MasterKeySettings, ServiceSettings
from atd_testing.keys import key_variables
from tests.docs.tables import DOCUMENTS, ROOT, SERVICES, all_metrics, metrics_table, rewritten, settings_table

TEXTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "libs/*/README.md", "services/*/README.md", "deploy/**/*.md")
    for path in ROOT.glob(pattern)
    if ".venv" not in path.parts
)
LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<target>[^)#]+)(?P<anchor>#[^)]+)?\)")
PATH = re.compile(r"`((?:libs|services|deploy|docs|tests)/[\w./<>-]+)`")
NUMBERED = re.compile(r"(\d{4})-[a-z0-9-]+\.md")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_tables_are_those_of_the_code(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert rewritten(text) == text, f"{document.name} is behind the code: run `python -m tests.docs`"


def test_every_channel_that_is_served_has_its_page_and_no_page_is_of_another() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "channels").glob("*.md")} - {"README"}
    assert pages == set(OUTBOUND_BY_CHANNEL)


def test_every_setting_is_described() -> None:
    classes: dict[str, type[BaseSettings]] = {"every service": ServiceSettings, **SERVICES}
    silent = [
        f"{owner}: {name}"
        for owner, settings in classes.items()
        for name, field in settings.model_fields.items()
        if not field.description
    ]
    assert silent == []


def test_settings_have_the_port_and_the_kind_of_keys_of_the_list_of_services() -> None:
    for service in LISTED:
        settings = SERVICES[service.name]
        port = "internal_port" if "internal_port" in settings.model_fields else "port"
        assert settings.model_fields[port].default == service.port
        assert issubclass(settings, MasterKeySettings) == service.master_key
        assert ("identity_private_key" in settings.model_fields) == service.signs_identities


@pytest.mark.parametrize("owner", SERVICES)
def test_defaults_can_be_set_as_they_are_written(owner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith(("ATD_", "KAFKA_", "MONGODB_"))]:
        monkeypatch.delenv(variable)
    for variable, key in key_variables("gateway").items():
        monkeypatch.setenv(variable, key)
    plain = SERVICES[owner]()
    for row in settings_table().splitlines():
        variable, of, default, *_ = (cell.strip(" `") for cell in row.strip("|").split("|"))
        if of in ("every service", owner) and default and default != "**required**":
            monkeypatch.setenv(variable, default)
    assert SERVICES[owner]() == plain


def test_every_service_has_its_settings_and_every_metric_its_line() -> None:
    services = {path.name for path in (ROOT / "services").iterdir() if (path / "pyproject.toml").exists()}
    assert services <= SERVICES.keys()
    assert "ATD_MASTER_KEY" in settings_table()
    assert all(f"`atd_{metric.name}" in metrics_table() for metric in all_metrics())


@pytest.mark.parametrize("text", TEXTS, ids=named)
def test_links_lead_somewhere(text: Path) -> None:
    words = text.read_text(encoding="utf-8")
    targets = [found["target"] for found in LINK.finditer(words)]
    assert [target for target in targets if not (text.parent / target).exists()] == []


@pytest.mark.parametrize("text", TEXTS, ids=named)
def test_paths_that_are_named_exist(text: Path) -> None:
    found = [path.rstrip("/") for path in PATH.findall(text.read_text(encoding="utf-8")) if "<" not in path]
    assert [path for path in found if not (ROOT / path).exists()] == []


def test_decision_records_have_a_number_of_their_own_and_every_part() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert all(NUMBERED.fullmatch(record.name) for record in records)
    assert len({record.name[:4] for record in records}) == len(records)
    for record in records:
        words = record.read_text(encoding="utf-8")
        assert all(f"## {part}" in words for part in ("Context", "Decision", "Consequences")), record.name
