"""A service's own master key: stored credentials are sealed with AES-256-GCM, and other keys are derived from it.

Every service that needs one has another one, so that a stolen key opens nothing of another service. The master key is
`<base64 of 32 bytes>` (its id is then `k1`), or `id:base64,id2:base64` while rotating: the first encrypts, all decrypt.
The steps of a rotation are in `docs/operations.md`, "Keys".
"""

import base64
import binascii
import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32
_NONCE_BYTES = 12  # 96 bits, NIST SP 800-38D section 8.2.2: random, good for 2^32 seals under one key
_VERSION = "v1"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_INFO = "atendimento:"
_PURPOSE = "field-encryption"


class BadMasterKey(ValueError):
    """The master key cannot be used. The text says why and never repeats it."""


class CannotDecrypt(Exception):
    """The sealed text is damaged, of another context, or sealed with a key that is not configured."""


def new_master_key(key_id: str) -> str:
    """A new master key, `id:base64`."""
    return f"{key_id}:{base64.b64encode(os.urandom(_KEY_BYTES)).decode()}"


def parse_master_key(text: str) -> dict[str, bytes]:
    """The keys by id, the current one first. Raises `BadMasterKey`."""
    keys: dict[str, bytes] = {}
    for part in text.strip().split(","):
        key_id, colon, encoded = part.strip().rpartition(":")
        if not colon:
            key_id = "k1"
        if not _KEY_ID.fullmatch(key_id):
            raise BadMasterKey("a key id is 1 to 32 letters, digits, '-' or '_'")
        if key_id in keys:
            raise BadMasterKey(f"the key id {key_id!r} is given twice (a key without an id is k1)")
        keys[key_id] = _decode_key(key_id, encoded)
    return keys


def derive_keys(master: str, purpose: str) -> tuple[bytes, ...]:
    """32 bytes for one purpose from each master key (HKDF-SHA256, RFC 5869), the current one first.

    The first signs; a verifier accepts all while a key is rotated. The same purpose gives the same key in every
    process of the service; keys of different purposes are independent.
    """
    return tuple(_hkdf(key, purpose) for key in parse_master_key(master).values())


class FieldCipher:
    """Seals single fields of a document.

    `context` says what a field is and whose (`channel:<account id>:access_token`). It is authenticated, so that a
    sealed value copied to another document or field does not open there.
    """

    def __init__(self, keys: dict[str, bytes]) -> None:
        """`keys` are AES-256 keys by id, the current one first."""
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))

    @classmethod
    def from_master_key(cls, text: str) -> "FieldCipher":
        """Raises `BadMasterKey`."""
        return cls({key_id: _hkdf(key, _PURPOSE) for key_id, key in parse_master_key(text).items()})

    def encrypt(self, plaintext: str, *, context: str) -> str:
        """`v1.<key id>.<base64url of nonce, ciphertext and tag>`; another text at each call."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, plaintext.encode(), context.encode())
        return self.current_prefix + base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def decrypt(self, sealed: str, *, context: str) -> str:
        """Raises `CannotDecrypt`, which does not say what was sealed."""
        version, _, rest = sealed.partition(".")
        key_id, _, encoded = rest.partition(".")
        if version != _VERSION:
            raise CannotDecrypt("not sealed by us, or by a later version")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise CannotDecrypt("sealed with a key that is not configured")
        try:
            raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotDecrypt("damaged, or sealed for another context") from error

    @property
    def key_ids(self) -> list[str]:
        """Ids of the keys, the current one first."""
        return list(self._ciphers)

    @property
    def current_prefix(self) -> str:
        """How everything starts that the current key sealed; for queries that find what must be sealed again."""
        return f"{_VERSION}.{self._current}."

    def needs_rotation(self, sealed: str) -> bool:
        """Whether another key than the current one sealed this."""
        return not sealed.startswith(self.current_prefix)

    def reseal(self, sealed: str, *, context: str) -> str:
        """The same text sealed with the current key; unchanged when it is already. Raises `CannotDecrypt`."""
        return (
            self.encrypt(self.decrypt(sealed, context=context), context=context)
            if self.needs_rotation(sealed)
            else sealed
        )


def _decode_key(key_id: str, encoded: str) -> bytes:
    standard = encoded.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        key = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except binascii.Error as error:
        raise BadMasterKey(f"the key {key_id!r} is not base64") from error
    if len(key) != _KEY_BYTES:
        raise BadMasterKey(f"the key {key_id!r} has {len(key)} bytes, not {_KEY_BYTES}")
    return key


def _hkdf(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=(_INFO + purpose).encode()).derive(key)
