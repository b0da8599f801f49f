"""The OpenTelemetry SDK and its OTLP/HTTP exporter against a running server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Tracer

from costplane.app.workspace import Workspace
from costplane.http.server import listen
from costplane.metering.formats import open_events
from costplane.metering.otlp.receive import PROTOBUF
from tests.http.conftest import running
from tests.http.sample import NOW, SCOPE, definition, write_events, write_prices
from tests.metering.otlp.protobuf import from_json
from tests.metering.otlp.spans import body, span

START = 1_793_613_609_000_000_000
"""2026-11-02T10:00:09Z, in nanoseconds."""

QUERY = "/providers/Microsoft.CostManagement/query?api-version=2025-03-01"
PLACE = f"/{SCOPE}/resourceGroups/rg-search/providers/Microsoft.CognitiveServices/accounts/ai"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, page: Path) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("exporter")
    estate = Workspace.open(folder / "data", now=lambda: NOW)
    estate.import_prices(write_prices(folder))
    estate.ingest(open_events(write_events(folder), "auto", None))
    with closing(estate), running(estate, page, listen("127.0.0.1", 0)) as url:
        yield url


@contextmanager
def tracer(url: str, compression: Compression) -> Iterator[Tracer]:
    """A tracer whose spans are sent when the block ends."""
    told = {"service.name": "assistant", "costplane.resource_id": PLACE}
    provider = TracerProvider(resource=Resource(told | {"costplane.deployment": "chat"}))
    exporter = OTLPSpanExporter(f"{url}/v1/traces", compression=compression)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    yield provider.get_tracer("opentelemetry.instrumentation.openai_v2")
    provider.shutdown()


def chat(made_by: Tracer, **attributes: Any) -> None:
    """A call of 1,000,000 input tokens: two dollars."""
    told: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.request.model": "chat",
        "gen_ai.response.model": "gpt-4.1",
        "gen_ai.usage.input_tokens": 1_000_000,
        "gen_ai.usage.output_tokens": 0,
        "gen_ai.input.messages": "the secret plan",
    }
    call = made_by.start_span("chat", kind=SpanKind.CLIENT, start_time=START)
    call.set_attributes(told | attributes)
    call.end(START + 10**9)


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_calls_of_an_agent_cost_what_they_cost(address: str, compression: Compression) -> None:
    with httpx.Client(base_url=address, timeout=60) as client:
        before = cost(client)
        with tracer(address, compression) as traced, traced.start_as_current_span("agent") as agent:
            sums: dict[str, Any] = {
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.usage.input_tokens": 3_000_000,
            }
            agent.set_attributes(sums)
            for _ in range(3):
                chat(traced)
        assert cost(client) == pytest.approx(before + 6)


def test_what_is_rejected_is_told_in_protobuf(address: str) -> None:
    wrong = {"gen_ai.usage.cache_read.input_tokens": 2_000_000, "costplane.resource_id": PLACE}
    answer = send(address, from_json(body(span(wrong))))
    told = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, told.rejected_spans) == (200, 1)
    assert "2000000" in told.error_message
    empty = send(address, b"")
    assert (empty.status_code, empty.content) == (200, b"")
    assert empty.headers["content-type"] == PROTOBUF


def test_answers_are_protobuf_for_who_sends_it(address: str) -> None:
    refused = send(address, b"\xff\xff")
    assert refused.status_code == 400
    assert refused.headers["content-type"] == PROTOBUF
    assert "no OTLP trace" in Status.FromString(refused.content).message
    bomb = send(address, b" " * (9 << 20))
    assert bomb.status_code == 413
    assert Status.FromString(bomb.content).message


def send(address: str, content: bytes) -> httpx.Response:
    kind = {"content-type": PROTOBUF}
    return httpx.post(f"{address}/v1/traces", content=content, headers=kind, timeout=60)


def cost(client: httpx.Client) -> Any:
    return client.post(QUERY, json=definition()).json()["properties"]["rows"][0][0]
