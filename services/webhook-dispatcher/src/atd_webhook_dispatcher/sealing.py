"""How an endpoint's credentials are sealed: each for its own endpoint and purpose, so that none opens elsewhere."""

from typing import Literal, Protocol

from atd_webhook_dispatcher.domain.endpoint import Endpoint

SealedField = Literal["secret", "auth", "client_certificate"]
"""`secret`: `whsec_…`; `auth`: JSON, see `domain.endpoint.Auth`; `client_certificate`: PEM."""


class Cipher(Protocol):
    """What is needed of `FieldCipher`."""

    def encrypt(self, plaintext: str, *, context: str) -> str: ...

    def decrypt(self, sealed: str, *, context: str) -> str: ...


def seal(cipher: Cipher, endpoint_id: str, field: SealedField, plaintext: str) -> str:
    """Seal one field of an endpoint."""
    return cipher.encrypt(plaintext, context=context_of(endpoint_id, field))


def unseal(cipher: Cipher, endpoint: Endpoint, field: SealedField, sealed: str) -> str:
    """Open one field. Raises `CannotDecrypt`."""
    return cipher.decrypt(sealed, context=context_of(endpoint.id, field))


def context_of(endpoint_id: str, field: SealedField) -> str:
    """What a sealed text is bound to."""
    return f"webhook:{endpoint_id}:{field}"
