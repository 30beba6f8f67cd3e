"""Something that takes traces as an OpenTelemetry collector does: OTLP over HTTP, kept in memory."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from atd_testing.servers.ports import LOOPBACK


@dataclass(frozen=True, slots=True)
class SpanSeen:
    """One span: who made it, what it is called, and where it belongs."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str


class Collector:
    """Listens on a free port from `start` to `stop`."""

    def __init__(self) -> None:
        self.spans: list[SpanSeen] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name that http.server looks for
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.take(body)
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing: the spans are what matters."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, name="collector", daemon=True)

    @property
    def endpoint(self) -> str:
        """What `ATD_OTLP_ENDPOINT` is to be."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}/v1/traces"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, body: bytes) -> None:
        """Keep the spans of one export request."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = [each.value.string_value for each in resource.resource.attributes if each.key == "service.name"]
            for scope in resource.scope_spans:
                for span in scope.spans:
                    ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
                    self.spans.append(SpanSeen(names[0], span.name, *ids))

    def trace(self, trace_id: str) -> list[SpanSeen]:
        """The spans of one trace, so far."""
        return [span for span in list(self.spans) if span.trace_id == trace_id]
