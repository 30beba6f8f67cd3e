"""Where a customer's URL may lead, and where not."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from atd_servicekit.url_policy import CustomerUrlSettings, UrlPolicy
from atd_testing.keys import IDENTITY_PUBLIC_KEY

STRICT, LENIENT = UrlPolicy(), UrlPolicy(allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.167.1.1",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450:4001::200e",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ],
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert STRICT.address_problem(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "::1",
        "fc00::1",
        "fd12:3456::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::192.168.0.1",
    ],
)
def test_private_networks_are_allowed_only_where_a_setting_says_so(address: str) -> None:
    assert "private network" in (STRICT.address_problem(address) or "")
    assert LENIENT.address_problem(address) is None


@pytest.mark.parametrize("policy", [STRICT, LENIENT])
@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "0.1.2.3",
        "169.254.169.254",  # metadata of AWS, Google, Azure
        "169.254.170.2",
        "168.63.129.16",  # Azure
        "100.100.100.200",  # Alibaba
        "192.0.0.192",  # Oracle
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%eth0",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",  # AWS
        "fd20:ce::254",  # Google
        "100::1",
        "2001::1",  # Teredo
        "2001:db8::1",
        "2002:7f00:1::1",  # 6to4 of 127.0.0.1
        "3fff::1",
        "4000::1",
        "::127.0.0.1",  # IPv4-compatible
        "64:ff9b:1::7f00:1",  # NAT64 of local use
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b::224.0.0.1",
    ],
)
def test_what_is_no_host_of_a_customer_is_never_allowed(policy: UrlPolicy, address: str) -> None:
    assert policy.address_problem(address) is not None


@given(st.ip_addresses(v=4))
def test_an_allowed_ipv4_address_is_public_to_python_too(address: IPv4Address) -> None:
    if STRICT.address_problem(str(address)) is None:
        names = ("private", "loopback", "link_local", "multicast", "reserved", "unspecified")
        assert [name for name in names if getattr(address, f"is_{name}")] == []


@given(st.ip_addresses(v=6))
def test_an_allowed_ipv6_address_is_public_to_python_too(address: IPv6Address) -> None:
    if STRICT.address_problem(str(address)) is None and address.ipv4_mapped is None:
        assert address.is_global or address in IPv6Network("64:ff9b::/96")


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_address_is_judged_alike(address: IPv4Address) -> None:
    plain = STRICT.address_problem(str(address))
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert (STRICT.address_problem(str(ip_address(wrapped))) is None) == (plain is None)


def policy(**settings: str | bool) -> UrlPolicy:
    chosen = {f"customer_urls_{name}": value for name, value in settings.items()}
    given = {"port": 0, "identity_public_keys": IDENTITY_PUBLIC_KEY, **chosen}
    return CustomerUrlSettings.model_validate(given).url_policy()


@pytest.mark.parametrize(
    ("networks", "address", "is_open"),
    [
        ("10.1.2.0/24, fd12:3456::/64", "10.1.2.3", True),
        ("10.1.2.0/24, fd12:3456::/64", "fd12:3456::1", True),
        ("10.1.2.0/24, fd12:3456::/64", "10.1.3.1", False),
        ("10.1.2.0/24", "::ffff:10.1.2.3", True),
        ("198.18.0.0/15", "198.18.0.1", True),
        ("0.0.0.0/0,::/0", "127.0.0.1", True),
        ("0.0.0.0/0,::/0", "169.254.169.254", False),
        ("0.0.0.0/0,::/0", "168.63.129.16", False),
        ("0.0.0.0/0,::/0", "100.100.100.200", False),
        ("0.0.0.0/0,::/0", "192.0.0.192", False),
        ("0.0.0.0/0,::/0", "fd00:ec2::254", False),
        ("0.0.0.0/0,::/0", "fe80::1", False),
        ("0.0.0.0/0,::/0", "224.0.0.1", False),
        ("0.0.0.0/0,::/0", "255.255.255.255", False),
        ("0.0.0.0/0,::/0", "0.0.0.0", False),  # noqa: S104 - an address to refuse
        ("0.0.0.0/0,::/0", "ff02::1", False),
        ("0.0.0.0/0,::/0", "::", False),
    ],
)
def test_operators_open_networks_but_never_metadata_link_local_or_multicast(
    networks: str, address: str, *, is_open: bool
) -> None:
    assert (policy(networks=networks).address_problem(address) is None) is is_open


@pytest.mark.parametrize(
    ("host", "address", "is_open"),
    [
        ("erp.example.com", "10.1.2.3", True),
        ("ERP.example.com.", "10.1.2.3", True),
        ("a.inside.example.com", "fd12::1", True),
        ("a.b.inside.example.com", "127.0.0.1", True),
        ("inside.example.com", "10.1.2.3", False),
        ("evil-inside.example.com", "10.1.2.3", False),
        ("a.erp.example.com", "10.1.2.3", False),
        ("", "10.1.2.3", False),
        ("erp.example.com", "169.254.169.254", False),
        ("erp.example.com", "198.18.0.1", False),
    ],
)
def test_names_that_operators_list_may_be_private(host: str, address: str, *, is_open: bool) -> None:
    listed = policy(hosts="erp.example.com, *.Inside.example.com")
    assert (listed.address_problem(address, host) is None) is is_open


def test_operators_choose_ports_and_whether_http_will_do() -> None:
    chosen = policy(ports="443,9000-9001", allow_http=True)
    for port, problem in (
        (443, None),
        (9_001, None),
        (9_002, "port 9002 is not allowed"),
        (80, "port 80 is not allowed"),
    ):
        assert chosen.url_problem(f"https://example.com:{port}/") == problem
    assert chosen.url_problem("http://example.com:443/") is None
    assert policy().url_problem("http://example.com/") == "must begin with https://"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("networks", "10.0.0.1/8"),
        ("networks", "inside"),
        ("hosts", "https://erp.example.com"),
        ("hosts", "10.0.0.1"),
        ("hosts", "erp.example.com:8443"),
        ("hosts", "*"),
        ("ports", "0"),
        ("ports", "9000-80"),
        ("ports", "70000"),
        ("ports", "https"),
    ],
)
def test_settings_that_open_something_else_than_they_seem_to_end_the_start(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=f"customer_urls_{name}"):
        policy(**{name: value})


def test_what_is_no_address_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        STRICT.address_problem("example.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com:443/hook?x=1",
        "https://example.com:8443/hook",
        "https://1.1.1.1/",
        "https://[2606:4700:4700::1111]/",
        "https://m\u00fcnchen.example/",
        "https://hooks_1.Example.com./in",
    ],
)
def test_urls_of_customers_are_allowed(url: str) -> None:
    assert STRICT.url_problem(url) is None


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://example.com/", "must begin with https://"),
        ("ftp://example.com/", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("gopher://example.com/", "must begin with https://"),
        ("//example.com/", "must begin with https://"),
        ("https://", "has no host"),
        ("https:///path", "has no host"),
        ("https://user@example.com/", "must not contain a user name or password"),
        ("https://user:secret@example.com/", "must not contain a user name or password"),
        ("https://example.com:25/", "port 25 is not allowed"),
        ("https://example.com:22/", "port 22 is not allowed"),
        ("https://example.com:0/", "port 0 is not allowed"),
        ("https://example.com:99999/", "is not a URL"),
        ("https://[::1/", "is not a URL"),
        ("https://127.0.0.1/", "127.0.0.1 is in a private network"),
        ("https://[::ffff:169.254.169.254]/", "169.254.169.254 is not a public address"),
        ("https://127\u30020\u30020\u30021/", "127.0.0.1 is in a private network"),
        ("https://example.com/a b", "has a character that must be percent-encoded (a space is %20)"),
        ("https://example.com/\u00e7", "has a character that must be percent-encoded (a space is %20)"),
        ("https://example.com\\@evil.example/", "is not a URL"),
    ],
)
def test_urls_that_are_none_of_a_customers_are_refused_with_a_reason(url: str, problem: str) -> None:
    assert STRICT.url_problem(url) == problem


@pytest.mark.parametrize(
    "host",
    [
        "a..b.example",
        ".example",
        "a" * 64 + ".example",
        "a." * 127 + "example",
        "*.example",
        "a b.example",
        "xn--a.example",
        "0177.0.0.1",
        "\u2460.0.0.1",
        "127.0.0.1%00.example",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "127.0.0.1.",
        "1.2.3.4.5",
    ],
)
def test_hosts_at_which_the_client_would_fail_are_refused(host: str) -> None:
    assert STRICT.url_problem(f"https://{host}/") == "has a host that is neither a name nor an address"


def test_http_is_allowed_with_private_networks_only() -> None:
    assert LENIENT.url_problem("http://127.0.0.1:8080/hook") is None
    assert LENIENT.url_problem("http://169.254.169.254/latest") is not None
