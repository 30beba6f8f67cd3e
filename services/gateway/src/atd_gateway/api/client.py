"""`GET /api/v1/client`: what the web client asks before anybody has signed in."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from atd_gateway.settings import GatewaySettings
from atd_servicekit.identity import Public

_LANGUAGES = ("pt-BR", "en", "es")


class SampleLogin(BaseModel):
    """The administrator of the sample tenant."""

    email: str
    password: str


class ClientView(BaseModel):
    """What the web client has to know about this installation."""

    build: str | None = Field(
        description="Hash of the client that is served now; another one than that of a loaded page (its "
        '`<meta name="build">`) means that there is a newer one. null: none is served here'
    )
    sample_login: SampleLogin | None = Field(
        description="What to fill in at the sign-in of a trial on somebody's own machine; null everywhere else"
    )
    sandbox_url: str | None = Field(description="Origin of the customer's phone that can be shown beside the client")
    time_zone: str = Field(description="IANA name of the zone in which the company works")
    languages: list[str] = Field(description="Languages of the client, the default one first")


def client_router(settings: GatewaySettings, build: str | None) -> APIRouter:
    """The route. `build` is the hash of the served client."""
    view = ClientView(
        build=build,
        sample_login=_sample_login(settings),
        sandbox_url=settings.sandbox_url,
        time_zone=settings.time_zone,
        languages=list(_LANGUAGES),
    )
    router = APIRouter(prefix="/api/v1/client", tags=["client"])

    @router.get("", dependencies=[Depends(Public("says what is served here; contains no customer data"))])
    async def client() -> ClientView:
        """What the web client has to know before anybody signs in."""
        return view

    return router


def _sample_login(settings: GatewaySettings) -> SampleLogin | None:
    email, password = settings.seed_admin_email, settings.seed_admin_password
    if not settings.sample_login or email is None or password is None:
        return None
    return SampleLogin(email=email, password=password.get_secret_value())
