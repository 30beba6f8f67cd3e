"""A certificate authority of one test, with a certificate of a server on loopback and one of a client."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_VALID = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: the authority's certificate; server and client with certificate and unencrypted key (PKCS 8)."""

    ca: Path
    server: Path
    client: Path


def new_authority(folder: Path, authority: str = "Test authority") -> TlsFiles:
    """Make an authority of a name and its two certificates in `folder`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(authority)
    own_certificate = _builder(name, key).issuer_name(name)
    certificate = own_certificate.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
        key, hashes.SHA256()
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    for common_name in ("server", "client"):
        own = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        signed = _builder(_name(common_name), own).issuer_name(name)
        signed = signed.add_extension(x509.SubjectAlternativeName(names), critical=False)
        chain = signed.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        (folder / f"{common_name}.pem").write_bytes(_pem(own) + chain)
    return TlsFiles(folder / "ca.pem", folder / "server.pem", folder / "client.pem")


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _VALID)
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
