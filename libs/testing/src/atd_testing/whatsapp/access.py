"""Checks the access token and the API version of a call."""

import re

from atd_testing.whatsapp.refusals import RefusalError
from atd_testing.whatsapp.state import FakeState

_VERSION = re.compile(r"v[0-9]{1,2}\.[0-9]")


def bearer_token(state: FakeState, authorization: str | None) -> str:
    """The token of an `Authorization: Bearer` header; refuses a missing, an empty and a revoked one."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise RefusalError(190, "An access token is required to request this resource")
    if token in state.revoked_tokens:
        raise RefusalError(190, "The session has been invalidated")
    return token


def check_version(version: str) -> None:
    """Refuse a path whose first segment is not a Graph API version."""
    if not _VERSION.fullmatch(version):
        raise RefusalError(2500, f"Unknown path components: /{version}")
