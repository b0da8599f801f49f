"""A day of calls that a gateway's log, OpenTelemetry, a LiteLLM callback and Azure's request log
tell of costs what one of them costs, in whatever order they come."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from costplane.catalog.model import Deployment, Resource
from costplane.core.scope import parse_scope
from costplane.metering.batch import EventBatch
from costplane.metering.formats import open_events
from costplane.metering.otlp.receive import JSON, read_traces
from tests.app.intake.test_witnesses import QUERY
from tests.metering.otlp.spans import body, span

ACCOUNT = (
    "/subscriptions/s-1/resourcegroups/g/providers/microsoft.cognitiveservices/accounts/aoai-eu"
)
HOST = "https://aoai-eu.openai.azure.com"
NOW = datetime(2026, 11, 3, tzinfo=UTC)
SHEET = """
name: own
currency: USD
kind: customer
deployment_type: GlobalStandard
rows:
  - {model: gpt-4o, quantity: input_text, unit: 1M Tokens, price: 2.5, valid_from: 2026-01-01}
  - {model: gpt-4o, quantity: input_text_cached, unit: 1M Tokens, price: 1.25,
     valid_from: 2026-01-01}
  - {model: gpt-4o, quantity: output_text, unit: 1M Tokens, price: 10, valid_from: 2026-01-01}
"""
Call = dict[str, Any]


def day(seed: int, count: int) -> list[Call]:
    random = Random(seed)
    return [
        {
            "number": number,
            "time": NOW - timedelta(days=1) + timedelta(seconds=random.randrange(86_000)),
            "prompt": (prompt := random.randrange(1, 5_000)),
            "cached": random.randrange(prompt),
            "completion": random.randrange(1, 900),
        }
        for number in range(count)
    ]


def _usage(call: Call) -> dict[str, Any]:
    return {
        "prompt_tokens": call["prompt"],
        "completion_tokens": call["completion"],
        "prompt_tokens_details": {"cached_tokens": call["cached"]},
    }


def _lines(records: Iterable[dict[str, Any]], workspace: Workspace) -> Iterator[EventBatch]:
    text = "\n".join(json.dumps(record) for record in records)
    return open_events(io.BytesIO(text.encode()), place_of_host=workspace.hosts().resource_at)


def gateway(calls: list[Call], workspace: Workspace) -> Iterator[EventBatch]:
    def record(call: Call) -> dict[str, Any]:
        answer = {
            "id": f"chatcmpl-{call['number']}",
            "object": "chat.completion",
            "model": "gpt-4o",
            "usage": _usage(call),
        }
        return {
            "TimeGenerated": (call["time"] + timedelta(seconds=40)).isoformat(),
            "CorrelationId": f"c-{call['number']}",
            "BackendResponseCode": 200,
            "BackendUrl": f"{HOST}/openai/deployments/chat/chat/completions",
            "BackendResponseBody": json.dumps(answer),
        }

    return _lines(map(record, calls), workspace)


def litellm(calls: list[Call], workspace: Workspace) -> Iterator[EventBatch]:
    def record(call: Call) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{call['number']}",
            "litellm_call_id": f"l-{call['number']}",
            "call_type": "acompletion",
            "custom_llm_provider": "azure",
            "model": "azure/chat",
            "api_base": f"{HOST}/openai/",
            "startTime": call["time"].timestamp(),
            "metadata": {"usage_object": _usage(call)},
        }

    return _lines(map(record, calls), workspace)


def requests(calls: list[Call], workspace: Workspace) -> Iterator[EventBatch]:
    def record(call: Call) -> dict[str, Any]:
        return {
            "time": call["time"].isoformat(),
            "resourceId": ACCOUNT.upper(),
            "category": "RequestResponse",
            "operationName": "ChatCompletions_Create",
            "correlationId": f"c-{call['number']}",
            "resultSignature": "200",
            "properties": {"modelDeploymentName": "chat", "modelName": "gpt-4o"},
        }

    return _lines(map(record, calls), workspace)


def language_models(calls: list[Call], workspace: Workspace) -> Iterator[EventBatch]:
    def record(call: Call) -> dict[str, Any]:
        return {
            "TimeGenerated": call["time"].isoformat(),
            "CorrelationId": f"c-{call['number']}",
            "DeploymentName": "chat",
            "ModelName": "gpt-4o",
            "PromptTokens": call["prompt"],
            "CompletionTokens": call["completion"],
            "SequenceNumber": 0,
            "BackendUrl": f"{HOST}/openai/deployments/chat/chat/completions",
        }

    return _lines(map(record, calls), workspace)


def traces(calls: list[Call], workspace: Workspace) -> Iterator[EventBatch]:
    def made(call: Call) -> dict[str, Any]:
        told = {
            "gen_ai.provider.name": "azure.ai.openai",
            "gen_ai.request.model": "chat",
            "gen_ai.response.model": "gpt-4o",
            "gen_ai.response.id": f"chatcmpl-{call['number']}",
            "server.address": HOST.removeprefix("https://"),
            "gen_ai.usage.input_tokens": call["prompt"],
            "gen_ai.usage.cache_read.input_tokens": call["cached"],
            "gen_ai.usage.output_tokens": call["completion"],
        }
        start = int(call["time"].timestamp()) * 10**9
        return span(told, startTimeUnixNano=str(start))

    content = body(*map(made, calls))
    yield read_traces(content, JSON, workspace.hosts().resource_at).batch


Witness = Callable[[list[Call], Workspace], Iterator[EventBatch]]
CALLS = day(seed=5, count=40)
WITNESSES: tuple[Witness, ...] = (gateway, litellm, traces)


def totals(folder: Path, witnesses: Iterable[Witness]) -> list[Any]:
    sheet = folder / "sheet.yaml"
    folder.mkdir()
    sheet.write_text(SHEET)
    workspace = Workspace.open(folder / "data", now=lambda: NOW)
    workspace.import_prices(sheet)
    workspace.catalog.put_resource(Resource(ACCOUNT, "aoai-eu", "swedencentral"))
    workspace.catalog.put_deployment(Deployment(ACCOUNT, "chat", "gpt-4o", None, "GlobalStandard"))
    for witness in witnesses:
        report = workspace.ingest(witness(CALLS, workspace))
        assert report.rejected == ()
    found: list[Any] = workspace.query(parse_scope("/"), workspace.definition(QUERY)).rows[0]
    workspace.close()
    return found[:2]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    found = totals(tmp_path_factory.mktemp("alone") / "w", [gateway])
    assert found[0] > 0
    assert found[1] == len(CALLS)
    return found


@pytest.mark.parametrize("order", list(permutations(WITNESSES))[::2])
def test_all_together_cost_what_one_costs(
    tmp_path: Path, alone: list[Any], order: tuple[Witness, ...]
) -> None:
    assert totals(tmp_path / "w", order) == alone


def test_azures_logs_add_nothing_to_what_a_gateway_told(tmp_path: Path, alone: list[Any]) -> None:
    """They are matched by the correlation id."""
    assert totals(tmp_path / "w", (gateway, requests, language_models, traces)) == alone
