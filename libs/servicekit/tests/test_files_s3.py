"""Files in S3: what a bucket must be, and answers that are cut short."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from atd_servicekit.errors import InfrastructureFault, StartupFailed
from atd_servicekit.files import FileStoreSettings, create_file_store
from atd_servicekit.files.s3 import PART_BYTES, S3Store
from atd_servicekit.files.settings import S3Location
from atd_testing.keys import IDENTITY_PUBLIC_KEY
from atd_testing.s3 import S3Server
from atd_testing.servers import free_port


def _location(endpoint: str, bucket: str = "bucket", prefix: str = "") -> S3Location:
    return S3Location(bucket=bucket, prefix=prefix, endpoint=endpoint, access_key="key", secret_key=SecretStr("secret"))


@asynccontextmanager
async def _answering(answer: bytes) -> AsyncIterator[str]:
    """A server that gives every request the same answer (only its head to a HEAD) and closes the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        head, end, _ = answer.partition(b"\r\n\r\n")
        writer.write(head + end if request.startswith(b"HEAD") else answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    port = free_port()
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def _started(location: S3Location) -> AsyncIterator[S3Store]:
    store = S3Store(location, attempts=1)
    try:
        await store.start()
        yield store
    finally:
        await store.stop()


async def _bytes(size: int) -> AsyncIterator[bytes]:
    for at in range(0, size, 65_536):
        yield bytes(min(65_536, size - at))


async def test_a_missing_bucket_is_named_and_not_made(s3_server: S3Server) -> None:
    for _ in range(2):
        with pytest.raises(StartupFailed, match="no bucket `not-there` at"):
            async with _started(_location(s3_server.url, "not-there")):
                pass


@pytest.mark.parametrize(
    ("status", "says"),
    [("403 Forbidden", "s3:PutObject"), ("400 Bad Request", "check region")],
)
async def test_a_bucket_that_refuses_says_what_to_look_at(status: str, says: str) -> None:
    async with _answering(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()) as endpoint:
        with pytest.raises(StartupFailed, match=says) as caught:
            async with _started(_location(endpoint)):
                pass
    assert "secret" not in str(caught.value)


async def test_a_store_out_of_order_is_a_fault_that_passes() -> None:
    answer = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    async with _answering(answer) as endpoint:
        with pytest.raises(InfrastructureFault):
            async with _started(_location(endpoint)):
                pass


@pytest.mark.proves("whatsapp", "store-gridfs-s3-one")
async def test_an_answer_that_is_cut_short_never_looks_whole() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: image/png\r\nConnection: close\r\n\r\nhalf"
    async with _answering(answer) as endpoint, _started(_location(endpoint)) as store:
        opened = await store.open("t/a")
        assert opened.size == 1000
        with pytest.raises(InfrastructureFault):
            async for _ in opened.chunks:
                pass


async def test_a_whole_answer_to_a_range_is_refused() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfile"
    async with _answering(answer) as endpoint, _started(_location(endpoint)) as store:
        with pytest.raises(InfrastructureFault):
            await store.open("t/a", start=2)


@pytest.mark.proves("whatsapp", "store-gridfs-s3-one")
@pytest.mark.parametrize(("size", "parts"), [(PART_BYTES - 1, 0), (PART_BYTES, 1), (2 * PART_BYTES + 1, 3)])
async def test_large_files_are_written_in_parts(s3_server: S3Server, size: int, parts: int) -> None:
    bucket = s3_server.create_bucket()
    async with _started(_location(s3_server.url, bucket, "a/b")) as store:
        await store.put("t/a", _bytes(size), content_type="video/mp4", limit=size)
        found = await store._client.head_object(Bucket=bucket, Key="a/b/t/a")
    assert (found["ContentLength"], found["ContentType"]) == (size, "video/mp4")
    assert found["ETag"].strip('"').partition("-")[2] == (str(parts) if parts else "")


async def test_a_bucket_in_the_settings_is_used(s3_server: S3Server, mongodb_url: str, database_name: str) -> None:
    bucket = s3_server.create_bucket()
    settings = FileStoreSettings(
        files_url=f"s3://{bucket}/here",
        files_s3_endpoint=s3_server.url,
        files_s3_access_key="key",
        files_s3_secret_key=SecretStr("secret"),
        mongodb_url=SecretStr(mongodb_url),
        mongodb_database_prefix="own_",
        files_database=database_name,
        port=0,
        identity_public_keys=IDENTITY_PUBLIC_KEY,
    )
    store = create_file_store(settings)
    assert isinstance(store.objects, S3Store)
    await store.start()
    await store.put("t/a", _bytes(10), content_type="image/png", limit=10)
    listed = await store.objects._client.list_objects_v2(Bucket=bucket, Prefix="here/t/objects/")
    assert [one["Size"] for one in listed["Contents"]] == [10]
    await store.stop()
