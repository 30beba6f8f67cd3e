from datetime import UTC, datetime, timedelta

import pytest

from atd_gateway.domain.tokens import AccessTokens, TokenRejected, read_refresh_token, refresh_token
from atd_schemas.ids import uuid7

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKENS = AccessTokens(timedelta(minutes=15), b"k" * 32)


def issued(tokens: AccessTokens = TOKENS) -> str:
    return tokens.issue(tenant_id="t1", attendant_id="a1", session_id="s1", now=NOW)


def test_an_access_token_says_who_it_is_from_for_fifteen_minutes() -> None:
    claims = TOKENS.read(issued(), NOW + timedelta(minutes=14, seconds=59))
    assert (claims.tenant_id, claims.attendant_id, claims.session_id) == ("t1", "a1", "s1")
    with pytest.raises(TokenRejected, match="expired"):
        TOKENS.read(issued(), NOW + timedelta(minutes=15))


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", issued()[:-2] + "AA", issued(AccessTokens(timedelta(1), b"x" * 32))]
)
def test_a_token_that_we_did_not_sign_is_rejected(token: str) -> None:
    with pytest.raises(TokenRejected):
        TOKENS.read(token, NOW)


def test_a_token_without_a_signature_is_rejected() -> None:
    _, payload, _ = issued().split(".")
    with pytest.raises(TokenRejected):
        TOKENS.read(f"eyJhbGciOiJub25lIn0.{payload}.", NOW)


def test_tokens_of_the_previous_key_are_read_while_the_key_rotates() -> None:
    rotating = AccessTokens(timedelta(minutes=15), b"new" + b"k" * 29, b"k" * 32)
    assert rotating.read(issued(), NOW).attendant_id == "a1"


def test_a_refresh_token_is_a_session_and_a_secret() -> None:
    session_id = uuid7()
    token = refresh_token(session_id, b"\xff" * 32)
    assert len(token) == 69
    assert read_refresh_token(token) == (session_id, b"\xff" * 32)


@pytest.mark.parametrize("text", ["", "atdr_", "atdr_x", "atdr_" + "A" * 60, "atdr_" + "ç" * 64, "x" * 69])
def test_what_cannot_be_a_refresh_token_is_none(text: str) -> None:
    assert read_refresh_token(text) is None
