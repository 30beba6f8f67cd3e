"""OpenTelemetry: off unless an endpoint is set; the trace then runs from webhook to reply.

The context travels in the `traceparent` header (W3C Trace Context) of HTTP requests, of Kafka records and,
inside them, through the outbox.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

_PROPAGATOR = TraceContextTextMapPropagator()


class Tracing:
    """The tracer of one service. When it is off, every call costs next to nothing."""

    def __init__(self, service: str, processor: "SpanProcessor | None") -> None:
        """`processor` receives the finished spans; None switches tracing off."""
        self._provider = None if processor is None else _provider(service, processor)
        self.enabled = self._provider is not None
        self.tracer = trace.NoOpTracer() if self._provider is None else self._provider.get_tracer("atd")

    @classmethod
    def from_endpoint(cls, service: str, endpoint: str | None) -> "Tracing":
        """`endpoint` is an OTLP/HTTP address such as `http://collector:4318/v1/traces`, or None for off."""
        if not endpoint:
            return cls(service, None)
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - as below
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as below

        return cls(service, BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=10)))

    @contextmanager
    def span(self, name: str, *, traceparent: str | None = None, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Span]:
        """Open a span that is the current one inside the block; a child of `traceparent` where it is given."""
        parent = _PROPAGATOR.extract({"traceparent": traceparent}) if traceparent else None
        with self.tracer.start_as_current_span(name, context=parent, kind=kind) as span:
            yield span

    def start(self, name: str, traceparent: str | None, kind: SpanKind) -> Span:
        """Start a span that is not made current; the caller ends it."""
        parent = _PROPAGATOR.extract({"traceparent": traceparent}) if traceparent else None
        return self.tracer.start_span(name, context=parent, kind=kind)

    def shutdown(self) -> None:
        """Send what is still buffered."""
        if self._provider is not None:
            self._provider.shutdown()


def _provider(service: str, processor: "SpanProcessor") -> "TracerProvider":
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - 0.2 s of each start, for those who trace
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above

    provider = TracerProvider(resource=Resource.create({"service.name": f"atd-{service}"}))
    provider.add_span_processor(processor)
    return provider


def traceparent_of(span: Span) -> str | None:
    """The span's `traceparent` header, or None when it is not recorded."""
    context = span.get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def current_traceparent() -> str | None:
    """The current span's `traceparent` header, or None outside of any."""
    return traceparent_of(trace.get_current_span())
