"""The client is built with the pinned Node, once, and again when something has changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.console import Console
from deploy.local.environment import Local
from deploy.local.web import build_client
from deploy.web.client import CLIENT, Client, ClientError
from deploy.web.node import NodeError, find_node, version_of

# Says which Node builds, and calls npm again, as scripts of packages do.
BUILD = "require('fs').mkdirSync('dist'); require('fs').writeFileSync('dist/node', process.version)"


def write_package(folder: Path, *, build: str = "npm run --silent inner", inner: str = f'node -e "{BUILD}"') -> Path:
    folder.mkdir(parents=True)
    package = {
        "name": "x",
        "version": "1.0.0",
        "engines": {"node": ">=22.22"},
        "scripts": {"build": build, "inner": inner},
    }
    root = {"name": "x", "version": "1.0.0", "engines": {"node": ">=22.22"}}
    lock = {"name": "x", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": {"": root}}
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
    (folder / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    (folder / "main.ts").write_text("1", encoding="utf-8")
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine that has a shell and no Node."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").symlink_to("/bin/sh")
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def client(tmp_path: Path, bare: dict[str, str], said: list[str]) -> Client:
    return Client(write_package(tmp_path / "client"), bare, said.append)


def test_it_is_built_by_the_pinned_node_where_the_machine_has_none(client: Client, said: list[str]) -> None:
    assert client.build()
    pinned = subprocess.run([client.node().path / "node", "--version"], capture_output=True, text=True, check=True)
    assert (client.dist / "node").read_text(encoding="utf-8") == pinned.stdout.strip()
    assert [line.split()[0] for line in said] == ["installing", "building"]


def test_it_is_not_built_again_until_a_file_changes(client: Client, said: list[str]) -> None:
    client.build()
    said.clear()
    assert not client.build()
    assert said == []
    (client.folder / "main.ts").write_text("2", encoding="utf-8")
    shutil.rmtree(client.dist)
    assert client.build()
    assert said == ["building the web client"]


def test_a_build_that_fails_is_told_and_counts_as_none(tmp_path: Path, bare: dict[str, str]) -> None:
    inner = "node -e \"console.error('Cannot find the moon'); process.exit(3)\""
    client = Client(write_package(tmp_path / "client", inner=inner), bare, lambda _: None)
    for _ in range(2):
        with pytest.raises(ClientError, match="Cannot find the moon"):
            client.build()


def test_make_run_goes_on_without_a_client_that_cannot_be_built(tmp_path: Path, bare: dict[str, str]) -> None:
    write_package(tmp_path / CLIENT, inner="exit 1")
    local = Local(tmp_path / "local", bare)
    with (tmp_path / "out").open("w+", encoding="utf-8") as out:
        assert build_client(local, tmp_path, Console([], {}, out)) is None
        out.seek(0)
        assert "everything else starts without it" in out.read()
    assert "ended with status" in local.log_file("web").read_text(encoding="utf-8")


def test_a_client_that_is_given_is_not_built(tmp_path: Path) -> None:
    local = Local(tmp_path, {"ATD_WEB_ROOT": "/somewhere"})
    assert build_client(local, tmp_path / "nothing", Console([], {}, sys.stdout)) is None


def test_a_node_that_is_named_must_be_new_enough_and_have_npm(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v20.1.0\n", encoding="utf-8")
    node.chmod(0o755)
    with pytest.raises(NodeError, match=r"is 20\.1\.0; the client needs 22\.22 or newer"):
        find_node({"NODE": str(node)}, (22, 22))
    with pytest.raises(NodeError, match="no npm beside"):
        find_node({"NODE": str(node)}, (20, 1))
    (tmp_path / "npm").touch()
    assert find_node({"NODE": str(node)}, (20, 1)).path == tmp_path
    with pytest.raises(NodeError, match="cannot be run"):
        find_node({"NODE": str(tmp_path / "nothing")}, (20, 1))


def test_versions_are_read_from_both_spellings() -> None:
    assert version_of("v24.19.0\n") == (24, 19, 0)
    assert version_of(">=22.22") == (22, 22)
