"""Check that what is pinned is pinned well: ``python -m deploy.local.pins`` (part of ``make check``).

* Every dependency that a package of the workspace declares is in ``requirements.lock``, in a version that fits,
  with hashes; whether the locked releases fit each other is for ``uv pip check`` to say. What the images get
  (``deploy/runtime.lock``) is a part of it.
* The broker's jars were locked from the present ``jgo.toml``, and its Docker image is the same release.
* The web client's packages are locked with a hash each, from no address: npm asks the registry that its user has set.
* No committed text names a package registry or a path of somebody's machine: whoever installs decides where from.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from atd_testing.servers.containers import KAFKA_IMAGE, MONGODB_IMAGE
from atd_testing.servers.jars import SPEC_FILE, is_lock_current
from deploy.web.client import CLIENT

ROOT = Path(__file__).resolve().parents[2]
_LOCK_FILES = ("requirements.lock", "deploy/runtime.lock", "deploy/node.lock", "deploy/build.lock")
_FOR_DEVELOPMENT = {"atd-testing", "atd-channel-sandbox"}
_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)
# By shape rather than by name, so that mirrors are found as well.
_REGISTRY = re.compile(
    r"https?://[^\s\"'/]*(?:registry\.|mirror)|https?://[^\s\"']+/(?:simple|maven2|packages)(?:/|\s|$)"
    r"|\.(?:whl|tgz|jar)#|--(?:extra-)?index-url|--find-links|\bregistry ?= ?https?:|https?://files\."
)
_MACHINE_PATH = re.compile(
    rf"(?<![\w./-])(?:/home/[a-z]|/root/|/Users/[A-Za-z]|{re.escape(str(ROOT))}/|file:///(?!etc/))"
)
_NPM_LOCK_VERSION = 3
_EXAMPLES = {"deploy/local/pins.py", "deploy/local/tests/test_pins.py"}


def main() -> int:
    """Print every fault found; the exit status is 1 if there is one."""
    faults = [
        *missing_pins(ROOT, "requirements.lock", development=True),
        *missing_pins(ROOT, "deploy/runtime.lock", development=False),
        *differing_pins(*((ROOT / name).read_text(encoding="utf-8") for name in _LOCK_FILES[:3])),
        *pins_without_hash((ROOT / name).read_text(encoding="utf-8") for name in _LOCK_FILES),
        *unsynchronised_servers(ROOT),
        *loose_packages(json.loads((ROOT / CLIENT / "package-lock.json").read_text(encoding="utf-8"))),
        *machine_specific(_committed_texts(ROOT)),
    ]
    for fault in faults:
        print(fault)
    print(f"pins: {len(faults)} faults" if faults else "pins: in order")
    return 1 if faults else 0


def missing_pins(root: Path, lock: str, *, development: bool) -> Iterator[str]:
    """Name the declared dependencies of the workspace's packages that `lock` lacks or has in another version.

    Args:
        root: the workspace.
        lock: path of the lock file in it.
        development: whether the file is for development too, or only for what runs in production.
    """
    pinned: dict[str, list[Version]] = {}
    for pin in _PINNED.finditer((root / lock).read_text(encoding="utf-8")):
        pinned.setdefault(canonicalize_name(pin["name"]), []).append(Version(pin["version"]))
    files = [root / "pyproject.toml", *sorted(root.glob("libs/*/pyproject.toml"))]
    files += sorted(root.glob("services/*/pyproject.toml"))
    projects = {file: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}
    ours = {canonicalize_name(project["project"]["name"]) for project in projects.values()}
    for file, project in projects.items():
        if not development and canonicalize_name(project["project"]["name"]) in _FOR_DEVELOPMENT:
            continue
        for requirement in _declared(project, development=development):
            name = canonicalize_name(requirement.name)
            fitting = requirement.specifier.filter(pinned.get(name, []), prereleases=True)
            if name not in ours and not any(True for _ in fitting):
                yield f"{file.relative_to(root)}: `{requirement}` is not in {lock}; run `make lock KEEP=1`"


def differing_pins(everything: str, *of_images: str) -> Iterator[str]:
    """Name the pins of the images that are not those which the tests run with (`everything`)."""
    tested = {(pin["name"], pin["version"]) for pin in _PINNED.finditer(everything)}
    for pin in (pin for lock in of_images for pin in _PINNED.finditer(lock)):
        if (pin["name"], pin["version"]) not in tested:
            yield f"deploy: {pin[0]} of the images is not what requirements.lock has; run `make lock KEEP=1`"


def pins_without_hash(locks: Iterable[str]) -> Iterator[str]:
    """Name the pins that no hash follows."""
    for lock in locks:
        for entry in re.split(r"\n(?=[A-Za-z0-9])", lock):
            pin = _PINNED.search(entry)
            if pin and "--hash=sha256:" not in entry:
                yield f"{pin['name']}=={pin['version']} is pinned without a hash; run `make lock KEEP=1`"


def unsynchronised_servers(root: Path) -> Iterator[str]:
    """Say where the embedded broker, the test containers and the Compose file are not the same release."""
    if not is_lock_current():
        yield "jgo.lock.toml was not made from the present jgo.toml; run `make lock KEEP=1`"
    broker = re.search(r'kafka_2\.13:([\d.]+)"', SPEC_FILE.read_text(encoding="utf-8"))
    if broker is None or not KAFKA_IMAGE.endswith(f":{broker[1]}"):
        yield f"jgo.toml and {KAFKA_IMAGE} (servers/containers.py) are not the same release"
    compose = root / "docker-compose.yml"
    if compose.exists():
        images = set(re.findall(r"image: ((?:apache/kafka|mongo):\S+)", compose.read_text(encoding="utf-8")))
        for image in sorted(images - {KAFKA_IMAGE, MONGODB_IMAGE}):
            yield f"docker-compose.yml runs {image}; servers/containers.py has {KAFKA_IMAGE} and {MONGODB_IMAGE}"


def loose_packages(lock: dict[str, Any]) -> Iterator[str]:
    """Name the packages of a `package-lock.json` without a hash, or with the address that they came from."""
    name = f"{CLIENT}/package-lock.json"
    if lock.get("lockfileVersion") != _NPM_LOCK_VERSION:
        yield f"{name}: made by another npm; run `make lock KEEP=1`"
    for path, package in lock.get("packages", {}).items():
        if path == "":  # the client itself
            continue
        if not package.get("integrity", "").startswith("sha512-"):
            yield f"{name}: {path} has no hash; run `make lock KEEP=1`"
        if "resolved" in package:
            yield f"{name}: {path} names where it came from; run `make lock KEEP=1`"


def machine_specific(texts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Name the lines of `texts` (path, content) with a registry's host or a path of one machine."""
    for path, text in texts:
        for number, line in enumerate(text.splitlines(), start=1):
            if _REGISTRY.search(line):
                yield f"{path}:{number}: names a package registry: {line.strip()[:80]}"
            elif _MACHINE_PATH.search(line) and not line.startswith("#!"):
                yield f"{path}:{number}: a path of one machine: {line.strip()[:80]}"


def _declared(project: dict[str, Any], *, development: bool) -> Iterator[Requirement]:
    requirements = list(project["project"].get("dependencies", []))
    if development:
        requirements += [each for group in project.get("dependency-groups", {}).values() for each in group]
    return (Requirement(each) for each in requirements)


def _committed_texts(root: Path) -> Iterator[tuple[str, str]]:
    git = shutil.which("git")
    if git is None:  # an unpacked archive on a bare machine: nothing to commit there either
        return
    listed = subprocess.run([git, "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    for name in filter(None, listed.stdout.split("\0")):
        path = root / name
        if name in _EXAMPLES or not path.is_file():
            continue
        try:
            yield name, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a picture
            continue


if __name__ == "__main__":
    sys.exit(main())
