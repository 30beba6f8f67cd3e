"""Ed25519 keys of identities, as they stand in environment variables.

A private key is `atdkey_<base64url of 32 bytes>`, its public key `atdpub_<base64url of 32 bytes>`; several public keys
are separated by commas. The prefixes keep the two from being confused. A key's id follows from the public key (RFC
7638), so that it needs no configuration and cannot be wrong.
"""

import base64
import binascii
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

_PRIVATE, _PUBLIC = "atdkey_", "atdpub_"
_KEY_BYTES = 32
_ID_CHARACTERS = 16  # 96 bits of the thumbprint; it chooses among a handful of configured keys and proves nothing


class BadIdentityKey(ValueError):
    """A key of identities cannot be used. The text says why and never repeats a private key."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Checks what the private key of the same id signed. `text` is how it is configured."""

    id: str
    text: str
    jwk: OKPKey = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """Signs identities."""

    public: PublicKey
    jwk: OKPKey = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        return self.public.id


def new_private_key() -> str:
    """A new private key as it is configured; `read_private_key` tells its public key."""
    return _PRIVATE + _encode(Ed25519PrivateKey.generate().private_bytes_raw())


def read_private_key(text: str) -> PrivateKey:
    """Raises `BadIdentityKey`."""
    text = text.strip()
    if text.startswith(_PUBLIC):
        raise BadIdentityKey("this is a public key; the private key is needed here (it starts with atdkey_)")
    raw = _decode(text, _PRIVATE, "private")
    public = Ed25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()
    jwk = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _encode(public), "d": _encode(raw)})
    return PrivateKey(_public_key(public), jwk)


def read_public_keys(text: str) -> tuple[PublicKey, ...]:
    """The keys of a list, which may be empty. Raises `BadIdentityKey`."""
    keys: dict[str, PublicKey] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        if part.startswith(_PRIVATE):
            raise BadIdentityKey(
                "this is a private key, which must not be here; its public key is needed (it starts with atdpub_)"
            )
        key = _public_key(_decode(part, _PUBLIC, "public"))
        if key.id in keys:
            raise BadIdentityKey(f"the public key {key.text} is listed twice")
        keys[key.id] = key
    return tuple(keys.values())


def _public_key(raw: bytes) -> PublicKey:
    jwk = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _encode(raw)})
    return PublicKey(jwk.thumbprint()[:_ID_CHARACTERS], _PUBLIC + _encode(raw), jwk)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str, prefix: str, kind: str) -> bytes:
    if not text.startswith(prefix):
        raise BadIdentityKey(f"a {kind} key starts with {prefix} (`atd keys new` makes one)")
    encoded = text.removeprefix(prefix).rstrip("=")
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise BadIdentityKey(f"what follows {prefix} is not base64url") from error
    if len(raw) != _KEY_BYTES:
        raise BadIdentityKey(f"a {kind} key has {_KEY_BYTES} bytes, and this one has {len(raw)}")
    return raw
