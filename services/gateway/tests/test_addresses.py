import pytest

from atd_gateway.domain.addresses import client_address, read_networks

TRUSTED = "10.0.0.0/8, 192.168.1.5, fd00::/8"


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4", "198.51.100.1", "10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.7", "10.0.0.8"], "10.0.0.7"),
        ("192.168.1.5", ["rubbish"], "192.168.1.5"),
        ("192.168.1.5", ["198.51.100.1", "rubbish"], "192.168.1.5"),
        ("fd00::1", ["2001:db8::1"], "2001:db8::1"),
        ("testclient", ["198.51.100.1"], "testclient"),
    ],
)
def test_the_client_is_the_nearest_address_that_is_not_a_trusted_proxy(
    peer: str, forwarded: list[str], expected: str
) -> None:
    assert client_address(peer, forwarded, read_networks(TRUSTED)) == expected


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert client_address("10.0.0.1", ["1.2.3.4"], ()) == "10.0.0.1"


def test_networks_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        read_networks("10.0.0.0/8, nonsense")
