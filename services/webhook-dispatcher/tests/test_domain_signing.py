"""Receivers' own libraries accept what is signed, and old secrets sign as long as they should."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
import standardwebhooks
import svix
from hypothesis import given
from hypothesis import strategies as st

from atd_webhook_dispatcher.domain.endpoint import SigningSecret
from atd_webhook_dispatcher.domain.signing import (
    MOST_SECRETS,
    TooManySecrets,
    key_of,
    rotated,
    secret_text,
    signature,
    still_signing,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def headers(keys: list[bytes], body: bytes, event_id: str = "0195-evt") -> dict[str, str]:
    now = int(datetime.now(UTC).timestamp())  # the libraries look at the clock themselves
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(keys, event_id, now, body),
    }


@given(key=st.binary(min_size=24, max_size=64), text=st.text(max_size=200))
def test_libraries_of_receivers_verify_any_text_with_any_key(key: bytes, text: str) -> None:
    body = text.encode("utf-8", "replace")
    sent = headers([key], body)
    for library in (standardwebhooks.Webhook, svix.Webhook):
        with suppress(ValueError):  # verified, and then no JSON
            library(secret_text(key)).verify(body, sent)
    assert key_of(secret_text(key)) == key


@pytest.mark.parametrize("library", [standardwebhooks, svix])
def test_a_receiver_verifies_with_the_old_or_the_new_secret_and_with_no_other(library: ModuleType) -> None:
    old, new, other = b"o" * 32, b"n" * 32, b"x" * 32
    sent = headers([new, old], b'{"type":"message.received"}')
    for key in (old, new):
        library.Webhook(secret_text(key)).verify(b'{"type":"message.received"}', sent)
    with pytest.raises(library.WebhookVerificationError):
        library.Webhook(secret_text(other)).verify(b'{"type":"message.received"}', sent)
    with pytest.raises(library.WebhookVerificationError):
        library.Webhook(secret_text(new)).verify(b'{"type":"message.sent"}', sent)


def test_the_signature_is_that_of_the_specification() -> None:
    # The example of the Standard Webhooks specification's reference libraries.
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("apart", [timedelta(hours=30), timedelta(minutes=40)], ids=["30 h apart", "within an hour"])
def test_of_a_secret_rotated_twice_each_old_one_signs_24_h_from_its_own_rotation(apart: timedelta) -> None:
    first = (SigningSecret("one", NOW - 10 * HOUR),)
    once = rotated(first, "two", NOW)
    twice = rotated(once, "three", NOW + apart)
    ends = {"one": NOW + 24 * HOUR, "two": NOW + apart + 24 * HOUR}
    moments = [NOW + apart + minutes * timedelta(minutes=10) for minutes in range(24 * 6 + 2)]
    for moment in moments:
        signing = [one.sealed for one in still_signing(twice, moment)]
        assert signing == ["three", *(name for name in ("two", "one") if moment < ends[name])]


def test_more_secrets_than_a_header_should_hold_are_refused() -> None:
    secrets: tuple[SigningSecret, ...] = (SigningSecret("0", NOW),)
    for number in range(1, MOST_SECRETS):
        secrets = rotated(secrets, str(number), NOW)
    with pytest.raises(TooManySecrets, match="at most 10"):
        rotated(secrets, "more", NOW + 23 * HOUR)
    assert len(rotated(secrets, "more", NOW + 24 * HOUR)) == 2


def test_a_secret_that_is_no_base64_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ValueError, match="not base64") as caught:
        key_of("whsec_!!!private!!!")
    assert "private" not in str(caught.value)
