from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from atd_gateway.domain.sessions import (
    GRACE,
    Lifetimes,
    Refused,
    Repeated,
    Reused,
    Rotated,
    Session,
    belongs,
    open_session,
    refresh,
)
from atd_gateway.domain.tokens import read_refresh_token
from atd_schemas.ids import uuid7

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIFETIMES = Lifetimes(idle=timedelta(days=7), longest=timedelta(days=30))
SECRET = b"s" * 32
NONCE = b"n" * 32


def opened() -> Session:
    return open_session(uuid7(), "t1", "a1", SECRET, LIFETIMES, NOW)


def rotated(session: Session, secret: bytes, at: datetime) -> tuple[Session, bytes]:
    outcome = refresh(session, secret, NONCE, LIFETIMES, at)
    assert isinstance(outcome, Rotated)
    read = read_refresh_token(outcome.token)
    assert read is not None
    assert read[0] == session.id
    return outcome.session, read[1]


def test_a_refresh_replaces_the_token_and_extends_the_session() -> None:
    session, secret = rotated(opened(), SECRET, NOW + timedelta(days=1))
    assert secret != SECRET
    assert session.generation == 1
    assert session.expires_at == NOW + timedelta(days=8)
    assert belongs(session, secret)
    assert belongs(session, SECRET)
    assert not belongs(session, b"x" * 32)


def test_no_refresh_extends_a_session_beyond_the_longest() -> None:
    session, secret, at = opened(), SECRET, NOW
    for _ in range(6):
        at += timedelta(days=5, hours=23) if at < NOW + timedelta(days=24) else timedelta(hours=1)
        session, secret = rotated(session, secret, at)
    assert session.expires_at == NOW + timedelta(days=30)
    assert isinstance(refresh(session, secret, NONCE, LIFETIMES, NOW + timedelta(days=30)), Refused)


def test_two_refreshes_at_once_get_the_same_token() -> None:
    session, secret = rotated(opened(), SECRET, NOW)
    again = refresh(session, SECRET, b"other nonce", LIFETIMES, NOW + GRACE)
    assert isinstance(again, Repeated)
    read = read_refresh_token(again.token)
    assert read is not None
    assert read[1] == secret


def test_the_previous_token_after_the_grace_ends_the_session() -> None:
    session, _ = rotated(opened(), SECRET, NOW)
    outcome = refresh(session, SECRET, NONCE, LIFETIMES, NOW + GRACE + timedelta(milliseconds=1))
    assert isinstance(outcome, Reused)


def test_an_older_token_ends_the_session_even_within_the_grace() -> None:
    session, secret = rotated(opened(), SECRET, NOW)
    session, _ = rotated(session, secret, NOW)
    assert isinstance(refresh(session, SECRET, NONCE, LIFETIMES, NOW), Reused)


def test_an_ended_session_is_refused_whatever_is_presented() -> None:
    ended = replace(opened(), revoked_at=NOW)
    assert isinstance(refresh(ended, SECRET, NONCE, LIFETIMES, NOW), Refused)
    assert isinstance(refresh(None, SECRET, NONCE, LIFETIMES, NOW), Refused)
    assert isinstance(refresh(opened(), SECRET, NONCE, LIFETIMES, NOW + timedelta(days=7)), Refused)


@given(st.lists(st.integers(min_value=0, max_value=5), min_size=1, max_size=8))
def test_exactly_one_token_of_a_family_is_good_after_the_grace(steps: list[int]) -> None:
    session, secrets, at = opened(), [SECRET], NOW
    for minutes in steps:
        at += timedelta(minutes=minutes)
        session, secret = rotated(session, secrets[-1], at)
        secrets.append(secret)
    later = at + GRACE + timedelta(seconds=1)
    outcomes = [refresh(session, one, NONCE, LIFETIMES, later) for one in secrets]
    assert [isinstance(one, Rotated) for one in outcomes] == [False] * len(steps) + [True]
    assert all(isinstance(one, Reused) for one in outcomes[:-1])
