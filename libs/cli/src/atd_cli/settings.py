"""Settings of the command: the same environment variables as those of the services, all with defaults."""

from typing import Any

from pydantic import Field, SecretStr, create_model

from atd_schemas.services import SERVICES
from atd_servicekit.base_urls import BaseUrl
from atd_servicekit.connection_settings import ConnectionSettings


class _BaseSettings(ConnectionSettings):
    operator_private_key: SecretStr | None = Field(
        default=None,
        description="Private key of an operator, `atdkey_...`; needed where the command speaks to a service",
    )

    def service_urls(self) -> dict[str, str]:
        """The internal address of every service, by its name, without a slash at the end."""
        return {service.name: str(getattr(self, _field(service.url_variable))).rstrip("/") for service in SERVICES}


def _field(variable: str) -> str:
    return variable.removeprefix("ATD_").lower()


_ADDRESSES: dict[str, Any] = {
    _field(service.url_variable): (
        BaseUrl,
        Field(default=f"http://127.0.0.1:{service.port}", description=f"Internal address of {service.name}"),
    )
    for service in SERVICES
}


class CliSettings(create_model("_Addresses", __base__=_BaseSettings, **_ADDRESSES)):  # type: ignore[misc]  # no class to mypy
    """Read from the environment when a command runs, never at import; one address for each service of the list.

    Raises pydantic's `ValidationError` that names each variable that is wrong.
    """
