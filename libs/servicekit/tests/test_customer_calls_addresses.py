"""No URL of a customer leads a request to where none may go."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from atd_servicekit.customer_calls import CallFailed, CustomerCalls, CustomerRequest
from atd_servicekit.customer_calls.certificates import TlsContexts
from atd_servicekit.customer_calls.dialing import _alternating
from atd_servicekit.customer_calls.lookups import FRESH_SECONDS, Lookups, system_addresses
from atd_servicekit.metrics import Metrics
from atd_servicekit.url_policy import UrlPolicy
from atd_testing.receivers import Closing, receiver

CONTEXTS = TlsContexts()
STRICT = UrlPolicy(allow_http=True, ports=(range(1, 65_536),))
OURS = UrlPolicy(allow_http=True, networks=(ip_network("127.0.0.1/32"), ip_network("127.0.0.3/32")))
"""To these tests 127.0.0.1 and .3 are the internet, and 127.0.0.2 is the private network."""


class Names:
    """Answers each name by its script: one list of addresses after the other, the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


async def ask(policy: UrlPolicy, url: str, names: Names | None = None, timeout: float = 5.0) -> int:
    calls = CustomerCalls("webhooks", Metrics(), policy, contexts=CONTEXTS, resolve=names or system_addresses)
    await calls.start()
    try:
        return (await calls.call(CustomerRequest(url, [], b"{}", owner="endpoint-1", timeout=timeout))).status
    finally:
        await calls.stop()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.1",
        "127.0.0.1.",
        "127\u30020\u30020\u30021",
        "\u2460\u2461\u2466.0.0.1",
        "\uff11\uff12\uff17.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[fec0::1]",
        "[ff02::1]",
        "100.64.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "[fd00:ec2::254]",
        "localhost",
    ],
)
async def test_no_form_of_an_address_of_ours_is_connected_to(host: str) -> None:
    async with receiver() as server:
        url = f"http://{host}:{server.port}/"
        with pytest.raises(CallFailed) as caught:
            await ask(STRICT, url)
        assert (caught.value.kind, caught.value.may_have_arrived) == ("not_allowed", False)
        assert server.connections == 0
        if host != "localhost":
            assert STRICT.url_problem(url) is not None, "and it is refused on save"


@pytest.mark.parametrize(
    "address", ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "127.0.0.1", "fec0::1", "fe80::1%lo", "::1"]
)
async def test_a_name_that_leads_to_us_is_refused_at_the_socket_and_the_address_is_not_told(address: str) -> None:
    async with receiver() as server:
        with pytest.raises(CallFailed) as caught:
            await ask(STRICT, server.url(host="evil.example"), Names([address]))
        assert caught.value.kind == "not_allowed"
        assert caught.value.detail == "the host leads to an address that is not allowed"
        assert server.connections == 0


@pytest.mark.parametrize("addresses", [["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"]])
async def test_of_a_name_with_a_public_and_a_private_address_none_is_dialled(addresses: list[str]) -> None:
    async with await listener("127.0.0.2") as private:
        port = private.sockets[0].getsockname()[1]  # at this port the public address refuses connections
        with pytest.raises(CallFailed) as caught:
            await ask(OURS, f"http://both.example:{port}/", Names(addresses))
        assert caught.value.kind == "not_allowed"


async def listener(address: str) -> asyncio.Server:
    """Fails the test that connects to it."""

    async def never(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        pytest.fail("it was dialled")

    return await asyncio.start_server(never, address, 0)


async def test_a_name_that_answers_something_else_the_second_time_is_refused_then() -> None:
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    async with receiver(Closing(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) as server:
        url = server.url(host="rebind.example")
        assert await ask(OURS, url, names) == 200
        assert names.asked == ["rebind.example"], "what was checked is what was connected to"
        with pytest.raises(CallFailed, match="not_allowed"):
            await ask(OURS, url, names)
        assert server.connections == 1


async def test_the_next_address_is_tried_where_one_refuses() -> None:
    async with receiver() as server:
        assert await ask(OURS, server.url(host="two.example"), Names(["127.0.0.3", "127.0.0.1"])) == 200


async def test_what_the_operator_opens_is_open_and_nothing_beside_it() -> None:
    async with receiver() as server:
        url = server.url(host="erp.example")
        listed = UrlPolicy(allow_http=True, hosts=("erp.example",))
        assert await ask(listed, url, Names(["127.0.0.1"])) == 200
        with pytest.raises(CallFailed, match="not_allowed"):
            await ask(listed, server.url(host="other.example"), Names(["127.0.0.1"]))
        with pytest.raises(CallFailed, match="not_allowed"):
            await ask(listed, url, Names(["127.0.0.1", "169.254.169.254"]))
        with pytest.raises(CallFailed, match=r"not_allowed.*https"):
            await ask(UrlPolicy(hosts=("erp.example",)), url, Names(["127.0.0.1"]))
        with pytest.raises(CallFailed, match=r"not_allowed.*port"):
            await ask(UrlPolicy(allow_http=True, ports=(range(443, 444),)), url, Names(["127.0.0.1"]))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "the host name does not exist"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "could not be resolved"),
        (None, "has no address"),
    ],
    ids=["no name", "no server", "no address"],
)
async def test_a_name_that_leads_nowhere_is_told_in_words(error: OSError | None, words: str) -> None:
    class Failing(Names):
        def __call__(self, host: str) -> Sequence[str]:
            if error is not None:
                raise error
            return super().__call__(host)

    with pytest.raises(CallFailed) as caught:
        await ask(STRICT, "http://gone.example/", Failing([]))
    assert (caught.value.kind, caught.value.may_have_arrived) == ("unreachable", False)
    assert words in caught.value.detail


async def test_a_name_server_that_never_answers_takes_no_longer_than_the_call_may() -> None:
    release = threading.Event()

    class Hanging(Names):
        def __call__(self, host: str) -> Sequence[str]:
            release.wait(30)
            return super().__call__(host)

    with pytest.raises(CallFailed, match="could not be resolved"):
        await ask(STRICT, "http://slow.example/", Hanging([]), timeout=0.1)
    release.set()


async def test_names_that_were_slow_hold_up_each_other_alone() -> None:
    now = 0.0
    hanging, release = threading.Event(), threading.Event()

    def resolve(host: str) -> Sequence[str]:
        nonlocal now
        if host.startswith("slow") and not hanging.is_set():
            now += 2.0  # this one took two seconds
        elif host.startswith("slow"):
            release.wait(30)
        return ["127.0.0.1"]

    lookups = Lookups(resolve, lambda: now)
    try:
        for number in range(100):
            await lookups.addresses(f"slow{number}.example")
        now += FRESH_SECONDS + 1
        hanging.set()
        waiting = [asyncio.create_task(lookups.addresses(f"slow{number}.example")) for number in range(100)]
        await asyncio.sleep(0)
        assert await lookups.addresses("quick.example") == ["127.0.0.1"]
        assert not any(one.done() for one in waiting)
    finally:
        release.set()
        await asyncio.gather(*waiting)
        lookups.stop()


async def test_one_look_up_serves_all_who_want_a_name_and_is_remembered_for_seconds() -> None:
    now = 100.0
    names = Names(["127.0.0.1"], ["127.0.0.3"])
    lookups = Lookups(names, lambda: now)
    assert await asyncio.gather(*(lookups.addresses("a.example") for _ in range(20))) == [["127.0.0.1"]] * 20
    now += FRESH_SECONDS - 1
    assert await lookups.addresses("a.example") == ["127.0.0.1"]
    now += 2
    assert await lookups.addresses("a.example") == ["127.0.0.3"]
    assert names.asked == ["a.example"] * 2
    lookups.stop()


def test_the_other_kind_of_address_is_tried_second() -> None:
    assert _alternating(["a:1", "a:2", "a:3", "1", "2"]) == ["a:1", "1", "a:2", "2", "a:3"]
    assert _alternating(["1", "2"]) == ["1", "2"]
    assert _alternating([]) == []


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver() as server, receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        assert await ask(OURS, server.url(host="a.example"), Names(["127.0.0.1"])) == 200
        assert proxy.connections == 0
