"""What the web client's routes decide."""

import pytest

from atd_gateway.domain.web_client import (
    accepts_html,
    choose_encoding,
    is_file_or_page,
    is_not_modified,
    is_page,
    live_origin_of,
    page_policy,
    permissions_policy,
    worker_policy,
)

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
BOTH = {"br", "gzip"}


@pytest.mark.parametrize("path", ["/", "/inbox/mine/0190", "/settings/channels", "/sw.js", "//evil.test/x", "/apis"])
def test_what_belongs_to_nobody_else_belongs_to_the_client(path):
    assert is_file_or_page(path)


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/v1/nothing",
        "/assets/x.js",
        "/bot/1",
        "/help/a",
        "/internal/keys",
        "/livez",
        "/metrics",
        "/readyz",
        "/webhooks/x",
        "/widget",
        "/ws",
    ],
)
def test_what_belongs_to_somebody_else_never_gets_the_client(path):
    assert not is_file_or_page(path)


@pytest.mark.parametrize(
    ("path", "accept", "page"),
    [
        ("/inbox/mine", BROWSER, True),
        ("/inbox/mine", None, True),
        ("/inbox/mine", "*/*", True),
        ("/inbox/mine", "application/json", False),
        ("/inbox/mine", "image/avif,image/webp", False),
        ("/inbox/mine", "text/html;q=0", False),
        ("/favicon.ico", BROWSER, False),
        ("/old.1.js", "*/*", False),
    ],
)
def test_a_page_is_what_has_no_ending_and_is_wanted_as_html(path, accept, page):
    assert is_page(path, accept) is page


@pytest.mark.parametrize(
    ("accept", "html"),
    [("text/*", True), ("*/*;q=0.1", True), ("text/html;q=0,*/*", False), ("application/json", False), ("", True)],
)
def test_the_most_exact_range_of_accept_decides(accept, html):
    assert accepts_html(accept) is html


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, None),
        ("", None),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("GZIP ; Q=1", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("br;q=0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.2, gzip;q=0.5", "gzip"),
        ("identity;q=0", None),
        ("deflate", None),
        ("br;q=much, gzip", "gzip"),
        ("br;q=nan, gzip", "gzip"),
        ("*;q=nan", None),
    ],
)
def test_the_wanted_encoding_with_the_highest_weight_is_sent(header, chosen):
    assert choose_encoding(header, BOTH) == chosen


def test_an_encoding_that_is_not_there_is_never_chosen():
    assert choose_encoding("br, gzip;q=0.1", {"gzip"}) == "gzip"
    assert choose_encoding("br", set()) is None


@pytest.mark.parametrize(
    ("header", "matches"),
    [(None, False), ('"a"', True), ('W/"a"', True), ('"b", "a"', True), ('"b"', False), ("*", True), ("a", False)],
)
def test_what_the_client_has_already_is_recognised(header, matches):
    assert is_not_modified(header, '"a"') is matches


def directives(policy):
    return dict(one.partition(" ")[::2] for one in policy.split("; "))


def test_a_page_loads_from_its_origin_alone_and_makes_no_script_of_a_string():
    found = directives(page_policy("n0", "wss://a.test", None))
    assert found["default-src"] == "'none'"
    assert found["script-src"] == "'self'"
    assert found["style-src"] == "'self' 'nonce-n0'"
    assert found["connect-src"] == "'self' wss://a.test"
    assert found["frame-src"] == found["frame-ancestors"] == found["base-uri"] == "'none'"
    assert found["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in page_policy("n0", "wss://a.test", None)


def test_the_sandbox_alone_may_be_framed_and_hear_the_microphone():
    assert directives(page_policy("n", "ws://a.test", "http://b.test"))["frame-src"] == "http://b.test"
    assert permissions_policy("http://b.test").startswith('microphone=(self "http://b.test"), camera=()')
    assert permissions_policy(None).startswith("microphone=(self), camera=()")


def test_a_worker_reaches_its_origin_alone():
    assert worker_policy("ws://a.test").startswith("default-src 'none'; script-src 'self';")


def test_live_events_come_from_the_public_origin():
    assert live_origin_of("https://a.test") == "wss://a.test"
    assert live_origin_of("http://localhost:8080") == "ws://localhost:8080"
