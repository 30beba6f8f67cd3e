"""Files without a server: settings, and the way of the bytes."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from atd_servicekit.files import FileStoreSettings, FileTooLarge
from atd_servicekit.files.settings import S3Location
from atd_servicekit.files.upload_stream import UploadStream
from atd_testing.keys import IDENTITY_PUBLIC_KEY


def _settings(**given: Any) -> FileStoreSettings:
    return FileStoreSettings(port=0, identity_public_keys=IDENTITY_PUBLIC_KEY, **given)


def test_without_a_url_files_are_in_mongodb() -> None:
    assert _settings().s3_location() is None
    assert _settings().files_database == "atd_files"


def test_a_bucket_is_read_from_the_url() -> None:
    secret = SecretStr("secret")
    settings = _settings(
        files_url="s3://my.bucket-1/some/where/",
        files_s3_endpoint="https://s3.example:9000/",
        files_s3_region="sa-east-1",
        files_s3_access_key="key",
        files_s3_secret_key=secret,
    )
    assert settings.s3_location() == S3Location(
        bucket="my.bucket-1",
        prefix="some/where",
        endpoint="https://s3.example:9000",
        region="sa-east-1",
        access_key="key",
        secret_key=secret,
    )
    assert "secret" not in repr(settings).replace("files_s3_secret_key", "")


def test_without_a_key_pair_the_environments_identity_is_used() -> None:
    assert _settings(files_url="s3://bucket").s3_location() == S3Location(bucket="bucket")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"files_url": "gridfs://x"}, "the scheme `gridfs` is none of these"),
        ({"files_url": "bucket/prefix"}, "s3://bucket"),
        ({"files_url": "s3://"}, "3 to 63"),
        ({"files_url": "s3://UPPER"}, "3 to 63"),
        ({"files_url": "s3://key:pw@bucket"}, "nothing else stands here"),
        ({"files_url": "s3://bucket?region=x"}, "nothing else stands here"),
        ({"files_s3_endpoint": "minio:9000"}, "ATD_FILES_S3_ENDPOINT"),
        ({"files_s3_endpoint": "https://minio/bucket"}, "no path"),
        ({"files_s3_access_key": "key"}, "both or not at all"),
        ({"files_s3_secret_key": "secret"}, "both or not at all"),
    ],
)
def test_a_wrong_setting_says_what_is_wrong(given: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _settings(**given)
    assert says in str(caught.value)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATD_FILES_URL", "s3://bucket")
    monkeypatch.setenv("ATD_FILES_S3_REGION", "eu-west-1")
    assert _settings().s3_location() == S3Location(bucket="bucket", region="eu-west-1")


async def _each(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@given(st.lists(st.binary(max_size=40), max_size=12), st.integers(1, 30))
async def test_blocks_are_even_and_lose_nothing(pieces: list[bytes], block_bytes: int) -> None:
    whole = b"".join(pieces)
    stream = UploadStream(_each(pieces), limit=len(whole))
    blocks = [block async for block in stream.blocks(block_bytes)]
    assert b"".join(blocks) == whole
    assert all(len(block) == block_bytes for block in blocks[:-1])
    assert all(0 < len(block) <= block_bytes for block in blocks)
    stored = stream.stored("key", "text/plain")
    assert (stored.size, stored.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=12), st.integers(1, 30))
async def test_no_block_goes_over_the_limit(pieces: list[bytes], block_bytes: int) -> None:
    limit = sum(map(len, pieces)) - 1
    handed_out: list[bytes] = []

    async def read() -> None:
        async for block in UploadStream(_each(pieces), limit).blocks(block_bytes):
            handed_out.append(block)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(FileTooLarge):
        await read()
    assert sum(map(len, handed_out)) <= limit
