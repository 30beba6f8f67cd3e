"""Reads one answer, byte by byte if it must, and never more of it than it may have. Pure: it touches no connection.

The parser is llhttp, strict. Once the status is known the server has answered, and whatever is wrong after it is noted
(`trouble`) but does not undo it: a delivery that was answered 200 is not sent again for a wrong length.
"""

from http import HTTPStatus

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from atd_servicekit.customer_calls.model import MAX_ANSWER_BYTES

MAX_INTERIM_ANSWERS = 10
MAX_HEADER_BYTES = 64 * 1024
"""Of all headers of an answer, interim answers included."""

_MAX_BYTES = 2 * MAX_HEADER_BYTES
"""Of an answer in all that has not ended by then."""

_MAX_HEADERS = 100
"""Headers that are kept; those after them are left out."""

_LEAST_FINAL_STATUS = 200
_MOST_STATUS = 599
_NO_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class _Stop(Exception):
    """Ends the parser's work from inside one of its callbacks."""


class AnswerReader:
    """The answer to one request. Give it what comes (`feed`, `end`) until `done`, or until `failure` says why not.

    `status` is 0 until it is known. `heard`: a byte came. `reusable`: the connection is in step and the server
    keeps it, for `idle_seconds` where it says so.
    """

    __slots__ = (
        "_body",
        "_body_bytes",
        "_bytes",
        "_encoded",
        "_final",
        "_header_bytes",
        "_interim",
        "_length",
        "_parser",
        "done",
        "failure",
        "headers",
        "heard",
        "idle_seconds",
        "reusable",
        "status",
        "trouble",
    )

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.trouble: str | None = None
        self.failure: str | None = None
        self.done = False
        self.heard = False
        self.reusable = False
        self.idle_seconds: float | None = None
        self._parser = HttpResponseParser(self)
        self._final = False
        self._interim = 0
        self._bytes = self._header_bytes = 0
        self._length: str | None = None
        self._encoded = False
        self._body: list[bytes] = []
        self._body_bytes = 0

    @property
    def body(self) -> bytes:
        """The beginning of the body, at most `MAX_ANSWER_BYTES`."""
        return b"".join(self._body)[:MAX_ANSWER_BYTES]

    def feed(self, data: bytes) -> bool:
        """Take what came. Answers whether nothing more is to be read: the answer is `done`, or a failure."""
        self.heard = True
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self.reusable = False
        except HttpParserError as error:
            self._wrong(f"the answer is not correct HTTP: {error}")
        self._bytes += len(data)
        if self._bytes > MAX_HEADER_BYTES and not self.done and self.failure is None:
            self._bound()
        return self.done or self.failure is not None

    def end(self) -> bool:
        """The connection has ended, or nothing more is waited for. As `feed`; without a status the caller knows why."""
        self.reusable = False
        if self._final and not self.done:
            if self._length is not None:
                self.trouble = self.trouble or "the body of the answer was cut off"
            self.done = True
        return self.done

    def cut(self, trouble: str) -> bool:
        """Read no more. Answers whether there is an answer all the same."""
        self.reusable = False
        if self.status and not self.done:
            self.trouble = self.trouble or trouble
            self.done = True
        return self.done

    # What llhttp calls.

    def on_message_begin(self) -> None:
        if self.done:
            self._surplus()

    def on_status(self, _reason: bytes) -> None:
        self._know_status()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEADER_BYTES:
            self._bound()
            raise _Stop
        if self._final:
            return  # trailers
        self._know_status()
        key = name.decode("latin-1").lower()
        text = value.decode("utf-8", "replace")
        if key in {"content-length", "transfer-encoding"}:
            self._length = text
        elif key == "content-encoding":
            self._encoded = text.lower() not in {"", "identity"}
        elif key == "keep-alive":
            self.idle_seconds = _timeout_of(text)
        if len(self.headers) < _MAX_HEADERS:
            self.headers.append((key, text))

    def on_headers_complete(self) -> None:
        if self.done:
            return
        status = self._parser.get_status_code()
        if status < _LEAST_FINAL_STATUS and status != HTTPStatus.SWITCHING_PROTOCOLS:
            self._interim_answer()
            return
        if status > _MOST_STATUS:
            self.failure = "the status of the answer is none of HTTP"
            raise _Stop
        self.status = status
        self._final = True
        self.reusable = self._parser.should_keep_alive()
        self._judge(status)

    def on_body(self, data: bytes) -> None:
        if self.done:
            return
        self._body.append(data)
        self._body_bytes += len(data)
        if self._body_bytes > MAX_ANSWER_BYTES:
            self._finish_with("the body of the answer is longer than 16 kB, and was read no further")

    def on_message_complete(self) -> None:
        if self._final:
            self.done = True

    def _know_status(self) -> None:
        status = self._parser.get_status_code()
        if _LEAST_FINAL_STATUS <= status <= _MOST_STATUS and not self.done:
            self.status = status

    def _interim_answer(self) -> None:
        self._interim += 1
        self.headers.clear()
        self._length = None
        self._encoded = False
        if self._interim > MAX_INTERIM_ANSWERS:
            self.failure = f"more than {MAX_INTERIM_ANSWERS} interim answers (1xx) came"
            raise _Stop

    def _judge(self, status: int) -> None:
        """What can be wrong with an answer whose headers are right."""
        if status == HTTPStatus.SWITCHING_PROTOCOLS:
            self._finish_with("the server changed to another protocol, which was not asked for")
        elif status == HTTPStatus.RESET_CONTENT and self._length is None:
            self._finish_with("an answer 205 has no length")
        elif status == HTTPStatus.NO_CONTENT and self._length not in {None, "0"}:
            self._note("an answer 204 has a body")
        elif self._encoded and status not in _NO_BODY:
            self._note("the body of the answer is compressed, which was not asked for, and was not read")

    def _note(self, trouble: str) -> None:
        self.trouble = self.trouble or trouble
        self.reusable = False

    def _finish_with(self, trouble: str) -> None:
        self._note(trouble)
        self.done = True

    def _surplus(self) -> None:
        self._note("more data than the answer has came after it")

    def _wrong(self, what: str) -> None:
        """What came is not HTTP."""
        if self.failure is not None:
            return
        if self.done:
            self._surplus()
        elif self.status:
            self._finish_with(what)
        else:
            self.failure = what

    def _bound(self) -> None:
        """Too much came: of headers, or after them of what belongs to no body (trailers, extensions of chunks)."""
        self.reusable = False
        if not self._final:
            self.failure = f"the headers of the answer are larger than {MAX_HEADER_BYTES // 1024} kB"
        elif self._bytes > _MAX_BYTES or self._header_bytes > MAX_HEADER_BYTES:
            self._finish_with("the answer has more around its body than can be read")


def _timeout_of(keep_alive: str) -> float | None:
    """The seconds of `Keep-Alive: timeout=5, max=100`."""
    for part in keep_alive.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "timeout" and value.isdecimal():
            return float(value[:6])
    return None
