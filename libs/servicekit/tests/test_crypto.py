"""Sealed fields open only with their key and in their context."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_servicekit.crypto import (
    BadMasterKey,
    CannotDecrypt,
    FieldCipher,
    derive_keys,
    parse_master_key,
)

_ONE = base64.b64encode(b"1" * 32).decode()
_TWO = base64.b64encode(b"2" * 32).decode()
_CONTEXT = "channel:acc-1:access_token"


@given(st.text(), st.text())
def test_what_is_sealed_opens_again(plaintext: str, context: str) -> None:
    cipher = FieldCipher.from_master_key(_ONE)
    sealed = cipher.encrypt(plaintext, context=context)
    assert cipher.decrypt(sealed, context=context) == plaintext
    assert sealed.startswith("v1.k1.")


def test_the_same_text_is_sealed_differently_each_time() -> None:
    cipher = FieldCipher.from_master_key(_ONE)
    assert cipher.encrypt("token", context=_CONTEXT) != cipher.encrypt("token", context=_CONTEXT)


def test_another_context_does_not_open() -> None:
    cipher = FieldCipher.from_master_key(_ONE)
    sealed = cipher.encrypt("token", context=_CONTEXT)
    with pytest.raises(CannotDecrypt):
        cipher.decrypt(sealed, context="channel:acc-2:access_token")


@given(st.data())
def test_any_changed_byte_does_not_open(data: st.DataObject) -> None:
    cipher = FieldCipher.from_master_key(_ONE)
    head, _, body = cipher.encrypt("token", context=_CONTEXT).rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotDecrypt):
        cipher.decrypt(f"{head}.{base64.urlsafe_b64encode(raw).decode().rstrip('=')}", context=_CONTEXT)


@pytest.mark.parametrize(
    "sealed", ["", "v1", "v1.k1", "v1.k1.", "v1.k1.!!", "v1.k1.ÿ", "v2.k1.AAAA", "v1.k9.AAAA", "plain"]
)
def test_what_we_did_not_seal_does_not_open(sealed: str) -> None:
    with pytest.raises(CannotDecrypt):
        FieldCipher.from_master_key(_ONE).decrypt(sealed, context=_CONTEXT)


def test_while_rotating_the_first_key_seals_and_all_open() -> None:
    old = FieldCipher.from_master_key(f"k1:{_ONE}")
    both = FieldCipher.from_master_key(f"k2:{_TWO}, k1:{_ONE}")
    sealed = old.encrypt("token", context=_CONTEXT)
    assert both.needs_rotation(sealed)
    assert both.decrypt(sealed, context=_CONTEXT) == "token"
    again = both.encrypt("token", context=_CONTEXT)
    assert again.startswith("v1.k2.")
    assert not both.needs_rotation(again)
    assert both.reseal(again, context=_CONTEXT) == again
    resealed = both.reseal(sealed, context=_CONTEXT)
    assert resealed.startswith(both.current_prefix)
    assert FieldCipher.from_master_key(f"k2:{_TWO}").decrypt(resealed, context=_CONTEXT) == "token"
    with pytest.raises(CannotDecrypt):
        old.decrypt(again, context=_CONTEXT)


@pytest.mark.parametrize(
    "text",
    ["", "k1:", "short", "k1:@@@", f"k1:{_ONE[:-8]}", f"{_ONE},{_TWO}", f"bad id:{_ONE}", f"k1:{_ONE},"],
)
def test_a_bad_master_key_says_why_without_repeating_it(text: str) -> None:
    with pytest.raises(BadMasterKey) as caught:
        parse_master_key(text)
    assert _ONE[:-8] not in str(caught.value)


def test_both_base64_alphabets_are_the_same_key() -> None:
    raw = bytes(range(224, 256))
    standard, urlsafe = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert standard != urlsafe
    assert parse_master_key(standard) == parse_master_key(urlsafe) == {"k1": raw}


def test_derived_keys_are_stable_and_independent() -> None:
    # Fixed, because a change would refuse every token that an older version signed.
    (key,) = derive_keys(_ONE, "internal-identity")
    assert key.hex() == "f52e8978fd7de33fd1c4710172816355dcdbeb8a89bb2953dee1b84ec820a307"
    assert derive_keys(_ONE, "field-encryption") != (key,)
    assert derive_keys(_TWO, "internal-identity") != (key,)
    assert derive_keys(f"b:{_TWO},a:{_ONE}", "x") == (*derive_keys(_TWO, "x"), *derive_keys(_ONE, "x"))
