"""What is written is what was saved, and an answer is the same however it is cut into pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_servicekit.customer_calls import MAX_ANSWER_BYTES, RESERVED_HEADERS, CustomerRequest, UnsendableRequest
from atd_servicekit.customer_calls.answers import MAX_HEADER_BYTES, AnswerReader
from atd_servicekit.customer_calls.client import _bytes_of
from atd_servicekit.url_parts import BadUrl, split_url

VISIBLE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "#")


def written(url: str, headers: list[tuple[str, str]] | None = None, body: bytes = b"{}") -> bytes:
    return _bytes_of(CustomerRequest(url, headers or [], body, owner="endpoint-1"), split_url(url))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example/in/%28a%29/b%2Fc?token=x%40y", "/in/%28a%29/b%2Fc?token=x%40y"),
        ("https://hooks.example/a/../b", "/a/../b"),
        ("https://hooks.example/a//b/./c?x=/../y", "/a//b/./c?x=/../y"),
        ("https://hooks.example", "/"),
        ("https://hooks.example?x=%zz&&=", "/?x=%zz&&="),
        ("https://hooks.example/(a)?b=c+d%20e;f|g\\h", "/(a)?b=c+d%20e;f|g\\h"),
        ("https://hooks.example/a#not-sent", "/a"),
    ],
)
def test_path_and_query_leave_as_they_were_saved(url: str, target: str) -> None:
    assert written(url).split(b"\r\n")[0] == f"POST {target} HTTP/1.1".encode()


@given(path=st.text(VISIBLE.replace("?", "")), query=st.text(VISIBLE), body=st.binary())
def test_the_bytes_sent_are_the_bytes_saved(path: str, query: str, body: bytes) -> None:
    sent = written(f"https://hooks.example/{path}?{query}", [("webhook-id", "1")], body)
    head, _, rest = sent.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == f"POST /{path}?{query} HTTP/1.1".encode()
    assert lines[1:] == [
        b"Host: hooks.example",
        b"Accept-Encoding: identity",
        b"Content-Length: %d" % len(body),
        b"webhook-id: 1",
    ]
    assert rest == body


@given(st.text())
def test_any_text_is_a_url_of_one_request_line_or_is_refused(text: str) -> None:
    try:
        parts = split_url(text)
    except BadUrl:
        return
    assert parts.target.isascii()
    assert parts.host.isascii()
    assert " " not in written(text).split(b"\r\n")[0].decode().removeprefix("POST ").removesuffix(" HTTP/1.1")


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://Hooks.Example:443/", "hooks.example"),
        ("https://hooks.example:8443/", "hooks.example:8443"),
        ("http://hooks.example:80/", "hooks.example"),
        ("https://[2606:4700:0:0::1111]:8443/", "[2606:4700::1111]:8443"),
        ("https://m\u00fcnchen.example/", "xn--mnchen-3ya.example"),
    ],
)
def test_the_host_is_named_in_ascii_and_its_port_where_it_is_not_the_usual_one(url: str, authority: str) -> None:
    assert split_url(url).authority == authority


@pytest.mark.parametrize("url", ["https://evil.example\\@good.example/", "https://a.example\\b", "https://x/\u00e7"])
def test_urls_that_two_readers_read_in_two_ways_are_refused(url: str) -> None:
    with pytest.raises(BadUrl):
        split_url(url)


@pytest.mark.parametrize("name", sorted(RESERVED_HEADERS))
def test_headers_that_frame_a_request_are_the_clients_own(name: str) -> None:
    with pytest.raises(UnsendableRequest, match="client's own"):
        written("https://hooks.example/", [(name.title(), "x")])


@pytest.mark.parametrize(
    ("name", "value"),
    [("X", "a\r\nHost: evil"), ("X", "a\n"), ("X\r\nHost", "b"), ("X", "\0"), ("X", "a\r"), ("X", "\ud800")],
    ids=["two lines", "LF", "name", "NUL", "CR", "surrogate"],
)
def test_a_header_cannot_begin_another(name: str, value: str) -> None:
    with pytest.raises(UnsendableRequest, match=r"line break|surrogate"):
        written("https://hooks.example/", [(name, value)])


ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
    (
        b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n0\r\nT: x\r\n\r\n"
    ),
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 205 Reset\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    b"HTTP/1.1 103 Early\r\n\r\n" * 11,
    b"SSH-2.0-x\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + b"x" * 20_000,
]


@given(answer=st.sampled_from(ANSWERS), cuts=st.lists(st.integers(0, 300), max_size=12))
def test_an_answer_reads_the_same_however_it_is_cut(answer: bytes, cuts: list[int]) -> None:
    def read(pieces: list[bytes]) -> tuple[object, ...]:
        reader = AnswerReader()
        for piece in pieces:
            if piece and reader.feed(piece):
                break
        return (
            reader.status,
            reader.done,
            reader.failure,
            reader.trouble,
            reader.headers,
            reader.body,
            reader.reusable,
        )

    edges = [0, *sorted(cuts), len(answer)]
    assert read([answer]) == read([answer[a:b] for a, b in pairwise(edges)])


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=3))
def test_whatever_comes_is_an_answer_a_failure_or_not_all_of_it(data: bytes, cuts: list[int]) -> None:
    for start in (b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        reader = AnswerReader()
        edges = [0, *sorted(cuts), len(data)]
        for piece in [start, *(data[a:b] for a, b in pairwise(edges))]:
            if piece and reader.feed(piece):
                break
        assert not (reader.done and reader.failure)
        assert not reader.done or 101 <= reader.status <= 599
        assert len(reader.body) <= MAX_ANSWER_BYTES


def test_no_more_is_kept_of_an_answer_than_it_may_have() -> None:
    reader = AnswerReader()
    size = 0
    while not reader.feed(b"HTTP/1.1 103 Early\r\n\r\n" if size == 0 else b"X: " + b"y" * 1_000):
        size += 1_000
    assert size <= MAX_HEADER_BYTES
    assert reader.failure
