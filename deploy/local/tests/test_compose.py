"""`docker-compose.yml` agrees with the list of services, which cannot be derived into it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from atd_schemas.services import GATEWAY, SERVICES, Service
from deploy.local.keys import IDENTITY_PRIVATE, IDENTITY_PUBLIC, MASTER, OPERATOR_PRIVATE, OPERATOR_PUBLIC

ROOT = Path(__file__).resolve().parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SUPPORT = {"topics", "atd", "kafka", "mongo"}
"""What is no service of the product."""


def environment(name: str) -> dict[str, str]:
    found: dict[str, str] = COMPOSE[name]["environment"]
    return found


def address(service: Service) -> str:
    return f"http://{service.name}:{service.port}"


def test_it_runs_the_services_of_the_list_and_no_other() -> None:
    assert COMPOSE.keys() - SUPPORT == {service.name for service in SERVICES}
    for service in SERVICES:
        assert COMPOSE[service.name]["build"]["args"] == {"SERVICE": service.name}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_has_its_own_keys_and_no_other(service: Service) -> None:
    told = environment(service.name)
    assert told[IDENTITY_PUBLIC].startswith("${ATD_IDENTITY_PUBLIC_KEYS:?")
    assert told[OPERATOR_PUBLIC] == "${ATD_OPERATOR_PUBLIC_KEYS:-}"
    expected = {}
    if service.master_key:
        expected[MASTER] = service.master_key_variable
    if service.signs_identities:
        expected[IDENTITY_PRIVATE] = IDENTITY_PRIVATE
    secret = {name: told[name] for name in told if name.endswith(("_PRIVATE_KEY", "_MASTER_KEY"))}
    assert secret == {name: f"${{{source}:?set {source} in .env}}" for name, source in expected.items()}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_listens_on_its_port(service: Service) -> None:
    assert environment(service.name)["ATD_INTERNAL_PORT" if service == GATEWAY else "ATD_PORT"] == str(service.port)


def test_the_gateway_and_operators_are_told_where_every_service_is() -> None:
    others = {service.url_variable: address(service) for service in SERVICES if service != GATEWAY}
    for name, wanted in ((GATEWAY.name, others), ("atd", {**others, GATEWAY.url_variable: address(GATEWAY)})):
        told = {variable: value for variable, value in environment(name).items() if variable != "ATD_SMTP_URL"}
        assert {variable: told[variable] for variable in told if re.fullmatch(r"ATD_\w+_URL", variable)} == {
            "ATD_PUBLIC_URL": told["ATD_PUBLIC_URL"],
            **wanted,
        }


def test_what_runs_beside_the_services_has_no_keys_of_theirs() -> None:
    for name in SUPPORT - {"atd"}:
        assert not [variable for variable in COMPOSE[name].get("environment", {}) if "KEY" in variable]
    assert [variable for variable in environment("atd") if "KEY" in variable] == [OPERATOR_PRIVATE]


def test_only_the_gateway_publishes_a_port() -> None:
    assert [name for name, service in COMPOSE.items() if "ports" in service] == [GATEWAY.name]


def test_no_setting_merges_databases_of_services() -> None:
    assert not [name for name in SERVICES if "ATD_MONGODB_DATABASE" in environment(name.name)]


def test_the_example_names_every_variable_that_must_be_set() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    named = set(re.findall(r"^(\w+)=", EXAMPLE, flags=re.MULTILINE))
    assert required <= named
    assert {OPERATOR_PRIVATE, OPERATOR_PUBLIC} <= named
