"""The virus scan: a fake clamd that can lie, and the real one where it is installed."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from atd_servicekit.files import (
    ClamAv,
    FileInfected,
    FileStoreSettings,
    NoScanner,
    NotScannable,
    ScannerAway,
    create_scanner,
)
from atd_servicekit.metrics import Metrics
from atd_testing.clamd import EICAR
from atd_testing.keys import IDENTITY_PUBLIC_KEY
from atd_testing.waiting import eventually

Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


async def chunks_of(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def passed(scanner: Any, *chunks: bytes) -> bytes:
    return b"".join([chunk async for chunk in scanner.watch(chunks_of(*chunks))])


@asynccontextmanager
async def clamd(speak: Speak, *, timeout: float = 30.0) -> AsyncIterator[tuple[ClamAv, Metrics]]:
    """A server that answers as `speak` does."""

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await speak(reader, writer)
        finally:
            writer.close()

    metrics = Metrics()
    async with await asyncio.start_server(served, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield ClamAv(f"tcp://127.0.0.1:{port}", timedelta(seconds=timeout), metrics), metrics


async def read_stream(reader: asyncio.StreamReader) -> bytes:
    """A whole file, as the protocol sends it."""
    assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
    data = b""
    while length := int.from_bytes(await reader.readexactly(4), "big"):
        data += await reader.readexactly(length)
    return data


def answering(answer: bytes, got: list[bytes] | None = None) -> Speak:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await read_stream(reader)
        if got is not None:
            got.append(data)
        writer.write(answer)
        await writer.drain()

    return speak


def counted(metrics: Metrics) -> dict[str, float]:
    samples = next(iter(metrics.files_scanned.collect())).samples
    return {one.labels["outcome"]: one.value for one in samples if one.name.endswith("_total")}


async def test_a_clean_file_passes_unchanged_and_the_scanner_has_seen_all_of_it() -> None:
    got: list[bytes] = []
    parts = (b"a" * 200_000, b"", b"b" * 5)
    async with clamd(answering(b"stream: OK\0", got)) as (scanner, metrics):
        assert await passed(scanner, *parts) == b"".join(parts)
        assert counted(metrics) == {"clean": 1}
    assert got == [b"".join(parts)]


@pytest.mark.parametrize(
    ("answer", "error", "outcome"),
    [
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", FileInfected, "infected"),
        (b"INSTREAM size limit exceeded. ERROR\0", NotScannable, "too_large"),
        (b"stream: Can't allocate memory ERROR\0", ScannerAway, "away"),
        (b"stream: OK", ScannerAway, "away"),
        (b"", ScannerAway, "away"),
        (b"x" * 10_000, ScannerAway, "away"),
        (b"stream: OK FOUNDER\0", ScannerAway, "away"),
    ],
    ids=str,
)
async def test_only_a_file_that_is_found_clean_passes(answer: bytes, error: type[Exception], outcome: str) -> None:
    async with clamd(answering(answer)) as (scanner, metrics):
        with pytest.raises(error):
            await passed(scanner, b"bytes")
        assert counted(metrics) == {outcome: 1}


async def test_the_scanner_may_hang_up_while_the_file_still_comes() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\0")
        writer.write(b"INSTREAM size limit exceeded. ERROR\0")
        await writer.drain()

    async with clamd(speak) as (scanner, _):
        with pytest.raises((NotScannable, ScannerAway)):
            await passed(scanner, *(b"x" * 65_536 for _ in range(200)))


async def test_a_scanner_that_says_nothing_is_away_after_the_timeout() -> None:
    async def speak(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with clamd(speak, timeout=0.05) as (scanner, _):
        with pytest.raises(ScannerAway):
            await passed(scanner, b"bytes")


async def test_a_scanner_that_is_not_there_is_away(unused_tcp_port: int, tmp_path: Path) -> None:
    for url in (f"tcp://127.0.0.1:{unused_tcp_port}", f"unix:{tmp_path}/none.ctl"):
        with pytest.raises(ScannerAway):
            await passed(ClamAv(url, timedelta(seconds=5), Metrics()), b"bytes")


async def test_without_a_scanner_everything_passes() -> None:
    assert await passed(NoScanner(), b"a", EICAR) == b"a" + EICAR


@pytest.mark.parametrize(
    "url", ["clamav:3310", "tcp://", "http://clamav:3310", "unix:relative", "tcp://u:p@h:1", "tcp://h/x"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="ATD_CLAMAV_URL"):
        settings(clamav_url=url)


@pytest.mark.parametrize("url", ["tcp://clamav:3310", "tcp://[::1]", "unix:/run/clamav/clamd.ctl"])
def test_an_address_of_a_socket_is_taken(url: str) -> None:
    assert isinstance(create_scanner(settings(clamav_url=url), Metrics()), ClamAv)


def settings(**more: Any) -> FileStoreSettings:
    return FileStoreSettings(port=0, identity_public_keys=IDENTITY_PUBLIC_KEY, **more)


CLAMD = shutil.which("clamd")


def accepts(path: Path) -> bool:
    """The socket's file is there some time before anybody listens."""
    with socket.socket(socket.AF_UNIX) as asked:
        return asked.connect_ex(str(path)) == 0


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[ClamAv]:
    """The real clamd, with a signature of one's own: those that are published cannot be fetched here."""
    if CLAMD is None:
        pytest.skip("clamd is not installed (apt-get install clamav-daemon)")
    database = tmp_path / "database"
    database.mkdir()
    (database / "test.ndb").write_text(f"Test.Eicar:0:*:{EICAR.hex()}\n")
    path = tmp_path / "clamd.sock"
    config = tmp_path / "clamd.conf"
    config.write_text(f"LocalSocket {path}\nDatabaseDirectory {database}\nForeground yes\nStreamMaxLength 1M\n")
    process = subprocess.Popen(  # noqa: ASYNC220 - the daemon under test
        [CLAMD, "--config-file", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await eventually(lambda: accepts(path), message="clamd listens")
        yield ClamAv(f"unix:{path}", timedelta(seconds=60), Metrics())
    finally:
        process.terminate()
        process.wait()


@pytest.mark.integration
async def test_the_real_clamd_judges_files(real: ClamAv) -> None:
    assert await passed(real, b"hello ", b"world") == b"hello world"
    with pytest.raises(FileInfected) as found:
        await passed(real, b"before ", EICAR, b" after")
    assert found.value.signature.startswith("Test.Eicar")
    assert await passed(real, b"x" * 900_000)
    with pytest.raises(NotScannable):
        await passed(real, *(b"x" * 60_000 for _ in range(40)))
