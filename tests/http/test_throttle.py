"""Limits: none by default; where one is set, clients are told when to come back, and do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.costmanagement import CostManagementClient
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.errors import InvalidInput, TooManyRequests
from costplane.http import throttle
from costplane.http.app import create_app
from costplane.http.identity import AnonymousOwner
from costplane.http.server import listen
from costplane.http.throttle import Limits, Rate, Throttle, limits, parse_rate
from tests.http.azure.test_azure_client import Credential, PlainHttp
from tests.http.conftest import running
from tests.http.sample import SCOPE, SUBSCRIPTION, TOTAL, definition

QUERY = f"/{SCOPE}/providers/Microsoft.CostManagement/query?api-version=2025-03-01"
CHARGES = f"/{SCOPE}/providers/Microsoft.Consumption/usageDetails?api-version=2024-08-01"
SECOND = 1_000_000_000
SECONDS = {"second": 1, "minute": 60, "hour": 3_600}


class Heard(SansIOHTTPPolicy[Any, Any]):
    """Every answer that comes to a client, those too that it repeats a call for."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, int]] = []

    def on_response(
        self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]
    ) -> None:
        self.answers.append((request.http_request.method, response.http_response.status_code))


Serving = Callable[[Limits], AbstractContextManager[str]]


@pytest.fixture
def serving(workspace: Workspace, page: Path) -> Serving:
    """A server of the sample with limits."""

    @contextmanager
    def serve(allowed: Limits) -> Iterator[str]:
        with running(workspace, page, listen("127.0.0.1", 0), limits=allowed) as address:
            yield address

    return serve


@settings(max_examples=50)
@given(
    st.integers(1, 7),
    st.sampled_from(tuple(SECONDS)),
    st.lists(st.tuples(st.integers(0, 90 * SECOND), st.sampled_from("ab")), max_size=40),
)
def test_a_bucket_that_refills_steadily(
    calls: int, period: str, asked: list[tuple[int, str]]
) -> None:
    """Held to a bucket of exact fractions that is filled anew before each call."""
    now, seconds = 0, SECONDS[period]
    limited = Throttle(Rate(calls, period), "a caller", lambda: now)
    buckets: dict[str, tuple[Fraction, int]] = {}
    for pause, key in asked:
        now += pause
        held, since = buckets.get(key, (Fraction(calls), 0))
        held = min(Fraction(calls), held + Fraction(calls * (now - since), seconds * SECOND))
        buckets[key] = (held, now)
        if held >= 1:
            buckets[key] = (held - 1, now)
            assert limited.take(key) == int(held - 1)
            continue
        with pytest.raises(TooManyRequests) as refused:
            limited.take(key)
        missing = (1 - held) * seconds / calls
        assert 0 <= refused.value.retry_after - missing < 1


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_KEYS", 3)
    limited = Throttle(Rate(1, "hour"), "an address")
    for number in range(100):
        limited.take(str(number))
    assert len(limited._full) == 3


def test_one_holder_of_many_addresses_is_one() -> None:
    allowed = limits(None, "1/hour")
    allowed.count_address("2001:db8:1:2::1")
    with pytest.raises(TooManyRequests):
        allowed.count_address("2001:db8:1:2:ffff::9")
    for other in ("2001:db8:1:3::1", "192.0.2.1", "192.0.2.2", "testclient"):
        allowed.count_address(other)


@pytest.mark.parametrize("text", ["", "10", "0/minute", "-1/minute", "1.5/hour", "9/day", "x" * 99])
def test_rates_that_are_none(text: str) -> None:
    with pytest.raises(InvalidInput, match="such as 600/minute"):
        parse_rate(text, "--rate-per-caller")


def test_no_limit_unless_one_is_asked_for(client: httpx.Client) -> None:
    answers = [client.get("/openapi.json") for _ in range(40)]
    assert {answer.status_code for answer in answers} == {200}
    assert not [name for name in answers[-1].headers if "ratelimit" in name]


def test_a_refusal_says_when_in_every_way_that_clients_read(serving: Serving) -> None:
    allowed = limits("2/hour", None)
    with serving(allowed) as address, httpx.Client(base_url=address, timeout=30) as client:
        left = "x-ms-ratelimit-remaining-microsoft.costmanagement-client-requests"
        told = [client.post(QUERY, json=definition()).headers[left] for _ in range(2)]
        assert told == ["1", "0"]
        refused = client.post(QUERY, json=definition())
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "ResourceRequestsThrottled"
        assert "a caller may make 2 calls per hour" in refused.json()["error"]["message"]
        seconds = refused.headers["retry-after"]
        assert 1_790 <= int(seconds) <= 1_800
        for quota in ("qpu", "entity", "tenant", "client", "clienttype"):
            name = f"x-ms-ratelimit-microsoft.costmanagement-{quota}-retry-after"
            assert refused.headers[name] == seconds
        others = client.get(CHARGES)
        assert others.headers["x-ms-ratelimit-microsoft.consumption-retry-after"]
        for unlimited in ("/healthz", "/readyz", "/assets/main-0a1b2c3d.js"):
            assert client.get(unlimited).status_code == 200


def test_an_address_is_refused_before_anybody_asks_who_it_is(workspace: Workspace) -> None:
    """So that guessing tokens is limited too."""
    app = create_app(workspace, authentication=AnonymousOwner(), limits=limits(None, "3/hour"))
    with TestClient(app, base_url="http://evil.example") as client:
        assert [client.get(QUERY).status_code for _ in range(4)] == [403, 403, 403, 429]
        answer = client.post("/v1/session", json={"token": "guessed"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (
            429,
            "ResourceRequestsThrottled",
        )
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_clients_of_azure_wait_and_succeed(serving: Serving) -> None:
    """They come back when Retry-After says, POST included, and nothing is lost."""
    heard = Heard()
    options: dict[str, Any] = {
        "credential_scopes": ["none"],
        "per_call_policies": [PlainHttp()],
        "per_retry_policies": [heard],
    }
    with serving(limits("2/second", None)) as address:
        options |= {"base_url": address}
        with CostManagementClient(Credential(), **options) as cost:
            for _ in range(4):
                answer = cost.query.usage(SCOPE, definition())  # type: ignore[call-overload]
                assert answer.rows == [[float(TOTAL), "USD"]]
        with ConsumptionManagementClient(Credential(), SUBSCRIPTION, **options) as consumption:
            counts = [len(list(consumption.usage_details.list(SCOPE))) for _ in range(4)]
    assert len(set(counts)) == 1
    assert counts[0] > 0
    assert {("POST", 200), ("POST", 429), ("GET", 200), ("GET", 429)} == set(heard.answers)
