"""A clamd that knows one virus, EICAR, and can be away: what a running system has for its virus scanner."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

from atd_testing.servers.ports import LOOPBACK

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner takes for a virus, and is none (eicar.org)."""

SIGNATURE = "Eicar-Test-Signature"

_COMMAND = b"zINSTREAM\0"
_SECONDS = 30.0


class FakeClamd:
    """Listens on a free port from `start` to `stop`. `scanned` counts the files that it judged."""

    def __init__(self) -> None:
        self.scanned = 0
        self._away = False
        clamd = self

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                self.request.settimeout(_SECONDS)
                if not clamd._away:
                    clamd._judge(self)

        self._server = ThreadingTCPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, name="clamd", daemon=True)

    @property
    def url(self) -> str:
        """What `ATD_CLAMAV_URL` is to be."""
        return f"tcp://{LOOPBACK}:{self._server.server_address[1]}"

    @contextmanager
    def away(self) -> Iterator[None]:
        """For the time of the block it hangs up on whoever asks."""
        self._away = True
        try:
            yield
        finally:
            self._away = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _judge(self, handler: BaseRequestHandler) -> None:
        with handler.request.makefile("rb") as stream:
            if stream.read(len(_COMMAND)) != _COMMAND:
                return
            data = b""
            while length := int.from_bytes(stream.read(4), "big"):
                data += stream.read(length)
        self.scanned += 1
        answer = f"stream: {SIGNATURE} FOUND" if EICAR in data else "stream: OK"
        handler.request.sendall(answer.encode() + b"\0")
