"""The files of the built web client, read once at the start.

They are served from memory by exact name: no request touches the disk, so no name leads out of the folder, and the
files of one process are of one build even while the next one is being copied.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from atd_gateway.domain.web_client import ASSETS_PREFIX

_INDEX = "index.html"
_COMPRESSED = {".br": "br", ".gz": "gzip"}
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_HEAD = b"<head>"


class WebFilesError(ValueError):
    """The folder does not have a built client."""


@dataclass(frozen=True, slots=True)
class WebFile:
    """One file. `encoded` has its compressed forms by content encoding."""

    content_type: str
    plain: bytes
    encoded: Mapping[str, bytes]
    digest: str
    hashed: bool

    @property
    def is_script(self) -> bool:
        return self.content_type.startswith("text/javascript")

    def body(self, encoding: str | None) -> bytes:
        """The content in an encoding."""
        return self.plain if encoding is None else self.encoded[encoding]

    def etag(self, encoding: str | None) -> str:
        """The entity tag; each encoding has its own."""
        return f'"{self.digest}"' if encoding is None else f'"{self.digest}-{encoding}"'


class WebFiles:
    """The client: its files by path (`/assets/...`), and its page.

    Attributes:
        build: a hash of all files; another one means that another client is served.
    """

    def __init__(self, files: Mapping[str, WebFile]) -> None:
        """Raises `WebFilesError` when there is no `index.html` with a `<head>`."""
        index = files.get(f"/{_INDEX}")
        if index is None or _HEAD not in index.plain:
            raise WebFilesError(f"there is no {_INDEX} with a <head>; build the client first (`npm run build`)")
        self._files = {path: file for path, file in files.items() if file is not index}
        digests = "\n".join(f"{path} {file.digest}" for path, file in sorted(files.items()))
        self.build = _digest(digests.encode())
        before, _, after = index.plain.partition(_HEAD)
        self._before = before + _HEAD
        self._after = f'<meta name="build" content="{self.build}">'.encode() + after

    def find(self, path: str) -> WebFile | None:
        """The file with exactly this path."""
        return self._files.get(path)

    def page(self, nonce: str) -> bytes:
        """`index.html`, with the nonce of this answer and the build."""
        return self._before + f'<meta property="csp-nonce" nonce="{nonce}">'.encode() + self._after


def read_web_files(root: Path) -> WebFiles:
    """Read the folder of a built client.

    Symbolic links and names that begin with a dot are left out. `x.br` and `x.gz` are the compressed forms of `x`.

    Raises:
        WebFilesError: if there is no built client.
    """
    contents = {f"/{path.relative_to(root).as_posix()}": path.read_bytes() for path in _regular_files(root)}
    files = {}
    for path, content in contents.items():
        suffix = Path(path).suffix
        if suffix in _COMPRESSED and path.removesuffix(suffix) in contents:
            continue
        encoded = {
            encoding: contents[path + ending]
            for ending, encoding in _COMPRESSED.items()
            if len(contents.get(path + ending, content)) < len(content)
        }
        kind = _TYPES.get(suffix, "application/octet-stream")
        files[path] = WebFile(kind, content, encoded, _digest(content), hashed=path.startswith(ASSETS_PREFIX))
    return WebFiles(files)


def _regular_files(root: Path) -> list[Path]:
    found = []
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        linked = any((root.joinpath(*parts[:depth])).is_symlink() for depth in range(1, len(parts) + 1))
        if path.is_file() and not linked and not any(part.startswith(".") for part in parts):
            found.append(path)
    return found


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:20]
