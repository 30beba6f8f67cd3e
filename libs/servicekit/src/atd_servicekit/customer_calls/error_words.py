"""Says in words why no connection came about or why it ended. No address, no name and no path is in them."""

import errno
import socket
import ssl

from atd_servicekit.customer_calls.model import FailureKind

_CERTIFICATE = {  # X509_V_ERR_... of OpenSSL's x509_vfy.h
    2: "its issuer is unknown",
    9: "it is not valid yet",
    10: "it has expired",
    18: "it is signed by itself",
    19: "its chain ends in an authority that is not trusted",
    20: "its issuer is unknown, or an intermediate certificate is missing",
    21: "an intermediate certificate is missing",
    23: "it was revoked",
    62: "it is for another host name",
    64: "it is for another address",
}

_TLS = {
    "WRONG_VERSION_NUMBER": "the server does not speak TLS on this port",
    "HTTP_REQUEST": "the server does not speak TLS on this port",
    "UNSUPPORTED_PROTOCOL": "the server offers no TLS 1.2 or newer",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the server offers no TLS 1.2 or newer",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the server refused the handshake; it may want a client certificate",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "the server wants a client certificate",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the server refused the client certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the server refused the client certificate: it has expired",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "the server refused the client certificate",
    "TLSV1_ALERT_UNKNOWN_CA": "the server refused the client certificate: it does not know its issuer",
    "TLSV1_ALERT_ACCESS_DENIED": "the server refused the client certificate",
    "TLSV1_UNRECOGNIZED_NAME": "the server does not know this host name",
    "UNEXPECTED_EOF_WHILE_READING": "the server closed the connection during the handshake",
}

_NETWORK = {
    errno.ECONNREFUSED: "the connection was refused",
    errno.ECONNRESET: "the connection was reset",
    errno.EPIPE: "the connection was closed",
    errno.ENETUNREACH: "the network cannot be reached",
    errno.ENETDOWN: "the network cannot be reached",
    errno.EHOSTUNREACH: "the host cannot be reached",
    errno.EHOSTDOWN: "the host cannot be reached",
    errno.ETIMEDOUT: "the host did not answer",
    errno.EADDRNOTAVAIL: "no local port is free, or the address is of a kind that is not used here",
    errno.EMFILE: "this process has too many open files",
    errno.ENFILE: "this machine has too many open files",
}

_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


def lookup_words(error: OSError) -> str:
    """Why a name has no addresses."""
    if isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_NAME:
        return "the host name does not exist"
    return "the host name could not be resolved: no name server answered in time, or it reported a failure"


def tls_words(error: OSError) -> str:
    """Why a handshake failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = _CERTIFICATE.get(error.verify_code)
        return "the certificate of the server is not trusted" + (f": {why}" if why else "")
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        return _TLS.get(reason) or f"the TLS handshake failed ({reason.replace('_', ' ').lower() or 'no reason given'})"
    return "the server closed the connection during the handshake"


def network_words(error: BaseException | None) -> str:
    """Why a connection could not be made, or ended."""
    if isinstance(error, OSError) and error.errno in _NETWORK:
        return _NETWORK[error.errno]
    return "the connection was closed" if error is None or isinstance(error, ConnectionError) else "the network failed"


def ended(error: BaseException | None) -> tuple[FailureKind, str]:
    """A connection ended before an answer: the kind of failure, and words.

    In TLS 1.3 a server refuses a client certificate after the handshake, as far as a client can see.
    """
    if isinstance(error, ssl.SSLError) and not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "tls", tls_words(error)
    return "broken", f"{network_words(error)} before an answer came"
