"""Which headers an endpoint may add."""

import pytest

from atd_servicekit.customer_calls import RESERVED_HEADERS
from atd_webhook_dispatcher.domain.headers import header_problems, is_reserved


@pytest.mark.parametrize(
    "name",
    [
        "Webhook-Signature",
        "webhook-id",
        "webhook-timestamp",
        "svix-id",
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Expect",
        "Content-Type",
        "User-Agent",
        "traceparent",
        "Atendimento-Replay",
        *sorted(RESERVED_HEADERS),
    ],
)
def test_headers_that_the_product_or_http_sets_are_refused_on_save(name: str) -> None:
    assert header_problems({name: "x"}, with_auth=False) == {name: "is set by the product and cannot be chosen"}


def test_authorization_may_be_set_by_hand_where_no_authentication_sets_it() -> None:
    assert header_problems({"Authorization": "Token x"}, with_auth=False) == {}
    assert is_reserved("authorization", with_auth=True)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("X Tenant", "1", "is not the name of a header"),
        ("X:Tenant", "1", "is not the name of a header"),
        ("", "1", "is not the name of a header"),
        ("X-Tenant\r\nHost", "1", "is not the name of a header"),
        ("X-Tenant", "a\r\nHost: evil", "contains a line break or another control character"),
        ("X-Tenant", "a\0", "contains a line break or another control character"),
        ("X-Tenant", "a\ud800", "contains a line break or another control character"),
        ("X-Tenant", "x" * 4_097, "is longer than 4096 characters"),
        ("X-Tenant", "Café 1", None),
        ("X-Tenant", "", None),
    ],
)
def test_names_and_values_are_those_of_headers(name: str, value: str, problem: str | None) -> None:
    assert header_problems({name: value}, with_auth=False).get(name) == problem


def test_a_header_given_twice_in_two_spellings_is_refused() -> None:
    assert header_problems({"X-A": "1", "x-a": "2"}, with_auth=False) == {"x-a": "is given twice"}
