"""Tracing: a span for each request, for OpenTelemetry. Only this module needs the extra `otel`."""

import asyncio
import functools

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT = b"traceparent"
TIMEOUT = 2  # seconds, less than a worker has to close
PROPAGATOR = TraceContextTextMapPropagator()


class Traces:
    """Spans, sent over HTTP to the collector at `url` by a thread of this process. Its name is
    OTEL_SERVICE_NAME, else `pointmall`. An unavailable collector loses its spans, and delays no
    request. The thread begins with the first request, as workers are forks."""

    def __init__(self, url: str) -> None:
        self._url = url
        named = Resource({SERVICE_NAME: "pointmall"}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=named, shutdown_on_exit=False)

    @functools.cached_property
    def _tracer(self) -> Tracer:
        exporter = OTLPSpanExporter(self._url, timeout=TIMEOUT)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        return self._provider.get_tracer("pointmall")

    async def close(self) -> None:
        """Sends the remaining spans."""
        await asyncio.to_thread(self._provider.shutdown)

    def around(self, app: ASGIApp) -> ASGIApp:
        """`app`, with a span for each request; a call of the external system hangs under it."""

        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            with self._tracer.start_as_current_span(
                scope["method"], context=_parent_of(scope), kind=SpanKind.SERVER
            ) as span:
                _pass_on(scope)

                async def send_noted(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        _note(span, scope, message["status"])
                    await send(message)

                await app(scope, receive, send_noted)

        return handle


def _parent_of(scope: HTTPScope) -> Context:
    given = [value for name, value in scope["headers"] if name == TRACEPARENT]
    carrier = {"traceparent": given[0].decode("latin-1")} if len(given) == 1 else {}
    return PROPAGATOR.extract(carrier, Context())


def _pass_on(scope: HTTPScope) -> None:
    """Puts the current span where the request id and the external system's call find it."""
    carrier: dict[str, str] = {}
    PROPAGATOR.inject(carrier)
    others = [header for header in scope["headers"] if header[0] != TRACEPARENT]
    scope["headers"] = [*others, (TRACEPARENT, carrier["traceparent"].encode())]


def _note(span: Span, scope: HTTPScope, status: int) -> None:
    """The route and not the path, which may contain a one-time link."""
    span.set_attribute("http.request.method", scope["method"])
    span.set_attribute("http.response.status_code", status)
    if route := scope.get("path_template"):
        span.set_attribute("http.route", str(route))
        span.update_name(f"{scope['method']} {route}")
    if status >= 500:
        span.set_status(StatusCode.ERROR)
