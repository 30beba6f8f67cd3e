"""Where files are kept, from the environment."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from atd_servicekit.settings import ServiceSettings

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_FORM = "ATD_FILES_URL is empty (files in MongoDB) or s3://bucket or s3://bucket/prefix"


@dataclass(frozen=True, slots=True)
class S3Location:
    """A bucket and how to reach it. Without a key pair the environment's own identity is used, such as a role."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: SecretStr | None = field(default=None, repr=False)


class FileStoreSettings(ServiceSettings):
    """For services that keep files: what `create_file_store` needs."""

    files_url: str = Field(
        default="",
        description="Where files of messages are kept: empty for MongoDB (GridFS), or `s3://bucket/prefix`",
    )
    files_database: str = Field(
        default="atd_files",
        min_length=1,
        description="MongoDB database of the files, the same for all services; with S3, of their names and sizes alone",
    )
    files_s3_endpoint: str = Field(
        default="",
        description="Origin of an S3-compatible store, such as https://minio.example:9000; empty for Amazon's own",
    )
    files_s3_region: str = Field(
        default="us-east-1", min_length=1, description="Region that S3 requests are signed for"
    )
    files_s3_access_key: str = Field(
        default="", description="Access key of S3; empty: the identity of the environment, such as a role"
    )
    files_s3_secret_key: SecretStr = Field(default=SecretStr(""), description="Secret key of S3")

    clamav_url: str = Field(
        default="",
        description="ClamAV's daemon that looks at every file before it is kept: `tcp://host:3310` or "
        "`unix:/run/clamav/clamd.ctl`; empty: files are not scanned",
    )
    clamav_timeout: timedelta = Field(
        default=timedelta(seconds=120),
        gt=timedelta(0),
        description="Longest wait for ClamAV to take a part of a file, and to judge the whole of it (seconds)",
    )

    @field_validator("clamav_url")
    @classmethod
    def _a_socket(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        tcp = parts.scheme == "tcp" and bool(parts.hostname) and not parts.path.strip("/")
        unix = parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/")
        if not (tcp or unix) or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("ATD_CLAMAV_URL is tcp://host:port or unix:/path/of/the/socket")
        return value

    @field_validator("files_url")
    @classmethod
    def _known_store(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme != "s3":
            raise ValueError(f"{_FORM}; the scheme `{parts.scheme}` is none of these")
        if parts.query or parts.fragment or "@" in parts.netloc or not _BUCKET.fullmatch(parts.netloc):
            raise ValueError(
                f"{_FORM}; the bucket's name is 3 to 63 of a-z, 0-9, `.` and `-`, and nothing else stands here"
            )
        return value

    @field_validator("files_s3_endpoint")
    @classmethod
    def _an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/")):
            raise ValueError("ATD_FILES_S3_ENDPOINT is an origin: http:// or https://, host and port, no path")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _whole_key_pair(self) -> "FileStoreSettings":
        if bool(self.files_s3_access_key) != bool(self.files_s3_secret_key.get_secret_value()):
            raise ValueError("ATD_FILES_S3_ACCESS_KEY and ATD_FILES_S3_SECRET_KEY are given both or not at all")
        return self

    def s3_location(self) -> S3Location | None:
        """The bucket that `files_url` names; None when files are in MongoDB."""
        if not self.files_url:
            return None
        parts = urlsplit(self.files_url)
        paired = bool(self.files_s3_access_key)
        return S3Location(
            bucket=parts.netloc,
            prefix=parts.path.strip("/"),
            endpoint=self.files_s3_endpoint or None,
            region=self.files_s3_region,
            access_key=self.files_s3_access_key if paired else None,
            secret_key=self.files_s3_secret_key if paired else None,
        )
