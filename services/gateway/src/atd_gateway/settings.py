"""The settings of the gateway."""

import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from atd_gateway.domain.addresses import Networks, read_networks
from atd_gateway.domain.mail_words import Language
from atd_gateway.mail.smtp import read_sender, read_smtp_url
from atd_schemas.services import GATEWAY, SERVICES, Service
from atd_servicekit.base_urls import base_url
from atd_servicekit.identity_keys import read_private_key, read_public_keys
from atd_servicekit.settings import MasterKeySettings


def services_behind(services: Sequence[Service] = SERVICES) -> tuple[Service, ...]:
    """The services that the gateway calls: all but itself."""
    return tuple(service for service in services if service.name != GATEWAY.name)


def default_url(service: Service) -> str:
    """Where a service listens when all run on one machine."""
    return f"http://127.0.0.1:{service.port}"


class _ServiceUrls(PydanticBaseSettingsSource):
    """Reads `ATD_<SERVICE>_URL` of every service of the list."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - pydantic's
        return None, "", False

    def __call__(self) -> dict[str, Any]:
        urls = {one.name: os.environ.get(one.url_variable) or default_url(one) for one in services_behind()}
        return {"service_urls": urls}


class GatewaySettings(MasterKeySettings):
    """The gateway's settings. All durations are in seconds."""

    port: int = Field(default=8080, ge=0, le=65535, description="Port of the public origin")
    internal_port: int = Field(
        default=GATEWAY.port, ge=0, le=65535, description="Port of /livez, /readyz and /metrics; never made public"
    )
    identity_private_key: SecretStr = Field(
        description="Private key that signs identities for the other services, `atdkey_...`; of the gateway alone"
    )

    service_urls: Mapping[str, str] = Field(
        default_factory=dict, description="Where each service is reached, by its name; each has a variable of its own"
    )
    upstream_timeout: timedelta = Field(
        default=timedelta(seconds=30), description="Longest wait for a service's answer (seconds)"
    )
    upstream_connections: int = Field(
        default=200,
        ge=1,
        description="Maximum of connections to one service per public prefix; more requests wait up to 5 s",
    )
    webhooks_in_flight: int = Field(
        default=2000,
        ge=1,
        description="Webhooks forwarded at once, per public prefix; more get 503 and the provider repeats them",
    )

    access_token_lifetime: timedelta = Field(
        default=timedelta(minutes=15), description="How long an access token is valid (seconds)"
    )
    session_idle: timedelta = Field(
        default=timedelta(days=7), description="A session that is not refreshed for this long ends (seconds)"
    )
    session_longest: timedelta = Field(
        default=timedelta(days=30), description="A session ends after this long in any case (seconds)"
    )
    identity_cache: timedelta = Field(
        default=timedelta(seconds=30),
        le=timedelta(seconds=45),
        description="How long a signed identity is cached; a revoked session works on for this long (seconds)",
    )
    seed_admin_email: str | None = Field(default=None, description="First administrator of the sample tenant")
    seed_admin_password: SecretStr | None = Field(default=None, description="Password of that administrator")

    web_root: Path | None = Field(
        default=None, description="Folder of the built web client, served at `/`; absent: a page that leads to the API"
    )
    sandbox_url: str | None = Field(
        default=None, description="Origin of the sandbox, which the client shows in a frame; never in production"
    )
    sample_login: bool = Field(
        default=False,
        description="Tell everybody the first administrator's e-mail and password (`/api/v1/client`), so that a trial "
        "needs no typing; refused with a public URL of https, never in production",
    )
    time_zone: str = Field(
        default="America/Sao_Paulo",
        pattern=r"^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$",
        description="Zone in which the client shows times (IANA name)",
    )

    smtp_url: SecretStr | None = Field(
        default=None,
        description="Mail server, `smtp://user:password@host:587` (STARTTLS) or `smtps://host:465`; "
        "absent: no mails are sent",
    )
    mail_from: str = Field(default="", description="Sender of mails, `Atendimento <no-reply@example.com>`")
    mail_language: Language = Field(default="pt-BR", description="Language of mails: `pt-BR`, `en` or `es`")

    audit_days: int = Field(
        default=730, ge=180, le=3_650, description="How long an entry of the audit log is kept (days)"
    )
    attendants_per_tenant: int = Field(
        default=2_000, ge=1, description="Attendants that one tenant can have, those who were deactivated counted too"
    )
    login_concurrency: int = Field(default=2, ge=1, le=32, description="Passwords checked at once, in threads")
    api_rate: float = Field(default=50.0, gt=0, description="API requests per second and session, sustained")
    api_burst: int = Field(default=200, ge=1, description="API requests of one session at once")
    login_failures_burst: int = Field(
        default=10, ge=1, description="Failed sign-ins per e-mail and address before waiting; one more per minute"
    )

    cors_origins: str = Field(
        default="", description="Origins of other sites whose pages may call the API, separated by commas"
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks (CIDR, separated by commas) whose X-Forwarded-For is trusted",
    )

    ws_ring_events: int = Field(default=20_000, ge=1, description="Recent events kept in memory for resuming")
    ws_ring_bytes: int = Field(default=12 * 1024 * 1024, ge=1, description="Their maximum size (bytes)")
    ws_lag_events: int = Field(
        default=10_000, ge=1, description="Events that a live client may be behind before it is closed (4008)"
    )
    ws_lag_bytes: int = Field(default=6 * 1024 * 1024, ge=1, description="The same in bytes")
    ws_stall: timedelta = Field(
        default=timedelta(seconds=20), description="A client that reads nothing for this long is closed (seconds)"
    )
    ws_replay_records: int = Field(
        default=100_000, ge=0, description="Maximum of records read again from Kafka for one resuming client"
    )
    ws_replays_at_once: int = Field(default=4, ge=1, description="Clients resuming from Kafka at the same time")
    ws_replays_waiting: int = Field(default=64, ge=0, description="Clients waiting for that; more must reload")
    ws_connections: int = Field(default=10_000, ge=1, description="WebSocket connections of this process")
    ws_connections_per_tenant: int = Field(default=2_000, ge=1, description="The same for one tenant")
    ws_connections_per_attendant: int = Field(default=20, ge=1, description="The same for one attendant")
    ws_heartbeat: timedelta = Field(
        default=timedelta(seconds=25), description="Interval of heartbeats on an idle connection (seconds)"
    )

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, url: SecretStr | None) -> SecretStr | None:
        """Compose passes a variable that is not set as empty."""
        if url is None or not url.get_secret_value():
            return None
        read_smtp_url(url.get_secret_value())
        return url

    @field_validator("mail_from")
    @classmethod
    def _check_mail_from(cls, sender: str) -> str:
        return read_sender(sender) if sender else sender

    @model_validator(mode="after")
    def _check_mail(self) -> "GatewaySettings":
        if self.smtp_url is not None and not self.mail_from:
            raise ValueError("ATD_SMTP_URL needs ATD_MAIL_FROM, the sender of mails")
        return self

    @field_validator("web_root")
    @classmethod
    def _check_web_root(cls, root: Path | None) -> Path | None:
        """A start that would serve nothing at `/` ends at once. Compose passes a variable that is not set as empty."""
        if root is None or root == Path():
            return None
        if not (root / "index.html").is_file():
            raise ValueError(f"{root} has no index.html: build the web client first")
        return root

    @field_validator("sandbox_url")
    @classmethod
    def _check_sandbox_url(cls, url: str | None) -> str | None:
        """An origin and nothing else: it becomes a part of the page's policy."""
        if not url:
            return None
        origin = base_url(url).rstrip("/")
        if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+", origin):
            raise ValueError("is not an origin (scheme, host and port)")
        return origin

    @field_validator("service_urls")
    @classmethod
    def _check_service_urls(cls, urls: Mapping[str, str]) -> Mapping[str, str]:
        variables = {one.name: one.url_variable for one in services_behind()}
        found = {}
        for name, url in urls.items():
            try:
                found[name] = base_url(url)
            except ValueError as error:
                raise ValueError(f"{variables.get(name, name)} {error}") from None
        return found

    @field_validator("identity_private_key")
    @classmethod
    def _check_private_key(cls, value: SecretStr) -> SecretStr:
        read_private_key(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _check_key_pair(self) -> "GatewaySettings":
        """Services that do not know the public key would refuse every request."""
        public = read_private_key(self.identity_private_key.get_secret_value()).public
        if public not in read_public_keys(self.identity_public_keys):
            raise ValueError(
                f"ATD_IDENTITY_PUBLIC_KEYS lacks the public key of ATD_IDENTITY_PRIVATE_KEY: add {public.text} there, "
                "in every service, before the gateway signs with it"
            )
        return self

    @model_validator(mode="after")
    def _check_sample_login(self) -> "GatewaySettings":
        """A password that everybody is told is for a trial on one's own machine: https means that the world comes."""
        if self.sample_login and self.public_url.startswith("https://"):
            raise ValueError(
                "ATD_SAMPLE_LOGIN tells everybody the first administrator's password, and ATD_PUBLIC_URL is https: "
                "remove ATD_SAMPLE_LOGIN, or use http for a trial on this machine"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Those of every service, and the addresses of the services; what is passed to the constructor wins."""
        return (init_settings, env_settings, dotenv_settings, file_secret_settings, _ServiceUrls(settings_cls))

    def url_of(self, service: Service) -> str:
        """Where a service is reached, without a slash at the end."""
        return self.service_urls.get(service.name, default_url(service)).rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _readable(cls, text: str) -> str:
        read_networks(text)
        return text

    @property
    def trusted_networks(self) -> Networks:
        return read_networks(self.trusted_proxies)

    @property
    def allowed_origins(self) -> frozenset[str]:
        return frozenset(part.strip().rstrip("/") for part in self.cors_origins.split(",") if part.strip())
