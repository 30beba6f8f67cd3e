"""The broker's jars: fetched from Maven Central through jgo, pinned by SHA-256 in ``jgo.lock.toml``."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jgo.env import EnvironmentSpec, LockFile
from jgo.env._lockfile import LockedDependency, compute_sha256, compute_spec_hash
from jgo.maven import MavenContext
from jgo.parse import Coordinate

from atd_testing.servers.errors import ServerStartError

SPEC_FILE = Path(__file__).with_name("jgo.toml")
LOCK_FILE = Path(__file__).with_name("jgo.lock.toml")
_DOWNLOAD_TIMEOUT_SECONDS = 60


def _silent(_: str) -> None:
    return None


def fetch_jars(progress: Callable[[str], None] = _silent) -> list[Path]:
    """Return the paths of all locked jars, downloading those that the local Maven repository lacks.

    The repository is ``~/.m2/repository``, or ``M2_REPO``. Every jar is checked against the lock file at
    every call: a download that was cut off is fetched again.

    Args:
        progress: told one sentence for each jar that has to be fetched.

    Raises:
        ServerStartError: if a jar cannot be fetched, or does not have the locked content.
    """
    locked = LockFile.load(LOCK_FILE)
    context = MavenContext(timeout=_DOWNLOAD_TIMEOUT_SECONDS)
    with _one_fetcher(context.repo_cache):
        return [
            _fetch(context, jar, progress, f"{number}/{len(locked.dependencies)}")
            for number, jar in enumerate(locked.dependencies, start=1)
        ]


def write_lock() -> None:
    """Resolve ``jgo.toml`` and write ``jgo.lock.toml``; unchanged if the same jars come out."""
    spec = EnvironmentSpec.load(SPEC_FILE)
    context = MavenContext(timeout=_DOWNLOAD_TIMEOUT_SECONDS)
    wanted = [context.create_dependency(Coordinate.parse(coordinate)) for coordinate in spec.coordinates]
    direct, transitive = context.resolver.resolve(wanted)
    runtime = [dependency for dependency in transitive if dependency.scope in ("compile", "runtime")]
    lock = LockFile.from_resolved_dependencies(
        sorted([*direct, *runtime], key=lambda dependency: (dependency.groupId, dependency.artifactId)),
        environment_name=spec.name,
        entrypoints=spec.entrypoints,
        default_entrypoint=spec.default_entrypoint,
        spec_hash=compute_spec_hash(SPEC_FILE),
    )
    if LOCK_FILE.exists() and _content(LockFile.load(LOCK_FILE)) == _content(lock):
        return
    lock.save(LOCK_FILE)


def is_lock_current() -> bool:
    """Tell whether the lock file was made from the present ``jgo.toml``."""
    return LOCK_FILE.exists() and LockFile.load(LOCK_FILE).spec_hash == compute_spec_hash(SPEC_FILE)


def _content(lock: LockFile) -> tuple[str | None, list[dict[str, object]]]:
    return lock.spec_hash, [dependency.to_dict() for dependency in lock.dependencies]


def _fetch(context: MavenContext, jar: LockedDependency, progress: Callable[[str], None], count: str) -> Path:
    artifact = (
        context.project(jar.groupId, jar.artifactId)
        .at_version(jar.version)
        .artifact(jar.classifier or "", jar.packaging)
    )
    path = artifact.cached_path
    if path is not None and path.exists():
        if compute_sha256(path) == jar.sha256:
            return path
        path.unlink()  # cut off while downloading
    progress(f"fetching {artifact.filename} ({count})")
    try:
        path = artifact.resolve()
    except (RuntimeError, OSError) as error:  # requests' errors are OSErrors
        raise ServerStartError(
            f"Kafka needs {artifact.filename}, which could not be fetched from Maven Central: {error}\n"
            "Check the network (a proxy is taken from HTTPS_PROXY) and try again."
        ) from error
    if compute_sha256(path) != jar.sha256:
        path.unlink()
        raise ServerStartError(
            f"{artifact.filename} is not the file that {LOCK_FILE.name} pins (SHA-256); it was deleted."
            " Try again; if it happens again, something between you and Maven Central changes files."
        )
    return path


@contextmanager
def _one_fetcher(repository: Path) -> Iterator[None]:
    """Keep two processes from writing the same jar: jgo downloads in place."""
    repository.mkdir(parents=True, exist_ok=True)
    with (repository / ".atendimento.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
