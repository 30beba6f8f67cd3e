"""One connection to a customer's server: one request at a time, and nothing is believed that comes unasked."""

import asyncio
from typing import cast

from atd_servicekit.customer_calls.answers import AnswerReader
from atd_servicekit.customer_calls.error_words import ended
from atd_servicekit.customer_calls.model import CallFailed

_STALE = "the connection that was kept had ended"


class ConnectionStale(Exception):
    """The connection, which was kept from earlier, had ended or was out of step: no byte of an answer came."""


class Connection(asyncio.Protocol):
    """A connection, plain or TLS. `closed` once nothing more may be sent on it."""

    __slots__ = ("_error", "_exchanges", "_loop", "_reader", "_transport", "_waiter", "born", "closed", "fresh_until")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._reader: AnswerReader | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: BaseException | None = None
        self._exchanges = 0
        self.closed = False
        self.born = loop.time()
        self.fresh_until = 0.0

    async def exchange(self, data: bytes, deadline: float, timeout: float) -> AnswerReader:
        """Send a request and read its answer, until `deadline` of the loop's clock.

        Raises `ConnectionStale` if this was not the first request and no byte of an answer came, and `CallFailed`.
        The caller closes the connection if the answer is not `reusable`.
        """
        transport = cast(asyncio.Transport, self._transport)
        reader = self._reader = AnswerReader()
        waiter = self._waiter = self._loop.create_future()
        self._exchanges += 1
        timer = self._loop.call_at(deadline, self._expire, timeout)
        try:
            if not self.closed and not transport.is_closing():
                transport.write(data)
            elif self._exchanges > 1:
                raise ConnectionStale(_STALE)
            else:
                raise CallFailed(*ended(self._error), may_have_arrived=False)
            await waiter
        except BaseException:
            self.abort()
            raise
        finally:
            timer.cancel()
            self._reader = self._waiter = None
        if transport.get_write_buffer_size():
            reader.reusable = False  # it answered before it had read the request
        return reader

    def close(self) -> None:
        """Close in order, as between two requests."""
        self.closed = True
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once, whatever was to come."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    # What the loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        if reader is None or self._waiter is None:
            self.abort()  # more than was asked for: the next answer could not be told from it
        elif not self._waiter.done() and reader.feed(data):
            self._conclude(reader)

    def eof_received(self) -> bool:
        self._lose(None)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose(exc)

    def _conclude(self, reader: AnswerReader) -> None:
        """The answer is there, or what came is none."""
        waiter = self._waiter
        if waiter is None or waiter.done():
            return
        if reader.failure is None:
            waiter.set_result(None)
        elif self._exchanges > 1 and not reader.status:
            waiter.set_exception(ConnectionStale(_STALE))  # the rest of an earlier answer
        else:
            waiter.set_exception(CallFailed("broken", reader.failure, may_have_arrived=True))

    def _lose(self, error: BaseException | None) -> None:
        self.closed = True
        self._error = self._error or error
        reader, waiter = self._reader, self._waiter
        if reader is None or waiter is None or waiter.done():
            return
        if reader.end() or reader.cut("the connection ended before the answer did"):
            waiter.set_result(None)
        elif self._exchanges > 1 and not reader.heard:
            waiter.set_exception(ConnectionStale(_STALE))
        else:
            kind, words = ended(error)
            waiter.set_exception(CallFailed(kind, words, may_have_arrived=True))

    def _expire(self, timeout: float) -> None:
        reader, waiter = self._reader, self._waiter
        if reader is None or waiter is None or waiter.done():
            return
        if reader.cut(f"the answer had not ended after {timeout:g} s"):
            waiter.set_result(None)
        else:
            words = f"no complete answer came within {timeout:g} s"
            waiter.set_exception(CallFailed("timeout", words, may_have_arrived=True))
