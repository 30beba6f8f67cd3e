"""HTTP requests to URLs that customers chose: webhooks, their tokens, what a bot asks.

    calls = CustomerCalls("webhooks", metrics, policy)      # a component: start(), stop()
    answer = await calls.call(CustomerRequest(url, headers, body, owner=endpoint_id))

Why a client of our own, and what it does with receivers that misbehave: docs/adr/0041.
"""

from atd_servicekit.customer_calls.certificates import BadClientCertificate, ClientCertificate
from atd_servicekit.customer_calls.client import CustomerCalls
from atd_servicekit.customer_calls.model import (
    MAX_ANSWER_BYTES,
    RESERVED_HEADERS,
    CallFailed,
    CustomerAnswer,
    CustomerRequest,
    FailureKind,
    UnsendableRequest,
)

__all__ = [
    "MAX_ANSWER_BYTES",
    "RESERVED_HEADERS",
    "BadClientCertificate",
    "CallFailed",
    "ClientCertificate",
    "CustomerAnswer",
    "CustomerCalls",
    "CustomerRequest",
    "FailureKind",
    "UnsendableRequest",
]
