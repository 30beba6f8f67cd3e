"""The web client's packages and build: done when what they depend on has changed, and not otherwise."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.web.node import Node, NodeError, find_node, version_of

CLIENT = Path("web") / "attendant"
"""Where the client stands in the workspace."""

_MADE = frozenset({"node_modules", "dist", ".vite", "coverage"})
_STAMP = ".made-from"
_LINES = 40


class ClientError(Exception):
    """The client cannot be built; the text says why."""


@dataclass(frozen=True, slots=True)
class Client:
    """The client in the workspace, with the Node that builds it.

    Args:
        folder: where its `package.json` is.
        given: the environment; its `NODE` names another Node than the pinned one.
        say: tells a person what is being done.
    """

    folder: Path
    given: Mapping[str, str]
    say: Callable[[str], None] = print

    @property
    def dist(self) -> Path:
        """The built client."""
        return self.folder / "dist"

    def node(self) -> Node:
        """The Node that builds it. Raises `ClientError`."""
        package = json.loads((self.folder / "package.json").read_text(encoding="utf-8"))
        try:
            return find_node(self.given, version_of(package["engines"]["node"]))
        except NodeError as error:
            raise ClientError(str(error)) from error

    def install(self) -> None:
        """Install what `package-lock.json` names, if that is not installed yet. Raises `ClientError`."""
        stamp = self.folder / "node_modules" / _STAMP
        with self._alone():
            wanted = self._state(self.folder / name for name in ("package.json", "package-lock.json"))
            if _read(stamp) == wanted:
                return
            self.say("installing the web client's packages (about 250 MB on disk)")
            self.run("npm", "ci", "--include=dev", "--no-audit", "--no-fund")
            stamp.parent.mkdir(exist_ok=True)
            stamp.write_text(wanted, encoding="utf-8")

    def build(self) -> bool:
        """Build into `dist`, unless that has been built from the same files. Returns whether it was built now.

        Raises:
            ClientError: it cannot be built; the text has what the build said.
        """
        self.install()
        stamp = self.dist / _STAMP
        with self._alone():
            wanted = self._state(_sources(self.folder))
            if _read(stamp) == wanted:
                return False
            self.say("building the web client")
            self.run("npm", "run", "--silent", "build")
            stamp.write_text(wanted, encoding="utf-8")
        return True

    def lock(self, *, keep: bool) -> None:
        """Write `package-lock.json` anew: what `package.json` names and fits, or (`keep`) only what it lacks.

        It names no registry: whoever installs decides where from (`.npmrc` beside it says so to npm).
        """
        with self._alone():
            if not keep:
                (self.folder / "package-lock.json").unlink(missing_ok=True)
            self.run("npm", "install", "--package-lock-only", "--no-audit", "--no-fund")

    def run(self, *command: str) -> str:
        """Run a tool of Node or of the client's packages and return what it printed. Raises `ClientError`."""
        answer = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            lines = answer.stdout.strip().splitlines()
            if len(lines) > _LINES:  # npm names the fault first, compilers often last
                lines = [*lines[: _LINES // 2], "[...]", *lines[-_LINES // 2 :]]
            raise ClientError("\n".join([f"`{' '.join(command)}` ended with status {answer.returncode}:", *lines]))
        return answer.stdout

    def environment(self) -> dict[str, str]:
        """The environment of its tools: Node and the installed packages' commands come first. Raises `ClientError`."""
        environment = self.node().environment(self.given)
        commands = self.folder / "node_modules" / ".bin"
        return {**environment, "PATH": os.pathsep.join([str(commands), environment["PATH"]])}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While it is held, no other process installs or builds: `make` runs several targets at once."""
        with (self.folder / "package.json").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _state(self, files: Iterable[Path]) -> str:
        """A hash of the files and of Node's version; the same when nothing has changed."""
        state = hashlib.sha256(str(self.node().path.resolve()).encode())
        for file in files:
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            state.update(f"{file.relative_to(self.folder)} {content}\n".encode())
        return state.hexdigest()


def _sources(folder: Path) -> list[Path]:
    """Every file that the build may read, in a fixed order."""
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _MADE]
        found += [Path(parent) / name for name in names]
    return sorted(found)


def _read(stamp: Path) -> str:
    return stamp.read_text(encoding="utf-8") if stamp.exists() else ""
