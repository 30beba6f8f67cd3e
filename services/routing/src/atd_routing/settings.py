"""The settings of the routing service."""

from pydantic import Field

from atd_schemas.services import ROUTING
from atd_servicekit.settings import ServiceSettings


class RoutingSettings(ServiceSettings):
    """See `atd_servicekit.settings` for those that every service has."""

    port: int = Field(default=ROUTING.port, ge=0, le=65535, description="Port to listen on")
