"""Routes that sign in and out: the only ones of the API that need no access token."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request, Response
from pydantic import BaseModel, Field, SecretStr

from atd_gateway.api.cookies import REFRESH_PATH, Cookies
from atd_gateway.api.people import AttendantSelf, self_view
from atd_gateway.domain.attendants import MAX_EMAIL_LENGTH
from atd_gateway.domain.devices import device_of
from atd_gateway.passwords import MAX_PASSWORD_LENGTH
from atd_gateway.signin import SignedIn, SignIn
from atd_servicekit.identity import Public
from atd_servicekit.problems import unauthenticated
from atd_servicekit.requests import RequestBody

_MAX_TOKEN = 256


class LoginRequest(RequestBody):
    """E-mail and password. `cookie`: keep the refresh token, and one for files, in cookies that scripts cannot read."""

    email: str = Field(min_length=3, max_length=MAX_EMAIL_LENGTH)
    password: SecretStr = Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)
    cookie: bool = False


class RefreshRequest(RequestBody):
    """The refresh token; absent when the browser holds it in the cookie."""

    refresh_token: str | None = Field(default=None, max_length=_MAX_TOKEN)


class SignedInAnswer(BaseModel):
    """The tokens. `refresh_token` is null when it went into the cookie; `expires_in` is in seconds."""

    access_token: str
    refresh_token: str | None
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme (RFC 6750), not a secret
    expires_in: int
    attendant: AttendantSelf


def auth_router(sign_in: SignIn, cookies: Cookies, lifetime: timedelta) -> APIRouter:
    """`/api/v1/auth/login`, `/refresh` and `/logout`; `lifetime` is that of access tokens."""
    router = APIRouter(prefix=REFRESH_PATH, tags=["auth"])

    def answer(response: Response, signed_in: SignedIn, *, into_cookie: bool) -> SignedInAnswer:
        if into_cookie:
            cookies.set(response, signed_in.refresh_token, signed_in.access_token)
        return SignedInAnswer(
            access_token=signed_in.access_token,
            refresh_token=None if into_cookie else signed_in.refresh_token,
            expires_in=int(lifetime.total_seconds()),
            attendant=self_view(signed_in.attendant, signed_in.tenant),
        )

    def came_from(request: Request) -> tuple[str, str]:
        """Address and device."""
        address = request.scope["state"].get("client_address", "")
        return address, device_of(request.headers.get("user-agent", ""))

    @router.post("/login", dependencies=[Depends(Public("issues the access token"))], summary="Sign in")
    async def login(body: LoginRequest, request: Request, response: Response) -> SignedInAnswer:
        signed_in = await sign_in.login(body.email, body.password.get_secret_value(), *came_from(request))
        return answer(response, signed_in, into_cookie=body.cookie)

    @router.post(
        "/refresh", dependencies=[Depends(Public("the refresh token is checked"))], summary="Refresh the tokens"
    )
    async def refresh(
        request: Request, response: Response, body: Annotated[RefreshRequest | None, Body()] = None
    ) -> SignedInAnswer:
        given = body.refresh_token if body else None
        token = given or cookies.refresh_token(request.scope)
        if token is None:
            raise unauthenticated("Missing refresh token.")
        return answer(response, await sign_in.refresh(token, *came_from(request)), into_cookie=given is None)

    @router.post(
        "/logout",
        status_code=204,
        dependencies=[Depends(Public("the refresh token is checked"))],
        summary="Sign out",
        description="Ends the session of the refresh token, in every tab and device that uses it.",
    )
    async def logout(
        request: Request, response: Response, body: Annotated[RefreshRequest | None, Body()] = None
    ) -> None:
        token = (body.refresh_token if body else None) or cookies.refresh_token(request.scope)
        if token is not None:
            await sign_in.logout(token, *came_from(request))
        cookies.clear(response)
        response.headers["Clear-Site-Data"] = '"cache"'  # the customers' files that the browser keeps

    return router
