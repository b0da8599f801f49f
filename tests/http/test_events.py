"""`POST /v1/events`: taken once, by whoever may, each fault with its place."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.errors import TooLarge
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner, authenticator
from costplane.metering.bodies import BODY_LIMIT, MOST_EVENTS, decompressed, events_of
from tests.http.sample import EVENTS, SCOPE, definition, event

QUERY = "/providers/Microsoft.CostManagement/query?api-version=2025-03-01"


@pytest.fixture
def server(sample: Workspace) -> Iterator[TestClient]:
    app = create_app(sample, authentication=AnonymousOwner())
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def send(client: TestClient, body: object, kind: str = "application/json", **more: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return client.post("/v1/events", content=content, headers={"content-type": kind} | named)


def call(name: str, group: str = "rg-search", **data: object) -> dict[str, object]:
    return event(name, group, "search", quantities={"input_text": 1_000_000}, **data)


def cost(client: TestClient) -> Any:
    answer = client.post(QUERY, json=definition()).json()
    return answer["properties"]["rows"][0][0]


def test_what_is_accepted_is_in_the_next_query(server: TestClient) -> None:
    before = cost(server)
    taken = send(server, call("b1"), "application/cloudevents+json")
    assert taken.status_code == 200
    assert taken.json() == {
        "accepted": 1,
        "duplicates": 0,
        "rejected": [],
        "conflicts": 0,
        "evidence": 0,
        "quarantined": 0,
        "unpriced": 0,
    }
    assert cost(server) == pytest.approx(before + 2)


def test_the_same_again_is_counted_once(server: TestClient) -> None:
    batch = [call("b1"), call("b2")]
    kind = "application/cloudevents-batch+json"
    assert send(server, batch, kind).json()["accepted"] == 2
    before = cost(server)
    again = send(server, [*batch, call("b3"), call("b1", http_status=429)], kind)
    assert again.status_code == 200
    told = again.json()
    assert (told["accepted"], told["duplicates"], told["conflicts"]) == (1, 3, 1)
    assert cost(server) == pytest.approx(before + 2)
    only_known = send(server, list(EVENTS))
    assert (only_known.status_code, only_known.json()["duplicates"]) == (200, len(EVENTS))


@pytest.mark.parametrize("encoding", ["", "gzip", "zstd"])
def test_lines_plain_or_compressed(server: TestClient, encoding: str) -> None:
    lines = b"\n".join(json.dumps(call(f"c{n}")).encode() for n in range(3)) + b"\n\n"
    body = compressed(lines, encoding)
    taken = send(server, body, "application/x-ndjson; charset=utf-8", content_encoding=encoding)
    assert (taken.json()["accepted"], taken.json()["rejected"]) == (3, [])


def compressed(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.compress(body)
    return pa.compress(body, encoding, asbytes=True) if encoding else body


def test_each_fault_has_its_place_and_the_rest_is_taken(server: TestClient) -> None:
    without_model = call("b2")
    del without_model["data"]["model"]  # type: ignore[attr-defined]
    del without_model["data"]["deployment"]  # type: ignore[attr-defined]
    both = call("b3", usage={"prompt_tokens": 1})
    taken = send(server, [call("b1"), without_model, 7, both, call("b4")])
    assert taken.status_code == 200
    told = taken.json()
    assert told["accepted"] == 2
    assert [(r["index"], r["code"]) for r in told["rejected"]] == [
        (1, "InvalidUsage"),
        (2, "InvalidUsage"),
        (3, "InvalidUsage"),
    ]
    assert told["rejected"][0]["target"] == "data.model"


def test_400_when_nothing_was_taken(server: TestClient) -> None:
    refused = send(server, [{"id": "x"}, {"id": "y"}])
    assert refused.status_code == 400
    told = refused.json()
    assert (told["accepted"], len(told["rejected"])) == (0, 2)
    assert told["error"]["code"] == "InvalidUsage"
    assert told["error"]["message"].startswith("None of 2 events was taken. Event 0: ")
    assert send(server, []).json()["accepted"] == 0


@pytest.mark.parametrize(
    ("body", "kind", "encoding", "status", "target"),
    [
        (b"", "application/json", "", 400, "body"),
        (b" \n", "application/x-ndjson", "", 400, "body"),
        (b"{", "application/json", "", 400, None),
        (b"[{]", "application/json", "", 400, None),
        (b"\xff\xfe", "application/json", "", 400, None),
        (b"<a/>", "text/xml", "", 415, "Content-Type"),
        (b"{}", "application/json", "br", 415, "Content-Encoding"),
        (b"{}", "application/json", "gzip", 400, "Content-Encoding"),
        (b"[" * 100_000, "application/json", "", 400, None),
        (b"\n" * (MOST_EVENTS + 1) + b"1", "application/x-ndjson", "", 413, None),
        (b"[" + b"1," * MOST_EVENTS + b"1]", "application/json", "", 413, None),
        (b" " * (BODY_LIMIT + 1), "application/json", "", 413, None),
        (gzip.compress(b" " * (BODY_LIMIT + 1)), "application/json", "gzip", 413, None),
    ],
)
def test_bodies_that_are_refused_whole(
    server: TestClient, body: bytes, kind: str, encoding: str, status: int, target: str | None
) -> None:
    refused = send(server, body, kind, content_encoding=encoding)
    assert refused.status_code == status
    error = refused.json()["error"]
    assert error.get("target") == target
    assert error["message"]


def test_a_bomb_is_not_unpacked() -> None:
    body = gzip.compress(gzip.compress(b"\0" * (1 << 30), 1)[: 1 << 20] * 4, 9)
    assert len(decompressed(body, "gzip")) <= BODY_LIMIT
    with pytest.raises(TooLarge):
        decompressed(gzip.compress(b" " * (64 << 20)), "gzip")


def test_events_are_taken_at_the_scopes_of_the_sender(sample: Workspace) -> None:
    sample.accounts.create_token("Owner", parse_scope("/"), "", 30, "test")
    known = authenticator("127.0.0.1", sample.accounts, sample.sessions, no_auth=False)
    group = f"/{SCOPE}/resourcegroups/rg-search"
    with TestClient(create_app(sample, authentication=known), base_url="http://localhost") as app:
        writer = bearer(sample, "Ingest Writer", group)
        assert send(app, call("b0")).status_code == 401
        mixed = send(app, [call("b1", "rg-agents"), {"id": 1}, call("b2")], **writer).json()
        assert mixed["accepted"] == 1
        assert [(r["index"], r["code"], r["target"]) for r in mixed["rejected"]] == [
            (0, "RBACAccessDenied", "data.resource_id"),
            (1, "InvalidUsage", "source"),
        ]
        for given in (writer, bearer(sample, "Cost Management Contributor", "/")):
            refused = send(app, call("b3", "rg-searching"), **given)
            assert refused.status_code == 403
            assert refused.json()["error"]["code"] == "RBACAccessDenied"
        outside = call("b4")
        outside["data"] |= {"resource_id": None, "account": {"provider": "openai", "project": "p1"}}  # type: ignore[operator]
        assert send(app, outside, **writer).status_code == 403
        assert send(app, outside, **bearer(sample, "Ingest Writer", "/")).json()["accepted"] == 1


def bearer(workspace: Workspace, role: Any, scope: str) -> dict[str, str]:
    _, secret = workspace.accounts.create_token(role, parse_scope(scope), "", 30, "test")
    return {"authorization": f"Bearer {secret}"}


def test_a_batch_is_read_as_its_lines_are() -> None:
    texts = [json.dumps(call(f"d{n}")) for n in range(5)]
    batch = events_of(f"[{', '.join(texts)}]".encode(), "application/json")
    lines = events_of("\n".join(texts).encode(), "application/x-ndjson")
    assert batch.events == lines.events
