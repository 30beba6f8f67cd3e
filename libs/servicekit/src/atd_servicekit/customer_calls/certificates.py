"""Client certificates (mTLS) and the TLS contexts of connections to customers' servers."""

import asyncio
import hashlib
import os
import ssl
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

_MAX_CONTEXTS = 500
"""Contexts of client certificates that are kept; each has the authorities' certificates, about 0.5 MB."""

_MAX_PEM_CHARACTERS = 64 * 1024


class BadClientCertificate(ValueError):
    """The PEM text cannot be used as a client certificate. The text says why in words, for a form's field."""


@dataclass(frozen=True)
class ClientCertificate:
    """A certificate with its chain and its private key without a password, as one PEM text."""

    pem: str = field(repr=False)

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same text; tells nothing of the key."""
        return hashlib.sha256(self.pem.encode()).hexdigest()

    @classmethod
    def checked(cls, pem: str, now: datetime) -> "ClientCertificate":
        """Take a text that a person gave. Raises `BadClientCertificate`."""
        if len(pem) > _MAX_PEM_CHARACTERS:
            raise BadClientCertificate(f"is longer than {_MAX_PEM_CHARACTERS} characters")
        made = cls(pem)
        leaf = made._leaf
        try:
            key = load_pem_private_key(pem.encode(), password=None)
        except TypeError as error:
            raise BadClientCertificate("has a private key with a password; give one without") from error
        except Exception as error:  # the library has errors of many kinds for what is no key
            raise BadClientCertificate("contains no private key that can be read") from error
        public = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if key.public_key().public_bytes(*public) != leaf.public_key().public_bytes(*public):
            raise BadClientCertificate("has a private key that does not belong to the first certificate")
        if leaf.not_valid_after_utc <= now:
            raise BadClientCertificate("has expired")
        try:
            create_context(made)
        except ssl.SSLError as error:
            raise BadClientCertificate("is not accepted by the TLS library") from error
        return made

    @property
    def subject(self) -> str:
        """Whose it is, as RFC 4514 writes it. Raises `BadClientCertificate`."""
        return self._leaf.subject.rfc4514_string()

    @property
    def expires_at(self) -> datetime:
        """Raises `BadClientCertificate`."""
        return self._leaf.not_valid_after_utc

    @property
    def _leaf(self) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificates(self.pem.encode())[0]
        except ValueError as error:
            raise BadClientCertificate("contains no certificate that can be read") from error


class TlsContexts:
    """TLS contexts: one without a client certificate, and one for each certificate, so that none is ever shared."""

    def __init__(self, ca_file: Path | None = None) -> None:
        """`ca_file` holds authorities to trust beside the system's."""
        self._ca_file = ca_file
        self._contexts: OrderedDict[str, ssl.SSLContext] = OrderedDict()

    async def of(self, certificate: ClientCertificate | None) -> ssl.SSLContext:
        """The context of a certificate. Raises `ssl.SSLError` for a text that is none."""
        key = "" if certificate is None else certificate.fingerprint
        context = self._contexts.get(key)
        if context is None:
            # Reading the system's authorities takes tens of milliseconds.
            context = await asyncio.to_thread(create_context, certificate, self._ca_file)
            self._contexts[key] = context
        self._contexts.move_to_end(key)
        while len(self._contexts) > _MAX_CONTEXTS:
            self._contexts.popitem(last=False)
        return context


def create_context(certificate: ClientCertificate | None, ca_file: Path | None = None) -> ssl.SSLContext:
    """A context that trusts the system's authorities, and those of `ca_file`. Raises `ssl.SSLError`."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    if certificate is not None:
        with _as_file(certificate.pem) as path:
            context.load_cert_chain(path)
    return context


@contextmanager
def _as_file(pem: str) -> Iterator[str]:
    """A path for OpenSSL, which reads certificates from files alone. In memory where the system can: a key is in it."""
    if hasattr(os, "memfd_create"):
        descriptor, path = os.memfd_create("certificate", os.MFD_CLOEXEC), None
    else:
        descriptor, path = tempfile.mkstemp()  # readable by this user alone
    try:
        os.write(descriptor, pem.encode())
        yield path or f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
        if path is not None:
            Path(path).unlink()
