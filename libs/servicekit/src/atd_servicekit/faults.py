"""Sorts errors by what happens next: wait, hold everything back and tell it, or put one record aside.

An error that is sorted wrongly either nacks one record for ever (and with it its partition), or puts every record aside
because a password has changed.
"""

import errno
import socket
import ssl
from enum import Enum, auto

from aiokafka import errors as kafka
from pymongo.errors import PyMongoError

from atd_servicekit.errors import InfrastructureFault, PublishFailed, SetupFault
from atd_servicekit.mongo import is_away, is_wrong_setup


class Fault(Enum):
    """What an error is about."""

    AWAY = auto()
    """Something is away or slow: the same work will succeed later."""

    SETUP = auto()
    """Credentials, rights, a topic, a full disk: fails for every record until somebody repairs it, then succeeds."""

    RECORD = auto()
    """This record, or our code that handles it: the same work will never succeed."""


_KAFKA_SETUP = (
    kafka.TopicAuthorizationFailedError,
    kafka.GroupAuthorizationFailedError,
    kafka.ClusterAuthorizationFailedError,
    kafka.TransactionalIdAuthorizationFailed,
    kafka.AuthenticationFailedError,
    kafka.AuthenticationMethodNotSupported,
    kafka.SaslAuthenticationFailed,
    kafka.UnsupportedSaslMechanismError,
    kafka.IncompatibleBrokerVersion,
    kafka.UnsupportedVersionError,
    kafka.InvalidTopicError,
    kafka.UnknownTopicOrPartitionError,
    kafka.PolicyViolationError,
)

KAFKA_REFUSES = (
    kafka.MessageSizeTooLargeError,
    kafka.RecordListTooLargeError,
    kafka.RecordTooLargeError,
    kafka.InvalidTimestampError,
)
"""Kafka will never take such a record."""

_NETWORK = (ConnectionError, TimeoutError, socket.gaierror, socket.herror, ssl.SSLError)
_NETWORK_NUMBERS = frozenset(
    {
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENETRESET,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.EADDRNOTAVAIL,
        errno.ENOTCONN,
        errno.EAGAIN,
        errno.ENOBUFS,
    }
)
_MACHINE_NUMBERS = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.EACCES,
        errno.EPERM,
    }
)


def fault_of(error: BaseException) -> Fault:
    """What an error is about. Whatever is not known is about the record: it is put aside with its reason."""
    if isinstance(error, PublishFailed):
        return Fault.RECORD if error.refused else Fault.SETUP if error.setup else Fault.AWAY
    if isinstance(error, SetupFault):
        return Fault.SETUP
    if isinstance(error, InfrastructureFault):
        return Fault.AWAY
    if isinstance(error, PyMongoError):
        return Fault.AWAY if is_away(error) else Fault.SETUP if is_wrong_setup(error) else Fault.RECORD
    if isinstance(error, kafka.KafkaError):
        return _of_kafka(error)
    return _of_system(error) if isinstance(error, OSError) else Fault.RECORD


def is_retryable(error: BaseException) -> bool:
    """Whether a start is to be tried again: what it needs is away, or a topic is not created yet."""
    return fault_of(error) is Fault.AWAY or isinstance(error, kafka.UnknownTopicOrPartitionError)


def is_kafka_setup(error: BaseException) -> bool:
    """Whether Kafka is not set up for what was asked: it will not heal by itself."""
    return isinstance(error, _KAFKA_SETUP)


def _of_kafka(error: kafka.KafkaError) -> Fault:
    if isinstance(error, KAFKA_REFUSES):
        return Fault.RECORD
    return Fault.SETUP if is_kafka_setup(error) else Fault.AWAY


def _of_system(error: OSError) -> Fault:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Fault.SETUP
    if isinstance(error, _NETWORK) or error.errno in _NETWORK_NUMBERS:
        return Fault.AWAY
    if error.errno in _MACHINE_NUMBERS:
        return Fault.SETUP
    # asyncio joins the refusals of several addresses of one host in an error without a number. Errors of libraries
    # that only derive from OSError (a picture that cannot be decoded) have none either.
    return Fault.AWAY if type(error) is OSError and str(error).startswith("Multiple exceptions") else Fault.RECORD
