"""Only the app secret proves a body, and only the very bytes."""

import pytest

from atd_channelkit.webhooks.meta_signature import proving_secrets
from atd_testing.whatsapp import builders

SECRET = b"example-app-secret"
BODY = (
    rb'{"object":"page","entry":[{"id":"300100200300400","time":1767225600000,"messaging":[{"sender":'
    rb'{"id":"7001112223334445"},"recipient":{"id":"300100200300400"},"timestamp":1767225599000,'
    rb'"message":{"mid":"m_ex1","text":"Ol\u00e1"}}]}]}'
)
SIGNED = b"sha256=ed3e7a30aa9c5d5d4ddb096cab826225b9658b68ac7fbc3c61ecfe35eff780c8"


def test_the_published_vector_holds_for_the_escaped_bytes_only() -> None:
    literal = BODY.replace(rb"\u00e1", "á".encode())
    of_literal = b"sha256=3f7986f04f14b61a70a70e328b20465f57d1bd39237fa0a9cc416c9e770c652a"
    assert proving_secrets(BODY, SIGNED, [SECRET]) == {SECRET}
    assert proving_secrets(literal, of_literal, [SECRET]) == {SECRET}
    assert not proving_secrets(literal, SIGNED, [SECRET])
    assert not proving_secrets(BODY, of_literal, [SECRET])


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"sha256=",
        b"sha1=" + SIGNED[7:],
        SIGNED[:-1],
        SIGNED + b"0",
        SIGNED[:-1] + b"g",
        SIGNED[:-2] + b" 8",
        SIGNED[:-2] + b"\xc3\xa9",
        SIGNED[7:],
        b"sha256=" + b"0" * 64,
    ],
)
def test_a_missing_or_wrong_signature_proves_nothing(header: bytes | None) -> None:
    assert not proving_secrets(BODY, header, [SECRET])


def test_each_of_several_secrets_can_prove() -> None:
    assert proving_secrets(BODY, SIGNED, [b"new", SECRET, b"older"]) == {SECRET}
    assert not proving_secrets(BODY, SIGNED, [])


def test_what_the_builders_sign_is_proven() -> None:
    raw = builders.encode({"á": "/"})
    assert proving_secrets(raw, builders.sign(raw, SECRET.decode()).encode(), [SECRET]) == {SECRET}
