"""OpenTelemetry: off unless an endpoint is set; the trace then runs from webhook to reply.

The context travels in the `traceparent` header (W3C Trace Context) of HTTP requests, of Kafka records and,
inside them, through the outbox.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()


class Tracing:
    """The tracer of one service. When it is off, every call costs next to nothing."""

    def __init__(self, service: str, processor: SpanProcessor | None) -> None:
        """`processor` receives the finished spans; None switches tracing off."""
        self.enabled = processor is not None
        self.provider = TracerProvider(resource=Resource.create({"service.name": f"atd-{service}"}))
        if processor is not None:
            self.provider.add_span_processor(processor)
        self.tracer = self.provider.get_tracer("atd") if self.enabled else trace.NoOpTracer()

    @classmethod
    def from_endpoint(cls, service: str, endpoint: str | None) -> "Tracing":
        """`endpoint` is an OTLP/HTTP address such as `http://collector:4318/v1/traces`, or None for off."""
        if not endpoint:
            return cls(service, None)
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
        self.provider.shutdown()


def traceparent_of(span: Span) -> str | None:
    """The span's `traceparent` header, or None when it is not recorded."""
    context = span.get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def current_traceparent() -> str | None:
    """The current span's `traceparent` header, or None outside of any."""
    return traceparent_of(trace.get_current_span())
