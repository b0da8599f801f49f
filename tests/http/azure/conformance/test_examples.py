"""Every official example is accepted, or refused for a documented reason, and answered in the
shape of the example: its members, of the same types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from costplane.app.workspace import Workspace
from costplane.http.app import create_app
from costplane.http.azure.protocol.operation import CONSUMPTION, COST
from costplane.http.identity import AnonymousOwner
from tests.http.azure.conformance import estate
from tests.http.azure.conformance.examples import Example, examples

EXAMPLES = list(examples())
MADE_BY = {
    "get": "create_or_update",
    "delete": "create_or_update",
    "execute": "create_or_update",
    "run": "create_or_update",
    "get_execution_history": "create_or_update",
    "get_by_scope": "create_or_update_by_scope",
    "delete_by_scope": "create_or_update_by_scope",
    "run_by_scope": "create_or_update_by_scope",
}
"""Operations on what must be there, and those that put it there."""

_INVENTED = "the id of the operation that it asks for is invented"
REFUSED = {
    "costmanagement.alerts.get": (404, "an alert is made by a budget, never by a caller"),
    "costmanagement.alerts.dismiss": (404, "an alert is made by a budget, never by a caller"),
    "costmanagement.forecast.usage": (424, "what it filters by never cost anything here"),
    "costmanagement.generate_cost_details_report.begin_get_operation_results": (404, _INVENTED),
    "costmanagement.generate_detailed_cost_report_operation_results.begin_get": (404, _INVENTED),
    "costmanagement.generate_detailed_cost_report_operation_status.get": (404, _INVENTED),
    "costmanagement.price_sheet.begin_download_by_invoice": (404, "its invoice is invented"),
    "CostAllocationRuleCreate": (400, "its percentages sum to 99, not to 100"),
    "ManagementGroupBudgetsList": (400, "its scope lacks 'providers/'"),
}
"""Status and reason, by operation or by file."""

KEPT = ("budgets", "exports", "scheduled_actions", "views", "cost_allocation_rules", "settings")
"""What is answered as it was saved: of what a caller may leave out, only types are compared."""

NEVER = {"reason", "message", "principalId", "tenantId", "savingsPlan"}
"""Members that an answer may lack: the reason why a name is not free, the identity that Azure
gives to a resource, and a price under a savings plan, of which AI meters have none here."""


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server of an estate of its own, since examples create things."""
    workspace: Workspace = estate.opened(tmp_path_factory.mktemp("examples"))
    app = create_app(workspace, authentication=AnonymousOwner())
    with TestClient(app, base_url="http://localhost") as client:
        yield client
    workspace.close()


def send(client: TestClient, example: Example) -> Any:
    method = example.rows[0].method
    return client.request(
        method, example.path, params=example.options, json=example.body, headers=example.headers
    )


def forget(client: TestClient, example: Example, path: str) -> None:
    """Remove what an earlier example left; both providers keep budgets in one place."""
    for provider in (COST, CONSUMPTION):
        other = path.replace(COST, provider).replace(CONSUMPTION, provider)
        client.request("DELETE", other, params=example.options)


def prepare(client: TestClient, example: Example) -> None:
    """Put there what the example is about."""
    client_, group, method = example.operation.split(".")
    maker = f"{client_}.{group}.{MADE_BY.get(method)}"
    named = {n: v for n, v in example.parameters.items() if n.lower().endswith("name")}
    for made in EXAMPLES:
        if made.operation == maker and made.rows:
            path = example.path.removesuffix("/run").removesuffix("/runHistory")
            path = path.removesuffix("/execute")
            body = {n: v for n, v in made.body.items() if n.lower() != "etag"}
            forget(client, example, path)
            answer = client.request("PUT", path, params=made.options, json=body)
            if answer.status_code in (200, 201):
                return
    assert method not in MADE_BY or group == "alerts" or not named, f"nothing made {example.id}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_an_example_is_answered(apart: TestClient, example: Example) -> None:
    if not example.rows:
        pytest.skip("not answered yet")
    told = REFUSED.get(example.operation) or REFUSED.get(example.file.removesuffix(".json"))
    if example.operation.rpartition(".")[2] in MADE_BY:
        prepare(apart, example)
    elif "create_or_update" in example.operation:
        forget(apart, example, example.path)
    answer = send(apart, example)
    if told is not None:
        assert answer.status_code == told[0], answer.text
        assert answer.json()["error"]["message"]
        return
    if example.headers.get("If-Match"):
        # Nothing has that eTag.
        assert answer.status_code == 412, answer.text
        return
    assert str(answer.status_code) in example.responses, answer.text
    wanted = example.responses[str(answer.status_code)].get("body")
    if wanted is not None and answer.content:
        faults = list(differences(example, wanted, answer.json(), ""))
        assert faults == []


def differences(example: Example, wanted: Any, found: Any, path: str) -> Iterator[str]:
    """Where the answer lacks a member of the example, or has another type."""
    if wanted is None or found is None:
        return
    if isinstance(wanted, dict) and isinstance(found, dict):
        lower = {name.lower(): value for name, value in found.items()}
        for name, value in wanted.items():
            if name.lower() in lower:
                yield from differences(example, value, lower[name.lower()], f"{path}.{name}")
            elif value is not None and not may_lack(example, name, path):
                yield f"{path}.{name} is missing"
    elif isinstance(wanted, list) and isinstance(found, list):
        if wanted and found and not path.endswith("rows"):
            yield from differences(example, wanted[0], found[0], f"{path}[]")
    elif kind(wanted) != kind(found):
        yield f"{path} is {found!r}, not as {wanted!r}"


def may_lack(example: Example, name: str, path: str) -> bool:
    """Whether an answer may be without a member of the example."""
    told_by_caller = example.operation.split(".")[1] in KEPT and "properties" in path
    return told_by_caller or name in NEVER or path.endswith(".tags")


def kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else type(value).__name__


def test_there_are_all_of_them() -> None:
    assert len(EXAMPLES) == 293
    assert len({example.id for example in EXAMPLES}) == 293
