"""What `make check` finds in pins, and that it finds nothing where nothing is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local import pins

_PROJECT = """
[project]
name = "atendimento"
dependencies = ["orjson>=3.11", "atd-schemas"]
[dependency-groups]
dev = ["pytest>=9"]
"""
_MEMBER = """
[project]
name = "atd-schemas"
dependencies = ["uvicorn[standard]>=0.40"]
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(_PROJECT, encoding="utf-8")
    (tmp_path / "libs" / "schemas").mkdir(parents=True)
    (tmp_path / "libs" / "schemas" / "pyproject.toml").write_text(_MEMBER, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("lock", "missing"),
    [
        ("orjson==3.11.5\npytest==9.0.1\nuvicorn==0.40.0\n", []),
        ("orjson==3.11.5\npytest==9.0.1\nuvicorn[standard]==0.40.0 ; sys_platform != 'win32'\n", []),
        ("orjson==3.10.0\npytest==9.0.1\nuvicorn==0.40.0\n", ["orjson"]),
        ("orjson==3.11.5\nuvicorn==0.40.0\n", ["pytest"]),
        ("orjson==3.11.5\npytest==9.0.1\n", ["uvicorn"]),
    ],
)
def test_a_declared_dependency_that_the_lock_lacks_is_named(workspace: Path, lock: str, missing: list[str]) -> None:
    (workspace / "all.lock").write_text(lock, encoding="utf-8")
    faults = list(pins.missing_pins(workspace, "all.lock", development=True))
    assert [name in fault for name, fault in zip(missing, faults, strict=True)] == [True] * len(missing)


def test_what_is_for_development_need_not_be_in_the_images(workspace: Path) -> None:
    (workspace / "runtime.lock").write_text("orjson==3.11.5\n", encoding="utf-8")
    (fault,) = pins.missing_pins(workspace, "runtime.lock", development=False)
    assert "`uvicorn[standard]>=0.40` is not in runtime.lock" in fault


def test_an_image_with_another_release_than_the_tests_is_named() -> None:
    (fault,) = pins.differing_pins("orjson==3.11.5\npytest==9.0.1\n", "orjson==3.11.4\n")
    assert "orjson==3.11.4 of the images is not what requirements.lock has" in fault


def test_a_pin_without_a_hash_is_named() -> None:
    lock = "orjson==3.11.5 \\\n    --hash=sha256:00\nuvicorn==0.40.0\n"
    (fault,) = pins.pins_without_hash([lock])
    assert fault.startswith("uvicorn==0.40.0 is pinned without a hash")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("orjson @ https://files.registry.test/x.whl", True),
        ("--index-url https://pins.test/", True),
        ("UV_INDEX=https://pins.test/simple/", True),
        ("https://central.test/maven2/org/apache/kafka", True),
        ("https://example.com/docs/simple-guide", False),
        ("see http://localhost:8080/api/docs", False),
        ("PYTHONPATH=/home/ana/project", True),
        ("cache in /var/lib/kafka", False),
        ("GET /api/v1/homes/ana", False),
        ("#!/usr/bin/env bash", False),
    ],
)
def test_registries_and_paths_of_one_machine_are_found(line: str, fault: bool) -> None:
    assert bool(list(pins.machine_specific([("some/file", line)]))) is fault


@pytest.mark.parametrize(
    ("package", "fault"),
    [
        ({"version": "1.0.0", "integrity": "sha512-aa"}, None),
        ({"version": "1.0.0"}, "node_modules/a has no hash"),
        ({"version": "1.0.0", "integrity": "sha1-aa"}, "node_modules/a has no hash"),
        ({"integrity": "sha512-aa", "resolved": "https://pins.test/a.tgz"}, "node_modules/a names where it came from"),
    ],
)
def test_packages_of_the_client_have_a_hash_and_no_address(package: dict[str, str], fault: str | None) -> None:
    lock = {"lockfileVersion": 3, "packages": {"": {"name": "client"}, "node_modules/a": package}}
    found = list(pins.loose_packages(lock))
    assert [str(fault) in one for one in found] == ([] if fault is None else [True])


def test_this_workspace_is_pinned_well() -> None:
    assert pins.main() == 0
