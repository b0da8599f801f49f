"""`POST /v1/traces` in JSON: calls are metered once, answers are the protocol's own."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner, authenticator
from costplane.http.throttle import limits
from costplane.metering.bodies import BODY_LIMIT
from costplane.metering.formats import open_events
from tests.http.sample import NOW, SCOPE, definition, write_events, write_prices
from tests.metering.otlp.spans import body, other, span

QUERY = "/providers/Microsoft.CostManagement/query?api-version=2025-03-01"
PLACE = f"/{SCOPE}/resourceGroups/{{}}/providers/Microsoft.CognitiveServices/accounts/ai"
AT = {"server.address": "ai.openai.azure.com", "gen_ai.usage.input_tokens": 1_000_000}
MILLION = AT | {"gen_ai.usage.cache_read.input_tokens": 0, "gen_ai.usage.output_tokens": 0}


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The sample in a folder of these tests."""
    folder = tmp_path_factory.mktemp("traces")
    opened = Workspace.open(folder / "data", now=lambda: NOW)
    opened.import_prices(write_prices(folder))
    opened.ingest(open_events(write_events(folder), "auto", None))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def server(estate: Workspace) -> Iterator[TestClient]:
    app = create_app(estate, authentication=AnonymousOwner())
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def send(client: TestClient, content: bytes, kind: str = "application/json", **more: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return client.post("/v1/traces", content=content, headers={"content-type": kind} | named)


def call(attributes: dict[str, Any] | None = None, group: str = "rg-search") -> dict[str, Any]:
    place = {"costplane.resource_id": PLACE.format(group), "costplane.deployment": "chat"}
    return span(MILLION | place | (attributes or {}))


def cost(client: TestClient) -> Any:
    return client.post(QUERY, json=definition()).json()["properties"]["rows"][0][0]


def test_a_trace_is_in_the_next_query_once(server: TestClient) -> None:
    before = cost(server)
    sent = body(call(), other("invoke_agent"), call())
    for _ in range(2):
        taken = send(server, sent)
        assert (taken.status_code, taken.json()) == (200, {})
        assert taken.headers["content-type"] == "application/json"
    assert cost(server) == pytest.approx(before + 4)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_compressed(server: TestClient, encoding: str) -> None:
    sent = body(call())
    packed = gzip.compress(sent) if encoding == "gzip" else pa.compress(sent, "zstd", asbytes=True)
    before = cost(server)
    assert send(server, packed, content_encoding=encoding).status_code == 200
    assert cost(server) == pytest.approx(before + 2)


def test_what_is_rejected_is_told_and_the_rest_taken(server: TestClient) -> None:
    wrong = call({"gen_ai.usage.cache_read.input_tokens": 2_000_000})
    answer = send(server, body(call(), wrong, other("invoke_agent")))
    assert answer.status_code == 200
    partly = answer.json()["partialSuccess"]
    assert partly["rejectedSpans"] == "1"
    assert partly["errorMessage"].startswith("1 of 2 calls were rejected: span ")
    assert wrong["spanId"] in partly["errorMessage"]
    assert "2000000" in partly["errorMessage"]


def test_what_is_held_back_is_told(server: TestClient) -> None:
    answer = send(server, body(call() | {"startTimeUnixNano": "1893456000000000000"}))
    partly = answer.json()["partialSuccess"]
    assert partly == {"rejectedSpans": "0", "errorMessage": "1 calls are held back for their time"}


def test_spans_of_no_calls_are_no_fault(server: TestClient) -> None:
    assert send(server, body(other(), other("invoke_agent"))).json() == {}
    assert send(server, b"{}").json() == {}


@pytest.mark.parametrize(
    ("content", "kind", "encoding", "status"),
    [
        (b"", "application/json", "", 400),
        (b"{", "application/json", "", 400),
        (b'{"resourceSpans": 7}', "application/json", "", 400),
        (b"<a/>", "text/xml", "", 415),
        (b"{}", "application/json", "br", 415),
        (b"{}", "application/json", "gzip", 400),
        (b" " * (BODY_LIMIT + 1), "application/json", "", 413),
        (gzip.compress(b" " * (BODY_LIMIT + 1)), "application/json", "gzip", 413),
        (pa.compress(b" " * (64 << 20), "zstd", asbytes=True), "application/json", "zstd", 413),
    ],
)
def test_refusals_are_a_status_of_the_protocol(
    server: TestClient, content: bytes, kind: str, encoding: str, status: int
) -> None:
    refused = send(server, content, kind, content_encoding=encoding)
    assert refused.status_code == status
    assert set(refused.json()) == {"message"}
    assert refused.json()["message"]


def test_calls_are_taken_at_the_scopes_of_the_sender(estate: Workspace) -> None:
    estate.accounts.create_token("Owner", parse_scope("/"), "", 30, "test")
    known = authenticator("127.0.0.1", estate.accounts, estate.sessions, no_auth=False)
    group = f"/{SCOPE}/resourcegroups/rg-search"
    _, secret = estate.accounts.create_token("Ingest Writer", parse_scope(group), "", 30, "test")
    writer = {"authorization": f"Bearer {secret}"}
    with TestClient(create_app(estate, authentication=known), base_url="http://localhost") as app:
        unknown = send(app, body(call()))
        assert (unknown.status_code, set(unknown.json())) == (401, {"message"})
        assert unknown.headers["www-authenticate"].startswith("Bearer")
        mixed = send(app, body(call(group="rg-agents"), call()), **writer).json()
        assert mixed["partialSuccess"]["rejectedSpans"] == "1"
        refused = send(app, body(call(group="rg-agents")), **writer)
        assert refused.status_code == 403
        assert "'Ingest Writer'" in refused.json()["message"]


def test_who_comes_too_often_is_told_when_to_come_back(estate: Workspace) -> None:
    app = create_app(estate, authentication=AnonymousOwner(), limits=limits(None, "1/hour"))
    with TestClient(app, base_url="http://localhost") as client:
        assert send(client, body(call())).status_code == 200
        later = send(client, body(call()))
        assert (later.status_code, set(later.json())) == (429, {"message"})
        assert int(later.headers["retry-after"]) > 0


def test_another_method_is_refused_in_the_same_form(server: TestClient) -> None:
    refused = server.get("/v1/traces", headers={"content-type": "application/json"})
    assert (refused.status_code, set(refused.json())) == (405, {"message"})


def test_what_was_said_is_on_no_disk(server: TestClient, estate: Workspace) -> None:
    said = dict.fromkeys(("gen_ai.input.messages", "gen_ai.prompt.0.content"), "the secret plan")
    spoken = call(said) | {"name": "the secret plan"}
    late = call(said) | {"startTimeUnixNano": "1893456000000000000"}
    assert send(server, body(spoken, late)).status_code == 200
    files = [path for path in estate.data.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not any(b"secret plan" in path.read_bytes() for path in files)
