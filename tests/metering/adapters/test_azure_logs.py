"""Golden cases of Azure's own logs: requests without tokens, and bodies that a gateway logged."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metering.adapters.files import RESOURCE, Event, event_stream, lines, quantities, read
from tests.metering.adapters.test_answers import CHAT
from tests.metering.adapters.test_streams import AZURE_START, CHAT_STREAM

REQUEST: dict[str, Any] = {
    "time": "2026-11-02T10:00:09.4200000Z",
    "resourceId": RESOURCE.upper(),
    "category": "RequestResponse",
    "operationName": "ChatCompletions_Create",
    "correlationId": "4c3b1f0a",
    "resultSignature": "200",
    "durationMs": -3,
    "location": "swedencentral",
    "callerIpAddress": "10.0.0.***",
    "properties": json.dumps(
        {
            "apiName": "Azure OpenAI API version 2024-10-21",
            "requestTime": 638656056094200000,
            "requestLength": 1200,
            "responseLength": 900,
            "streamType": "Non-Streaming",
            "modelDeploymentName": "chat-eu",
            "modelName": "gpt-4o",
            "modelVersion": "2024-11-20",
            "objectId": "0f8fad5b",
        }
    ),
}
GATEWAY: dict[str, Any] = {
    "TimeGenerated": "2026-11-02T10:00:09.42Z",
    "_ResourceId": "/subscriptions/x/resourcegroups/g/providers/microsoft.apimanagement/service/gw",
    "CorrelationId": "4c3b1f0a",
    "ApiId": "openai",
    "ProductId": "starter",
    "ResponseCode": 200,
    "BackendResponseCode": 200,
    "BackendUrl": "https://aoai-eu.openai.azure.com/openai/deployments/chat-eu/chat/completions?x=1",
    "BackendResponseBody": json.dumps(CHAT),
}
USED = {
    "input_text": 93,
    "input_text_cached": 1024,
    "input_audio": 0,
    "output_text": 30,
    "output_reasoning": 6,
    "output_rejected_prediction": 10,
}


def row(record: dict[str, Any], name: str = "auto") -> Event:
    (event,), rejected = read(json.dumps(record).encode(), name)
    assert rejected == []
    assert "secret" not in str(event)
    return event


def test_a_logged_request_tells_no_tokens() -> None:
    assert row(REQUEST) == {
        "source": "azure-monitor/aoai-eu",
        "id": "4c3b1f0a/638656056094200000",
        "time": datetime(2026, 11, 2, 10, 0, 9, 420000, tzinfo=UTC),
        "subscription_id": "d3a0c057-0000-4000-8000-000000000001",
        "resource_group": "rg-search",
        "resource_id": RESOURCE,
        "region": "swedencentral",
        "deployment": "chat-eu",
        "model": "gpt-4o",
        "model_version": "2024-11-20",
        "operation": "chat",
        "http_status": 200,
        "gateway_cache_hit": False,
        "estimated": False,
        "correlation_id": "4c3b1f0a",
        "user": "0f8fad5b",
        "tags": "{}",
    }


def test_properties_are_text_or_an_object_and_keys_are_in_any_case() -> None:
    told = REQUEST | {"properties": json.loads(REQUEST["properties"])}
    upper = {key[0].upper() + key[1:]: value for key, value in REQUEST.items()}
    upper["TimeGenerated"] = upper.pop("Time")
    upper["properties_s"] = upper.pop("Properties")
    assert row(told) == row(REQUEST) == row(upper)


@pytest.mark.parametrize("status", ["429", "400", "500"])
def test_a_refused_request_has_its_status(status: str) -> None:
    assert row(REQUEST | {"resultSignature": status})["http_status"] == int(status)


def test_correlation_ids_that_repeat_are_requests_of_their_own() -> None:
    later = json.loads(REQUEST["properties"]) | {"requestTime": 638656056094200001}
    events, _ = read(lines([REQUEST, REQUEST | {"properties": later}]))
    assert len({event["id"] for event in events}) == 2


def test_other_rows_are_passed_over() -> None:
    listing = REQUEST | {"operationName": "Models_List", "properties": "{}"}
    records = [REQUEST, listing, REQUEST | {"category": "Audit"}, REQUEST | {"category": "Trace"}]
    events, rejected = read(json.dumps({"records": records}).encode())
    assert (len(events), rejected) == (1, [])


def test_a_gateway_that_logs_bodies_tells_all_counts() -> None:
    event = row(GATEWAY)
    assert (event["source"], event["id"]) == ("apim-gateway/gw", "4c3b1f0a")
    assert (event["resource_id"], event["deployment"]) == (RESOURCE, "chat-eu")
    assert (event["model"], event["provider"]) == ("gpt-4.1-2025-04-14", "azure.ai.openai")
    assert event["tags"] == '{"apim-api":"openai","apim-product":"starter"}'
    assert quantities(event) == USED


def test_a_logged_body_may_be_a_stream() -> None:
    body = event_stream([AZURE_START, *CHAT_STREAM], done=True).decode()
    assert quantities(row(GATEWAY | {"BackendResponseBody": body})) == USED
    cut = event_stream(CHAT_STREAM[:-1]).decode()
    assert quantities(row(GATEWAY | {"BackendResponseBody": cut})) == {}


def test_a_row_as_event_hubs_have_it() -> None:
    top = {"time": GATEWAY["TimeGenerated"], "resourceId": GATEWAY["_ResourceId"].upper(),
           "category": "GatewayLogs", "correlationId": "4c3b1f0a"}  # fmt: skip
    told = {key[0].lower() + key[1:]: value for key, value in GATEWAY.items() if key[0] in "ABPR"}
    assert row(top | {"properties": told}) == row(GATEWAY)


def test_what_a_filter_refused_may_be_charged() -> None:
    body = json.dumps({"error": {"code": "content_filter", "message": "the secret plan"}})
    event = row(GATEWAY | {"BackendResponseBody": body, "BackendResponseCode": 400})
    assert (event["http_status"], event["error_code"], event["deployment"]) == (
        400,
        "content_filter",
        "chat-eu",
    )
    assert quantities(event) == {}


def test_rows_of_other_apis_and_without_bodies_are_passed_over() -> None:
    other = {"BackendUrl": "https://orders.contoso.com/v1/orders"}
    records = [
        GATEWAY,
        GATEWAY | other | {"BackendResponseBody": '{"orders": []}'},
        GATEWAY | {"BackendResponseBody": None},
        GATEWAY | {"BackendResponseBody": "<html>"},
    ]
    events, rejected = read(json.dumps(records).encode())
    assert (len(events), rejected) == (1, [])


_VALUES: st.SearchStrategy[Any] = st.none() | st.integers() | st.text(max_size=6) | st.just([1])


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([("azure-request-log", REQUEST), ("apim-gateway-log", GATEWAY)]),
    st.dictionaries(st.sampled_from(sorted({*REQUEST, *GATEWAY})), _VALUES, max_size=4),
)
def test_whatever_a_row_says_it_is_taken_or_told(case: Any, changes: dict[str, Any]) -> None:
    name, record = case
    events, rejected = read(json.dumps(record | changes).encode(), name)
    assert len(events) + len(rejected) <= 1
