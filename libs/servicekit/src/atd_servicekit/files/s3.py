"""Files in a bucket of S3, or of any store that speaks its protocol.

The bucket is made by whoever runs the platform, without versioning (an erased file must be gone), with a lifecycle
rule that ends incomplete multipart uploads: a killed process leaves its own.
Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, contextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError

from atd_servicekit.errors import InfrastructureFault, SetupFault, StartupFailed
from atd_servicekit.files.cleanup import Cleanups
from atd_servicekit.files.settings import S3Location
from atd_servicekit.files.store import FileMissing, OpenFile, StoredFile
from atd_servicekit.files.upload_stream import UploadStream

PART_BYTES = 8 * 1024 * 1024
"""Files from this size on are written in parts of it; a writer holds two or three."""

_READ_BYTES = 256 * 1024
_CONNECT_SECONDS = 5
_ANSWER_SECONDS = 30
_CONNECTIONS = 50
_RIGHTS = "s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload"


class S3Store:
    """A `FileStore` in the bucket of `location`. A call is tried `attempts` times, with backoff, where it may help."""

    def __init__(self, location: S3Location, *, attempts: int = 4) -> None:
        self._location = location
        self._attempts = attempts
        self._exit = AsyncExitStack()
        self._started: Any = None
        self._cleanups = Cleanups()

    async def start(self) -> None:
        self._started = await self._exit.enter_async_context(_create_client(self._location, self._attempts))
        try:
            with _faults():
                await self._client.head_bucket(Bucket=self._location.bucket)
        except _Refused as error:
            raise StartupFailed(_unusable(self._location, error.status)) from error

    async def stop(self) -> None:
        await self._cleanups.finish()
        await self._exit.aclose()
        self._started = None

    @property
    def _client(self) -> Any:
        if self._started is None:
            raise InfrastructureFault("the file store is not started")
        return self._started

    def _target(self, key: str) -> dict[str, str]:
        prefix = f"{self._location.prefix}/" if self._location.prefix else ""
        return {"Bucket": self._location.bucket, "Key": f"{prefix}{key}"}

    async def put(self, key: str, chunks: AsyncIterable[bytes], *, content_type: str, limit: int) -> StoredFile:
        upload = _Upload(self._client, self._target(key), content_type)
        stream = UploadStream(chunks, limit)
        try:
            async with aclosing(stream.blocks(PART_BYTES)) as blocks:
                async for block in blocks:
                    with _faults():
                        await upload.add(block)
            with _faults():
                await upload.finish()
        except BaseException:
            await self._cleanups.clean_up(upload.abort())
            raise
        return stream.stored(key, content_type)

    async def open(self, key: str, *, start: int = 0, end: int | None = None) -> OpenFile:
        start = max(start, 0)
        if end is not None and end <= start:
            return await self._open_nothing(key)
        wanted = {} if (start, end) == (0, None) else {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        try:
            with _faults():
                answer = await self._client.get_object(**self._target(key), **wanted)
        except _Refused as error:
            if error.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return await self._open_nothing(key)
            raise _missing_or(error, key) from error
        body = _Body(answer["Body"])
        if wanted and "ContentRange" not in answer:
            await body.aclose()
            raise InfrastructureFault("S3 ignored the requested range")
        return OpenFile(_whole_size(answer), str(answer.get("ContentType", "")), body)

    async def _open_nothing(self, key: str) -> OpenFile:
        try:
            with _faults():
                answer = await self._client.head_object(**self._target(key))
        except _Refused as error:
            raise _missing_or(error, key) from error
        return OpenFile(int(answer["ContentLength"]), str(answer.get("ContentType", "")), _no_bytes())

    async def delete(self, key: str) -> None:
        with _faults():
            await self._client.delete_object(**self._target(key))


class _Upload:
    """One file while it is written: at once when it is small, else in parts, which nobody sees before the end."""

    def __init__(self, client: Any, target: Mapping[str, str], content_type: str) -> None:
        self._client = client
        self._target = target
        self._content_type = content_type
        self._last = b""
        self._parts: list[dict[str, Any]] = []
        self._begun: asyncio.Future[str] | None = None

    async def add(self, block: bytes) -> None:
        """Blocks of `PART_BYTES`, and a shorter one at the end."""
        if len(block) < PART_BYTES and self._begun is None:
            self._last = block
            return
        number = len(self._parts) + 1
        upload_id = await self._begin()
        answer = await self._client.upload_part(**self._target, UploadId=upload_id, PartNumber=number, Body=block)
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})

    async def _begin(self) -> str:
        if self._begun is None:
            self._begun = asyncio.ensure_future(self._create())
        return await asyncio.shield(self._begun)  # cancelled or not, its id is needed to abort it

    async def _create(self) -> str:
        answer = await self._client.create_multipart_upload(**self._target, ContentType=self._content_type)
        return str(answer["UploadId"])

    async def finish(self) -> None:
        if self._begun is None:
            await self._client.put_object(**self._target, Body=self._last, ContentType=self._content_type)
            return
        parts = {"Parts": self._parts}
        await self._client.complete_multipart_upload(**self._target, UploadId=await self._begun, MultipartUpload=parts)

    async def abort(self) -> None:
        """Let the store remove the parts; if it was finished after all, there is nothing to abort."""
        if self._begun is not None:
            with _faults():
                await self._client.abort_multipart_upload(**self._target, UploadId=await self._begun)


class _Body:
    """The bytes of an answer. Its connection is released at the end, at a fault, or when it is closed, begun or not."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def __aiter__(self) -> "_Body":
        return self

    async def __anext__(self) -> bytes:
        try:
            with _faults():
                chunk: bytes = await self._body.read(_READ_BYTES)
        except BaseException:
            await self.aclose()
            raise
        if not chunk:
            raise StopAsyncIteration
        return chunk

    async def aclose(self) -> None:
        self._body.close()


class _Refused(SetupFault):
    """S3 answered, and not with what was asked for: a right or the bucket is missing. `code` is S3's."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"S3 answered {status} {code}")
        self.status = status
        self.code = code


def _create_client(location: S3Location, attempts: int) -> Any:
    secret = location.secret_key
    return get_session().create_client(
        "s3",
        region_name=location.region,
        endpoint_url=location.endpoint,
        aws_access_key_id=location.access_key,
        aws_secret_access_key=None if secret is None else secret.get_secret_value(),
        config=AioConfig(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_ANSWER_SECONDS,
            max_pool_connections=_CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": attempts},
            # Other makers' stores know neither a host name per bucket nor Amazon's newer checksums.
            s3={"addressing_style": "path" if location.endpoint else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _unusable(location: S3Location, status: int) -> str:
    at = location.endpoint or f"Amazon S3 in {location.region}"
    if status == HTTPStatus.NOT_FOUND:
        return f"ATD_FILES_URL: there is no bucket `{location.bucket}` at {at}; create it first"
    if status == HTTPStatus.FORBIDDEN:
        return f"ATD_FILES_URL: no access to bucket `{location.bucket}` at {at}; the key needs {_RIGHTS}"
    return f"ATD_FILES_URL: {at} answers {status} for bucket `{location.bucket}`; check region, endpoint and key"


def _missing_or(error: _Refused, key: str) -> Exception:
    missing = error.status == HTTPStatus.NOT_FOUND and error.code != "NoSuchBucket"
    return FileMissing(key) if missing else error


def _whole_size(answer: Mapping[str, Any]) -> int:
    """From `bytes 0-9/100`, or the length where all was asked for."""
    if "ContentRange" in answer:
        return int(str(answer["ContentRange"]).rpartition("/")[2])
    return int(answer["ContentLength"])


async def _no_bytes() -> AsyncIterator[bytes]:
    nothing: tuple[bytes, ...] = ()
    for chunk in nothing:
        yield chunk


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = str(error.response.get("Error", {}).get("Code", ""))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise InfrastructureFault(f"S3 answered {status} {code}") from error
        raise _Refused(status, code) from error
    except (BotoCoreError, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise InfrastructureFault(f"S3 is not available: {type(error).__name__}") from error
