"""Settings of the sandbox."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from atd_channel_sandbox.security import origin_of


class SandboxSettings(BaseSettings):
    """Environment variables with the prefix `ATD_`. The sandbox needs neither Kafka nor MongoDB."""

    model_config = SettingsConfigDict(env_prefix="ATD_", extra="ignore")

    host: str = Field(default="127.0.0.1", description="Address to listen on; the page has no password")
    port: int = Field(default=8199, ge=0, le=65535, description="Port to listen on")
    public_url: str = Field(
        default="http://localhost:8080",
        description="Public origin of the gateway; its client may show the phone in a frame",
    )
    sandbox_frames: str = Field(
        default="", description="Other origins that may do so, separated by commas (a development server of the client)"
    )
    seed_admin_email: str | None = Field(
        default=None,
        description="E-mail of the administrator who connects the numbers; absent: connect them by hand",
    )
    seed_admin_password: SecretStr | None = Field(default=None, description="Password of that administrator")
    sandbox_data: Path = Field(
        default=Path(".local/data/sandbox"), description="Folder of the phones' messages, files and credentials"
    )
    sandbox_connect_every: float = Field(
        default=30.0, gt=0, description="Interval between checks of the numbers' connection (seconds)"
    )
    sandbox_upload_bytes: int = Field(
        default=32 * 1024 * 1024, ge=1, description="Largest file that a phone sends (bytes)"
    )
    log_format: Literal["json", "console"] = Field(default="json", description="json for machines, console for people")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged")

    @field_validator("public_url", "sandbox_frames")
    @classmethod
    def _check_origins(cls, text: str) -> str:
        for url in filter(None, text.split(",")):
            origin_of(url.strip())
        return text

    @property
    def framed_by(self) -> list[str]:
        """The origins whose pages may show the phone in a frame."""
        return [origin_of(url.strip()) for url in (self.public_url, *self.sandbox_frames.split(",")) if url.strip()]

    @property
    def connects(self) -> bool:
        """Whether the settings have an administrator to connect the numbers as."""
        return self.seed_admin_email is not None and self.seed_admin_password is not None
